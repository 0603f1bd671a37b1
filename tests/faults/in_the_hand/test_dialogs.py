"""What opens over the window, under a real mouse and keyboard."""

from __future__ import annotations

import re

import pytest

from tests.support.sittings import POSSIBLE, Sitting, until

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")


@pytest.mark.faults
def test_what_stands_off_says_why_under_a_real_pointer(sitting: Sitting) -> None:
    sitting.point(sitting.where("previous_page_button"))
    assert "first" in until(lambda: sitting.see("tooltip"), "a tooltip")
    sitting.point(sitting.where("key_divide"))
    until(lambda: "40.00" in sitting.see("tooltip"), "the price of a division")


@pytest.mark.faults
def test_a_backup_is_dated(sitting: Sitting) -> None:
    sitting.command("back up")
    sitting.wait_window("backup_file_dialog")
    assert re.search(r"\d{4}-\d{2}-\d{2}", sitting.text("fileNameEdit"))


@pytest.mark.faults
def test_changing_the_password_is_as_roomy_as_signing_in(sitting: Sitting) -> None:
    sitting.command("change password")
    sitting.wait_window("password_dialog")
    assert sitting.where("new_password_edit")[2] > 200
    assert any("At least 8 characters" in label for label in sitting.see("labels"))
    sitting.press("Escape")
    sitting.wait_window("main_window")


@pytest.mark.faults
def test_about_is_left_by_its_links(sitting: Sitting) -> None:
    sitting.command("about")
    sitting.wait_window("about_dialog")
    for _ in range(8):
        if sitting.see("focus") == "links_label":
            break
        sitting.press("Tab")
    assert sitting.see("focus") == "links_label"


LETTERED = (
    ("ctrl+e", "export_dialog"),
    ("ctrl+t", "statement_dialog"),
    ("ctrl+comma", "settings_dialog"),
    ("change password", "password_dialog"),
    ("new recovery code", "recovery_code_dialog"),
    ("", "main_window"),
)


@pytest.mark.faults
@pytest.mark.parametrize(("keys", "window"), LETTERED)
def test_letters_with_alt_are_unique_in_every_dialog(sitting: Sitting, keys: str, window: str) -> None:
    if "+" in keys:
        sitting.press(keys)
    elif keys:
        sitting.command(keys)
    sitting.wait_window(window)
    letters = until(lambda: letters_of(sitting.see("lettered")), "letters")
    assert len(set(letters)) == len(letters), sorted(letters)
    assert sitting.see("pictured") == [], "no pictures on a dialog's buttons"


@pytest.mark.faults
@pytest.mark.parametrize("letter", "fevah")
def test_everything_in_a_menu_has_a_letter_of_its_own(sitting: Sitting, letter: str) -> None:
    sitting.press(f"alt+{letter}")
    texts = until(lambda: sitting.see("choices") and sitting.see("lettered"), "the menu")
    letters = letters_of(texts)
    assert len(letters) == len(texts), texts
    assert len(set(letters)) == len(letters), sorted(letters)


def letters_of(texts: list[str]) -> list[str]:
    return [text.partition("&")[2][0].lower() for text in texts if "&" in text]


@pytest.mark.faults
def test_the_name_of_a_filter_is_asked_for_in_one_look_with_the_rest(sitting: Sitting) -> None:
    sitting.point(sitting.where("entry_edit"))
    before = until(lambda: sitting.see("look", "saved_filters_button"), "the button")
    sitting.click("saved_filters_button")
    until(lambda: sitting.see("choices"), "the menu")
    sitting.press("s")
    sitting.wait_window("save_filters_dialog")
    assert sitting.see("pictured") == []
    sitting.type("All")
    sitting.press("Return")
    sitting.wait_window("main_window")
    sitting.point(sitting.where("entry_edit"))
    until(lambda: sitting.see("look", "saved_filters_button") == before, "as it was before")


@pytest.mark.faults
def test_a_backup_goes_to_the_documents_and_then_where_the_last_one_went(sitting: Sitting) -> None:
    for folder in ("Documents", "elsewhere"):
        sitting.command("back up")
        sitting.wait_window("backup_file_dialog")
        until(lambda: sitting.see("read", "lookInCombo", "currentText"), "a folder")
        assert sitting.see("read", "lookInCombo", "currentText").endswith(f"/{folder}")
        sitting.press("ctrl+a")
        sitting.type(str(sitting.folder / "elsewhere" / f"{folder}.metercalc-backup"))
        sitting.press("Return")
        sitting.wait_window("main_window")
        until((sitting.folder / "elsewhere" / f"{folder}.metercalc-backup").exists, "the backup")
