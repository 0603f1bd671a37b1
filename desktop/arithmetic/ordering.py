"""A text key that sorts as the numbers do, exactly and whatever their length; texts that are no numbers come last."""

from __future__ import annotations

import re

_CANONICAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[Ee]([+-]?\d+))?", re.ASCII)
_NINES = str.maketrans("0123456789", "9876543210")
_OFFSET = 50_000  # more than any exponent a result can have


def number_key(text: str) -> str:
    """The key of a canonical number or any other text; keys compare as plain ASCII strings.

    A positive number is its exponent and its digits; a negative one the same in nines' complement, with an end mark
    above every digit, so that −1.5 comes before −1.
    """
    whole, mark, fraction = text.partition(".")
    if whole.isdigit() and fraction.isdigit() is bool(mark) and text.isascii():
        size = _size(whole, fraction, 0)  # most are such; the pattern takes twice as long
        return "p" + size if size else "o"
    match = _CANONICAL.fullmatch(text)
    if match is None:
        return "z" + text
    sign, whole, fraction, exponent = match.groups()
    size = _size(whole, fraction or "", int(exponent or 0))
    if not size:
        return "o"
    return "n" + size.translate(_NINES) + "~" if sign else "p" + size


def _size(whole: str, fraction: str, exponent: int) -> str:
    """A number's exponent and its digits; "" for zero."""
    digits = whole + fraction
    significant = digits.lstrip("0")
    if not significant:
        return ""
    point = len(whole) + exponent - len(digits) + len(significant)
    return f"{point + _OFFSET:06d}" + significant.rstrip("0")
