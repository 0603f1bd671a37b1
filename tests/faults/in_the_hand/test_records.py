"""The table of the records, its filters and its pages under a real mouse and keyboard."""

from __future__ import annotations

import re

import pytest

from tests.faults.in_the_hand.conftest import SIZE
from tests.support.sittings import POSSIBLE, Sitting, until

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")


@pytest.mark.faults
def test_esc_in_the_search_clears_goes_back_and_can_be_undone(sitting: Sitting) -> None:
    sitting.calculate("86420*1")  # in no other record, moment or balance
    sitting.press("ctrl+f")
    sitting.type("86420")
    until(lambda: sitting.text("total_label").startswith("1 record "), "the record that was looked for")
    sitting.press("Escape")
    sitting.wait_text("search_edit", "")
    sitting.wait_text("undo_label", "Filter “86420” removed")
    sitting.press("ctrl+z")
    sitting.wait_text("search_edit", "86420")
    sitting.press("Escape", "Escape")
    sitting.wait_focus("entry_edit")


@pytest.mark.faults
def test_records_stand_in_the_order_of_what_is_shown(sitting: Sitting) -> None:
    sitting.calculate("9-1")
    for _ in range(2):
        sort_by(sitting, 4)
        until(lambda: amounts_in_order(sitting), "an order")
    for _ in range(3):
        if dates_in_order(sitting) < 0:
            break
        sort_by(sitting, 0)
    assert dates_in_order(sitting) < 0, "the newest first, as it was"


def sort_by(sitting: Sitting, column: int) -> None:
    sitting.xdotool("sleep", "0.6")  # or two clicks would be a double one
    sitting.click(sitting.see("header", "records_table", column))
    sitting.xdotool("sleep", "0.6")  # as a person looks at what came


def dates_in_order(sitting: Sitting) -> int:
    """-1 with the newest record first, 1 with the oldest."""
    first, last = (sitting.see("item", "records_table", row, 0)["text"] for row in (0, -1))
    return (first < last) - (first > last)


def amounts_in_order(sitting: Sitting) -> list[float]:
    rows = sitting.see("item", "records_table", 0, 4)["rows"]
    texts = [sitting.see("item", "records_table", row, 4)["text"] for row in range(rows)]
    amounts = [float(text.replace(",", "").replace("−", "-")) for text in texts]
    return amounts if len(set(amounts)) > 1 and amounts in (sorted(amounts), sorted(amounts, reverse=True)) else []


@pytest.mark.faults
def test_a_record_opens_and_is_gone_on_with(sitting: Sitting) -> None:
    sitting.calculate("12.5*3")
    cell = sitting.see("item", "records_table", 0, 2)["where"]
    sitting.click(cell, times=2)
    sitting.wait_window("record_dialog")
    sitting.click("use_result_button")
    sitting.wait_text("entry_edit", "37.5")
    sitting.click(cell)
    sitting.wait_focus("records_table")
    sitting.press("Return")
    sitting.wait_window("record_dialog")
    sitting.press("Return")
    sitting.wait_window("main_window")
    sitting.press("Return")
    sitting.wait_window("record_dialog")
    sitting.click("enter_again_button")
    sitting.wait_text("entry_edit", "12.5 × 3")
    assert "30.00" in sitting.text("quote_label"), "its price first"
    sitting.click(sitting.see("item", "tape_view", -1)["where"], button=3)
    sitting.wait_window("tape_menu")


@pytest.mark.faults
def test_keys_turn_the_page_and_a_page_fits(sitting: Sitting) -> None:
    page = lambda: sitting.see("read", "page_spin", "value")  # noqa: E731
    assert sitting.see("item", "records_table", 0)["scrolls"] == 0, "one would have to scroll"
    sitting.press("ctrl+f", "Return", "ctrl+Next")
    until(lambda: page() == 2, "page 2")
    sitting.press("ctrl+Prior")
    until(lambda: page() == 1, "page 1")
    sitting.press("alt+End")
    until(lambda: page() > 2, "the last page")
    sitting.press("alt+Home")
    until(lambda: page() == 1, "the first page")
    sitting.press("Next", "Next")
    until(lambda: page() == 2, "page 2 by PgDn in the last row")
    sitting.press("alt+Home")
    until(lambda: page() == 1, "the first page")


@pytest.mark.faults
def test_deleting_moves_nothing_and_the_bar_brings_it_back(sitting: Sitting) -> None:
    until(lambda: sitting.text("pages_label").startswith("of "), "the totals")
    names = ("records_table", "next_page_button", "trash_toggle", "export_button", "search_edit")
    before = [sitting.see("where", name) for name in names]
    sitting.click(sitting.see("item", "records_table", 1, 2)["where"])
    sitting.press("Delete")
    until(lambda: sitting.text("undo_label") == "1 record deleted", "the offer")
    assert [sitting.see("where", name) for name in names] == before
    assert len(sitting.records("--trash")) == 1
    sitting.click("undo_button")
    until(lambda: not sitting.records("--trash"), "an empty Trash")


@pytest.mark.faults
def test_amount_means_what_is_shown(sitting: Sitting) -> None:
    sitting.calculate("3*4")
    show_further(sitting, True)
    sitting.click("least_edit")
    sitting.type("-30")
    sitting.press("Tab")
    sitting.type("-20")
    until(lambda: {row_amount(sitting, row) for row in range(rows(sitting))} <= {"−30.00", "−20.00"}, "those rows")
    assert rows(sitting) > 0
    sitting.press("ctrl+a")
    sitting.type("-50")
    until(lambda: "the first one is the larger" in sitting.text("filter_trouble_label"), "a sentence")
    sitting.press("ctrl+a")
    sitting.type("abc")
    until(lambda: "abc" in sitting.text("filter_trouble_label"), "another sentence")
    sitting.click("clear_filters_button")
    show_further(sitting, False)


