"""A person takes the ledger out of the window: a statement as PDF, an export, and a look at the insights."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.dialogs.export import ExportDialog
from desktop.views.dialogs.statement import StatementDialog
from desktop.views.insights.window import InsightsWindow
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import windows
from tests.support.papers import pages_of
from tests.support.widgets import part

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def charge(qtbot: QtBot, program: Program, *entries: str) -> None:
    for entry in entries:
        program.calculator.set_entry(entry)
        with qtbot.waitSignal(program.calculator.charged):  # a page may come for other reasons
            program.calculator.evaluate()


def said(window: MainWindow) -> str:
    return str(window.statusBar().currentMessage())


@pytest.mark.usefixtures("noon")
def test_a_statement_is_saved_and_explains_the_balance(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        window = windows.register(qtbot, program)
        charge(qtbot, program, "12.50 × 3", "1 ÷ 3")
        part(window, QAction, "statement_action").trigger()
        dialog = part(window, StatementDialog, "statement_dialog")
        period = part(dialog, QComboBox, "statement_period_combo")
        period.setCurrentIndex(period.findText("This month"))
        file = tmp_path / "statement.pdf"
        dialog.save_to(str(file))
        qtbot.waitUntil(lambda: "saved to" in said(window))
        assert not part(window, QProgressBar, "statement_progress").isVisible()
        closing = windows.shown(window, "balance_label")
    (text,) = pages_of(file)
    for wanted in (windows.EMAIL, "Opening balance", "12.5 × 3 = 37.5", "1 ÷ 3 ≈ 0.333", closing, "Page 1 of 1"):
        assert wanted in text


def test_the_filtered_records_are_exported(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        window = windows.register(qtbot, program)
        charge(qtbot, program, "1 + 1", "2 + 2")
        action = part(window, QAction, "export_action")
        qtbot.waitUntil(lambda: "3 records" in action.text())
        action.trigger()
        file = tmp_path / "records.csv"
        part(window, ExportDialog, "export_dialog").export_to(str(file))
        qtbot.waitUntil(lambda: "Exported 3 records" in said(window))
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert [row["response"] for row in rows] == ["4", "2", ""]


def test_the_insights_follow_what_happens_and_go_with_the_session(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        window = windows.register(qtbot, program)
        part(window, QAction, "insights_action").trigger()
        insights = part(window, InsightsWindow, "insights_window")
        balance = part(insights, QLabel, "insights_balance_label")
        qtbot.waitUntil(lambda: balance.text() == windows.shown(window, "balance_label"))
        charge(qtbot, program, "1 + 1")
        qtbot.waitUntil(lambda: balance.text() == windows.shown(window, "balance_label"))
        assert part(window, QObject, "insights_controller") is not None
        program.sessions.sign_out()
        assert not insights.isVisible()
        assert balance.text() == "…"


def test_nothing_of_a_person_stays_in_sight_when_they_sign_out(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        window = windows.register(qtbot, program)
        for name in ("statement_action", "export_action", "save_filters_action", "insights_action"):
            part(window, QAction, name).trigger()
        part(window, QPushButton, "print_statement_button").click()

        def names() -> set[str]:
            return {widget.objectName() for widget in qapp.topLevelWidgets() if widget.isVisible()}

        shown = {"export_dialog", "save_filters_dialog", "statement_preview", "insights_window"}
        qtbot.waitUntil(lambda: shown <= names())
        program.sessions.sign_out()
        qtbot.waitUntil(program.login_dialog.isVisible)
        assert [widget for widget in qapp.topLevelWidgets() if widget.isVisible()] == [program.login_dialog]
