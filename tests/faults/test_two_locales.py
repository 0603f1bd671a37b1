"""One ledger on servers of two locales, asked by programs of three: the same pages, searches, sums, orders and digests.

One database's locale is C.UTF-8, as an installation makes it; the other's is Turkish, whose lower case of I is ı.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.arithmetic.expressions import evaluate, parse
from desktop.arithmetic.literals import PLAIN, NumberFormat
from desktop.models.embedded import charges, records
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.ledger.protocol import Ledger
from desktop.models.shared import importing, scram, urls
from desktop.terms.charges import Charge
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Session
from tests.support import postgres, shared
from tests.support.command_line import Program
from tests.support.postgres import OWNER_PASSWORD, VERIFIER, Server
from tests.support.stores import ADMIN, ANN, PASSWORD, Books, new_id, random_charge

pytestmark = pytest.mark.faults

INSTALLER = "installer@example.org"
TURKISH = "tr_TR.UTF-8"
STRINGS = ("ILIK", "ılık", "İLİK", "ilik", "Straße", "STRASSE", "e\u0301te\u0301", "ÉTÉ", "Σίσυφος", "٣٤", "ﬁn", "a_b%")
SEARCHES = (
    "i", "I", "ı", "İ", "ilik", "ILIK", "ılık", "strasse", "straße", "ss", "été", "éTÉ", "ΣΊΣΥΦΟΣ", "٣٤", "fin", "_b%",
    "1.5", "1,5", "-10", "−10", "note", "NOT", "addition", "ADDİTİON", "MULTIPLICATION", "2",
)  # fmt: skip
GERMAN = NumberFormat(",", ".")
ARABIC = NumberFormat("٫", "٬", "\u061c-", "٠")


@pytest.fixture(scope="module")
def turkish() -> Iterator[Server]:
    """A server whose databases are Turkish by the system's library."""
    if shutil.which("localedef") is None:
        pytest.skip("localedef, which makes a locale, is not installed")
    folder = Path(tempfile.mkdtemp(prefix="metercalc-locale-"))
    folder.chmod(0o755)
    made = subprocess.run(
        ["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / TURKISH], capture_output=True, check=False
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCPATH", str(folder))
        try:
            if not (folder / TURKISH).exists():
                pytest.skip(f"the system has no source of a Turkish locale: {made.stderr.decode()[:200]}")
            locale = ("--locale-provider=libc", f"--locale={TURKISH}")
            with postgres.running(*postgres.FAST, locale=locale) as found:
                yield found
        finally:
            shutil.rmtree(folder)


@dataclass(frozen=True)
class Side:
    """A ledger and Ann's session at it."""

    ledger: Ledger
    ann: Session
    url: str = ""


@pytest.fixture
def sides(books: Books, turkish: Server, tmp_path: Path, cheap_passwords: None) -> Iterator[list[Side]]:
    """The same records in a store, on a server of no language and on a Turkish one, each signed in."""
    _fill(books)
    found = [Side(EmbeddedLedger(books.store), books.ann)]
    opened = []
    for server in (postgres.shared_server(), turkish):
        name = server.ledger(INSTALLER)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scram, "ITERATIONS", 1)
            url = urls.parse(server.owner_url(name))
            brought = importing.bring_over(books.store, url, OWNER_PASSWORD)
        for email in (ADMIN, ANN):
            with server.connect(urls.role_name(name, email), brought.passwords[email], name) as person:
                person.execute("SELECT metercalc.change_verifier(%s)", [VERIFIER])
        ledger = shared.open_at(name, tmp_path / name, at=server)
        opened.append((server, name, ledger))
        found.append(Side(ledger, ledger.sign_in(ANN, PASSWORD), server.url(name)))
    yield found
    for server, name, ledger in opened:
        ledger.close()
        server.drop(name)


def _fill(books: Books) -> None:
    for text in ("1.5 + 2", "2 × 3.25", "10 ÷ 4", "√2", "1 - 11", "1000000 × 1000000"):
        books.charge(text)
    for text in STRINGS:
        charges.charge(books.store, books.ann, random_charge(text))
    charges.credit(books.store, books.admin, ANN, 5_00, "İade — ıspanak, Größe", new_id())
    for number, note in enumerate(("NOT düştü", "not DÜŞTÜ", "Iğdır", "ığdır 1,5"), start=5):
        records.set_note(books.store, books.ann, number, note)
    records.delete(books.store, books.ann, [4, 9])


def _told(side: Side) -> dict[str, Any]:
    """All that a person can ask, by what was asked."""
    ledger, ann, told = side.ledger, side.ann, dict[str, Any]()
    for column in Column:
        for descending in (False, True):
            request = PageRequest(Filters(), sort=column, descending=descending, size=100)
            told[f"by {column} {descending}"] = [entry.id for entry in ledger.page(ann, request).entries]
            told[f"all by {column} {descending}"] = list(ledger.stream(ann, Filters(), column, descending=descending))
    for text in SEARCHES:
        filters = Filters(search=(text,))
        told[f"search {text}"] = [entry.id for entry in ledger.page(ann, PageRequest(filters, size=100)).entries]
        told[f"totals {text}"] = ledger.totals(ann, filters)
        told[f"counts {text}"] = {kind: count for kind, count in ledger.operation_counts(ann, filters).items() if count}
    told["trash"] = [entry.id for entry in ledger.page(ann, PageRequest(Filters(trash=True))).entries]
    told["balance"] = ledger.account(ann).balance
    return told


def test_whatever_the_server_s_locale_the_answers_are_the_store_s(sides: list[Side]) -> None:
    wanted, plain, turkish = map(_told, sides)
    assert len(wanted["search ilik"]) == 2  # ILIK and ilik; no Turkish letter is one of them
    for asked, answer in wanted.items():
        assert (asked, plain[asked]) == (asked, answer)
        assert (asked, turkish[asked]) == (asked, answer)


def test_what_desks_of_three_locales_charge_has_the_same_digests_on_both(sides: list[Side]) -> None:
    for side in sides[1:]:
        side.ledger.credit(side.ledger.sign_in(ADMIN, PASSWORD), ANN, 10_000_00, "İade", new_id())
        for text, fmt in (("1.234,5 + 0,5", GERMAN), ("1,234.5 + 0.5", PLAIN), ("١٬٢٣٤٫٥ + ٠٫٥", ARABIC)):
            expression = parse(text, fmt)
            outcome = evaluate(expression)
            charge = Charge(new_id(), outcome.steps, expression.reading, result=outcome.result, exact=outcome.exact)
            entry = side.ledger.charge(side.ann, charge).entries[0]
            assert (entry.operands, entry.response, entry.expression) == ("1234.5 + 0.5", "1235", "1234.5 + 0.5")
        drawn = [side.ledger.charge(side.ann, random_charge(text)).entries[0].response for text in STRINGS]
        assert drawn == list(STRINGS)
        # The server made these links; the program, whose letters know no locale, works each out again.
        assert side.ledger.verify(results=True).problems == ()


def test_a_program_of_another_language_is_given_the_same_records(sides: list[Side], tmp_path: Path) -> None:
    words = ("records", "--format", "json", "--search", "ilik", "--sort", "-response", "--per-page", "100")
    answers = {}
    for number, spoken in ((1, "C.UTF-8"), (1, "tr_TR.UTF-8"), (2, "de_DE.UTF-8"), (2, "ar_EG.UTF-8")):
        program = Program(tmp_path / spoken)
        said = {"LC_ALL": spoken, "LANG": spoken, "LANGUAGE": spoken}
        outcome = program.as_user(ANN, *words, "--database", sides[number].url, **said)
        assert outcome.status == 0, outcome.err
        answers[spoken] = outcome.json
    assert len(answers["C.UTF-8"]) > 0
    assert all(answer == answers["C.UTF-8"] for answer in answers.values())
