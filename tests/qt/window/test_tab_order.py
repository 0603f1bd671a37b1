"""Tab goes through every dialog as it is read: from above to below, in a row from where words begin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QListView, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.settings.dialog import SettingsDialog
from desktop.window.program import Program
from desktop.wording.settings import PAGES
from tests.support.widgets import part
from tests.support.windows import opened, register, sign_in

DIALOGS = ("change_password", "export", "statement", "about", "shortcuts", "palette", "recovery_code")


@pytest.fixture(
    scope="module", params=[Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft], ids=["ltr", "rtl"]
)
def program(
    request: pytest.FixtureRequest, lasting_bot: QtBot, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    with opened(qapp, tmp_path_factory.mktemp("ledger")) as program:
        qapp.setLayoutDirection(request.param)
        register(lasting_bot, program)
        yield program
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def walked(qtbot: QtBot, dialog: QWidget) -> list[QWidget]:
    """Where Tab goes from the widget that has the focus, until it is there again."""
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.focusWidget() is not None)
    found: list[QWidget] = []
    while (here := dialog.focusWidget()) not in found:
        found.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    return found


def as_read(widgets: list[QWidget], dialog: QWidget) -> list[QWidget]:
    """The same in the order of reading: a list of pages first, then row by row."""
    mirrored = dialog.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def middle(widget: QWidget) -> QPoint:
        return widget.mapTo(dialog, widget.rect().center())

    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: middle(one).y()):
        if rows and middle(widget).y() - middle(rows[-1][0]).y() < rows[-1][0].height() // 2:
            rows[-1].append(widget)
        else:
            rows.append([widget])
    across = [sorted(row, key=lambda one: middle(one).x(), reverse=mirrored) for row in rows]
    read = [widget for row in across for widget in row]
    return sorted(read, key=lambda one: not (isinstance(one, QListView) and one.property("role") == "pages"))


def names(widgets: list[QWidget]) -> list[str]:
    return [widget.objectName() or widget.property("text") or type(widget).__name__ for widget in widgets]


def in_order(qtbot: QtBot, dialog: QWidget) -> None:
    found = walked(qtbot, dialog)
    expected = as_read(found, dialog)
    first = expected.index(found[0])  # Tab goes round
    assert names(found) == names(expected[first:] + expected[:first])


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog(qtbot: QtBot, program: Program, name: str) -> None:
    assert program.window is not None
    part(program.window, QAction, f"{name}_action").trigger()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in program.window.findChildren(QDialog)))  # type: ignore[union-attr]
    (dialog,) = (one for one in program.window.findChildren(QDialog) if one.isVisible())
    in_order(qtbot, dialog)
    dialog.reject()


def test_every_page_of_the_settings(qtbot: QtBot, program: Program) -> None:
    assert program.window is not None
    part(program.window, QAction, "settings_action").trigger()
    dialog = part(program.window, SettingsDialog, "settings_dialog")
    qtbot.waitUntil(lambda: part(dialog, QWidget, "save_settings_button").isEnabled())
    for title, _ in PAGES:
        dialog.show_page(title)
        part(dialog, QListView, "settings_pages").setFocus()
        in_order(qtbot, dialog)
    dialog.reject()


def test_the_tabs_of_the_administration(qtbot: QtBot, program: Program) -> None:
    from PySide6.QtWidgets import QTabWidget

    assert program.window is not None
    part(program.window, QObject, "administration_action").trigger()  # type: ignore[attr-defined]
    shown = part(program.window, QWidget, "administration_window")
    tabs = part(shown, QTabWidget, "administration_tabs")
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        tabs.tabBar().setFocus()
        in_order(qtbot, shown)
    shown.close()


def test_signing_in(qtbot: QtBot, program: Program) -> None:
    program.sessions.sign_out()
    qtbot.waitUntil(program.login_dialog.isVisible)
    in_order(qtbot, program.login_dialog)
    sign_in(qtbot, program)


def test_the_records_beside_the_calculator(qtbot: QtBot, program: Program) -> None:
    assert program.window is not None
    program.window.resize(1280, 860)
    program.window.activateWindow()
    browser = program.window.records_browser
    part(program.window, QWidget, "entry_edit").setFocus()
    found = [widget for widget in walked(qtbot, program.window) if browser.isAncestorOf(widget)]
    assert len(found) > 8
    assert names(found) == names(as_read(found, browser))
