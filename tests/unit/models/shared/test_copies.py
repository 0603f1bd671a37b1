"""A desk's own copy of its person's records: it follows the server, and is thrown away where it does not hold."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.shared import copies
from desktop.terms.errors import Cancelled, StoreDamaged
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, Page, PageRequest
from desktop.terms.people import Session
from tests.support import shared
from tests.support.shared import OwnedLedger
from tests.support.stores import ANN, PASSWORD, charge_for, tamper
from tests.unit.models.shared.conftest import Desk

ORDERED = PageRequest(sort=Column.AMOUNT, descending=False)


@pytest.fixture
def copied(desk: Desk, tmp_path: Path) -> Iterator[tuple[OwnedLedger, Session]]:
    """Another program with a copy of Ann's records, of which there are three."""
    desk.charge("1 + 2")
    desk.charge("√16")
    ledger = shared.open_at(desk.database, tmp_path / "other", copies=tmp_path / "copies", copied_from=0)
    yield ledger, ledger.sign_in(ANN, PASSWORD)
    ledger.close()


def copy_file(folder: Path) -> Path:
    """The one copy that there is."""
    (file,) = (folder / "copies").glob("*.db")
    return file


def seen(page: Page) -> list[tuple[int, str, int | None]]:
    """What of a page must be the server's."""
    return [(entry.id, entry.operands, entry.deleted_at) for entry in page.entries]


def test_it_answers_as_the_server_does_and_is_its_owners_alone(
    desk: Desk, copied: tuple[OwnedLedger, Session], tmp_path: Path
) -> None:
    ledger, ann = copied
    assert ledger.page(ann, ORDERED) == desk.ledger.page(desk.ann, ORDERED)
    assert stat.S_IMODE(copy_file(tmp_path).stat().st_mode) == 0o600


def test_it_follows_what_is_charged_hidden_and_shown_at_other_desks(
    desk: Desk, copied: tuple[OwnedLedger, Session]
) -> None:
    ledger, ann = copied
    ledger.page(ann, ORDERED)
    receipt = desk.charge("2 × 3")
    assert seen(ledger.page(ann, ORDERED)) == seen(desk.ledger.page(desk.ann, ORDERED))
    desk.ledger.set_note(desk.ann, receipt.entries[0].id, "Müller")
    noted = PageRequest(Filters(search=("müller",)))
    assert ledger.page(ann, noted).entries == desk.ledger.page(desk.ann, noted).entries != ()
    desk.ledger.delete(desk.ann, [receipt.entries[0].id])
    trash = PageRequest(Filters(trash=True))
    assert seen(ledger.page(ann, trash)) == seen(desk.ledger.page(desk.ann, trash)) != []
    desk.ledger.restore(desk.ann, [receipt.entries[0].id])
    assert ledger.trash_count(ann) == 0
    ledger.charge(ann, charge_for("4 + 4"))
    assert ledger.page(ann, ORDERED) == desk.ledger.page(desk.ann, ORDERED)


def test_a_copy_of_another_history_is_thrown_away_and_the_server_answers(
    desk: Desk, copied: tuple[OwnedLedger, Session], tmp_path: Path
) -> None:
    ledger, ann = copied
    ledger.page(ann, ORDERED)
    file = copy_file(tmp_path)
    tamper(file, "UPDATE record SET hash = zeroblob(32) WHERE seq = 3")
    desk.charge("2 × 3")
    expected = desk.ledger.page(desk.ann, ORDERED)
    assert ledger.page(ann, ORDERED) == expected  # the server's
    assert not file.exists()
    assert ledger.page(ann, ORDERED) == expected  # a new copy's
    assert file.exists()


def test_one_that_is_far_behind_is_not_waited_for(
    desk: Desk, copied: tuple[OwnedLedger, Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "AT_ONCE", 2)
    monkeypatch.setattr("desktop.models.shared.browsing.AT_ONCE", 2)
    ledger, ann = copied
    page, due = ledger.first_look(ann, ORDERED)
    assert due
    assert seen(page) == seen(desk.ledger.page(desk.ann, ORDERED))
    assert not list((tmp_path / "copies").glob("*.db"))
    assert not ledger.catch_up(ann, cancelled=lambda: True)
    assert ledger.catch_up(ann)
    page, due = ledger.first_look(ann, ORDERED)
    assert seen(page) == seen(desk.ledger.page(desk.ann, ORDERED))
    assert not due


def test_a_changed_record_never_gets_into_it(desk: Desk, copied: tuple[OwnedLedger, Session]) -> None:
    ledger, ann = copied
    ledger.page(ann, ORDERED)
    desk.charge("2 × 3")
    desk.owner("UPDATE metercalc.record SET operands = '2 × 4' WHERE account_id = 2 AND seq = 4")
    with pytest.raises(StoreDamaged):
        ledger.catch_up(ann)


def test_it_gives_up_what_is_not_wanted_any_more(copied: tuple[OwnedLedger, Session]) -> None:
    ledger, ann = copied
    with pytest.raises(Cancelled):
        ledger.insights(ann, Filters(), cancelled=lambda: True)


def test_two_programs_of_a_desk_share_it(desk: Desk, copied: tuple[OwnedLedger, Session], tmp_path: Path) -> None:
    ledger, ann = copied
    other = shared.open_at(desk.database, tmp_path / "third", copies=tmp_path / "copies", copied_from=0)
    also = other.sign_in(ANN, PASSWORD)
    for text in ("5 + 5", "6 + 6"):
        desk.charge(text)
        assert other.page(also, ORDERED) == ledger.page(ann, ORDERED) == desk.ledger.page(desk.ann, ORDERED)
    other.close()
