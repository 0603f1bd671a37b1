"""Every key that the program names, pressed on a real keyboard from every place."""

from __future__ import annotations

import contextlib

import pytest

from tests.support.sittings import POSSIBLE, Sitting, until

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="needs Xvfb, openbox and xdotool")


def test_every_shortcut_works_while_one_types(sitting: Sitting) -> None:
    for place in ("ctrl+l", "ctrl+f"):
        for keys, window in (("ctrl+e", "export_dialog"), ("ctrl+t", "statement_dialog")):
            sitting.press(*place.split(), keys)
            sitting.leave(window)


@pytest.mark.faults
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


@pytest.mark.faults
@pytest.mark.parametrize(("keys", "text"), [("ctrl+2", "Records hidden"), ("ctrl+3", "Calculator hidden")])
def test_a_hidden_pane_comes_back(sitting: Sitting, keys: str, text: str) -> None:
    sitting.press(keys)
    sitting.wait_text("undo_label", text)
    sitting.click("undo_button")
    until(lambda: sitting.see("where", "entry_edit") and sitting.see("where", "records_table"), "both")


PLACES = (
    "entry_edit", "search_edit", "least_edit", "from_date", "page_spin", "period_filter", "records_table",
    "tape_view", "trash_toggle",
)  # fmt: skip
NAMES = {",": "comma", "PgDown": "Next", "PgUp": "Prior", "Del": "Delete"}


def pressed(keys: str) -> str:
    """A key as the keyboard is told of it, from how Qt writes it: Ctrl+Shift+P, Ctrl+,."""
    *held, last = keys.replace("++", "+plus").split("+")
    name = NAMES.get(last, last.lower() if len(last) == 1 else last)
    return "+".join([*(key.lower() for key in held), name])


@pytest.mark.faults
def test_every_key_of_the_menus_is_heard_from_every_place(sitting: Sitting) -> None:
    sitting.calculate("7-2")  # the tape has a step
    sitting.click("more_filters_button")
    keys = sitting.see("listen")
    try:
        assert len(keys) > 20
        deaf = []
        for place in PLACES:
            go_to(sitting, place)
            sitting.see("heard")
            sitting.press(*map(pressed, keys))
            own = {"Ctrl+Z"} if place == "entry_edit" else set()  # what was typed there is taken back first
            heard = heard_of(sitting, {*keys} - own)
            deaf += [f"{key} in {place}" for key in keys if key not in {*heard} | own]
        assert deaf == []
    finally:
        sitting.see("stop_listening")
        sitting.click("more_filters_button")


def go_to(sitting: Sitting, place: str) -> None:
    """Press Tab until something has the keyboard, as one does without a mouse."""
    for _ in range(80):
        if sitting.see("focus") == place:
            return
        sitting.press("Tab")
    raise AssertionError(f"no Tab leads to {place}")


def heard_of(sitting: Sitting, wanted: set[str]) -> list[str]:
    """What was heard, as soon as it is all of this; whatever there is when nothing more comes for long."""
    heard: list[str] = []

    def enough() -> bool:
        heard.extend(sitting.see("heard"))
        return wanted <= {*heard}

    with contextlib.suppress(AssertionError):  # what is missing is named by whoever asks
        until(enough)
    return heard
