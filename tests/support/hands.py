"""Hands in the window without a screen: an entry is paid for, a record is gone to and opened."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.main_window.window import MainWindow
from desktop.views.records.table import RecordsTable
from desktop.window.program import Program
from tests.support.widgets import part
from tests.support.windows import answered


def calculate(qtbot: QtBot, program: Program, text: str) -> None:
    """Type an entry over what stands there and pay for it; returns once its record is shown."""
    assert program.window is not None
    entry = part(program.window, QLineEdit, "entry_edit")
    entry.setText(text)
    with answered(qtbot, program), qtbot.waitSignal(program.records.page_changed):
        qtbot.keyClick(entry, Qt.Key.Key_Return)


def table(window: MainWindow) -> RecordsTable:
    """The records."""
    return part(window, RecordsTable, "records_table")


def go_to(window: MainWindow, row: int, column: int = 0) -> None:
    """Have a cell be the current one, with the focus."""
    table(window).setFocus()
    table(window).setCurrentIndex(table(window).model().index(row, column))


def details(qtbot: QtBot, window: MainWindow, row: int, how: str) -> QDialog:
    """Open a record, by "Enter" or by double click."""
    go_to(window, row)
    if how == "Enter":
        qtbot.keyClick(table(window), Qt.Key.Key_Return)
    else:
        at = table(window).visualRect(table(window).currentIndex()).center()
        qtbot.mouseClick(table(window).viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseDClick(table(window).viewport(), Qt.MouseButton.LeftButton, pos=at)
    dialog = part(window, QDialog, "record_dialog")
    qtbot.waitUntil(dialog.isVisible)
    return dialog
