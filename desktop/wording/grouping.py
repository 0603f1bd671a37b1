"""Figures grouped for the eye, as the locale does it. What is copied, filtered or exported is never grouped."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from desktop.arithmetic.numbers import NumberFormat, in_order

_FIGURES = re.compile(r"\d+")
_THREE = 3  # figures of a fraction that stay together
_SHORT = 4  # figures that stand in no group anywhere, less one


class _Shown:
    """Whether the person wants groups: one choice for every place that shows numbers."""

    groups = True


def show_groups(shown: bool) -> None:
    """Group numbers from now on, or show their figures alone; amounts of money stay grouped."""
    _Shown.groups = shown


def gaps(text: str, fmt: NumberFormat) -> list[int]:
    """The places of the figures behind which a group ends in a text that keeps its figures together."""
    if not _Shown.groups:
        return []
    parts = _whole_parts(fmt.decimal_mark).finditer(text)
    return [found.start() + end - 1 for found in parts for end in fmt.ends_of_groups(len(found[0]))]


def seams(text: str, fmt: NumberFormat) -> list[int]:
    """The places where a number that is too long for a line can go on in another, whether groups are shown or not.

    Between groups of the whole part, and behind each third figure of a fraction.
    """
    found = []
    for figures in _FIGURES.finditer(text):
        first, count = figures.start(), len(figures[0])
        is_fraction = text[first - 1 : first] == fmt.decimal_mark
        found += [first + end for end in (range(_THREE, count, _THREE) if is_fraction else fmt.ends_of_groups(count))]
    return sorted(found)


def grouped(text: str, fmt: NumberFormat) -> str:
    """A number or an expression in the locale's marks, the whole part of each number in the locale's groups.

    In order for the eye (`in_order`), as what is put into a text or stands alone on the screen must be.
    """
    mark = fmt.group_marks[:1] if _Shown.groups else ""
    parts = _whole_parts(fmt.decimal_mark)
    return in_order(parts.sub(lambda found: _in_groups(found[0], mark, fmt), text) if mark else text, fmt)


def _in_groups(figures: str, mark: str, fmt: NumberFormat) -> str:
    ends = fmt.ends_of_groups(len(figures))
    parts = (figures[start:end] for start, end in pairwise((0, *reversed(ends), len(figures))))
    return mark.join(parts)


@lru_cache(maxsize=8)  # a page of 500 records asks some thousand times
def _whole_parts(decimal_mark: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d{re.escape(decimal_mark)}])\d{{{_SHORT},}}")
