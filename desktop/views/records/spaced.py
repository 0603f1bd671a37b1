"""A number in a label with room between its groups of figures: for the eye alone, what is copied stays plain."""

from __future__ import annotations

from itertools import pairwise

from desktop.arithmetic.numbers import NumberFormat
from desktop.wording.grouping import gaps
from desktop.wording.markup import escaped

_ROOM = 0.2  # of the font's height


def spaced(text: str, number_format: NumberFormat, height: int) -> str:
    """A text as HTML with room where groups end, in a font of that height in pixels; "" where there are none."""
    places = sorted(gaps(text, number_format))
    if not places:
        return ""
    cuts = (0, *places, len(text))
    first, *others = (text[start:end] for start, end in pairwise(cuts))
    style = f"letter-spacing:{max(1, round(height * _ROOM))}px"
    spread = (f'<span style="{style}">{escaped(other[0])}</span>{escaped(other[1:])}' for other in others)
    return escaped(first) + "".join(spread)
