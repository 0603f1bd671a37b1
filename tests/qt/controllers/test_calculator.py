"""The calculator's controller keeps its promises on a real store: quoted first, charged once, denied in words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.models.embedded import charges
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import AppError, ChargeUnknown, NotSignedIn, PriceChanged, StoreError, StoreFull
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session
from tests.qt.conftest import EMAIL, PASSWORD, Program
from tests.support.stores import store_behind
from tests.support.waiting import PATIENCE_S


class Outcome(QObject):
    """Notes what a lane delivers."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def note(self, outcome: object) -> None:
        self.seen.append(outcome)


def evaluate(qtbot: QtBot, program: Program, text: str) -> Any:
    program.calculator.set_entry(text)
    with qtbot.waitSignal(program.calculator.charged) as charged:
        program.calculator.evaluate()
    return charged.args[0]


def test_the_price_and_the_balance_after_are_known_before_anything_is_charged(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    with qtbot.waitSignal(program.calculator.quoted) as quoted:
        program.calculator.set_entry("1+2*3")
    quote = quoted.args[0]
    assert (quote.cost, quote.balance, quote.balance_after) == (4000, 100_000, 96_000)
    assert quote.operations == (OperationType.MULTIPLICATION, OperationType.ADDITION)


@pytest.mark.parametrize(
    ("text", "result", "cost"),
    [("0.1+0.2", "0.3", 1000), ("√2.25", "1.5", 5000), ("(1+2)×3", "9", 4000), ("-5", "-5", 0)],
)
def test_an_entry_is_charged_by_its_operators(
    qtbot: QtBot, program: Program, text: str, result: str, cost: int
) -> None:
    program.register(qtbot)
    receipt = evaluate(qtbot, program, text)
    assert (receipt.result, receipt.cost, receipt.balance) == (result, cost, 100_000 - cost)


def test_a_double_enter_charges_once(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    program.calculator.set_entry("1+1")
    with qtbot.waitSignals([program.calculator.charged, program.calculator.statement_changed]):
        program.calculator.evaluate()
        program.calculator.evaluate()
    with qtbot.waitSignal(program.calculator.statement_changed) as changed:
        program.calculator.refresh()
    assert changed.args[0].account.balance == 99_000


def test_a_denial_names_cost_balance_and_shortfall_and_charges_nothing(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    program.calculator.set_entry("+".join(["1"] * 101))
    evaluate(qtbot, program, "+".join(["1"] * 101))
    program.calculator.set_entry("2+2")
    with qtbot.waitSignal(program.calculator.denied) as denied:
        program.calculator.evaluate()
    failure = denied.args[0]
    assert failure.details == {"cost": 1000, "balance": 0, "shortfall": 1000}
    assert failure.message.endswith("Nothing was charged.")
    assert failure.reference in failure.text


@pytest.mark.parametrize("text", ["1÷0", "√(1−2)", "0÷0"])
def test_an_impossible_operation_is_not_charged(qtbot: QtBot, program: Program, text: str) -> None:
    program.register(qtbot)
    program.calculator.set_entry(text)
    with qtbot.waitSignal(program.calculator.failed) as failed:
        program.calculator.evaluate()
    assert failed.args[0].message.endswith("Nothing was charged.")
    with qtbot.waitSignal(program.calculator.statement_changed) as changed:
        program.calculator.refresh()
    assert changed.args[0].account.balance == 100_000


def test_a_changed_price_is_refused_and_shown(qtbot: QtBot, program: Program) -> None:
    session = program.register(qtbot)
    program.calculator.set_entry("1+1")
    work = partial(charges.set_cost, store_behind(program.access.ledger), session, OperationType.ADDITION, 1500)
    outcome = Outcome()
    program.lanes.write.submit(work, done=outcome.note, failed=outcome.note)
    with qtbot.waitSignal(program.calculator.price_changed) as changed:
        program.calculator.evaluate()
    assert outcome.seen == [None]
    assert changed.args[0].details == {"cost": 1500, "quoted": 1000}


def test_an_entry_is_read_as_the_locale_writes_numbers(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    program.calculator.set_number_format(NumberFormat(decimal_mark=",", group_marks="."))
    assert evaluate(qtbot, program, "1.234,5+0,5").result == "1235"


def test_an_unclear_entry_says_where(qtbot: QtBot, program: Program) -> None:
    with qtbot.waitSignal(program.calculator.entry_unclear) as unclear:
        program.calculator.set_entry("1+?2")
    assert unclear.args[0].details["position"] == 2


def test_no_answer_from_random_org_charges_nothing(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    with qtbot.waitSignal(program.calculator.failed) as failed:
        program.calculator.draw_random()
    assert failed.args[0].code == "network"
    assert failed.args[0].message.endswith("Nothing was charged.")


def test_a_random_string_is_sold_from_a_block_drawn_once(qtbot: QtBot, online: Program) -> None:
    online.register(qtbot)
    receipts = []
    for _ in range(3):
        with qtbot.waitSignal(online.calculator.charged) as charged:
            online.calculator.draw_random()
        receipts.append(charged.args[0])
    assert [receipt.cost for receipt in receipts] == [6000] * 3
    assert len({receipt.result for receipt in receipts}) == 3
    assert [len(receipt.result) for receipt in receipts] == [8] * 3


def test_a_string_the_balance_cannot_pay_for_is_denied_without_a_draw(qtbot: QtBot, program: Program) -> None:
    program.register(qtbot)
    evaluate(qtbot, program, "+".join(["1"] * 96))
    with qtbot.waitSignal(program.calculator.denied) as denied:
        program.calculator.draw_random()
    assert denied.args[0].details == {"cost": 6000, "balance": 5000, "shortfall": 1000}


class UnknownOnce:
    """The ledger whose first answer is lost: stored or not, and nobody can be asked. Then `troubles`, then it works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *troubles: AppError, stored: bool = True) -> None:
        self.charge, self.troubles, self.stored = charges.charge, [ChargeUnknown("Not read back."), *troubles], stored
        self.go = threading.Event()
        self.go.set()
        monkeypatch.setattr(charges, "charge", self)

    def __call__(self, store: Store, session: Session, charge: Charge) -> Receipt:
        self.go.wait(PATIENCE_S)
        if not self.troubles:
            return self.charge(store, session, charge)
        trouble = self.troubles.pop(0)
        if self.stored and isinstance(trouble, ChargeUnknown):
            self.charge(store, session, charge)
        raise trouble


def balance(qtbot: QtBot, program: Program) -> int:
    with qtbot.waitSignal(program.calculator.statement_changed) as changed:
        program.calculator.refresh()
    return int(changed.args[0].account.balance)


def fail(qtbot: QtBot, program: Program, act: Callable[[], None]) -> str:
    with qtbot.waitSignal(program.calculator.failed) as failed:
        act()
    return str(failed.args[0].message)


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("meanwhile", ["nothing", "another entry", "another charge", "signed out and in"])
def test_an_entry_whose_charge_is_unknown_is_charged_once_whatever_is_done_before_it_is_tried_again(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch, stored: bool, meanwhile: str
) -> None:
    program.register(qtbot)
    UnknownOnce(monkeypatch, stored=stored)
    program.calculator.set_entry("1+1")
    assert "not known" in fail(qtbot, program, program.calculator.evaluate)
    if meanwhile == "another entry":
        program.calculator.set_entry("2+2")
    elif meanwhile == "another charge":
        evaluate(qtbot, program, "2+2")
    elif meanwhile == "signed out and in":
        program.sessions.sign_out()
        with qtbot.waitSignals([program.sessions.signed_in, program.calculator.statement_changed]):
            program.sessions.sign_in(EMAIL, PASSWORD)
    before = balance(qtbot, program)
    assert evaluate(qtbot, program, "1+1").result == "2"
    assert before - balance(qtbot, program) == (0 if stored else 1000)
    evaluate(qtbot, program, "1+1")  # asked for anew, now that the first is settled
    assert before - balance(qtbot, program) == (1000 if stored else 2000)


def test_an_entry_edited_while_its_charge_becomes_unknown_is_charged_once(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.register(qtbot)
    books = UnknownOnce(monkeypatch)
    books.go.clear()
    program.calculator.set_entry("1+1")
    program.calculator.evaluate()
    program.calculator.set_entry("1+12")
    assert "not known" in fail(qtbot, program, books.go.set)
    assert evaluate(qtbot, program, "1+1").result == "2"
    assert balance(qtbot, program) == 99_000


@pytest.mark.parametrize("refusal", [StoreError("It is gone."), NotSignedIn("You are signed out.")])
def test_a_refused_second_try_does_not_claim_that_the_first_was_not_charged(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch, refusal: AppError
) -> None:
    program.register(qtbot)
    UnknownOnce(monkeypatch, refusal)
    program.calculator.set_entry("1+1")
    fail(qtbot, program, program.calculator.evaluate)
    again = fail(qtbot, program, program.calculator.evaluate)
    assert again.startswith(refusal.message)
    assert "Nothing was charged" not in again
    if isinstance(refusal, NotSignedIn):
        assert not program.sessions.is_signed_in
        with qtbot.waitSignals([program.sessions.signed_in, program.calculator.statement_changed]):
            program.sessions.sign_in(EMAIL, PASSWORD)
    evaluate(qtbot, program, "1+1")
    assert balance(qtbot, program) == 99_000


def test_a_ledger_that_has_answered_settles_what_was_unknown(
    qtbot: QtBot, online: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    online.register(qtbot)
    with qtbot.waitSignal(online.random_strings.filled):
        online.random_strings.fill()
    changed = PriceChanged("The price has changed.", cost=7000, quoted=6000)
    UnknownOnce(monkeypatch, changed, StoreFull("The disk is full."), stored=False)
    assert "not known" in fail(qtbot, online, online.calculator.draw_random)
    with qtbot.waitSignal(online.calculator.price_changed):
        online.calculator.draw_random()
    assert "Nothing was charged" in fail(qtbot, online, online.calculator.draw_random)


@pytest.mark.parametrize("stored", [True, False])
def test_a_random_string_whose_charge_is_unknown_is_the_one_that_is_sold_when_tried_again(
    qtbot: QtBot, online: Program, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    online.register(qtbot)
    with qtbot.waitSignal(online.random_strings.filled):
        online.random_strings.fill()
    sold: list[str] = []
    books = UnknownOnce(monkeypatch, stored=stored)
    charge = books.charge

    def note(store: Store, session: Session, wanted: Charge) -> Receipt:
        sold.append(wanted.result)
        return charge(store, session, wanted)

    monkeypatch.setattr(books, "charge", note)
    fail(qtbot, online, online.calculator.draw_random)
    for _ in range(2):
        with qtbot.waitSignal(online.calculator.charged) as charged:
            online.calculator.draw_random()
        sold.append(charged.args[0].result)
    assert balance(qtbot, online) == 100_000 - 2 * 6000
    assert len(set(sold)) == 2


@pytest.mark.parametrize("draw", ["draw_random", "draw_here"])
def test_a_draw_whose_price_is_not_known_says_what_keeps_it_away(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch, draw: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise StoreError("It is gone.")

    monkeypatch.setattr(charges, "statement", refuse)
    with qtbot.waitSignals([program.sessions.signed_in, program.calculator.failed]):
        program.sessions.register(EMAIL, PASSWORD)
    with qtbot.assertNotEmitted(program.calculator.drawing_changed):
        assert "It is gone" in fail(qtbot, program, getattr(program.calculator, draw))