def show_further(sitting: Sitting, shown: bool) -> None:
    if bool(sitting.see("where", "further_filters")) != shown:
        sitting.click("more_filters_button")
    until(lambda: bool(sitting.see("where", "further_filters")) == shown, "the further filters")


def rows(sitting: Sitting) -> int:
    return int(sitting.see("item", "records_table", 0, 4)["rows"]) if sitting.see("where", "records_table") else 0


def row_amount(sitting: Sitting, row: int) -> str:
    return str(sitting.see("item", "records_table", row, 4)["text"])


@pytest.mark.faults
def test_a_calendar_opens_by_key_and_stays_on_the_screen(sitting: Sitting) -> None:
    show_further(sitting, True)
    sitting.click("from_date")
    sitting.press("alt+Down")
    place = until(lambda: sitting.see("where", "qt_calendar_calendarview"), "the calendar")
    x, y, width, height = place
    wanted = [int(part) for part in SIZE.split("x")]
    assert x >= 0
    assert y >= 0
    assert x + width <= wanted[0]
    assert y + height <= wanted[1]
    sitting.press("Escape")
    show_further(sitting, False)


@pytest.mark.faults
def test_one_sees_that_it_is_the_trash(sitting: Sitting) -> None:
    assert sitting.text("records_title_label") == "Records"
    sitting.click("trash_toggle")
    sitting.wait_text("records_title_label", "Trash")
    until(lambda: any("Trash is empty" in label for label in sitting.see("labels")), "why there is nothing")
    sitting.click("trash_toggle")
    sitting.wait_text("records_title_label", "Records")


@pytest.mark.faults
def test_labels_are_plain_and_each_filter_has_one_place(sitting: Sitting) -> None:
    until(lambda: re.search(r"Export \d[\d,]* records…", " ".join(sitting.see("buttons"))), "what is exported")
    shown = sitting.see("buttons")
    assert [text for text in shown if "▾" in text or "▼" in text] == []
    assert not (sitting.see("where", "operation_filter") and sitting.see("where", "operation_chips"))
    assert not (sitting.see("where", "period_filter") and sitting.see("where", "from_date"))


@pytest.mark.faults
def test_a_narrow_window_shares_its_room_and_cuts_no_result_that_fits(sitting: Sitting) -> None:
    sitting.calculate("1000/7")
    until(lambda: "142.857" in sitting.see("item", "records_table", 0, 3)["text"], "a result that is too long")
    sitting.calculate("1/64")
    until(lambda: sitting.see("item", "records_table", 0, 3)["text"] == "0.015625", "one that is not")
    wide = sitting.where("records_table")[2]
    sitting.resize(980, 700)
    try:
        until(lambda: sitting.where("records_table")[2] < wide and is_cut(sitting, 1, 3), "the columns shared anew")
        assert sitting.where("records_table")[2] > sitting.where("calculator_panel")[2]
        assert [column for column in range(5) if is_cut(sitting, 0, column)] == [], "cut, though there is room"
    finally:
        sitting.resize(1280, 800)


def is_cut(sitting: Sitting, row: int, column: int) -> bool:
    cell = sitting.see("item", "records_table", row, column)
    return bool(cell["has"] < cell["needs"])


@pytest.mark.faults
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_day_of_the_calendars_is_written_out(sitting: Sitting, scheme: str) -> None:
    sitting.command(scheme)
    sitting.wait_window("main_window")
    show_further(sitting, True)
    for name in ("from_date", "to_date"):
        sitting.click(name)
        sitting.press("alt+Down")
        until(lambda: sitting.see("where", "qt_calendar_calendarview"), "the calendar")
        assert sitting.see("cut", "qt_calendar_calendarview") == []
        sitting.press("Escape")
        until(lambda: not sitting.see("where", "qt_calendar_calendarview"), "the calendar closed")
    show_further(sitting, False)
    sitting.command("system colours")


@pytest.mark.faults
def test_the_menu_marks_the_order_in_force(sitting: Sitting) -> None:
    for chosen, marks in (("", {"Date", "Largest or newest first"}), ("Amount", {"Amount", "Largest or newest first"})):
        open_order(sitting)
        if chosen:
            sitting.press(letter_of(sitting, chosen))
            sitting.wait_window("main_window")
            open_order(sitting)
        assert {text for text, marked in sitting.see("choices").items() if marked} == marks
        sitting.press("Escape", "Escape", "Escape")
        sitting.wait_window("main_window")
    open_order(sitting)
    sitting.press(letter_of(sitting, "Date"))
    sitting.wait_window("main_window")


def open_order(sitting: Sitting) -> None:
    sitting.press("alt+v")
    until(lambda: "Sort by" in sitting.see("choices"), "the menu")
    sitting.press(letter_of(sitting, "Sort by"))
    until(lambda: "Amount" in sitting.see("choices"), "the orders")


def letter_of(sitting: Sitting, text: str) -> str:
    """The key of a choice in the menu in front."""
    found = next(one for one in sitting.see("lettered") if one.replace("&", "") == text)
    return str(found.partition("&")[2][0].lower())
