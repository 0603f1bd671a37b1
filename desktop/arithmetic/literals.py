"""Owns the reading of one number where it stands in a text; must not judge its size or what surrounds it.

Strict on purpose: grouping is read only where it is well formed. A "0.011" that is read as 11 costs money.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

from desktop.language.sentences import figures, say
from desktop.terms.errors import ExpressionError

MAX_LENGTH: Final = 1000
"""Characters an entry can have."""
MAX_DIGITS: Final = 100
"""Digits a number can have, counted from the first that is not 0."""
MAX_EXPONENT: Final = 999
"""A number other than 0 is at least 1e-999 and below 1e1000 in size."""

MINUS: Final = "-−"
DIGITS: Final = "0123456789"
SPACES: Final = " \t\r\n\u00a0\u202f\u2009"
_GROUP_SPACES: Final = " \u00a0\u202f\u2009"
_GROUP_MARKS: Final = "'’_"
_SHOWN: Final = 40
_MARKS: Final = ".,٫٬"
_STARTS: Final = DIGITS + _MARKS
_SPACE_RUN: Final = re.compile(f"[{SPACES}]*")
_DIGIT_RUN: Final = re.compile(f"[{DIGITS}]*")
_SAME: Final = str.maketrans(
    "–‒‐‑﹣－∗＊⋅∙✕✖⨯∕⁄／:∶：＋（）＝％٪．，ｘＸ",
    "------**··×××//////+()=%%.,xX",
)
"""Signs that other programs, keyboards and papers use for ours. An em dash is not among them: it may have been two."""
# Qt and CLDR put these invisible marks around signs: ar_EG's minus is U+061C "-", fa_IR's U+200E "−".
_DIRECTION_MARKS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_THREES: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_INDIAN: Final = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a locale writes numbers; the default is the command line's.

    `group_marks` holds every mark that may group digits, the one to write with first; `zero_digit` is the
    first of ten digits in a row. `minus` may carry a direction mark, as in Arabic. `groups` are how many digits stand
    in the last group and in each before it; numbers are grouped where at least `least` stand before the last group.
    With `isolates`, what is written for the eye is kept from left to right in whatever text it comes to stand; what is
    copied or put where it is edited never is.
    """

    decimal_mark: str = "."
    group_marks: str = ","
    minus: str = "-"
    zero_digit: str = "0"
    groups: tuple[int, int] = (3, 3)
    least: int = 1
    isolates: bool = False

    def ends_of_groups(self, count: int) -> range | tuple[int, ...]:
        """How many of `count` digits stand before each mark, from the last mark to the first; none for a short one."""
        last, before = self.groups
        return range(count - last, 0, -before) if count >= last + self.least else ()

    @property
    def decimal_marks(self) -> str:
        """What is read as decimal mark: the locale's own, and "." where it can mean nothing else (Arabic)."""
        clear = self.decimal_mark not in ".," and "." not in self.group_marks
        return self.decimal_mark + ("." if clear else "") + "٫"


PLAIN: Final = NumberFormat()
"""How the command line and machines write numbers."""


class Literal(NamedTuple):
    """A number as it was scanned: its digits before and after the mark, where it began and where it ended.

    `position` counts in the original text, `end` in `ScannedText.chars`.
    """

    whole: str
    fraction: str
    exponent: int
    position: int
    end: int
    has_exponent: bool


class ScannedText(NamedTuple):
    """A text made ready to scan: digits of any script in ASCII, one sign for what means the same, no direction marks.

    `places[i]` is where `chars[i]` stands in the original; one more gives its end.
    """

    text: str
    chars: str
    places: tuple[int, ...]
    fmt: NumberFormat

    @classmethod
    def of(cls, text: str, fmt: NumberFormat) -> ScannedText:
        minus = {sign for sign in fmt.minus if sign not in _DIRECTION_MARKS}
        if text.isascii() and minus <= set(MINUS):  # no marks, and each letter stays one
            return cls(text, text.translate(_SAME), tuple(range(len(text) + 1)), fmt)
        kept = [(place, char) for place, char in enumerate(text) if char not in _DIRECTION_MARKS]
        chars = "".join(_plain(char) if char not in minus else "-" for _, char in kept)
        return cls(text, chars, (*(place for place, _ in kept), len(text)), fmt)

    def char(self, index: int) -> str:
        """The character at `index`, a blank that is in no set of characters at the end."""
        return self.chars[index] if index < len(self.chars) else "\0"

    def original(self, start: int, end: int) -> str:
        return self.text[self.places[start] : self.places[end]]

    def skip_space(self, index: int) -> int:
        return _end_of(_SPACE_RUN, self.chars, index)

    def starts_number(self, index: int) -> bool:
        """Whether a number is meant here, be it a well-formed one or not."""
        char = self.char(index)
        return char in _STARTS or char in self.fmt.decimal_mark

    def skip_digits(self, index: int) -> int:
        return _end_of(_DIGIT_RUN, self.chars, index)


