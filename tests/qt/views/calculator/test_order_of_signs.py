"""What stands where, as it is seen: signs stay with their numbers under any digits and in a mirrored window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, localise
from desktop.language.directions import bare
from desktop.views.calculator import keypad
from desktop.views.calculator.entry_edit import EntryEdit
from desktop.views.filters.day_edit import DayEdit
from desktop.views.look.number_locale import number_format_of, use_digits
from desktop.wording.cut import cut_number
from desktop.wording.grouping import grouped
from desktop.wording.shown import moment_text
from tests.support.painted import seen

LOCALES = ("en_US", "de_DE", "ar_EG", "fa_IR", "he_IL", "ckb_IQ", "ur_IN", "mr_IN")
BOTH = (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)
EQUATIONS = ("3 - 8", "√2.25 = 1.5", "-5 × (3 + 12345.25)", "≈ 0.333")
NOON = 1_764_072_187_000_000  # 2025-11-25 in every time zone but the last


@pytest.fixture(autouse=True)
def _usual_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    QLocale.setDefault(QLocale.c())
    use_digits("locale")


def as_read(text: str, fmt: NumberFormat) -> str:
    return "".join(localise(text, fmt).translate(_ASCII).split())


_ASCII = {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966) for digit in range(10)}


def test_the_measure_sees_what_the_eye_sees(qapp: QApplication) -> None:
    """Without any order Arabic-Indic digits swap the ends of a difference, and so does a mirrored text."""
    assert seen("٣ − ٨", BOTH[0]) == "8−3"
    assert seen("3 − 8", BOTH[0]) == "3−8"
    assert seen("3 − 8", BOTH[1]) == "8−3"


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("name", LOCALES)
def test_equations_amounts_and_moments_are_seen_in_their_order(
    qapp: QApplication, name: str, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    fmt = number_format_of(QLocale(name))
    for text in EQUATIONS:
        shown = grouped(localise(text, fmt), fmt)
        assert seen(shown, direction) == "".join(bare(shown).translate(_ASCII).split())
    for amount in (-1_234_567_89, 5_00):
        shown = format_money(amount, fmt, signed=True)
        assert seen(shown, direction) == "".join(bare(shown).translate(_ASCII).split())
        assert seen(f"word {shown} word", direction).count(seen(shown, direction)) == 1
    moment = moment_text(NOON, fmt)
    assert seen(moment, direction) == "".join(bare(moment).translate(_ASCII).split())


def test_a_number_that_is_cut_stays_in_order(qapp: QApplication) -> None:
    fmt = number_format_of(QLocale("ar_EG"))
    whole = grouped(localise("-142857.142857142857", fmt), fmt)
    cut = cut_number(whole, lambda text: len(bare(text)) < 14, fmt)
    assert bare(cut).endswith("…")
    assert seen(cut, BOTH[0]) == bare(cut).translate(_ASCII)


@pytest.mark.parametrize("direction", BOTH)
def test_an_entry_is_typed_in_the_locales_digits_and_in_order(
    qtbot: QtBot, qapp: QApplication, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    entry = EntryEdit()
    qtbot.addWidget(entry)
    entry.write_like(number_format_of(QLocale("ar_EG")))
    QTest.keyClicks(entry, "3.5-8")
    assert bare(entry.text()) == "٣٫٥-٨"
    assert seen(entry.text(), entry.layoutDirection()) == "3٫5-8"
    QTest.keyClick(entry, Qt.Key.Key_Home)
    QTest.keyClicks(entry, "2+")
    assert seen(entry.text(), entry.layoutDirection()) == "2+3٫5-8"
    for _ in range(9):
        entry.take_back()
    QTest.keyClick(entry, Qt.Key.Key_End)
    for _ in range(9):
        QTest.keyClick(entry, Qt.Key.Key_Backspace)
    assert entry.text() == ""  # what takes no room is nothing: the placeholder is back
    QTest.keyClicks(entry, "7-1")
    QTest.keySequence(entry, QKeySequence.StandardKey.Undo)
    assert bare(entry.text()) in ("", "٧-", "٧")
    entry.hold_result("٥")
    assert entry.holds_result
    QTest.keyClicks(entry, "-2")
    assert seen(entry.text(), entry.layoutDirection()) == "5-2"
    entry.hold_result("٥")
    entry.turn_sign()
    assert bare(entry.text()) == "-٥"
    QTest.keyClicks(entry, "9")
    assert bare(entry.text()) == "٩"


def test_what_was_pasted_with_its_order_is_read_and_shown_in_ours(qtbot: QtBot, qapp: QApplication) -> None:
    entry = EntryEdit()
    qtbot.addWidget(entry)
    entry.write_like(number_format_of(QLocale("ar_EG")))
    qapp.clipboard().setText("\u2067٣-٨\u2069")
    entry.paste()
    assert seen(entry.text(), entry.layoutDirection()) == "3-8"


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("name", LOCALES)
def test_a_day_is_written_in_the_same_digits_and_in_order(
    qtbot: QtBot, qapp: QApplication, name: str, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    QLocale.setDefault(QLocale(name))
    day = DayEdit("day", "any")
    qtbot.addWidget(day)
    day.setDate(day.date().addDays(365))
    iso = day.date().toString(Qt.DateFormat.ISODate)
    assert day.text().replace("\u200e", "") == digits_of(iso, number_format_of(QLocale(name)))
    assert seen(day.text(), day.layoutDirection()) == iso
    use_digits("latin")
    latin = DayEdit("day", "any")
    qtbot.addWidget(latin)
    latin.setDate(day.date())
    assert latin.text() == iso


def test_latin_digits_bring_their_marks(qapp: QApplication) -> None:
    assert format_money(1_234_50, number_format_of(QLocale("ar_EG"))).count("٫") == 1
    use_digits("latin")
    assert format_money(1_234_50, number_format_of(QLocale("ar_EG"))) == "1,234.50"
    assert format_money(1_234_50, number_format_of(QLocale("de_DE"))) == "1.234,50"


def test_a_word_on_a_key_is_not_turned_round(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    monkeypatch.setattr(keypad, "say", lambda text, **values: "عشوائي")
    keys = keypad.Keypad(number_format=number_format_of(QLocale("ar_EG")))
    qtbot.addWidget(keys)

    button = keys.findChild(keypad.KeyButton, "key_random")

    assert isinstance(button, keypad.KeyButton)
    assert button.text() == "عشوائي"
