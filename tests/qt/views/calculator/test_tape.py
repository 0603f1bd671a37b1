"""The tape of this sitting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.kinds import OperationType
from desktop.views.calculator.tape import TapeView
from desktop.views.calculator.tape_model import HEADING_ROLE, TapeModel
from tests.support.fake_controllers import entry, receipt

PRODUCT = entry(2, operation=OperationType.MULTIPLICATION, operands="2 × 3", response="6", amount=3000)


@pytest.fixture
def tape(qtbot: QtBot) -> TapeView:
    view = TapeView(number_format=NumberFormat())
    qtbot.addWidget(view)
    view.resize(300, 120)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_its_model_is_sound_through_its_whole_life(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = TapeModel(number_format=NumberFormat())
    qtmodeltester.check(model)
    model.append(receipt(entry(1), PRODUCT))
    model.append(receipt(entry(3)))
    qtmodeltester.check(model)
    model.clear()
    assert model.rowCount() == 0


def test_every_step_has_its_own_line_with_its_own_charge(tape: TapeView) -> None:
    tape.append(receipt(entry(1), PRODUCT))
    model = tape.model()
    assert model.rowCount() == 2
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert "1 + 1 = 2" in spoken[0]
    assert "10.00" in spoken[0]
    assert "2 × 3 = 6" in spoken[1]
    assert "30.00" in spoken[1]


def test_the_newest_step_is_at_the_bottom_and_in_sight(tape: TapeView) -> None:
    for number in range(1, 40):
        tape.append(receipt(entry(number)))
    last = tape.model().index(38, 0)
    assert "1 + 39" in last.data()
    assert tape.viewport().rect().intersects(tape.visualRect(last))


def test_the_newest_step_is_in_sight_again_after_the_tape_was_hidden_or_made_lower(tape: TapeView) -> None:
    for number in range(1, 40):
        tape.append(receipt(entry(number)))
    last = tape.model().index(38, 0)
    tape.hide()
    tape.resize(300, 400)
    tape.resize(300, 40)
    tape.show()
    tape.resize(300, 200)
    assert tape.viewport().rect().intersects(tape.visualRect(last))
    tape.resize(300, 80)
    assert tape.viewport().rect().intersects(tape.visualRect(last))


def test_what_was_free_leaves_no_line(tape: TapeView) -> None:
    tape.append(receipt(result="5"))
    assert tape.model().rowCount() == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_takes_an_old_result_up(qtbot: QtBot, tape: TapeView, key: Qt.Key) -> None:
    tape.append(receipt(PRODUCT, entry(3)))
    tape.setCurrentIndex(tape.model().index(0, 0))
    with qtbot.waitSignal(tape.reused) as taken:
        qtbot.keyClick(tape, key)
    assert taken.args == ["6"]


def test_a_double_click_takes_an_old_result_up(qtbot: QtBot, tape: TapeView) -> None:
    tape.append(receipt(PRODUCT))
    at = tape.visualRect(tape.model().index(0, 0)).center()
    qtbot.mouseClick(tape.viewport(), Qt.MouseButton.LeftButton, pos=at)
    with qtbot.waitSignal(tape.reused) as taken:
        qtbot.mouseDClick(tape.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert taken.args == ["6"]


def test_one_click_on_a_result_takes_it_up_and_the_second_of_a_double_click_does_not(
    qtbot: QtBot, tape: TapeView
) -> None:
    tape.append(receipt(PRODUCT, entry(3)))
    taken: list[str] = []
    tape.reused.connect(taken.append)
    at = tape.result_area(tape.model().index(0, 0)).center()
    qtbot.mouseClick(tape.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert taken == ["6"]
    qtbot.mouseDClick(tape.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert taken == ["6"]


def test_a_click_beside_the_result_only_chooses_the_step(qtbot: QtBot, tape: TapeView) -> None:
    tape.append(receipt(PRODUCT, entry(3)))
    taken: list[str] = []
    tape.reused.connect(taken.append)
    first = tape.model().index(0, 0)
    beside = tape.visualRect(first).center()
    qtbot.mouseClick(tape.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert taken == []
    assert tape.currentIndex() == first


def test_a_rounded_step_is_marked(tape: TapeView) -> None:
    tape.append(receipt(entry(1, response="0.3333", exact=False)))
    assert "≈ 0.3333" in tape.model().index(0, 0).data()


def test_the_steps_of_an_entry_stand_under_it(tape: TapeView) -> None:
    steps = entry(1, expression=""), PRODUCT._replace(expression="(1 + 1) × -3.5")
    tape.append(receipt(entry(9, expression="1 + 9")))
    tape.append(receipt(*steps))
    model = tape.model()
    assert [model.index(row, 0).data(HEADING_ROLE) for row in range(3)] == ["", "(1 + 1) × −3.5", ""]
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("(1 + 1) × −3.5: ")
    assert tape.visualRect(model.index(1, 0)).height() > tape.visualRect(model.index(2, 0)).height()


def test_tab_takes_the_newest_result_highlighted_and_the_arrows_walk_from_there(qtbot: QtBot, tape: TapeView) -> None:
    tape.clearFocus()
    for number in range(1, 9):
        tape.append(receipt(entry(number)))
    assert not tape.selectedIndexes()
    tape.setFocus(Qt.FocusReason.TabFocusReason)
    assert [index.row() for index in tape.selectedIndexes()] == [7]
    with qtbot.waitSignal(tape.reused) as taken:
        qtbot.keyClick(tape, Qt.Key.Key_Return)
    assert taken.args == ["9"]
    qtbot.keyClick(tape, Qt.Key.Key_Up)
    assert [index.row() for index in tape.selectedIndexes()] == [6]
    with qtbot.waitSignal(tape.reused) as taken:
        qtbot.keyClick(tape, Qt.Key.Key_Return)
    assert taken.args == ["8"]


def test_what_an_entry_came_to_is_marked_as_the_display_marks_it(tape: TapeView) -> None:
    tape.append(receipt(entry(1), exact=False))
    assert tape.model().index(0, 0).data().endswith("= ≈ 2")


def test_the_systems_font_counts_at_once(qtbot: QtBot, qapp: QApplication, tape: TapeView) -> None:
    tape.append(receipt(entry(1)))
    before, height = qapp.font(), tape.visualRect(tape.model().index(0, 0)).height()
    larger = QFont(before)
    larger.setPointSizeF(2 * before.pointSizeF())
    try:
        qapp.setFont(larger)
        qtbot.waitUntil(lambda: tape.visualRect(tape.model().index(0, 0)).height() > 1.5 * height)
    finally:
        qapp.setFont(before)
