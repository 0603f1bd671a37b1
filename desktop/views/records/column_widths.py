"""How columns share a room by what they need. Pure reckoning in pixels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def widths_for(needs: Mapping[Name, int], room: int, giving: Sequence[Name], least: int) -> dict[Name, int]:
    """A width for each column. What is over goes to those `giving`, in equal parts; where there is too little, the
    widest of them give way first, none below `least` or what it needs.
    """
    widths = dict(needs)
    over = room - sum(needs.values())
    if over >= 0:
        for number, name in enumerate(giving):
            widths[name] += over // len(giving) + (number < over % len(giving))
        return widths
    left = room - sum(width for name, width in needs.items() if name not in giving)
    for number, name in enumerate(sorted(giving, key=lambda one: needs[one])):
        level = left // (len(giving) - number)
        widths[name] = min(needs[name], max(least, level))
        left -= widths[name]
    return widths
