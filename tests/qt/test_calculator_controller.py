"""The calculator's controller keeps its promises on a real store: quoted first, charged once, denied in words."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.models import ledger
from desktop.values import OperationType
from tests.qt.conftest import Program


class Outcome(QObject):
    """Notes what a lane delivers."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def note(self, outcome: object) -> None:
        self.seen.append(outcome)


def evaluate(qtbot: QtBot, program: Program, text: str) -> object:
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
    work = partial(ledger.set_cost, program.access.store, session, OperationType.ADDITION, 1500)
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
    with qtbot.waitSignal(program.calculator.failed, timeout=10_000) as failed:
        program.calculator.draw_random()
    assert failed.args[0].code == "network"
    assert failed.args[0].message.endswith("Nothing was charged.")


def test_a_random_string_is_sold_from_a_block_drawn_once(qtbot: QtBot, online: Program) -> None:
    online.register(qtbot)
    receipts = []
    for _ in range(3):
        with qtbot.waitSignal(online.calculator.charged, timeout=10_000) as charged:
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
