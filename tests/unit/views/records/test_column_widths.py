"""How columns share their room."""

from __future__ import annotations

import pytest

from desktop.views.records.column_widths import widths_for

NEEDS = {"date": 100, "operands": 60, "result": 300, "amount": 80}
GIVING = ("operands", "result")


@pytest.mark.parametrize(
    ("room", "widths"),
    [
        (540, (100, 60, 300, 80)),
        (641, (100, 111, 350, 80)),
        (500, (100, 60, 260, 80)),
        (400, (100, 60, 160, 80)),
        (280, (100, 50, 50, 80)),
        (100, (100, 50, 50, 80)),
    ],
)
def test_nothing_is_cut_while_there_is_room_and_then_the_widest_gives_way(
    room: int, widths: tuple[int, int, int, int]
) -> None:
    assert tuple(widths_for(NEEDS, room, GIVING, 50).values()) == widths


def test_where_nothing_gives_way_each_has_what_it_needs() -> None:
    assert widths_for(NEEDS, 1000, (), 50) == NEEDS
