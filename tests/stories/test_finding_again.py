"""Somebody looks for what was paid for, keeps the way to find it, and finds it at the next start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import windows
from tests.support.widgets import part

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def charge(qtbot: QtBot, program: Program, *texts: str) -> None:
    for text in texts:
        program.calculator.set_entry(text)
        with qtbot.waitSignals([program.calculator.charged, program.records.page_changed]):
            program.calculator.evaluate()


def operands(window: MainWindow) -> list[str]:
    """What the records in sight were calculated from, the newest first."""
    model = part(window, QTableView, "records_table").model()
    return [model.index(row, 2).data() for row in range(model.rowCount())]


def saved(window: MainWindow) -> dict[str, QAction]:
    menu = part(window, QMenu, "saved_filters_menu")
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_filters_lead_to_records_are_kept_by_name_and_lead_there_again(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with windows.opened(qapp, tmp_path) as program:
        window = windows.register(qtbot, program)
        charge(qtbot, program, "1 + 2", "12.5 × 3", "7 - 2", "4 × 5")
        counted = part(window, QToolButton, "chip_multiplication")
        qtbot.waitUntil(lambda: counted.text().endswith(" 2"))
        with qtbot.waitSignal(program.records.page_changed):
            counted.click()
        qtbot.waitUntil(lambda: operands(window) == ["4 × 5", "12.5 × 3"])
        with qtbot.waitSignal(program.records.page_changed):
            part(window, QToolButton, "chip_subtraction").click()
        qtbot.waitUntil(lambda: operands(window) == ["4 × 5", "7 − 2", "12.5 × 3"])
        with qtbot.waitSignal(program.records.page_changed):
            part(window, QLineEdit, "most_edit").setText("-25")
        qtbot.waitUntil(lambda: operands(window) == ["4 × 5", "12.5 × 3"])
        part(window, QTableView, "records_table").selectAll()
        assert part(window, QLabel, "selection_label").text() == "2 records selected · sum −60.00 · average −30.00"
        part(window, QAction, "save_filters_action").trigger()
        dialog = part(window, QInputDialog, "save_filters_dialog")
        dialog.setTextValue("Products")
        dialog.accept()
        window.close()
    with windows.opened(qapp, tmp_path) as program:
        window = windows.sign_in(qtbot, program)
        assert len(operands(window)) == 5
        with qtbot.waitSignal(program.records.page_changed):
            saved(window)["Products"].trigger()
        qtbot.waitUntil(lambda: operands(window) == ["4 × 5", "12.5 × 3"])
        window.close()


def test_a_cell_leads_to_all_that_are_like_it_and_a_mistake_is_taken_back(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with windows.opened(qapp, tmp_path) as program:
        window = windows.register(qtbot, program)
        charge(qtbot, program, "1 + 2", "12.5 × 3", "4 × 5")
        table, trash = part(window, QTableView, "records_table"), part(window, QToolButton, "trash_toggle")
        table.customContextMenuRequested.emit(table.visualRect(table.model().index(0, 1)).center())
        menu = part(window, QMenu, "record_menu")
        with qtbot.waitSignal(program.records.page_changed):
            menu.actions()[0].trigger()
        menu.close()
        qtbot.waitUntil(lambda: operands(window) == ["4 × 5", "12.5 × 3"])
        for left in (["12.5 × 3"], []):
            table.selectRow(0)
            with qtbot.waitSignal(program.records.deleted):
                part(window, QAction, "delete_action").trigger()
            qtbot.waitUntil(partial(lambda wanted: operands(window) == wanted, left))
        qtbot.waitUntil(lambda: trash.text() == "&Trash (2)")
        for back in (["12.5 × 3"], ["4 × 5", "12.5 × 3"]):
            with qtbot.waitSignals([program.records.restored, program.records.page_changed]):
                program.records.undo()
            assert operands(window) == back
        qtbot.waitUntil(lambda: trash.text() == "&Trash")
        window.close()
