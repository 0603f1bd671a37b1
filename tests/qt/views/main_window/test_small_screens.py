"""A small screen: one pane at a time, low windows give the display its room first, and nothing is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.main_window.panes import Panes
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import windows
from tests.support.widgets import part

SMALL, LARGE = (792, 560), (1180, 760)


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    with windows.opened(qapp, tmp_path) as program:
        window = windows.register(qtbot, program)
        part(window, QPushButton, "recovery_code_kept_button").click()
        yield program


@pytest.fixture
def window(program: Program) -> MainWindow:
    assert program.window is not None
    return program.window


def in_sight(window: MainWindow) -> list[str]:
    named = {"calculator": window.calculator_panel, "records": window.records_browser}
    return [name for name, pane in named.items() if pane.isVisible()]


def test_one_pane_is_in_sight_and_every_way_to_the_other_brings_it(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(*LARGE)
    assert in_sight(window) == ["calculator", "records"]
    assert not part(window, QToolButton, "records_tab").isVisible()
    window.resize(*SMALL)
    assert (window.width(), window.height()) == SMALL
    assert in_sight(window) == ["calculator"]
    qtbot.mouseClick(part(window, QToolButton, "records_tab"), Qt.MouseButton.LeftButton)
    assert in_sight(window) == ["records"]
    assert part(window, QTableView, "records_table").hasFocus()
    qtbot.keyClick(part(window, QTableView, "records_table"), Qt.Key.Key_F6)
    assert in_sight(window) == ["calculator"]
    assert part(window, QLineEdit, "entry_edit").hasFocus()
    qtbot.keyClick(part(window, QLineEdit, "entry_edit"), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert in_sight(window) == ["records"]
    assert part(window, QLineEdit, "search_edit").hasFocus()
    qtbot.keyClick(part(window, QLineEdit, "search_edit"), Qt.Key.Key_Escape)
    assert in_sight(window) == ["calculator"]
    window.resize(*LARGE)
    assert in_sight(window) == ["calculator", "records"]


def test_an_arrangement_that_was_chosen_stays_whatever_the_size(window: MainWindow) -> None:
    window.arrange("records")
    window.resize(*SMALL)
    assert in_sight(window) == ["records"]
    window.resize(*LARGE)
    assert in_sight(window) == ["records"]


def test_the_lower_the_window_the_less_stands_under_the_display(window: MainWindow) -> None:
    tape, memory = part(window, QListView, "tape_view"), part(window, QPushButton, "key_memory_add")
    digit = part(window, QPushButton, "key_7")
    seen = []
    for height in (760, 600, 560, 420):
        window.resize(1180, height)
        assert window.height() == height
        seen.append([widget.isVisible() for widget in (tape, memory, digit)])
    assert seen[0] == [True, True, True]
    assert seen[2] == [False, False, True]
    assert seen[3] == [True, False, False], "without keys there is room for the tape again"
    assert part(window, QAction, "memory_action").isEnabled(), "what has stepped back is in the menu"
    window.resize(*LARGE)
    assert tape.isVisible()


def test_what_is_used_again_from_the_records_brings_the_calculator(window: MainWindow) -> None:
    window.resize(*SMALL)
    part(window, QAction, "details_pane_action")
    window.records_browser.result_asked.emit("42")
    assert in_sight(window) == ["calculator"]
    assert part(window, QLineEdit, "entry_edit").text() == "42"


def test_whoever_asks_for_a_hidden_pane_gets_it(window: MainWindow) -> None:
    window.resize(*LARGE)
    window.arrange("records")
    window.records_browser.result_asked.emit("42")
    assert in_sight(window) == ["calculator", "records"]


def test_a_width_that_a_person_chose_is_kept(window: MainWindow) -> None:
    window.resize(1400, 760)
    part(window, Panes, "panes").recall([600, 800])
    window.resize(1401, 760)
    assert abs(window.calculator_panel.width() - 600) <= 12


def test_a_narrow_window_takes_from_both(window: MainWindow) -> None:
    window.resize(1180, 760)
    before = window.calculator_panel.width(), window.records_browser.width()
    window.resize(1000, 760)
    after = window.calculator_panel.width(), window.records_browser.width()
    assert after[0] < before[0]
    assert after[1] < before[1]
