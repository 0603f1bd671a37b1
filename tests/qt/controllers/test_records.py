"""The records' requests on a real store: counts beside the page, and a stack of what can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from time import sleep

import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers import jobs
from desktop.controllers.undoing import UNDO_STEPS
from desktop.models.embedded import records
from desktop.terms.errors import AppError, StoreFull
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, Page, PageRequest
from tests.qt.conftest import Program
from tests.support.waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def filled(qtbot: QtBot, program: Program) -> Program:
    """Somebody with a starting balance, three additions and a product."""
    program.register(qtbot)
    for text in ("1 + 1", "2 + 2", "3 + 3", "2 × 3"):
        program.calculator.set_entry(text)
        with qtbot.waitSignal(program.calculator.charged):
            program.calculator.evaluate()
    return program


def look(qtbot: QtBot, program: Program, request: PageRequest | None = None) -> Page:
    """Ask for a page and wait for it; by default for the same again."""
    with qtbot.waitSignal(program.records.page_changed) as page:
        if request is None:
            program.records.refresh()
        else:
            program.records.show(request)
    (found,) = page.args
    return found


def ids(page: Page) -> list[int]:
    return [entry.id for entry in page.entries]


def change(qtbot: QtBot, program: Program, act: Callable[[], object], signal: str) -> None:
    """Delete, restore or undo, and wait until the page after it is there."""
    with qtbot.waitSignals([getattr(program.records, signal), program.records.page_changed]):
        act()


def delete(qtbot: QtBot, program: Program, *numbers: int) -> None:
    change(qtbot, program, lambda: program.records.delete(numbers), "deleted")


def test_counts_come_with_the_page_under_its_filters_whichever_operations_are_chosen(
    qtbot: QtBot, filled: Program
) -> None:
    request = PageRequest(Filters(operations=frozenset({OperationType.MULTIPLICATION})))
    with qtbot.waitSignal(filled.records.counts_changed) as counts:
        filled.records.show(request)
    assert counts.args == [{OperationType.CREDIT: 1, OperationType.ADDITION: 3, OperationType.MULTIPLICATION: 1}]
    with qtbot.waitSignal(filled.records.counts_changed) as counts:
        filled.records.show(replace(request, filters=Filters(search=("× 3",))))
    assert counts.args == [{OperationType.MULTIPLICATION: 1}]


def test_another_page_or_order_is_not_counted_again(qtbot: QtBot, filled: Program) -> None:
    with qtbot.waitSignal(filled.records.counts_changed):
        filled.records.show(PageRequest(size=2))
    with qtbot.assertNotEmitted(filled.records.counts_changed):
        look(qtbot, filled, PageRequest(size=2, number=2))
        chosen = Filters(operations=frozenset({OperationType.ADDITION}))
        look(qtbot, filled, PageRequest(chosen, size=2, descending=False))
    with qtbot.waitSignal(filled.records.counts_changed):
        filled.records.refresh()


def test_counts_that_had_to_give_way_come_in_the_end(qtbot: QtBot, filled: Program) -> None:
    seen: list[object] = []
    filled.records.counts_changed.connect(seen.append)
    with qtbot.waitSignal(filled.records.counts_changed):
        for number in range(1, 5):
            filled.records.show(PageRequest(size=1, number=number))
    look(qtbot, filled, PageRequest(size=1, number=5))
    assert len(seen) == 1


def test_counts_keep_no_page_waiting(qtbot: QtBot, filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that runs is stopped by the next page, also when that one has been counted before."""
    with qtbot.waitSignal(filled.records.counts_changed):
        filled.records.show(PageRequest())
    stuck = Event()

    def endless(*_arguments: object, **_more: object) -> None:
        stuck.set()
        while not jobs.cancelled():
            sleep(0.001)

    with monkeypatch.context() as patch:
        patch.setattr(records, "operation_counts", endless)
        look(qtbot, filled, PageRequest(Filters(search=("1",))))
        assert stuck.wait(PATIENCE_S)
        with qtbot.assertNotEmitted(filled.records.counts_changed):
            look(qtbot, filled, PageRequest())
            look(qtbot, filled, PageRequest(size=2))


def test_the_trash_is_counted_after_each_change(qtbot: QtBot, filled: Program) -> None:
    page = look(qtbot, filled)
    with qtbot.waitSignal(filled.records.trash_changed, check_params_cb=lambda count: count == 2):
        filled.records.delete(tuple(ids(page)[:2]))
    with qtbot.waitSignal(filled.records.trash_changed, check_params_cb=lambda count: count == 1):
        filled.records.restore((ids(page)[0],))


