"""What a person found with mouse and keys in a real window, done again: a real X display, the real program, real input.

One sitting for most of it, since it costs seconds to begin; each test leaves the window as it found it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.random_server import Behaviour, RandomServer
from tests.support.sittings import EMAIL, POSSIBLE, Sitting, screen, until

SIZE = "1440x900"
MANY = 60  # records: more than fit
KEYS = ("key_point", "key_equals", "key_7", "key_divide", "key_random", "key_clear", "tape_view")
LONG_EMAIL = "a" * 60 + "@" + ".".join(["b" * 30, "c" * 25, "example.org"])

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")
at_length = pytest.mark.faults


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    with screen(SIZE) as environ:
        yield environ


@pytest.fixture(scope="module")
def server() -> Iterator[RandomServer]:
    with RandomServer() as made:
        yield made


@pytest.fixture(scope="module")
def whole(display: dict[str, str], server: RandomServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """A window with more records than fit, on a random.org of its own."""
    made = Sitting(
        display,
        tmp_path_factory.mktemp("whole"),
        random_url=server.url,
        random_quota_url=server.quota_url,
        account_default_balance="100000.00",
    )
    made.run("register", EMAIL, "--password-stdin")
    made.run("eval", "-", "--user", EMAIL, "--password-stdin", lines="".join(f"{n}+1\n" for n in range(MANY)))
    made.begin()
    try:
        made.sign_in()
        yield made
    finally:
        made.end()


@pytest.fixture
def sitting(whole: Sitting) -> Iterator[Sitting]:
    """The window at rest: nothing typed, nothing looked for, the keyboard in the entry."""
    yield whole
    for _ in range(4):
        if whole.see("window") != "main_window":
            whole.press("Escape")
            until(lambda: True)
    whole.press("ctrl+1", "ctrl+f", "Escape", "ctrl+l", "Escape")
    until(lambda: not whole.text("entry_edit"), "an empty entry")


def newest(sitting: Sitting) -> dict[str, object]:
    return sitting.records("--per-page", "1")[0]


def test_a_result_is_replaced_or_gone_on_from_wherever_the_focus_was(sitting: Sitting) -> None:
    sitting.calculate("6*7")
    sitting.calculate("2+3")
    sitting.click(sitting.see("item", "tape_view", -2)["where"], times=2)
    sitting.wait_text("entry_edit", "42")
    sitting.calculate("2+3")
    sitting.click(sitting.see("item", "records_table", 2, 1)["where"])
    sitting.wait_focus("records_table")
    sitting.click("key_7")
    sitting.wait_text("entry_edit", "7")
    sitting.type("+1")
    sitting.press("Return")
    until(lambda: sitting.text("result_label") == "8", "8")
    assert newest(sitting)["operands"] == ["7", "1"]
    sitting.click(sitting.see("item", "records_table", 2, 1)["where"])
    sitting.click("key_add")
    sitting.wait_text("entry_edit", "8+")


def test_no_key_moves_when_something_is_said(sitting: Sitting) -> None:
    before = [sitting.where(name) for name in KEYS]
    records = len(sitting.records("--per-page", "200"))
    sitting.type("5/0")
    sitting.click("key_equals")
    until(lambda: sitting.see("where", "message_label"), "the message")
    assert [sitting.where(name) for name in KEYS] == before
    shown = [
        label for label in sitting.see("labels") if "divided by zero" in label.lower() or "by zero" in label.lower()
    ]
    assert len(shown) == 1, "it is said once"
    assert len(sitting.records("--per-page", "200")) == records


def test_every_shortcut_works_while_one_types(sitting: Sitting) -> None:
    for place in ("ctrl+l", "ctrl+f"):
        for keys, window in (("ctrl+e", "export_dialog"), ("ctrl+t", "statement_dialog")):
            sitting.press(*place.split(), keys)
            sitting.leave(window)


@at_length
@pytest.mark.parametrize("place", ["ctrl+l", "ctrl+f", "ctrl+f Tab", "ctrl+f Return"])
def test_every_shortcut_of_the_help_works_from_everywhere(sitting: Sitting, place: str) -> None:
    for keys, window in (
        ("ctrl+e", "export_dialog"),
        ("ctrl+t", "statement_dialog"),
        ("ctrl+i", "insights_window"),
        ("ctrl+comma", "settings_dialog"),
        ("ctrl+shift+p", "palette_dialog"),
        ("F1", "shortcuts_dialog"),
    ):
        sitting.press(*place.split(), keys)
        sitting.leave(window)
    sitting.press(*place.split(), "ctrl+2")
    until(lambda: not sitting.see("where", "records_table"), "the calculator alone")
    sitting.press("ctrl+3")
    until(lambda: not sitting.see("where", "entry_edit"), "the records alone")
    sitting.press("ctrl+1")
    until(lambda: sitting.see("where", "entry_edit") and sitting.see("where", "records_table"), "both")
    sitting.press(*place.split(), "ctrl+d")
    sitting.where("detail_pane")
    sitting.press("ctrl+d")
    until(lambda: not sitting.see("where", "detail_pane"), "no details")
    for keys, focus in (("ctrl+l", "entry_edit"), ("ctrl+f", "search_edit")):
        sitting.press(*place.split(), keys)
        sitting.wait_focus(focus)


@at_length
def test_an_equals_sign_pays_like_enter(sitting: Sitting) -> None:
    sitting.type("19*2=")
    until(lambda: sitting.text("result_label") == "38", "38")
    assert newest(sitting)["operands"] == ["19", "2"]


@at_length
def test_esc_in_the_search_clears_goes_back_and_can_be_undone(sitting: Sitting) -> None:
    sitting.press("ctrl+f")
    sitting.type("17")
    until(lambda: sitting.text("total_label").startswith("2 records"), sitting.text("total_label"))
    sitting.press("Escape")
    sitting.wait_text("search_edit", "")
    sitting.wait_text("undo_label", "Filter “17” removed")
    sitting.press("ctrl+z")
    sitting.wait_text("search_edit", "17")
    sitting.press("Escape", "Escape")
    sitting.wait_focus("entry_edit")


@at_length
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


@at_length
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


@at_length
def test_earlier_entries_memory_sign_and_percent(sitting: Sitting) -> None:
    sitting.calculate("21*2")
    sitting.press("Escape", "Up")
    sitting.wait_text("entry_edit", "21 × 2")
    sitting.press("Escape")
    sitting.type("5")
    for key in ("key_memory_add", "key_clear", "key_memory_recall"):
        sitting.click(key)
    sitting.wait_text("entry_edit", "5")
    sitting.click("key_sign")
    until(lambda: sitting.text("entry_edit") in ("−5", "-5"), "the sign")
    sitting.click("key_clear")
    sitting.type("200*5")
    sitting.click("key_percent")
    until(lambda: "%" in sitting.text("entry_edit"), "per cent")
    sitting.click("key_memory_clear")
    sitting.wait_text("undo_label", "Memory 5 cleared")
    sitting.click("undo_button")
    until(lambda: sitting.see("read", "key_memory_recall", "enabled"), "the memory")


@at_length
def test_groups_are_for_the_eye_alone(sitting: Sitting) -> None:
    sitting.type("1234567")
    sitting.press("Left", "Left")
    sitting.type("9")
    sitting.wait_text("entry_edit", "12345967")
    sitting.press("ctrl+a", "ctrl+c")
    assert until(sitting.clipboard) == "12345967"
    assert sitting.calculate("1234567*1") == "1,234,567"
    sitting.press("ctrl+shift+c")
    until(lambda: sitting.clipboard() == "1234567", "a plain copy")


@at_length
def test_a_long_result_keeps_its_head_in_sight_and_says_about(sitting: Sitting) -> None:
    assert sitting.calculate("1000000/7").startswith("≈ 142,857.142857")
    assert sitting.see("read", "entry_edit", "cursorPosition") == 0
    until(lambda: "≈" in sitting.see("item", "records_table", 0, 3)["text"], "the record says so too")
    assert "≈" in sitting.see("item", "tape_view", -1)["text"]
    sitting.click(sitting.see("item", "records_table", 0, 3)["where"])
    sitting.press("ctrl+c")
    until(lambda: sitting.see("status") == "Copied 1 record", "it is said")
    until(lambda: "142857.1428571428571428571428571429" in sitting.clipboard().replace(",", ""), "every figure")


@at_length
def test_what_stands_off_says_why_under_a_real_pointer(sitting: Sitting) -> None:
    sitting.point(sitting.where("previous_page_button"))
    assert "first" in until(lambda: sitting.see("tooltip"), "a tooltip")
    sitting.point(sitting.where("key_divide"))
    until(lambda: "40.00" in sitting.see("tooltip"), "the price of a division")


@at_length
def test_a_backup_is_dated(sitting: Sitting) -> None:
    sitting.press("ctrl+shift+p")
    sitting.wait_window("palette_dialog")
    sitting.type("back up")
    sitting.press("Return")
    sitting.wait_window("backup_file_dialog")
    assert re.search(r"\d{4}-\d{2}-\d{2}", sitting.text("fileNameEdit"))


@at_length
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


@at_length
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


@at_length
@pytest.mark.parametrize(("keys", "text"), [("ctrl+2", "Records hidden"), ("ctrl+3", "Calculator hidden")])
def test_a_hidden_pane_comes_back(sitting: Sitting, keys: str, text: str) -> None:
    sitting.press(keys)
    sitting.wait_text("undo_label", text)
    sitting.click("undo_button")
    until(lambda: sitting.see("where", "entry_edit") and sitting.see("where", "records_table"), "both")


@at_length
def test_a_draw_goes_on_here_where_nobody_answers_and_is_shown_whole(sitting: Sitting, server: RandomServer) -> None:
    server.behaviour = Behaviour.UNAVAILABLE
    sitting.press("ctrl+g")
    sitting.click("draw_here_button")
    until(lambda: newest(sitting)["source"] == "local", "a string of this computer")
    drawn = str(newest(sitting)["response"])
    until(lambda: sitting.see("item", "records_table", 0, 3)["text"] == drawn, "in the table")
    cell = sitting.see("item", "records_table", 0, 3)
    assert cell["has"] >= cell["needs"], "what was paid for is cut"
    server.behaviour = Behaviour.NORMAL
    sitting.press("ctrl+g")
    until(lambda: newest(sitting)["source"] == "random.org", "a string of random.org")


@at_length
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


@at_length
def test_the_expression_stands_above_its_result(sitting: Sitting) -> None:
    sitting.calculate("(19.99+5)*3")
    assert sitting.text("expression_label").replace(" ", "").startswith("(19.99+5)×3")


@at_length
def test_tab_comes_to_the_newest_step_of_the_tape(sitting: Sitting) -> None:
    sitting.calculate("40+2")
    sitting.calculate("50+3")
    for _ in range(60):
        sitting.press("Tab")
        if sitting.see("focus") == "tape_view":
            break
    assert sitting.see("focus") == "tape_view"
    assert sitting.see("item", "tape_view", -1)["chosen"], "it is highlighted"
    sitting.press("Return")
    sitting.wait_text("entry_edit", "53")


@at_length
def test_keys_are_large_in_the_compact_window_too(sitting: Sitting) -> None:
    _, _, width, height = sitting.where("key_7")
    assert min(width, height) > 40
    sitting.press("ctrl+2")
    until(lambda: not sitting.see("where", "records_table"), "the calculator alone")
    _, _, width, height = sitting.where("key_7")
    assert min(width, height) > 40


@at_length
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


@at_length
def test_changing_the_password_is_as_roomy_as_signing_in(sitting: Sitting) -> None:
    sitting.press("ctrl+shift+p")
    sitting.wait_window("palette_dialog")
    sitting.type("change password")
    sitting.press("Return")
    sitting.wait_window("password_dialog")
    assert sitting.where("new_password_edit")[2] > 200
    assert any("At least 8 characters" in label for label in sitting.see("labels"))
    sitting.press("Escape")
    sitting.wait_window("main_window")


@at_length
def test_about_is_left_by_its_links(sitting: Sitting) -> None:
    sitting.press("ctrl+shift+p")
    sitting.wait_window("palette_dialog")
    sitting.type("about")
    sitting.press("Return")
    sitting.wait_window("about_dialog")
    for _ in range(8):
        if sitting.see("focus") == "links_label":
            break
        sitting.press("Tab")
    assert sitting.see("focus") == "links_label"


@at_length
def test_a_poor_person_with_a_long_address_who_is_locked_out(display: dict[str, str], tmp_path: Path) -> None:
    sitting = Sitting(display, tmp_path, account_default_balance="25.00", security_idle_lock_minutes="1")
    sitting.begin()
    try:
        sitting.sign_in(email=LONG_EMAIL, register=True)
        code = sitting.text("recovery_code_label")
        sitting.click("copy_recovery_code_button")
        until(lambda: sitting.clipboard() == code, "the recovery code")
        sitting.click("recovery_code_kept_button")
        sitting.press("ctrl+2")
        until(lambda: not sitting.see("where", "records_table"), "the calculator alone")
        assert sitting.where("main_window")[2] < 520, "the address makes the window wide"
        assert LONG_EMAIL in sitting.see("read", "user_label", "toolTip")
        sitting.press("ctrl+1", "ctrl+l")
        sitting.calculate("1+1")
        sitting.press("Escape")
        sitting.type("2*3")
        sitting.press("Return")
        assert until(lambda: sitting.text("message_label"), "the denial")
        sitting.click("put_in_credit_button")
        sitting.wait_window("administration_window")
        sitting.press("Escape")
        sitting.wait_window("main_window")
        sitting.press("ctrl+l", "Escape")
        sitting.type("12+3")
        until(lambda: sitting.see("window") == "login_dialog", "the lock", limit=100)
        assert sitting.where("password_edit")[3] >= 28
        assert sitting.where("sign_in_button")[3] >= 28
        assert any("1 minute" in label and "1 minutes" not in label for label in sitting.see("labels"))
        sitting.click("password_edit")
        sitting.type("difference engine")
        sitting.press("Return")
        sitting.wait_window("main_window")
        assert sitting.text("entry_edit") == "12+3"
        assert sitting.see("item", "tape_view", -1)["rows"] == 1
    finally:
        sitting.end()
