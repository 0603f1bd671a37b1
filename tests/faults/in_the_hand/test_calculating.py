"""The entry, the keypad and the tape under a real mouse and keyboard."""

from __future__ import annotations

import pytest

from tests.support.random_server import Behaviour, RandomServer
from tests.support.sittings import POSSIBLE, Sitting, until

KEYS = ("key_point", "key_equals", "key_7", "key_divide", "key_random", "key_clear", "tape_view")

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")


def test_a_result_is_replaced_or_gone_on_from_wherever_the_focus_was(sitting: Sitting) -> None:
    sitting.calculate("6*7")
    sitting.calculate("2+3")
    sitting.double_click(sitting.see("item", "tape_view", -2)["where"], lambda: sitting.text("entry_edit") == "42")
    sitting.calculate("2+3")
    sitting.click(sitting.see("item", "records_table", 2, 1)["where"])
    sitting.wait_focus("records_table")
    sitting.click("key_7")
    sitting.wait_text("entry_edit", "7")
    sitting.type("+1")
    sitting.press("Return")
    until(lambda: sitting.text("result_label") == "8", "8")
    assert sitting.newest()["operands"] == ["7", "1"]
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


@pytest.mark.faults
def test_an_equals_sign_pays_like_enter(sitting: Sitting) -> None:
    sitting.type("19*2=")
    until(lambda: sitting.text("result_label") == "38", "38")
    assert sitting.newest()["operands"] == ["19", "2"]


@pytest.mark.faults
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


@pytest.mark.faults
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


@pytest.mark.faults
def test_a_long_result_keeps_its_head_in_sight_and_says_about(sitting: Sitting) -> None:
    assert sitting.calculate("1000000/7").startswith("≈ 142,857.142857")
    assert sitting.see("read", "entry_edit", "cursorPosition") == 0
    until(lambda: "≈" in sitting.see("item", "records_table", 0, 3)["text"], "the record says so too")
    assert "≈" in sitting.see("item", "tape_view", -1)["text"]
    sitting.click(sitting.see("item", "records_table", 0, 3)["where"])
    sitting.press("ctrl+c")
    until(lambda: sitting.see("status") == "Copied 1 record", "it is said")
    until(lambda: "142857.1428571428571428571428571429" in sitting.clipboard().replace(",", ""), "every figure")


@pytest.mark.faults
def test_the_expression_stands_above_its_result(sitting: Sitting) -> None:
    sitting.calculate("(19.99+5)*3")
    assert sitting.text("expression_label").replace(" ", "").startswith("(19.99+5)×3")


@pytest.mark.faults
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


@pytest.mark.faults
def test_keys_are_large_in_the_compact_window_too(sitting: Sitting) -> None:
    _, _, width, height = sitting.where("key_7")
    assert min(width, height) > 40
    sitting.press("ctrl+2")
    until(lambda: not sitting.see("where", "records_table"), "the calculator alone")
    _, _, width, height = sitting.where("key_7")
    assert min(width, height) > 40


@pytest.mark.faults
def test_a_draw_goes_on_here_where_nobody_answers_and_is_shown_whole(sitting: Sitting, server: RandomServer) -> None:
    server.behaviour = Behaviour.UNAVAILABLE
    sitting.press("ctrl+g")
    sitting.click("draw_here_button")
    until(lambda: sitting.newest()["source"] == "local", "a string of this computer")
    drawn = str(sitting.newest()["response"])
    until(lambda: sitting.see("item", "records_table", 0, 3)["text"] == drawn, "in the table")
    cell = sitting.see("item", "records_table", 0, 3)
    assert cell["has"] >= cell["needs"], "what was paid for is cut"
    server.behaviour = Behaviour.NORMAL
    sitting.press("ctrl+g")
    until(lambda: sitting.newest()["source"] == "random.org", "a string of random.org")


@pytest.mark.faults
def test_a_string_that_was_paid_for_stands_in_a_typewriter_face_wherever_it_is_shown(sitting: Sitting) -> None:
    sitting.press("ctrl+g")
    until(lambda: sitting.text("quote_label").startswith("Charged"), "a string")
    drawn = str(sitting.newest()["response"])
    until(lambda: sitting.see("item", "records_table", 0, 3)["text"] == drawn, "in the table")
    sitting.press("ctrl+d")
    sitting.click(sitting.see("item", "records_table", 0, 3)["where"])
    until(lambda: len(sitting.see("typewritten", drawn)) >= 3, "table, display and details")
    assert all(sitting.see("typewritten", drawn))
    sitting.press("ctrl+d", "Return")
    sitting.wait_window("record_dialog")
    assert all(sitting.see("typewritten", drawn))


@pytest.mark.faults
def test_prices_on_keys_can_be_read_in_the_compact_window_too(sitting: Sitting) -> None:
    digit = max(sitting.see("ink", "quote_label") or [9])
    for keys in ("ctrl+1", "ctrl+2"):
        sitting.press(keys)
        sign, price = sitting.see("ink", "key_divide")[-2:]
        assert price >= digit, (sign, price, digit)
