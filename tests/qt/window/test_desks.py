"""Settings and administration in the real program: what counts at once, who is offered what, who is let in."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QTableView, QWidget
from pytestqt.qtbot import QtBot

from desktop.controllers import sessions
from desktop.controllers.administration import AdministrationController
from desktop.settings import config as configuration
from desktop.views.dialogs.dialogs import PasswordDialog
from desktop.views.dialogs.note import NoteDialog
from desktop.views.dialogs.record import RecordDialog
from desktop.views.main_window.window import MainWindow
from desktop.views.settings.dialog import SettingsDialog
from desktop.window.program import Program
from tests.support.widgets import part
from tests.support.windows import answered, dispose, make_config, opened, register, shown


def open_settings(qtbot: QtBot, window: MainWindow) -> SettingsDialog:
    QTest.keyClick(part(window, QLineEdit, "entry_edit"), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = part(window, SettingsDialog, "settings_dialog")
    qtbot.waitUntil(lambda: part(dialog, QPushButton, "save_settings_button").isEnabled())
    return dialog


def test_settings_open_by_their_key_and_what_is_saved_counts_at_once(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        dialog = open_settings(qtbot, window)
        part(dialog, QSpinBox, "records_page_size_setting").setValue(50)
        part(dialog, QSpinBox, "security_idle_lock_minutes_setting").setValue(1)
        part(dialog, QSpinBox, "random_length_setting").setValue(4)
        part(dialog, QLineEdit, "account_default_balance_setting").setText("5.00")
        with qtbot.waitSignals([dialog.done_saving, program.records.page_changed]):
            part(dialog, QPushButton, "save_settings_button").click()
        assert part(window, QComboBox, "page_size_combo").currentData() == 50
        assert window.statusBar().currentMessage() == "The settings are saved."
        assert program.access.config.account.default_balance == 5_00
        assert program.access.config.random.length == 4
        now = time.time() + 61  # a minute without a key
        monkeypatch.setattr(sessions, "awake_or_asleep", lambda: (now, now))
        with qtbot.waitSignal(program.sessions.signed_out) as told:
            program.sessions.note_activity()
        assert "Locked after 1 minute" in told.args[0]


def test_the_window_begins_with_the_pane_that_was_chosen(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    config = make_config(tmp_path)
    chosen = replace(config, window=config.window._replace(start_pane="calculator"))
    program = Program(qapp, configuration.places(tmp_path), chosen)
    try:
        program.start()
        window = register(qtbot, program)
        assert window.calculator_panel.isVisible()
        assert not window.records_browser.isVisible()
    finally:
        program.close()
        dispose(qapp, program)


def test_administration_is_offered_to_administrators_alone(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        action = part(window, QAction, "administration_action")
        assert (action.isVisible(), action.isEnabled()) == (True, True)
        action.trigger()
        administration = part(window, QWidget, "administration_window")
        assert administration.isVisible()
        program.sessions.sign_out()
        assert not administration.isVisible()
        assert not action.isVisible()
        register(qtbot, program, "ann@example.org")
        assert (action.isVisible(), action.isEnabled()) == (False, False)


def test_who_is_invited_chooses_a_password_before_the_window_opens(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    email, own = "new@example.org", "a horse of my own 3"
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        part(window, QAction, "administration_action").trigger()
        controller = part(window, AdministrationController, "administration_controller")
        with qtbot.waitSignal(controller.invited) as told:
            controller.invite(email)
        program.sessions.sign_out()
        for given_up in (True, False):
            with qtbot.waitSignal(program.sessions.password_due):
                program.sessions.sign_in(email, told.args[0].password)
            assert not window.isVisible()
            dialog = part(program.login_dialog, PasswordDialog, "password_dialog")
            assert "given to you by an administrator" in part(dialog, QLabel, "password_intro_label").text()
            if given_up:
                with qtbot.waitSignal(program.sessions.signed_out):
                    dialog.reject()
                qtbot.waitUntil(lambda: not program.login_dialog.findChildren(PasswordDialog))
        part(dialog, QLineEdit, "old_password_edit").setText(told.args[0].password)
        for name in ("new", "again"):
            part(dialog, QLineEdit, f"{name}_password_edit").setText(own)
        with qtbot.waitSignals([program.sessions.signed_in, program.calculator.statement_changed]):
            dialog.findChildren(QPushButton)[0].click()
        assert window.isVisible()
        assert program.sessions.session.username == email
        program.sessions.sign_out()
        with qtbot.waitSignal(program.sessions.signed_in):
            program.sessions.sign_in(email, own)


@pytest.mark.usefixtures("noon")
def test_a_budget_that_is_saved_is_kept_to_at_once(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        assert shown(window, "budget_label") == ""
        dialog = open_settings(qtbot, window)
        part(dialog, QLineEdit, "spending_monthly_budget_setting").setText("50")
        combo = part(dialog, QComboBox, "spending_beyond_budget_setting")
        combo.setCurrentIndex(combo.findData("refuse"))
        with qtbot.waitSignal(dialog.done_saving):
            part(dialog, QPushButton, "save_settings_button").click()
        qtbot.waitUntil(lambda: shown(window, "budget_label") == "50.00 left of this month’s 50.00")
        for text in ("2 × 2", "2 × 3"):
            part(window, QLineEdit, "entry_edit").setText(text)
            with answered(qtbot, program):
                program.calculator.evaluate()
        qtbot.waitUntil(lambda: shown(window, "budget_label") == "20.00 left of this month’s 50.00")
        assert "20.00 of this month's budget of 50.00 is left" in shown(window, "message_label")
        assert "Nothing was charged." in shown(window, "message_label")
        assert shown(window, "balance_label") == "970.00"


def test_a_note_is_written_beside_a_record_and_found(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        table = part(window, QTableView, "records_table")
        table.setCurrentIndex(table.model().index(0, 0))
        part(window, QAction, "record_note_action").trigger()
        dialog = part(window, NoteDialog, "note_dialog")
        part(dialog, QLineEdit, "note_edit").setText("For the roof")
        with qtbot.waitSignals([program.records.noted, program.records.page_changed]):
            dialog.findChildren(QPushButton)[0].click()
        qtbot.waitUntil(lambda: not window.findChildren(NoteDialog))
        with qtbot.waitSignal(program.records.page_changed):
            part(window, QLineEdit, "search_edit").setText("ROOF")
        assert table.model().rowCount() == 1
        table.activated.emit(table.model().index(0, 0))
        record = part(window, RecordDialog, "record_dialog")
        assert part(record, QLabel, "record_note_label").text() == "For the roof"
        part(record, QPushButton, "note_button").click()
        again = part(window, NoteDialog, "note_dialog")
        assert part(again, QLineEdit, "note_edit").text() == "For the roof"
