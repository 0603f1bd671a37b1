"""What only has to be looked at in the real window: letters, forms, and what dialogs say. All share one window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.views.dialogs.shortcuts import SHORTCUTS
from desktop.views.main_window.window import MainWindow
from tests.support.hands import calculate, details
from tests.support.letters import texts_of, twice
from tests.support.widgets import part
from tests.support.windows import opened, register


@pytest.fixture(scope="module")
def window(lasting_bot: QtBot, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """With three calculations on record."""
    with opened(qapp, tmp_path_factory.mktemp("ledger")) as program:
        made = register(lasting_bot, program)
        for text in ("1+1", "5/3", "7*6"):
            calculate(lasting_bot, program, text)
        made.activateWindow()
        lasting_bot.waitUntil(made.isActiveWindow)
        yield made


def test_no_two_things_of_the_window_share_a_letter(window: MainWindow) -> None:
    bar = [action.text() for action in window.menuBar().actions()]
    assert twice(texts_of(window) + bar) == []


def test_each_entry_of_a_menu_has_a_letter_of_its_own(window: MainWindow) -> None:
    for menu in [action.menu() for action in window.menuBar().actions()]:
        check_menu(menu)


def check_menu(menu: QObject | None) -> None:
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert twice(texts) == [], menu.title()
    assert [text for text in texts if not QKeySequence.mnemonic(text).toString()] == [], menu.title()
    for action in menu.actions():
        if action.menu() is not None:
            check_menu(action.menu())


def test_no_two_things_of_a_dialog_share_a_letter(qtbot: QtBot, window: MainWindow) -> None:
    for name in ("statement", "export", "change_password", "verify", "about", "shortcuts"):
        action = part(window, QAction, f"{name}_action")
        qtbot.waitUntil(action.isEnabled)
        action.trigger()
        dialog = part(window, QDialog, f"{name.removeprefix('change_')}_dialog")
        qtbot.waitUntil(dialog.isVisible)
        assert twice(texts_of(dialog)) == [], name
        dialog.reject()


def test_every_key_that_help_names_is_one_of_the_window(window: MainWindow) -> None:
    known = {action.shortcut().toString() for action in window.findChildren(QAction)}
    named = [keys for keys, _ in SHORTCUTS if "+" in keys and keys.isascii() and "," not in keys]
    assert [keys for keys in named if QKeySequence(keys).toString() not in known] == []


@pytest.mark.parametrize("how", ["Enter", "double click"])
def test_a_records_details_have_every_figure_of_it(qtbot: QtBot, window: MainWindow, how: str) -> None:
    dialog = details(qtbot, window, 1, how)
    said = {
        label.objectName().removeprefix("record_").removesuffix("_label"): label.text()
        for label in dialog.findChildren(QLabel)
    }
    assert (said["result"], said["source"]) == ("≈ 1.666666666666666666666666666666667", "computed, rounded")
    assert (said["amount"], said["balance"], said["no"]) == ("−40.00", "950.00", "3")
    assert len(said["request"]) == 36
    assert "ledger" in said["proof"]
    part(dialog, QAbstractButton, "copy_record_button").click()
    assert "Result: ≈ 1.666666666666666666666666666666667\n" in QApplication.clipboard().text()
    assert twice(texts_of(dialog)) == []
    dialog.reject()


def test_what_is_no_calculation_has_no_number_to_go_on_with(qtbot: QtBot, window: MainWindow) -> None:
    dialog = details(qtbot, window, 3, "Enter")  # the starting balance
    assert not part(dialog, QAbstractButton, "use_result_button").isEnabled()
    assert not part(dialog, QAbstractButton, "enter_again_button").isEnabled()
    dialog.reject()


def test_about_names_versions_and_licences(qtbot: QtBot, window: MainWindow) -> None:
    part(window, QAction, "about_action").trigger()
    dialog = part(window, QDialog, "about_dialog")
    (shown,) = dialog.findChildren(QPlainTextEdit)
    for word in ("Python 3", "SQLite 3", "MIT", "LGPL", "Store: "):
        assert word in shown.toPlainText()
    targets = re.findall('href="([^"]+)"', part(dialog, QLabel, "links_label").text())
    assert [Path(QUrl(target).toLocalFile()).exists() for target in targets] == [True, True]
    dialog.reject()


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("statement_action", "statement_dialog"),
        ("export_action", "export_dialog"),
        ("change_password_action", "password_dialog"),
    ],
)
def test_a_form_has_fields_of_one_height_with_their_labels_level(
    qtbot: QtBot, window: MainWindow, action: str, name: str
) -> None:
    qtbot.waitUntil(part(window, QAction, action).isEnabled)
    part(window, QAction, action).trigger()
    dialog = part(window, QDialog, name)
    qtbot.waitUntil(dialog.isVisible)
    pairs = [(label, label.buddy()) for label in dialog.findChildren(QLabel) if label.buddy() is not None]
    assert len(pairs) > 1
    assert len({field.height() for _, field in pairs}) == 1
    for label, field in pairs:
        assert abs(label.geometry().center().y() - field.geometry().center().y()) <= 1, label.text()
    dialog.reject()
