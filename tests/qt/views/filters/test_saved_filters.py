"""Filters by name: the shelf that keeps them, and the button that offers them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from desktop.views.filters.saved_filters import SavedFilters
from desktop.views.filters.saved_menu import SavedMenu
from tests.support.widgets import part

STATE = {"filters": {"search": "ü “12,5”"}, "descending": True, "columns": {"widths": {"date": 140}}}


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def shelf(settings: QSettings) -> SavedFilters:
    made = SavedFilters(settings)
    made.belong_to("ada@example.org")
    return made


@pytest.fixture
def menu(qtbot: QtBot, shelf: SavedFilters) -> SavedMenu:
    made = SavedMenu(shelf=shelf)
    qtbot.addWidget(made)
    return made


def opened(menu: SavedMenu) -> QMenu:
    """The button's menu as it is when it opens."""
    part(menu, QMenu, "saved_filters_menu").aboutToShow.emit()
    return part(menu, QMenu, "saved_filters_menu")


def names(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.data() is not None]


def action(menu: QMenu, text: str) -> QAction:
    (found,) = (action for action in menu.actions() if action.text() == text)
    return found


def test_what_was_saved_is_there_at_the_next_start(shelf: SavedFilters, settings: QSettings) -> None:
    shelf.save("Lunch", STATE)
    settings.sync()
    again = SavedFilters(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    again.belong_to("ada@example.org")
    assert again.get("Lunch") == STATE


def test_names_are_in_the_alphabets_order_and_a_name_is_there_once(shelf: SavedFilters) -> None:
    for name in ("b", "A", "c", "b"):
        shelf.save(name, {"name": name})
    assert shelf.names() == ["A", "b", "c"]


def test_one_person_does_not_see_what_another_looked_for(shelf: SavedFilters) -> None:
    shelf.save("Lunch", STATE)
    shelf.belong_to("bob@example.org")
    assert shelf.names() == []
    assert shelf.get("Lunch") is None
    shelf.save("Mine", {})
    shelf.belong_to("ada@example.org")
    assert shelf.names() == ["Lunch"]


@pytest.mark.parametrize("spoilt", ["{", "[]", '{"ada@example.org": 5}', '{"ada@example.org": {"Lunch": 5}}'])
def test_settings_that_make_no_sense_are_no_trouble(settings: QSettings, shelf: SavedFilters, spoilt: str) -> None:
    settings.setValue("saved_filters", spoilt)
    assert shelf.get("Lunch") is None
    shelf.save("Lunch", STATE)
    assert shelf.get("Lunch") == STATE


def test_a_name_that_is_chosen_is_taken_up(qtbot: QtBot, menu: SavedMenu) -> None:
    menu.keep("Lunch & dinner", STATE)
    with qtbot.waitSignal(menu.taken_up) as taken:
        action(opened(menu), "Lunch && dinner").trigger()
    assert taken.args == ["Lunch & dinner", STATE]


def test_a_name_can_be_removed(qtbot: QtBot, menu: SavedMenu) -> None:
    menu.keep("Lunch", STATE)
    menu.keep("Travel", {})
    opened(menu)
    removal = part(menu, QMenu, "remove_saved_menu")
    with qtbot.assertNotEmitted(menu.taken_up):
        action(removal, "Lunch").trigger()
    assert names(opened(menu)) == ["Travel"]
    assert names(removal) == ["Travel"]


def test_with_nothing_saved_there_is_nothing_to_remove(menu: SavedMenu) -> None:
    assert names(opened(menu)) == []
    assert not part(menu, QMenu, "remove_saved_menu").isEnabled()


def test_saving_asks_for_a_name_without_stopping_the_window(qtbot: QtBot, menu: SavedMenu) -> None:
    menu.keep("Lunch", STATE)
    menu.save_action.trigger()
    dialog = part(menu.window(), QInputDialog, "save_filters_dialog")
    assert dialog.isVisible()
    assert "Lunch" in dialog.comboBoxItems()  # to be replaced
    dialog.setTextValue("  Rent ")
    with qtbot.waitSignal(menu.save_asked) as asked:
        dialog.accept()
    assert asked.args == ["Rent"]


def test_no_name_saves_nothing(qtbot: QtBot, menu: SavedMenu) -> None:
    menu.save_action.trigger()
    with qtbot.assertNotEmitted(menu.save_asked):
        part(menu.window(), QInputDialog, "save_filters_dialog").accept()
