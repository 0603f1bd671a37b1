"""What is saved in the settings of the real program counts at once, or from the next start on."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from desktop.controllers import sessions
from desktop.settings import config as configuration
from desktop.views.main_window.window import MainWindow
from desktop.views.settings.dialog import SettingsDialog
from desktop.window.program import Program
from tests.support.widgets import part
from tests.support.windows import dispose, make_config, opened, register


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
    chosen = replace(config, window=replace(config.window, start_pane="calculator"))
    program = Program(qapp, configuration.places(tmp_path), chosen)
    try:
        program.start()
        window = register(qtbot, program)
        assert window.calculator_panel.isVisible()
        assert not window.records_browser.isVisible()
    finally:
        program.close()
        dispose(qapp, program)
