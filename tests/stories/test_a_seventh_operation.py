"""A further operation is added as `arithmetic/table.py` says, in three files of a copy of the program: all of it knows.

The remainder stands before CREDIT in the list of kinds, so that whatever counts places instead of names is found out.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import charges, records
from desktop.models.embedded.browsing import index_file
from desktop.terms.errors import StoreNewer
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters
from tests.support import changed_copy
from tests.support.stores import ANN, PASSWORD, Books, make_store, new_id

ADDED = {
    "desktop/terms/operation_type.py": {'    CREDIT = "credit"\n': '    REMAINDER = "remainder"\n'},
    "desktop/arithmetic/table.py": {
        '    Operation(OperationType.CREDIT, 6, mark("Credit")),\n': (
            '    Operation(OperationType.REMAINDER, 7, "Remainder", "mod", (), 2, 2, lambda a, b: a % b,'
            ' Key("key_remainder", "Remainder", 5, 1)),\n'
        )
    },
    "resources/config.toml": {'square_root = "50.00"\n': 'remainder = "15.00"\n'},
}
COMMON = """
import json, os, sys, uuid
from pathlib import Path
from desktop.settings import config
from desktop.arithmetic.expressions import evaluate, parse
from desktop.models.embedded import accounts, charges as ledger, records
from desktop.models.embedded.storage.opening import open_store
from desktop.finding.searching import readings
from desktop.wording.shown import OPERATION_NAMES
from desktop.terms.charges import Charge
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters
folder = Path(sys.argv[1])
costs = config.load(folder / "none.toml", {}, {}).costs
expression = parse("1 + 17mod5 * 2")
outcome = evaluate(expression)
"""
WORDED = """
from PySide6.QtWidgets import QApplication
from desktop.arithmetic.numbers import PLAIN
from desktop.commands import grammar_records
from desktop.views.filters.bar import FilterBar
from desktop.views.calculator.keypad import Keypad
application = QApplication([])
keypad = Keypad(number_format=PLAIN)
keypad.show_prices(costs)
bar = FilterBar(number_format=PLAIN)
print(json.dumps({
    "reading": expression.reading,
    "result": outcome.result,
    "prices": [costs[step.operation] for step in outcome.steps],
    "name": OPERATION_NAMES[OperationType("remainder")],
    "readings": readings("17mod5"),
    "key": keypad.findChild(object, "key_remainder").toolTip(),
    "chip": bar.findChild(object, "chip_remainder").text(),
    "help": grammar_records.of_eval().splitlines()[0],
}))
"""
STORED = f"""
store = open_store(folder / "new.db", costs=costs)
accounts.register(store, "{ANN}", "{PASSWORD}", starting_balance=1_000_00)
session = accounts.sign_in(store, "{ANN}", "{PASSWORD}")
charge = Charge(str(uuid.uuid4()), outcome.steps, expression.reading, outcome.result, outcome.exact)
receipt = ledger.charge(store, session, charge)
records.catch_up(store, session)
found = records.stream(store, session, Filters(search=readings("17mod5")), records.Column.DATE, descending=False)
from desktop.models.embedded.verify import verify
print(json.dumps({{
    "cost": receipt.cost,
    "found": [entry.operands for entry in found],
    "counts": records.operation_counts(store, session, Filters()),
    "problems": [str(problem) for problem in verify(store).problems],
}}))
store.close()
"""
READ = """
from desktop.models.embedded import browsing
store = open_store(folder / "store.db", costs=costs)
user, credits = int(sys.argv[2]), frozenset({OperationType.CREDIT})
with store.reading():
    print(json.dumps({
        "counts": browsing.operation_counts(store, user, Filters()),
        "credits": browsing.totals(store, user, Filters(operations=credits)).count,
        "searched": browsing.operation_counts(store, user, Filters(search=("credit",))),
    }))
store.close()
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program that knows remainders."""
    return changed_copy.make(tmp_path_factory.mktemp("seven"), ADDED)


def told(program: Path, folder: Path, script: str, *words: str) -> Any:
    """What a script says that runs in the copy."""
    return changed_copy.told(program, COMMON + script, str(folder), *words)


def test_it_is_read_computed_priced_named_and_shown(program: Path, tmp_path: Path) -> None:
    assert told(program, tmp_path, WORDED) == {
        "reading": "1 + 17 mod 5 × 2",
        "result": "5",
        "prices": [15_00, 30_00, 10_00],
        "name": "Remainder",
        "readings": ["17mod5", "17 mod 5"],
        "key": "Remainder: costs 15.00",
        "chip": "Remainder",
        "help": "EXPRESSION has + - * / sqrt( ) mod or + − × ÷ √ mod.",
    }


def test_it_is_charged_found_and_proved(program: Path, tmp_path: Path) -> None:
    assert told(program, tmp_path, STORED) == {
        "cost": 55_00,
        "found": ["17 mod 5", "1 + 4"],  # the last record has the whole entry
        "counts": {"addition": 1, "multiplication": 1, "remainder": 1, "credit": 1},
        "problems": [],
    }


def test_an_index_from_before_it_still_tells_credits_from_charges(program: Path, books: Books) -> None:
    books.charge("1 + 1 + 1")
    charges.credit(books.store, books.admin, ANN, 5_00, "Thanks", new_id())
    assert records.catch_up(books.store, books.ann)
    index = index_file.file_of(books.store.file, books.ann.user_id)
    made = index.stat().st_ino
    counts = records.operation_counts(books.store, books.ann, Filters())
    assert counts == Counter({OperationType.ADDITION: 2, OperationType.CREDIT: 2})
    books.store.disconnect()
    found = told(program, books.store.file.parent, READ, str(books.ann.user_id))
    assert found == {"counts": {"addition": 2, "credit": 2}, "credits": 2, "searched": {"credit": 2}}
    assert index.stat().st_ino == made  # it was answered from the same index


def test_a_program_without_it_says_that_the_store_is_a_newer_ones(program: Path, books: Books) -> None:
    books.store.close()
    told(program, books.store.file.parent, READ, str(books.ann.user_id))
    with pytest.raises(StoreNewer, match="remainder"):
        make_store(books.store.file)
