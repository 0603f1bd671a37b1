"""A further filter is added as `filters` says, in two files of a copy of the program: all of it follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import changed_copy
from tests.support.stores import ANN, PASSWORD

OBJECTS = """
    Filter(
        "rounded",
        lambda filters: ("r.exact = ?", [int(more_of(filters, "rounded") == "no")]),
        lambda filters, _: "rounded" if more_of(filters, "rounded") == "yes" else "not rounded",
        widget="rounded",
        options=(Option("--rounded", "rounded", "text", "only those that were rounded, or were not", "YES"),),
        take=lambda filters, arguments: with_more(filters, "rounded", arguments["rounded"]),
    ),
    Filter(
        "even",
        lambda _: ("r.amount % 2000 = 0", []),
        lambda filters, _: "even amounts",
        plan=lambda filters, plan: replace(plan, amount=lambda amount: amount % 2000 == 0),
        options=(Option("--even", "even", "flag", "only even amounts"),),
        take=lambda filters, arguments: with_more(filters, "even", arguments["even"] or None),
    ),
"""
WIDGET = """
from PySide6.QtWidgets import QCheckBox
from desktop.finding.filters import with_more
class RoundedFilter(FilterPart):
    def __init__(self, parent):
        super().__init__(parent)
        self.box = QCheckBox("Rounded only")
        self.box.setObjectName("rounded_check")
        self.box.clicked.connect(self.changed)
    @property
    def field(self):
        return self.box
    def put_into(self, filters):
        return with_more(filters, "rounded", self.state())
    def state(self):
        return "yes" if self.box.isChecked() else None
    def recall(self, state):
        self.box.setChecked(state == "yes")
"""
ADDED = {
    "desktop/finding/filters.py": {'    Filter(\n        "trash",\n': OBJECTS.lstrip("\n")},
    "desktop/views/filters/widgets.py": {
        "Make = Callable": WIDGET,
        '    "amount": lambda': '    "rounded": lambda _, parent: RoundedFilter(parent),\n',
    },
}
ENTRIES = ("1 / 3", "10 / 4", "2 / 3 * 3", "sqrt(2)", "7 - 2", "4 * 5")
ROUNDED = ["1 ÷ 3", "2 ÷ 3", "√2"]  # 2/3 × 3 is 2 exactly
COMMON = f"""
import json, sys
from pathlib import Path
from desktop.settings import config
from desktop.finding.filters import described, with_more
from desktop.models.embedded import accounts, records
from desktop.models.embedded.insights import insights
from desktop.models.embedded.storage.opening import open_store
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest
costs = config.load(Path("none.toml"), {{}}, {{}}).costs
store = open_store(Path(sys.argv[1]) / "metercalc.db", costs=costs)
session = accounts.sign_in(store, "{ANN}", "{PASSWORD}")
"""
ASKED = """
def answers(filters):
    totals = records.totals(store, session, filters)
    requests = [PageRequest(filters, sort, False, 1, 50) for sort in Column]
    pages = [[entry.operands for entry in records.page(store, session, request).entries] for request in requests]
    return {
        "pages": sorted({tuple(sorted(page)) for page in pages}),
        "first look": sorted(e.operands for e in records.first_look(store, session, PageRequest(filters))[0].entries),
        "exported": sorted(row[5] for batch in records.batches(
            store, session, filters, Column.AMOUNT, descending=True) for row in batch),
        "totals": [totals.count, totals.spent, totals.credited],
        "counts": records.operation_counts(store, session, filters),
        "insights": insights(store, session, filters, progress=lambda *_: None, cancelled=lambda: False).totals.spent,
        "words": described(filters),
    }
asked = [
    with_more(Filters(), "rounded", "yes"),
    with_more(Filters(operations=frozenset({OperationType.DIVISION})), "rounded", "yes"),
    with_more(Filters(search=("÷",)), "even", True),
]
plain = [answers(filters) for filters in asked]
assert records.catch_up(store, session)
indexed = [answers(filters) for filters in asked]
print(json.dumps({"plain": plain, "indexed": indexed}))
store.close()
"""
SHOWN = """
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from desktop.arithmetic.numbers import PLAIN
from desktop.views.dialogs.export import ExportDialog
from desktop.views.filters.bar import FilterBar
from desktop.views.filters.saved_filters import SavedFilters
application = QApplication([])
settings = QSettings(sys.argv[1] + "/settings.ini", QSettings.Format.IniFormat)
shelf = SavedFilters(settings)
bar = FilterBar(number_format=PLAIN)
bar.findChild(QCheckBox, "rounded_check").click()
shelf.save("rounded ones", bar.state())
other = FilterBar(number_format=PLAIN)
other.recall(shelf.get("rounded ones"))
filters = other.filters(trash=False)
dialog = ExportDialog(request=PageRequest(filters), count=3, settings=settings)
print(json.dumps({
    "cleared": [bar.clear(), list(bar.filters(trash=False).more)][1],
    "recalled": list(filters.more),
    "heading": dialog.findChild(QLabel, "export_filters_label").text(),
}))
store.close()
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with two further filters: one that the index does not know, and one that it does."""
    return changed_copy.make(tmp_path_factory.mktemp("filters"), ADDED)


@pytest.fixture(scope="module")
def folder(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some records."""
    folder = tmp_path_factory.mktemp("data")
    assert metercalc(program, folder, "register", ANN, "--password-stdin").returncode == 0
    entered = metercalc(program, folder, "eval", "-", "--user", ANN, "--password-stdin", more="\n".join(ENTRIES))
    assert entered.returncode == 0, entered.stderr
    return folder


def metercalc(program: Path, folder: Path, *words: str, more: str = "") -> Any:
    arguments = ("-m", "desktop", "--data-dir", str(folder), *words)
    return changed_copy.run(program, *arguments, stdin=f"{PASSWORD}\n{more}\n")


def test_ledger_index_sums_exports_and_insights_follow(program: Path, folder: Path) -> None:
    found = changed_copy.told(program, COMMON + ASKED, str(folder))
    assert found["plain"] == found["indexed"]
    rounded, divided, even = found["plain"]
    assert rounded == {
        "pages": [sorted(ROUNDED)],
        "first look": sorted(ROUNDED),
        "exported": sorted(ROUNDED),
        "totals": [3, 130_00, 0],
        "counts": {"division": 2, "square_root": 1},
        "insights": 130_00,
        "words": "rounded",
    }
    assert (divided["totals"], divided["words"]) == ([2, 80_00, 0], "Division, rounded")
    # The last record has the whole entry, in which a ÷ stands.
    assert (even["totals"], even["words"]) == ([3, 120_00, 0], "“÷”, even amounts")


def test_widget_saved_filters_and_export_heading_follow(program: Path, folder: Path) -> None:
    assert changed_copy.told(program, COMMON + SHOWN, str(folder)) == {
        "cleared": [],
        "recalled": [["rounded", "yes"]],
        "heading": "Filters: rounded.",
    }


def test_the_command_line_follows(program: Path, folder: Path) -> None:
    def found(*words: str) -> list[int]:
        shown = metercalc(program, folder, "records", "--user", ANN, "--password-stdin", "--json", *words)
        assert shown.returncode == 0, shown.stderr
        return [record["seq"] for record in json.loads(shown.stdout)["records"]]

    assert found("--rounded", "yes") == [6, 4, 2]
    assert found("--even", "--operation", "subtraction") == [7]
    assert "only even amounts" in metercalc(program, folder, "records", "--help").stdout
