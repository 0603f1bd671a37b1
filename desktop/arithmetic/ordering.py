"""A text key that sorts as the numbers do, exactly and whatever their length; texts that are no numbers come last."""

from __future__ import annotations

import re

_CANONICAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[Ee]([+-]?\d+))?", re.ASCII)
_NINES = str.maketrans("0123456789", "9876543210")
_OFFSET = 50_000  # more than any exponent a result can have
_PREFIXES = [f"p{_OFFSET + digits:06d}" for digits in range(200)]  # of a number with so many digits before the point


def number_key(text: str) -> str:
    """The key of a canonical number or any other text; keys compare as plain ASCII strings.

    A positive number is its exponent and its digits; a negative one the same in nines' complement, with an end mark
    above every digit, so that −1.5 comes before −1.
    """
    negative = text[:1] == "-"
    whole, mark, fraction = (text[1:] if negative else text).partition(".")
    if whole.isdigit() and fraction.isdigit() is bool(mark) and text.isascii():
        if whole[0] != "0" and len(whole) < len(_PREFIXES):  # most are such, of millions that are sorted
            key = _PREFIXES[len(whole)] + (whole + fraction).rstrip("0")
            return f"n{key[1:].translate(_NINES)}~" if negative else key
        size = _size(whole, fraction, 0)  # the pattern takes twice as long
        return _signed(size, negative=negative)
    match = _CANONICAL.fullmatch(text)
    if match is None:
        return "z" + text
    sign, whole, fraction, exponent = match.groups()
    return _signed(_size(whole, fraction or "", int(exponent or 0)), negative=bool(sign))


def _signed(size: str, *, negative: bool) -> str:
    if not size:
        return "o"
    return f"n{size.translate(_NINES)}~" if negative else f"p{size}"


def _size(whole: str, fraction: str, exponent: int) -> str:
    """A number's exponent and its digits; "" for zero."""
    digits = whole + fraction
    significant = digits.lstrip("0")
    if not significant:
        return ""
    point = len(whole) + exponent - len(digits) + len(significant)
    return f"{point + _OFFSET:06d}" + significant.rstrip("0")