def test_each_change_can_be_undone_the_newest_first(qtbot: QtBot, filled: Program) -> None:
    offers: list[tuple[bool, str]] = []
    filled.records.undo_changed.connect(lambda *offer: offers.append(offer))
    before = ids(look(qtbot, filled))
    delete(qtbot, filled, *before[:2])
    delete(qtbot, filled, before[3])
    change(qtbot, filled, lambda: filled.records.restore((before[0],)), "restored")
    assert [text for _, text in offers] == ["2 records deleted", "1 record deleted", "1 record restored"]
    change(qtbot, filled, filled.records.undo, "deleted")
    assert offers[-1] == (True, "1 record deleted")
    change(qtbot, filled, filled.records.undo, "restored")
    assert offers[-1] == (True, "2 records deleted")
    assert ids(look(qtbot, filled)) == before[2:]
    change(qtbot, filled, filled.records.undo, "restored")
    assert offers[-1] == (False, "")
    assert ids(look(qtbot, filled)) == before


def test_undoing_is_not_an_action_that_can_be_undone(qtbot: QtBot, filled: Program) -> None:
    before = ids(look(qtbot, filled))
    delete(qtbot, filled, before[0])
    change(qtbot, filled, filled.records.undo, "restored")
    with qtbot.assertNotEmitted(filled.records.deleted):
        filled.records.undo()
        look(qtbot, filled)
    assert ids(look(qtbot, filled)) == before


def test_the_last_twenty_changes_can_be_undone(qtbot: QtBot, filled: Program) -> None:
    number = ids(look(qtbot, filled))[0]
    for _ in range(UNDO_STEPS // 2 + 1):
        delete(qtbot, filled, number)
        change(qtbot, filled, lambda: filled.records.restore((number,)), "restored")
    for _ in range(UNDO_STEPS):
        with qtbot.waitSignal(filled.records.page_changed):
            filled.records.undo()
    with qtbot.assertNotEmitted(filled.records.deleted), qtbot.assertNotEmitted(filled.records.restored):
        filled.records.undo()
        look(qtbot, filled)


def test_a_deletion_that_changed_nothing_offers_nothing(qtbot: QtBot, filled: Program) -> None:
    with qtbot.assertNotEmitted(filled.records.undo_changed):
        delete(qtbot, filled, 10**6)


def test_an_undo_that_failed_is_offered_again(qtbot: QtBot, filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    number = ids(look(qtbot, filled))[0]
    delete(qtbot, filled, number)

    def refuse(*_arguments: object) -> None:
        raise full

    full: AppError = StoreFull("The disk is full. Nothing was changed.")
    with monkeypatch.context() as patch:
        patch.setattr(records, "restore", refuse)
        with qtbot.waitSignals([filled.records.failed, filled.records.undo_changed]):
            filled.records.undo()
    change(qtbot, filled, filled.records.undo, "restored")
    assert number in ids(look(qtbot, filled))


def test_a_note_that_is_removed_comes_back(qtbot: QtBot, filled: Program) -> None:
    number = ids(look(qtbot, filled))[0]
    offers: list[tuple[bool, str]] = []
    filled.records.undo_changed.connect(lambda *offer: offers.append(offer))
    for text, before in (("Rent", ""), ("", "Rent")):
        with qtbot.waitSignal(filled.records.noted):
            filled.records.set_note(number, text, before)
    assert offers == [(True, "Note removed")]  # the first one took nothing away
    with qtbot.waitSignal(filled.records.noted) as noted:
        filled.records.undo()
    assert noted.args is not None
    assert noted.args[0].note == "Rent"
    assert offers[-1] == (False, "")


def test_who_signs_in_next_has_nothing_to_undo(qtbot: QtBot, filled: Program) -> None:
    number = ids(look(qtbot, filled))[0]
    offers: list[tuple[bool, str]] = []
    delete(qtbot, filled, number)
    filled.records.delete((number + 1,))  # still under way when she signs out
    filled.records.undo_changed.connect(lambda *offer: offers.append(offer))
    filled.sessions.sign_out()
    filled.register(qtbot, "bob@example.org")
    look(qtbot, filled, PageRequest())
    assert not any(available for available, _ in offers)
    with qtbot.assertNotEmitted(filled.records.restored):
        filled.records.undo()
        look(qtbot, filled)