def _end_of(run: re.Pattern[str], text: str, start: int) -> int:
    """Where a run that may be empty ends."""
    found = run.match(text, start)
    return found.end() if found else start


@functools.lru_cache(maxsize=1024)
def _plain(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char.translate(_SAME)


def quoted(text: str) -> str:
    """`text` in quotes for a message, at most _SHOWN characters; one that cannot be seen by its code and name."""
    if len(text) == 1 and (text.isspace() or not text.isprintable()):
        named = unicodedata.name(text, "").lower() or say("no character that can be seen")
        return f"U+{ord(text):04X} ({named})"
    shown = "".join(char if char.isprintable() or char in _GROUP_SPACES else "�" for char in text)
    return f"“{shown}”" if len(shown) <= _SHOWN else f"“{shown[: _SHOWN - 1]}…”"


def counted(position: int) -> int:
    """A place in the entry as people count: from 1."""
    return position + 1


def scan_plain(source: ScannedText, start: int) -> tuple[str, str, int] | None:
    """A short number that can mean one thing only: its digits before and after the mark, and where it ends.

    None for any other, which is for `scan`. Most numbers are such, and need no more.
    """
    found = _plain_number(source.fmt.decimal_mark).match(source.chars, start)
    return None if found is None else (found[1], found[2] or "", found.end())


def scan(source: ScannedText, start: int) -> Literal:
    """The number at `start`, where one is meant (`starts_number`); raises ExpressionError if malformed."""
    whole, at = _whole(source, start)
    fraction = ""
    if source.char(at) in source.fmt.decimal_marks:
        end = source.skip_digits(at + 1)
        fraction, at = source.chars[at + 1 : end], end
        if not whole and not fraction:
            what = _number_at(source, start, end, start)
            message = say("The number {number} is not clear at character {place}: it has no digits.", **what)
            raise _unclear(source, start, message, say("Correct the number."))
    _refuse_stray_mark(source, start, at)
    exponent, end = _exponent(source, at)
    return Literal(whole, fraction, exponent, source.places[start], end, has_exponent=end > at)


def _whole(source: ScannedText, start: int) -> tuple[str, int]:
    """The digits before the decimal mark, without their grouping, and where they end."""
    group_marks = _group_marks(source.fmt)
    end = source.skip_digits(start)
    marks: list[int] = []
    while end > start and source.char(end) in group_marks and source.char(end + 1) in DIGITS:
        marks.append(end)
        end = source.skip_digits(end + 1)
    digits = source.chars[start:end]
    if not marks:
        return digits, end
    groups = re.split(r"[^0-9]", digits)
    # Spaces look alike, so nobody can tell that they mixed them.
    one_mark = len({" " if source.chars[mark] in _GROUP_SPACES else source.chars[mark] for mark in marks}) == 1
    grouped = ",".join(groups)
    if one_mark and any(form.fullmatch(grouped) for form in (_THREES, _INDIAN, _own_groups(source.fmt))):
        return "".join(groups), end
    raise _malformed_groups(source, start, end, marks, groups)


@functools.lru_cache(maxsize=16)
def _plain_number(decimal_mark: str) -> re.Pattern[str]:
    """Nothing but a sign or the end may follow: no mark, exponent, percentage or part, and no second number."""
    return re.compile(rf"([0-9]{{1,40}})(?:{re.escape(decimal_mark)}([0-9]{{1,40}}))?(?=[ ]*(?:[-+*/×÷−()]|\Z))")


@functools.lru_cache(maxsize=16)
def _own_groups(fmt: NumberFormat) -> re.Pattern[str]:
    last, before = fmt.groups
    return re.compile(rf"[1-9][0-9]{{0,{before - 1}}}(?:,[0-9]{{{before}}})*,[0-9]{{{last}}}")


@functools.lru_cache(maxsize=16)
def _group_marks(fmt: NumberFormat) -> str:
    decimal_marks = fmt.decimal_marks
    return "".join(mark for mark in fmt.group_marks + _GROUP_SPACES + _GROUP_MARKS if mark not in decimal_marks)


def _malformed_groups(
    source: ScannedText, start: int, end: int, marks: list[int], groups: list[str]
) -> ExpressionError:
    mark, decimal_mark = source.chars[marks[0]], source.fmt.decimal_mark
    joined = "".join(groups)
    spaced = mark in _GROUP_SPACES
    readings = []
    if len(marks) == 1 and not spaced:
        readings.append(decimal_mark.join(groups))
    if not joined.startswith("0"):
        readings.append(joined)
    advice = _advice(readings if end - start <= _SHOWN else [], spaced=spaced)
    what = _number_at(source, start, end, marks[0]) | {"decimal_mark": decimal_mark}
    if spaced:
        message = say(
            "The number {number} is not clear at character {place}: a space groups digits in threes here, "
            "“{decimal_mark}” is the decimal mark.",
            **what,
        )
    else:
        message = say(
            "The number {number} is not clear at character {place}: {mark} groups digits in threes here, "
            "“{decimal_mark}” is the decimal mark.",
            mark=quoted(mark),
            **what,
        )
    return _unclear(source, marks[0], message, advice)


def _advice(readings: list[str], *, spaced: bool) -> str:
    readings = [figures(reading) for reading in readings]
    if spaced and readings:
        return say("Write {number}, or put an operator between the numbers.", number=readings[0])
    if spaced:
        return say("Correct the number, or put an operator between the numbers.")
    if len(readings) > 1:
        return say("Write {number} or {other}.", number=readings[0], other=readings[1])
    return say("Write {number}.", number=readings[0]) if readings else say("Correct the number.")


def _refuse_stray_mark(source: ScannedText, start: int, at: int) -> None:
    """A mark right behind a number is never something else: refuse it rather than read half of the number."""
    fmt = source.fmt
    mark = source.char(at)
    if mark not in _MARKS + _GROUP_MARKS + fmt.decimal_mark + fmt.group_marks or mark in _GROUP_SPACES:
        return
    end = source.skip_digits(at + 1)
    before, after = source.chars[start:at], source.chars[at + 1 : end]
    message = say(
        "The number {number} is not clear at character {place}: “{decimal_mark}” is the decimal mark here and can "
        "stand once, grouping only before it.",
        decimal_mark=fmt.decimal_mark,
        **_number_at(source, start, end, at),
    )
    simple = after and mark in _MARKS and (before or "0").isdecimal()
    advice = _advice([f"{before or '0'}{fmt.decimal_mark}{after}"] if simple else [], spaced=False)
    raise _unclear(source, at, message, advice)


def _number_at(source: ScannedText, start: int, end: int, at: int) -> dict[str, object]:
    return {"number": quoted(source.original(start, end)), "place": counted(source.places[at])}


def _unclear(source: ScannedText, at: int, message: str, advice: str) -> ExpressionError:
    return ExpressionError(f"{message} {advice}", source.places[at])


def _exponent(source: ScannedText, at: int) -> tuple[int, int]:
    if source.char(at) not in "eE":
        return 0, at
    signed = source.char(at + 1) in MINUS + "+"
    digits = at + 1 + signed
    end = source.skip_digits(digits)
    if end == digits:
        place = source.places[at]
        raise ExpressionError(
            say(
                "“{letter}” at character {place} needs a whole exponent behind it, as in 1e5.",
                letter=source.chars[at],
                place=counted(place),
            ),
            place,
        )
    value = int(source.chars[digits:end])
    return (-value if source.char(at + 1) in MINUS else value), end
