"""The reason that the program writes itself is kept in one form, and read and found in the person's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.arithmetic.numbers import PLAIN
from desktop.documents.exports import record_document
from desktop.finding.searching import readings
from desktop.language.sentences import SOURCE, speak
from desktop.system import spoken
from desktop.terms.charges import Entry
from desktop.terms.kinds import STARTING_BALANCE, Column, OperationType, Source
from desktop.views.records.columns import COLUMNS, cells
from desktop.wording.shown import shown_reason

GIVEN = Entry(
    1, "r", 1, 1, OperationType.CREDIT, STARTING_BALANCE, "", True, Source.LEDGER, -1000, 1000, 0, None, ""
)  # fmt: skip


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak(SOURCE)


def seen(entry: Entry) -> str:
    return cells(entry, PLAIN)[COLUMNS.index(Column.OPERANDS)]


def test_it_is_seen_in_the_persons_language_and_kept_and_exported_in_english() -> None:
    spoken.choose("de")
    assert shown_reason(STARTING_BALANCE) == seen(GIVEN) == "Startguthaben"
    assert record_document(GIVEN)["operands"] == ["Starting balance"]


def test_a_persons_own_reason_stays_as_it_is() -> None:
    spoken.choose("de")
    assert seen(GIVEN._replace(operands="starting balance")) == "starting balance"


def test_what_is_seen_is_found() -> None:
    spoken.choose("de")
    assert STARTING_BALANCE in readings("startGUT")
    assert STARTING_BALANCE not in readings("Miete")
    speak(SOURCE)
    assert readings("start") == ("start",)
