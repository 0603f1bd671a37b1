"""The records browser with a controller that only notes what it is asked; the test answers with pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QItemSelectionModel, QLocale, QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QComboBox, QDateEdit, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop.errors import StoreFull
from desktop.values import Column, Entry, Filters, OperationType
from desktop.views.columns import COLUMNS
from desktop.views.records_browser import RecordsBrowser
from desktop.views.records_table import RecordsTable
from tests.support.fake_controllers import REFERENCE, FakeRecords, entry, failure, page
from tests.support.widgets import part

ENTRIES = tuple(entry(number) for number in range(30, 5, -1))
WHOLE_ROW = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def records(qtbot: QtBot) -> FakeRecords:
    return FakeRecords()


@pytest.fixture
def browser(qtbot: QtBot, records: FakeRecords, settings: QSettings) -> RecordsBrowser:
    return open_browser(qtbot, records, settings)


def open_browser(qtbot: QtBot, records: FakeRecords, settings: QSettings) -> RecordsBrowser:
    made = RecordsBrowser(
        records=records,
        settings=settings,
        page_size=25,
        page_sizes=(10, 25, 50),
        locale=QLocale(QLocale.Language.C),
    )
    qtbot.addWidget(made)
    made.resize(860, 600)
    made.start()
    with qtbot.waitExposed(made):
        made.show()
    answer(records, ENTRIES)
    return made


def answer(records: FakeRecords, entries: tuple[Entry, ...], *, count: int = 1234) -> None:
    """Answer the last request, as the real controller does."""
    count = count if entries else 0
    request = records.request
    records.page_changed.emit(page(entries, request=request, count=count, number=request.number if entries else 1))


def table(browser: RecordsBrowser) -> RecordsTable:
    return part(browser, RecordsTable, "records_table")


def choose(browser: RecordsBrowser, *rows: int) -> None:
    table(browser).clearSelection()
    for row in rows:
        table(browser).selectionModel().select(table(browser).model().index(row, 0), WHOLE_ROW)


def action(browser: RecordsBrowser, name: str) -> QAction:
    return part(browser, QAction, name)


def trash(browser: RecordsBrowser) -> QToolButton:
    return part(browser, QToolButton, "trash_toggle")


def visible_texts(browser: RecordsBrowser) -> str:
    return "\n".join(label.text() for label in browser.findChildren(QLabel) if label.isVisible())


def test_the_first_page_is_the_newest(browser: RecordsBrowser, records: FakeRecords) -> None:
    (request,) = records.requests
    assert (request.sort, request.descending, request.number, request.size) == (Column.DATE, True, 1, 25)
    assert table(browser).model().rowCount() == 25


def test_every_filter_asks_for_the_first_page_under_all_of_them(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    part(browser, QToolButton, "next_page_button").click()
    combo = part(browser, QComboBox, "operation_filter")
    combo.setCurrentText("Division")
    part(browser, QDateEdit, "from_date").setDate(QDate(2025, 7, 1))
    qtbot.keyClicks(part(browser, QLineEdit, "search_edit"), "%_")
    qtbot.waitUntil(lambda: records.request.filters.search == ("%_",))
    assert records.request.number == 1
    assert records.request.filters.operations == {OperationType.DIVISION}
    assert records.request.filters.since is not None


def test_a_click_on_a_head_sorts_and_a_second_one_turns_the_order(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    header = table(browser).horizontalHeader()
    place = COLUMNS.index(Column.AMOUNT)
    middle = QPoint(header.sectionViewportPosition(place) + 10, header.height() // 2)
    orders = []
    for _ in range(2):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        assert records.request.sort is Column.AMOUNT
        orders.append(records.request.descending)
    assert sorted(orders) == [False, True]
    assert header.sortIndicatorSection() == place


def test_the_order_can_be_chosen_from_a_menu_by_keyboard(browser: RecordsBrowser, records: FakeRecords) -> None:
    by_amount = browser.sort_menu.actions()[COLUMNS.index(Column.AMOUNT)]
    by_amount.trigger()
    assert (records.request.sort, records.request.descending) == (Column.AMOUNT, True)
    by_amount.trigger()
    assert (records.request.sort, records.request.descending) == (Column.AMOUNT, False)


@pytest.mark.parametrize(
    ("number", "size", "wanted"), [(1, 10, 1), (3, 10, 6), (3, 50, 2)], ids=["first", "smaller", "larger"]
)
def test_another_page_size_keeps_the_first_record_in_sight(
    browser: RecordsBrowser, records: FakeRecords, number: int, size: int, wanted: int
) -> None:
    for _ in range(number - 1):
        part(browser, QToolButton, "next_page_button").click()
        answer(records, ENTRIES)
    combo = part(browser, QComboBox, "page_size_combo")
    combo.setCurrentIndex(combo.findData(size))
    assert (records.request.number, records.request.size) == (wanted, size)


def test_what_was_chosen_stays_chosen_when_the_page_comes_again(browser: RecordsBrowser, records: FakeRecords) -> None:
    choose(browser, 2, 4)
    answer(records, (entry(31), *ENTRIES[:-1]))
    assert table(browser).chosen() == (28, 26)


def test_delete_by_key_deletes_all_that_are_chosen(qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords) -> None:
    choose(browser, 0, 2)
    table(browser).setFocus()
    qtbot.keyClick(table(browser), Qt.Key.Key_Delete)
    assert records.asked == [("delete", (30, 28))]


def test_del_in_the_search_deletes_no_record(qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords) -> None:
    choose(browser, 0)
    search = part(browser, QLineEdit, "search_edit")
    search.setFocus()
    qtbot.keyClick(search, Qt.Key.Key_Delete)
    assert records.asked == []


def test_only_what_can_be_done_can_be_pressed(browser: RecordsBrowser, records: FakeRecords) -> None:
    def possible() -> set[str]:
        names = ("delete_action", "restore_action", "export_action")
        return {name for name in names if action(browser, name).isEnabled()}

    assert possible() == {"export_action"}
    choose(browser, 0)
    assert possible() == {"delete_action", "export_action"}
    trash(browser).click()
    answer(records, ENTRIES)
    choose(browser, 0)
    assert possible() == {"restore_action", "export_action"}
    answer(records, ())
    assert possible() == set()


def test_the_trash_shows_deleted_records_and_restores_them(browser: RecordsBrowser, records: FakeRecords) -> None:
    trash(browser).click()
    assert records.request.filters.trash
    answer(records, ENTRIES[:3])
    choose(browser, 1, 2)
    action(browser, "restore_action").trigger()
    assert records.asked == [("restore", (29, 28))]


def test_a_deletion_can_be_undone_while_it_is_offered(browser: RecordsBrowser, records: FakeRecords) -> None:
    button = part(browser, QPushButton, "undo_button")
    assert not button.isVisible()
    records.undo_changed.emit(True, "3 records deleted")
    assert button.isVisible()
    assert "3 records deleted" in visible_texts(browser)
    button.click()
    assert records.asked == [("undo",)]
    records.undo_changed.emit(False, "")
    assert not button.isVisible()


def test_nothing_yet_says_what_will_be_here(browser: RecordsBrowser, records: FakeRecords) -> None:
    answer(records, ())
    assert "No records yet" in visible_texts(browser)
    assert not part(browser, QPushButton, "empty_clear_button").isVisible()
    assert not table(browser).isVisible()


def test_nothing_that_matches_offers_to_clear_the_filters(browser: RecordsBrowser, records: FakeRecords) -> None:
    part(browser, QComboBox, "operation_filter").setCurrentIndex(1)
    answer(records, ())
    assert "Nothing matches" in visible_texts(browser)
    part(browser, QPushButton, "empty_clear_button").click()
    assert records.request.filters == Filters()


def test_an_empty_trash_says_so(browser: RecordsBrowser, records: FakeRecords) -> None:
    trash(browser).click()
    answer(records, ())
    assert "Trash is empty" in visible_texts(browser)


def test_money_is_never_cut(browser: RecordsBrowser, records: FakeRecords) -> None:
    rich = entry(1, amount=-(10**14), operation=OperationType.CREDIT, user_balance=10**15)
    answer(records, (rich, *ENTRIES))
    for column in (Column.DATE, Column.AMOUNT, Column.BALANCE):
        place = COLUMNS.index(column)
        assert table(browser).columnWidth(place) >= table(browser).sizeHintForColumn(place)


def test_tab_leaves_the_table(qtbot: QtBot, browser: RecordsBrowser) -> None:
    table(browser).setFocus()
    qtbot.keyClick(table(browser), Qt.Key.Key_Tab)
    assert not table(browser).hasFocus()


def test_rows_are_copied_as_they_are_shown(qtbot: QtBot, browser: RecordsBrowser) -> None:
    choose(browser, 0, 1)
    action(browser, "copy_records_action").trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[0].split("\t")[1:] == ["Addition", "1 + 30", "31", "−10.00", "700.00"]


def test_export_says_how_many_records_and_asks_for_just_these(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    assert action(browser, "export_action").text() == "&Export 1,234 records …"
    with qtbot.waitSignal(browser.export_asked) as asked:
        action(browser, "export_action").trigger()
    assert asked.args == [records.request, 1234]


def test_records_are_copied_in_each_format_with_their_headers(browser: RecordsBrowser) -> None:
    choose(browser, 0, 1)
    copied = {}
    for name in ("text", "csv", "json", "markdown"):
        action(browser, f"copy_as_{name}_action").trigger()
        copied[name] = QGuiApplication.clipboard().text()
    assert copied["text"].splitlines()[0].split("\t") == [
        "Date", "Operation", "Operands", "Result", "Amount", "Balance",
    ]  # fmt: skip
    assert len(copied["text"].splitlines()) == 3
    assert copied["csv"].splitlines()[0] == "date,operation,operands,response,exact,amount,user_balance"
    assert [one["response"] for one in json.loads(copied["json"])] == ["31", "30"]
    assert copied["markdown"].splitlines()[2].split("|")[3].strip() == "1 + 30"


def test_columns_are_copied_in_the_order_shown(browser: RecordsBrowser) -> None:
    table(browser).horizontalHeader().moveSection(4, 0)
    choose(browser, 0)
    action(browser, "copy_as_csv_action").trigger()
    assert QGuiApplication.clipboard().text().startswith("amount,date,operation")


def test_nothing_chosen_is_nothing_to_copy(browser: RecordsBrowser) -> None:
    assert not browser.copy_menu.isEnabled()
    choose(browser, 0)
    assert browser.copy_menu.isEnabled()


def test_what_failed_is_shown_in_place_until_the_next_page(browser: RecordsBrowser, records: FakeRecords) -> None:
    records.failed.emit(failure(StoreFull("The disk is full. Nothing was changed.")))
    assert "The disk is full" in visible_texts(browser)
    assert REFERENCE in visible_texts(browser)
    answer(records, ENTRIES)
    assert "The disk is full" not in visible_texts(browser)


def test_widths_order_sort_and_page_size_are_remembered(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords, settings: QSettings
) -> None:
    header = table(browser).horizontalHeader()
    header.moveSection(5, 0)
    header.resizeSection(1, 222)
    browser.sort_menu.actions()[COLUMNS.index(Column.BALANCE)].trigger()
    combo = part(browser, QComboBox, "page_size_combo")
    combo.setCurrentIndex(combo.findData(50))
    answer(records, ENTRIES)
    browser.remember()
    settings.sync()
    stored = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    again = open_browser(qtbot, records, stored)
    assert (records.request.sort, records.request.size) == (Column.BALANCE, 50)
    assert table(again).horizontalHeader().visualIndex(5) == 0
    assert table(again).columnWidth(1) == 222
    assert part(again, QComboBox, "page_size_combo").currentData() == 50


def test_widths_that_a_person_set_survive_the_next_page(browser: RecordsBrowser, records: FakeRecords) -> None:
    table(browser).horizontalHeader().resizeSection(1, 222)
    answer(records, ENTRIES)
    browser.resize(900, 600)
    assert table(browser).columnWidth(1) == 222


def test_settings_that_make_no_sense_are_left_out_of_account(
    qtbot: QtBot, records: FakeRecords, settings: QSettings
) -> None:
    for name, value in (("sort", "colour"), ("page_size", "-3"), ("header", "x"), ("descending", "?")):
        settings.setValue(f"records/{name}", value)
    open_browser(qtbot, records, settings)
    assert (records.request.sort, records.request.size) == (Column.DATE, 25)


def test_when_somebody_else_may_sign_in_nothing_is_left(browser: RecordsBrowser, records: FakeRecords) -> None:
    trash(browser).click()
    part(browser, QLineEdit, "search_edit").setText("x")
    browser.forget()
    assert table(browser).model().rowCount() == 0
    assert part(browser, QLineEdit, "search_edit").text() == ""
    assert not trash(browser).isChecked()


def test_a_late_page_of_the_last_page_number_is_taken_over(browser: RecordsBrowser, records: FakeRecords) -> None:
    """Asking past the end gives the last page; going back then starts from there."""
    request = replace(records.request, number=50)
    records.page_changed.emit(page(ENTRIES, request=request, count=1000, number=40))
    part(browser, QToolButton, "previous_page_button").click()
    assert records.request.number == 39


def test_everything_is_still_usable_in_a_narrow_window(qtbot: QtBot, browser: RecordsBrowser) -> None:
    browser.resize(browser.minimumSizeHint().width(), 500)
    search = part(browser, QLineEdit, "search_edit")
    combo = part(browser, QComboBox, "operation_filter")
    qtbot.waitUntil(lambda: search.mapTo(browser, QPoint()).y() < combo.mapTo(browser, QPoint()).y() - 10)
    assert search.width() > 200
