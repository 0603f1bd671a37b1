"""How a search text is read and compared, for the window and the command line alike. It searches nothing."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import combining, normalize

from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.arithmetic.table import COMPUTED, OPERATIONS
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.terms.kinds import STARTING_BALANCE, OperationType

_SIGN = re.compile(r"[-−](?=[0-9.])(?<![0-9][-−])")  # of a number; neither the operator nor what stands in a date
_NUMBER = re.compile(r"[-+]?[0-9.,]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_LONG = re.compile(r"([-+]?)([1-9][0-9]{3,})(\.?[0-9]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{0,2})?")
_OFFSET = re.compile(r"(?<=[0-9]{2}:[0-9]{2}:[0-9]{2})[-+][0-9]{2}:[0-9]{2}$")  # shown, where an hour came twice
_GROUPS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
# "x" is no operator in an entry, for it may be a slip; who searches with it means ×.
_WRITTEN = {typed: row.symbol for row in COMPUTED for typed in row.typed} | {"x": "×"}
_BINARY = {sign for row in COMPUTED if row.arity == 2 for sign in (row.symbol, *row.typed)} | {"x"}
_PREFIX = {sign for row in COMPUTED if row.arity == 1 for sign in (row.symbol, *row.typed)}
_USUAL = re.compile(r"[\0-\x7f×÷√−]*")


def _any_of(signs: set[str]) -> str:
    return "|".join(map(re.escape, sorted(signs)))


_BETWEEN = re.compile(rf"(?<=[0-9)]) *({_any_of(_BINARY)}) *(?=[-(.0-9]|{_any_of(_PREFIX)})", re.IGNORECASE)
_BEFORE = re.compile(rf"({_any_of({sign for sign in _PREFIX if sign.isalpha()})}) *(?=[-(.0-9])", re.IGNORECASE)
_ALONE = str.maketrans({sign: _WRITTEN[sign] for sign in _BINARY & {*_WRITTEN} if sign not in "-x" and len(sign) == 1})


def readings(text: str, fmt: NumberFormat = PLAIN) -> tuple[str, ...]:
    """A text as the records hold it, which is the English way with U+2212 in amounts and "-" in numbers.

    Each reading says what was typed, no less: a mark is put in the place of another, the marks that group digits may
    be there or not, and operators are written as the ledger does ("2*3" is "2 × 3"). What is only a number is looked
    for in its one meaning, other texts also as they stand. None for a text that is blank.
    """
    text = _OFFSET.sub("", bare(text).strip())
    text = text.removeprefix("≈").lstrip() or text  # it stands before what was rounded, and in no record
    if not text:
        return ()
    meant = _SIGN.sub("-", text.translate(_english(fmt)))
    whole = meant.replace(",", "") if _GROUPED.fullmatch(meant) else meant
    found = [text] if meant == text or not _NUMBER.fullmatch(meant) else []
    found += [meant, whole]
    if long := _LONG.fullmatch(whole):
        sign, digits, rest = long.groups()
        found.append(f"{sign}{int(digits):,}{rest}")
    if not (_NUMBER.fullmatch(meant) or _DATE.fullmatch(meant)):
        found.append(_calculated(meant))
    found += [one.replace("-", "−", 1) for one in found if one.startswith("-")]
    if folded(text) in folded(shown := say(STARTING_BALANCE)) and shown != STARTING_BALANCE:
        found.append(STARTING_BALANCE)  # the program's own reason: it is seen in the person's language
    return tuple(dict.fromkeys(found))


def folded(text: str) -> str:
    """A text as texts are compared: neither case nor the form of an accent tells two apart, in any script.

    The Unicode Standard's canonical caseless match (section 3.13), composed. What the ledger writes itself is most of
    what is compared, and takes a third of the time by the first way.
    """
    if _USUAL.fullmatch(text):
        return text.lower()
    return normalize("NFC", normalize("NFD", text).casefold())


def folded_letters(text: str) -> list[tuple[str, int, int]]:
    """The same letter by letter, each with its accents, and where it begins and ends in the text."""
    starts = [at for at, letter in enumerate(text) if at == 0 or not _joins(letter)]
    return [(folded(text[start:end]), start, end) for start, end in pairwise([*starts, len(text)])]


def _joins(letter: str) -> bool:
    """Whether it is one letter with what stands before it: an accent, or what completes a Korean syllable."""
    return combining(letter) > 0 or "\u1160" <= letter <= "\u11ff"


def operations_named(text: str) -> tuple[OperationType, ...]:
    """The operations whose names contain a text."""
    wanted = folded(text)
    return tuple(row.type for row in OPERATIONS.values() if wanted in folded(say(row.name)))


def _calculated(text: str) -> str:
    """A text as a calculation: signs, spaces and numbers as a record's operands have them."""
    text = _BETWEEN.sub(lambda found: f" {_written(found)} ", _GROUPS.sub("", text))
    text = _BEFORE.sub(_written, text)
    return text.translate(_ALONE)


def _written(found: re.Match[str]) -> str:
    return _WRITTEN.get(found[1].lower(), found[1])


def _english(fmt: NumberFormat) -> dict[int, str]:
    zero = ord(fmt.zero_digit)
    digits = {zero + digit: str(digit) for digit in range(10)}
    groups = {ord(mark): "," for mark in fmt.group_marks}
    return digits | groups | {ord(mark): "." for mark in fmt.decimal_marks}
