"""Somebody who begins, with little credit and a long address, at a display of their own program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.in_the_hand.conftest import SIZE
from tests.support.sittings import PASSWORD, POSSIBLE, Sitting, screen, until

LONG_EMAIL = "a" * 60 + "@" + ".".join(["b" * 30, "c" * 25, "example.org"])

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")


@pytest.mark.faults
def test_a_poor_person_with_a_long_address_who_is_locked_out(tmp_path: Path) -> None:
    with screen(SIZE) as display:  # of their own: two programs on one would take the keyboard from each other
        begin_with_little(display, tmp_path)


def begin_with_little(display: dict[str, str], folder: Path) -> None:
    sitting = Sitting(
        display,
        folder,
        account_default_balance="25.00",
        security_idle_lock_minutes="1",
        random_url="https://www.random.org/strings/",  # never asked: no string can be paid for
    )
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
        refuse_contact_and_give_it(sitting)
        sitting.press("ctrl+l", "Escape")
        sitting.type("12+3")
        until(lambda: sitting.see("window") == "login_dialog", "the lock", limit=100)
        assert sitting.see("read", "login_error_label", "role") == "muted", "no error: nothing went wrong"
        assert sitting.where("password_edit")[3] >= 28
        assert sitting.where("sign_in_button")[3] >= 28
        assert any("1 minute" in label and "1 minutes" not in label for label in sitting.see("labels"))
        sitting.click("password_edit")
        sitting.type(PASSWORD)
        sitting.press("Return")
        sitting.wait_window("main_window")
        assert sitting.text("entry_edit") == "12+3"
        assert sitting.see("item", "tape_view", -1)["rows"] == 1
        type_a_password_twice(sitting)
    finally:
        sitting.end()


def refuse_contact_and_give_it(sitting: Sitting) -> None:
    """The question before the first draw says why, draws nothing when it is closed, and is asked until answered."""
    records = sitting.text("total_label")
    for answer in ("Escape", "Return"):
        sitting.press("ctrl+g")
        sitting.wait_window("contact_dialog")
        assert sitting.text("contact_edit") == LONG_EMAIL
        assert any("asks every program that draws from it" in label for label in sitting.see("labels"))
        sitting.press(answer)
        sitting.wait_window("main_window")
    until(lambda: "60.00" in sitting.text("message_label"), "what a string would cost")
    assert sitting.text("total_label") == records
    assert f'contact = "{LONG_EMAIL}"' in (sitting.folder / "data" / "config.toml").read_text()


def type_a_password_twice(sitting: Sitting) -> None:
    """A second account: nobody could tell what a slip made of a password that was not seen."""
    sitting.press("ctrl+shift+q")
    sitting.wait_window("login_dialog")
    sitting.click("email_edit", times=3)
    sitting.type("bob@example.org")
    sitting.press("Tab")
    sitting.type(PASSWORD)
    sitting.press("alt+r")
    sitting.wait_focus("password_again_edit")
    sitting.type("difference angine")
    sitting.press("Return")
    until(lambda: any("not the same" in label for label in sitting.see("labels")), "the slip")
    sitting.type(PASSWORD)
    sitting.press("Return")
    sitting.wait_window("main_window")
