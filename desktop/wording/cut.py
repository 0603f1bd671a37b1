"""How a number that is too long for its place is cut there: never so that it passes for one of another size."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable

from desktop.arithmetic.numbers import PLAIN, NumberFormat, localise
from desktop.language.directions import bare, isolated

MORE = "…"


def cut_number(text: str, fits: Callable[[str], bool], fmt: NumberFormat = PLAIN) -> str:
    """A number as it is shown, or as much of its beginning as `fits`: "142857.1428…", "≈ 0.33…".

    One whose point does not fit, or that would show nothing but zeros, is written in powers of ten: "1.428…e21". What
    is no number, and what fits nowhere, is cut at its end. `fits` must hold for the shorter where it does for the
    longer.
    """
    if fits(text):
        return text
    if (inner := bare(text)) != text:
        return isolated(cut_number(inner, fits, fmt))
    found = _shown_number(fmt).fullmatch(text)
    if found is None:
        return _longest(range(1, len(text)), fits, lambda end: text[:end] + MORE) or MORE
    sign, whole, fraction, exponent = found["sign"], found["whole"], found["fraction"] or "", found["exponent"] or ""
    if not exponent:
        cut = _longest(
            range(_first_figure(whole, fraction), len(fraction)),
            fits,
            lambda count: f"{sign}{whole}{fmt.decimal_mark}{fraction[:count]}{MORE}",
        )
        if cut:
            return cut
    figures = "".join(filter(str.isdigit, whole)) + fraction
    start = next((place for place, figure in enumerate(figures) if int(figure)), 0)
    if not exponent:
        size = len(figures) - len(fraction) - 1 - start
        exponent = "e" + localise(str(size), fmt)
    figures = figures[start:]
    cut = _longest(
        range(1, len(figures)),
        fits,
        lambda count: f"{sign}{figures[0]}{fmt.decimal_mark}{figures[1:count]}{MORE}{exponent}",
    )
    return cut or f"{sign}{figures[0]}{MORE}{exponent}"


def _first_figure(whole: str, fraction: str) -> int:
    """How many decimals a cut must keep, so that a figure other than 0 is seen: one at least."""
    if any(int(figure) for figure in whole if figure.isdigit()):
        return 1
    return 1 + next((place for place, figure in enumerate(fraction) if int(figure)), len(fraction))


def _longest(counts: range, fits: Callable[[str], bool], written: Callable[[int], str]) -> str:
    """What is written with the largest of the counts that fits; "" where none does."""
    place = bisect.bisect_left(counts, True, key=lambda count: not fits(written(count)))
    return written(counts[place - 1]) if place else ""


def _shown_number(fmt: NumberFormat) -> re.Pattern[str]:
    marks = re.escape(fmt.group_marks)
    return re.compile(
        rf"(?P<sign>(?:≈ ?)?[-−+]?)(?P<whole>\d[\d{marks}]*)(?:{re.escape(fmt.decimal_mark)}(?P<fraction>\d+))?"
        r"(?P<exponent>e[-−]?\d+)?"
    )
