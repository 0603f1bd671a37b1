"""The pane that shows all of the record where the cursor is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.terms.kinds import OperationType
from desktop.views.records.browser import RecordsBrowser
from desktop.wording.grouping import show_groups
from tests.support.fake_controllers import FakeRecords, entry, page
from tests.support.widgets import part

SUM = entry(1, expression="1 + 1")
DRAWN = entry(2, operation=OperationType.RANDOM_STRING, operands="", response="Wm9o9q8d", amount=6000)


@pytest.fixture
def records(qtbot: QtBot) -> FakeRecords:
    return FakeRecords()


@pytest.fixture
def browser(qtbot: QtBot, records: FakeRecords, tmp_path: Path) -> RecordsBrowser:
    made = RecordsBrowser(
        records=records,
        settings=QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat),
        page_size=25,
        page_sizes=(25,),
        proof=lambda: "proved just now",
        locale=QLocale(QLocale.Language.C),
    )
    qtbot.addWidget(made)
    made.resize(900, 800)
    made.start()
    with qtbot.waitExposed(made):
        made.show()
    records.page_changed.emit(page((SUM, DRAWN), count=2))
    return made


def fact(browser: RecordsBrowser, name: str) -> str:
    return part(browser, QLabel, f"record_{name}_label").text()


def go_to(browser: RecordsBrowser, row: int) -> None:
    table = part(browser, QTableView, "records_table")
    table.setFocus()
    table.setCurrentIndex(table.model().index(row, 0))


def test_it_follows_the_cursor_and_says_all_of_the_record(browser: RecordsBrowser) -> None:
    browser.show_details(True)
    go_to(browser, 0)
    assert fact(browser, "operands") == "1 + 1"
    assert fact(browser, "proof") == "proved just now"
    go_to(browser, 1)
    assert fact(browser, "result") == "Wm9o9q8d"
    assert not part(browser, QPushButton, "use_result_button").isEnabled(), "it is no number"


def test_what_can_be_done_with_a_record_is_at_hand(qtbot: QtBot, browser: RecordsBrowser) -> None:
    browser.show_details(True)
    go_to(browser, 0)
    with qtbot.waitSignal(browser.result_asked) as result:
        qtbot.mouseClick(part(browser, QPushButton, "use_result_button"), Qt.MouseButton.LeftButton)
    assert result.args == ["2"]
    with qtbot.waitSignal(browser.expression_asked) as expression:
        qtbot.mouseClick(part(browser, QPushButton, "enter_again_button"), Qt.MouseButton.LeftButton)
    assert expression.args == ["1 + 1"]
    with qtbot.waitSignal(browser.copied):
        qtbot.mouseClick(part(browser, QPushButton, "copy_record_button"), Qt.MouseButton.LeftButton)
    assert "Operands: 1 + 1" in QGuiApplication.clipboard().text()


def test_a_record_that_is_gone_is_shown_no_longer(browser: RecordsBrowser, records: FakeRecords) -> None:
    browser.show_details(True)
    go_to(browser, 0)
    browser.forget()
    assert not browser.findChildren(QLabel, "record_operands_label")


def test_closing_it_is_said_and_the_records_have_the_focus(qtbot: QtBot, browser: RecordsBrowser) -> None:
    browser.show_details(True)
    assert part(browser, QWidget, "detail_pane").isVisible()
    with qtbot.waitSignal(browser.details_closed):
        qtbot.mouseClick(part(browser, QToolButton, "close_details_button"), Qt.MouseButton.LeftButton)
    assert part(browser, QTableView, "records_table").hasFocus()


def test_large_numbers_stand_in_groups_and_are_copied_plain(qtbot: QtBot, browser: RecordsBrowser) -> None:
    large = entry(3, operands="1234567 + 1", response="1234568", expression="1234567 + 1")
    browser._records.page_changed.emit(page((large,), count=1))  # noqa: SLF001 - what the test's controller answers
    browser.show_details(True)
    go_to(browser, 0)
    label = part(browser, QLabel, "record_result_label")
    grouped = label.sizeHint().width()
    label.setSelection(0, len("1234568"))
    assert label.selectedText() == "1234568"
    show_groups(False)
    try:
        browser.show_numbers_anew()
        plain = part(browser, QLabel, "record_result_label")
        assert plain.text() == "1234568"
        assert plain.sizeHint().width() < grouped
    finally:
        show_groups(True)
