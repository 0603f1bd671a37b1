"""The records browser with a controller that only notes what it is asked; the test answers with pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QEvent, QItemSelectionModel, QLocale, QPoint, QSettings, Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDateEdit,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.terms.charges import Entry
from desktop.terms.errors import StoreFull
from desktop.terms.kinds import Column, Detail, OperationType
from desktop.terms.pages import Filters
from desktop.views.filters.saved_menu import SavedMenu
from desktop.views.records.browser import RecordsBrowser
from desktop.views.records.columns import COLUMNS
from desktop.views.records.table import RecordsTable
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


def open_browser(qtbot: QtBot, records: FakeRecords, settings: QSettings, *, page_fits: bool = False) -> RecordsBrowser:
    made = RecordsBrowser(
        records=records,
        settings=settings,
        page_size=25,
        page_sizes=(10, 25, 50),
        page_fits=page_fits,
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


def test_that_the_index_is_being_made_is_said_quietly(browser: RecordsBrowser, records: FakeRecords) -> None:
    shown = part(browser, QLabel, "indexing_label")
    records.indexing.emit(1, 4)
    assert (shown.isVisible(), shown.text()) == (True, "Making the index … 25 %")
    records.indexed.emit()
    assert not shown.isVisible()


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
    by_amount.trigger()  # largest first as it is shown: money in, which a record has as less than nothing
    assert (records.request.sort, records.request.descending) == (Column.AMOUNT, False)
    by_amount.trigger()
    assert (records.request.sort, records.request.descending) == (Column.AMOUNT, True)


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


def test_many_pieces_that_were_chosen_stay_chosen_when_records_come_between(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    choose(browser, 0, 1, 2, 5, 7, 8)
    answer(records, (entry(31), *ENTRIES[:6], entry(2), *ENTRIES[6:]))
    assert table(browser).chosen() == (30, 29, 28, 25, 23, 22)


def test_a_record_that_cannot_be_shown_is_never_chosen(browser: RecordsBrowser, records: FakeRecords) -> None:
    answer(records, (*ENTRIES[:2], entry(1, amount=None), *ENTRIES[2:4]))
    table(browser).selectAll()
    assert table(browser).chosen() == (30, 29, 28, 27)


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


def test_the_offer_to_undo_can_be_put_away_and_the_next_one_comes(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    button = part(browser, QPushButton, "undo_button")
    records.undo_changed.emit(True, "3 records deleted")
    part(browser, QToolButton, "close_undo_button").click()
    assert not button.isVisible()
    records.undo_changed.emit(True, "1 record deleted")
    assert button.isVisible()


def test_nothing_yet_says_what_will_be_here(browser: RecordsBrowser, records: FakeRecords) -> None:
    answer(records, ())
    assert "No records yet" in visible_texts(browser)
    assert not part(browser, QPushButton, "empty_clear_button").isVisible()
    assert not table(browser).isVisible()


def test_where_all_is_deleted_the_trash_is_named(browser: RecordsBrowser, records: FakeRecords) -> None:
    answer(records, ())
    records.trash_changed.emit(6)
    assert "All are in the Trash" in visible_texts(browser)


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


def test_rows_are_copied_as_they_are_shown_but_for_the_minus(qtbot: QtBot, browser: RecordsBrowser) -> None:
    choose(browser, 0, 1)
    action(browser, "copy_records_action").trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[0].split("\t")[1:] == ["Addition", "1 + 30", "31", "-10.00", "700.00"]


def test_export_says_how_many_records_and_asks_for_just_these(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    assert action(browser, "export_action").text() == "&Export 1,234 records…"
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


def save(browser: RecordsBrowser, name: str) -> None:
    """Save the present filters under a name, as a person does."""
    part(browser, QAction, "save_filters_action").trigger()
    dialog = part(browser.window(), QInputDialog, "save_filters_dialog")
    dialog.setTextValue(name)
    dialog.accept()
    QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete.value)


def take_up(browser: RecordsBrowser, name: str) -> None:
    """Choose saved filters by their name."""
    menu = part(browser, QMenu, "saved_filters_menu")
    menu.aboutToShow.emit()
    (found,) = (action for action in menu.actions() if action.text() == name)
    found.trigger()


def open_menu(browser: RecordsBrowser, row: int, column: Column) -> QMenu:
    """The menu of a cell."""
    index = table(browser).model().index(row, COLUMNS.index(column))
    table(browser).scrollTo(index)
    table(browser).customContextMenuRequested.emit(table(browser).visualRect(index).center())
    return part(browser, QMenu, "record_menu")


def trigger(menu: QMenu, words: str) -> None:
    (found,) = (action for action in menu.actions() if action.text().startswith(words))
    found.trigger()
    menu.close()


def test_several_operations_are_asked_for_at_once(browser: RecordsBrowser, records: FakeRecords) -> None:
    for name in ("chip_addition", "chip_division"):
        part(browser, QToolButton, name).click()
    assert records.request.filters.operations == {OperationType.ADDITION, OperationType.DIVISION}
    assert records.request.number == 1


def test_chips_have_the_counts_of_the_controller_until_somebody_else_may_sign_in(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    records.counts_changed.emit({OperationType.ADDITION: 7})
    assert part(browser, QToolButton, "chip_addition").text() == "Addition  7"
    browser.forget()
    assert part(browser, QToolButton, "chip_addition").text() == "Addition"


def test_the_trash_says_how_many_records_are_in_it(browser: RecordsBrowser, records: FakeRecords) -> None:
    records.trash_changed.emit(1234)
    assert trash(browser).text() == "&Trash (1,234)"
    records.trash_changed.emit(0)
    assert trash(browser).text() == "&Trash"
    records.trash_changed.emit(3)
    browser.forget()
    assert trash(browser).text() == "&Trash"


def test_what_was_searched_for_is_marked_once_its_page_is_there(browser: RecordsBrowser, records: FakeRecords) -> None:
    before = table(browser).viewport().grab().toImage()
    browser.focus_search()
    part(browser, QLineEdit, "search_edit").setText("Addition")
    assert table(browser).viewport().grab().toImage() == before
    request = replace(records.request, filters=Filters(search=("Addition",)))
    records.page_changed.emit(page(ENTRIES, request=request, count=1234))
    assert table(browser).viewport().grab().toImage() != before
    answer(records, ENTRIES)
    assert table(browser).viewport().grab().toImage() == before


@pytest.mark.parametrize(
    ("column", "words", "found"),
    [
        (Column.OPERATION, "Only Addition", Filters(operations=frozenset({OperationType.ADDITION}))),
        (Column.AMOUNT, "Only amounts of −10.00", Filters(least=-1000, most=-1000)),
        (Column.OPERANDS, "Search for “1 + 29”", Filters(search=("1 + 29",))),
        (Column.RESPONSE, "Search for “30”", Filters(search=("30",))),
    ],
)
def test_the_cell_under_the_mouse_can_be_looked_for(
    browser: RecordsBrowser, records: FakeRecords, column: Column, words: str, found: Filters
) -> None:
    trigger(open_menu(browser, 1, column), words)
    assert records.request.filters == found
    assert records.request.number == 1


def test_each_cell_has_its_own_offers_and_the_menu_goes_on_as_ever(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    first = [action.text() for action in open_menu(browser, 1, Column.OPERATION).actions()]
    second = [action.text() for action in open_menu(browser, 1, Column.AMOUNT).actions()]
    assert first[0] == "Only Addition"
    assert "Only Addition" not in second
    assert first[1:] == second[2:]
    part(browser, QMenu, "record_menu").close()


def test_by_keyboard_the_cell_with_the_cursor_is_looked_for(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    table(browser).setFocus()
    table(browser).setCurrentIndex(table(browser).model().index(2, COLUMNS.index(Column.OPERATION)))
    table(browser).customContextMenuRequested.emit(QPoint(-1, -1))
    trigger(part(browser, QMenu, "record_menu"), "Only Addition")
    assert records.request.filters.operations == {OperationType.ADDITION}


def test_saved_filters_bring_back_search_filters_order_and_columns(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    part(browser, QLineEdit, "search_edit").setText("x")
    part(browser, QToolButton, "chip_division").click()
    browser.sort_menu.actions()[COLUMNS.index(Column.AMOUNT)].trigger()
    part(browser, QAction, "show_source_action").trigger()
    saved, columns = records.request, table(browser).columns_shown()
    save(browser, "Lunch")
    part(browser, QPushButton, "clear_filters_button").click()
    browser.sort_menu.actions()[COLUMNS.index(Column.DATE)].trigger()
    part(browser, QAction, "reset_columns_action").trigger()
    assert records.request != saved
    asked = len(records.requests)
    take_up(browser, "Lunch")
    assert records.request == saved
    assert len(records.requests) == asked + 1
    assert table(browser).columns_shown() == columns
    assert table(browser).horizontalHeader().sortIndicatorSection() == COLUMNS.index(Column.AMOUNT)


def test_saved_filters_of_the_trash_open_the_trash(browser: RecordsBrowser, records: FakeRecords) -> None:
    trash(browser).click()
    save(browser, "Thrown away")
    trash(browser).click()
    take_up(browser, "Thrown away")
    assert trash(browser).isChecked()
    assert records.request.filters == Filters(trash=True)


def test_saved_filters_belong_to_who_saved_them(
    browser: RecordsBrowser, records: FakeRecords, settings: QSettings
) -> None:
    browser.start("ada@example.org")
    save(browser, "Lunch")
    browser.forget()
    browser.start("bob@example.org")
    menu = part(browser, QMenu, "saved_filters_menu")
    menu.aboutToShow.emit()
    assert "Lunch" not in [action.text() for action in menu.actions()]


def test_columns_and_the_further_filters_are_remembered(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords, settings: QSettings
) -> None:
    part(browser, QAction, "show_request_action").trigger()
    part(browser, QAction, "show_balance_action").trigger()
    part(browser, QToolButton, "more_filters_button").click()
    shown = table(browser).columns_shown()
    browser.remember()
    settings.sync()
    again = open_browser(qtbot, records, QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert table(again).columns_shown() == shown
    assert part(again, QToolButton, "more_filters_button").isChecked()


def test_a_click_on_a_head_that_cannot_be_sorted_by_changes_nothing(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    part(browser, QAction, "show_source_action").trigger()
    header = table(browser).horizontalHeader()
    asked = len(records.requests)
    header.sortIndicatorChanged.emit(COLUMNS.index(Detail.SOURCE), Qt.SortOrder.AscendingOrder)
    assert len(records.requests) == asked
    assert header.sortIndicatorSection() == COLUMNS.index(Column.DATE)


def test_the_number_sorts_as_the_date_does(browser: RecordsBrowser, records: FakeRecords) -> None:
    part(browser, QAction, "show_number_action").trigger()
    place = COLUMNS.index(Detail.NUMBER)
    table(browser).horizontalHeader().setSortIndicator(place, Qt.SortOrder.AscendingOrder)
    assert (records.request.sort, records.request.descending) == (Column.DATE, False)


def test_a_menu_of_the_columns_opens_at_their_heads(browser: RecordsBrowser) -> None:
    header = table(browser).horizontalHeader()
    place = COLUMNS.index(Column.OPERATION)
    header.customContextMenuRequested.emit(QPoint(header.sectionViewportPosition(place) + 5, 5))
    assert browser.columns_menu.isVisible()
    assert part(browser, QAction, "move_column_left_action").text() == "Move “Operation” &left"
    browser.columns_menu.close()


def test_what_is_chosen_is_added_up(qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords) -> None:
    shown: list[str] = []
    browser.selection_changed.connect(shown.append)
    choose(browser, 0, 2)
    assert shown[-1] == "2 records selected · sum −20.00 · average −10.00"
    answer(records, ())
    assert shown[-1] == ""
    choose(browser)
    browser.forget()
    assert shown[-1] == ""


def test_tab_passes_through_everything_and_comes_round(qtbot: QtBot, browser: RecordsBrowser) -> None:
    part(browser, QToolButton, "more_filters_button").click()
    with qtbot.waitActive(browser):
        browser.activateWindow()
    browser.focus_search()
    passed: list[str] = []
    for _ in range(60):
        focus = browser.focusWidget()
        assert focus is not None
        if passed and focus.objectName() == "search_edit":
            break
        passed.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert browser.focusWidget().objectName() == "search_edit"
    for name in ("saved_filters_button", "from_date", "most_edit", "records_table", "page_size_combo", "trash_toggle"):
        assert passed.count(name) == 1, (name, passed)
    assert passed.index("most_edit") < passed.index("records_table") < passed.index("page_size_combo")


def test_everything_that_takes_the_keyboard_has_a_name_for_those_who_listen(browser: RecordsBrowser) -> None:
    part(browser, QToolButton, "more_filters_button").click()
    named = (QAbstractButton, QComboBox, QDateEdit, QLineEdit, QSpinBox, QAbstractItemView)
    for widget in browser.findChildren(QWidget):
        if isinstance(widget, named) and widget.isVisible() and not widget.objectName().startswith("qt_"):
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface is not None
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                assert interface.text(QAccessible.Text.Name), widget.objectName()


def test_the_browser_fits_into_560_pixels_with_all_filters_in_sight(qtbot: QtBot, browser: RecordsBrowser) -> None:
    part(browser, QToolButton, "more_filters_button").click()
    records_in_trash = 1234
    browser.resize(560, 600)
    part(browser, QToolButton, "trash_toggle").setText(f"&Trash ({records_in_trash:,})")
    assert browser.minimumSizeHint().width() <= 560
    qtbot.waitUntil(lambda: browser.width() == 560)


def test_the_cursor_stays_in_its_row_and_column(browser: RecordsBrowser, records: FakeRecords) -> None:
    table(browser).selectionModel().setCurrentIndex(
        table(browser).model().index(3, 4), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    answer(records, ENTRIES[:3] + ENTRIES[4:])  # deleted
    assert (table(browser).currentIndex().row(), table(browser).currentIndex().column()) == (3, 4)
    answer(records, ENTRIES[:2])
    assert (table(browser).currentIndex().row(), table(browser).currentIndex().column()) == (1, 4)


def test_an_export_is_of_the_page_that_was_counted(qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords) -> None:
    part(browser, QToolButton, "chip_addition").click()  # its page has not come
    with qtbot.waitSignal(browser.export_asked) as asked:
        action(browser, "export_action").trigger()
    assert [asked.args[0].filters, asked.args[1]] == [Filters(), 1234]


def test_a_new_name_that_begins_another_one_is_a_new_name(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    saved = part(browser, SavedMenu, "saved_filters_button")
    saved.keep("Division only", {})
    saved.save_action.trigger()
    dialog = part(browser.window(), QInputDialog, "save_filters_dialog")
    with qtbot.waitSignal(saved.save_asked) as asked:
        qtbot.keyClicks(part(dialog, QComboBox, "").lineEdit(), "Div")
        dialog.accept()
    assert asked.args == ["Div"]


def test_a_text_with_tags_is_shown_as_it_is(browser: RecordsBrowser, records: FakeRecords) -> None:
    answer(records, (entry(1, operation=OperationType.CREDIT, operands="<b>5</b> back"),))
    tip = table(browser).model().index(0, COLUMNS.index(Column.OPERANDS)).data(Qt.ItemDataRole.ToolTipRole)
    shown = QTextDocument()
    shown.setHtml(tip)
    assert "<b>5</b> back" in shown.toPlainText()


def test_keys_turn_the_page(qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords) -> None:
    seen = []
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    table(browser).setFocus()
    for key, modifier in (
        (Qt.Key.Key_PageDown, control),
        (Qt.Key.Key_Right, alt),
        (Qt.Key.Key_PageUp, control),
        (Qt.Key.Key_End, alt),
        (Qt.Key.Key_Left, alt),
        (Qt.Key.Key_Home, alt),
    ):
        qtbot.keyClick(table(browser), key, modifier)
        seen.append(records.request.number)
        answer(records, ENTRIES)
    assert seen == [2, 3, 2, 50, 49, 1]


def test_page_down_in_the_last_row_turns_the_page_and_page_up_in_the_first_turns_back(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords
) -> None:
    table(browser).setFocus()
    for row, key, number in ((len(ENTRIES) - 1, Qt.Key.Key_PageDown, 2), (0, Qt.Key.Key_PageUp, 1)):
        table(browser).setCurrentIndex(table(browser).model().index(row, 0))
        qtbot.keyClick(table(browser), key)
        assert records.request.number == number
        answer(records, ENTRIES)


def test_a_page_can_have_as_many_records_as_fit_and_follows_the_window(
    qtbot: QtBot, browser: RecordsBrowser, records: FakeRecords, settings: QSettings
) -> None:
    combo = part(browser, QComboBox, "page_size_combo")
    combo.setCurrentIndex(combo.findText("What fits"))
    few = records.request.size
    answer(records, ENTRIES[:few])
    assert 5 < few < 25
    qtbot.waitUntil(lambda: not table(browser).verticalScrollBar().isEnabled())
    browser.resize(860, 900)
    qtbot.waitUntil(lambda: records.request.size > few)
    browser.remember()
    again = FakeRecords()
    made = open_browser(qtbot, again, settings)
    assert part(made, QComboBox, "page_size_combo").currentText() == "What fits"


def test_at_first_a_page_has_what_fits_and_a_size_that_was_chosen_is_kept(qtbot: QtBot, settings: QSettings) -> None:
    made = open_browser(qtbot, FakeRecords(), settings, page_fits=True)
    combo = part(made, QComboBox, "page_size_combo")
    assert combo.currentText() == "What fits"
    combo.setCurrentIndex(combo.findText("10 a page"))
    made.remember()
    again = open_browser(qtbot, FakeRecords(), settings, page_fits=True)
    assert part(again, QComboBox, "page_size_combo").currentText() == "10 a page"


def test_a_button_that_cannot_turn_the_page_says_why_and_every_one_names_its_key(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    tips = [part(browser, QToolButton, f"{name}_page_button").toolTip() for name in ("first", "previous", "next")]
    assert tips == [
        "First page (Alt+Home): this is the first one",
        "Previous page (Ctrl+PgUp): this is the first one",
        "Next page (Ctrl+PgDown)",
    ]


def test_what_was_paid_for_is_not_cut_while_another_column_has_room(
    browser: RecordsBrowser, records: FakeRecords
) -> None:
    browser.resize(980, 600)
    drawn = entry(40, operation=OperationType.RANDOM_STRING, operands="", response="W" * 20)
    long = entry(41, operands="1000000 ÷ 7", response="142857.1428571428571428571428571429", exact=False)
    answer(records, (drawn, long, *ENTRIES[:5]))
    header, model = table(browser).horizontalHeader(), table(browser).model()
    for row in range(model.rowCount()):
        for place in range(6):
            needed = table(browser).sizeHintForIndex(model.index(row, place)).width()
            assert header.sectionSize(place) >= needed, model.index(row, place).data()


def test_a_column_that_is_made_wider_pushes_none_out_of_sight(browser: RecordsBrowser) -> None:
    header = table(browser).horizontalHeader()
    place = COLUMNS.index(Column.OPERATION)
    header.resizeSection(place, header.sectionSize(place) + 60)
    assert not table(browser).horizontalScrollBar().isVisible()
    balance = COLUMNS.index(Column.BALANCE)
    end = header.sectionViewportPosition(balance) + header.sectionSize(balance)
    assert end <= table(browser).viewport().width()
