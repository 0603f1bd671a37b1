"""Which way text runs: what keeps numbers from left to right inside of any text, and takes that away again.

A number, an expression, a date or a path is read from left to right in every language. Between words that run the
other way its signs change places ("5−" for "−5"), and Arabic-Indic digits turn the signs between them round in any text
("٨ − ٣" for 3 − 8): for those an isolate alone is not enough (UAX #9, N1), hence the override within it.
"""

from __future__ import annotations

import unicodedata

_BEGIN, _END = "\u2066\u202d", "\u202c\u2069"  # isolate, override; and the ends of both
OVERRIDE = "\u202d"
"""All that stands behind it runs from left to right, to the end of the line."""
_CONTROLS = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e"))


def isolated(text: str) -> str:
    """The text from left to right, whatever stands around it."""
    return f"{_BEGIN}{text}{_END}" if text else text


def bare(text: str) -> str:
    """The text without what orders it: as it is copied, searched, exported and read."""
    return text if text.isascii() else text.translate(_CONTROLS)


def is_backwards(text: str) -> bool:
    """Whether a text of words runs from right to left: its first letter does."""
    if text.isascii() or text.startswith(_BEGIN):
        return False
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def turns_signs(digit: str) -> bool:
    """Whether digits of this kind turn the signs between them round, even in a text from left to right."""
    return unicodedata.bidirectional(digit) in ("AN", "R", "AL")
