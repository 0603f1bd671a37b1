"""Marks on what the search looked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSettings, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.views.look import theme
from desktop.views.records.cell import CELL_ROLE, Cell
from desktop.views.records.highlight import HighlightDelegate, matches

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("Square root", ["sq"], ["Sq"]),
        ("12.5 × 12.5", ["12.5"], ["12.5", "12.5"]),
        ("1 + 21", ["1", "21"], ["1", "21"]),
        ("aXbx", ["x", "X"], ["X", "x"]),
        ("100 % _", ["%", "_"], ["%", "_"]),
        ("Straße", ["SS"], ["ß"]),
        ("İstanbul 5", ["5"], ["5"]),
        ("un cafe\u0301 noir", ["CAFÉ"], ["cafe\u0301"]),
        ("un CAFÉ noir", ["cafe\u0301"], ["CAFÉ"]),
        ("cafe\u0301", ["cafe"], []),
        ("\u1112\u1161\u11ab", ["한"], ["\u1112\u1161\u11ab"]),
        ("abc", ["", "d"], []),
        ("aaaa", ["aa"], ["aaaa"]),
        ("−1,234.50", ["1234.5"], ["1,234.5"]),
        ("1,234.50", ["1,234"], ["1,234"]),
    ],
)
def test_every_match_is_found_where_it_is_shown(text: str, wanted: list[str], found: list[str]) -> None:
    assert [text[start:end] for start, end in matches(text, wanted, skipped=",")] == found


@given(st.text(max_size=20), st.lists(st.text(max_size=3), max_size=3))
def test_matches_lie_in_the_text_in_order_and_apart(text: str, wanted: list[str]) -> None:
    last = -1
    for start, end in matches(text, wanted, skipped=".,"):
        assert last < start < end <= len(text)
        last = end


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, qapp: QApplication, tmp_path: object) -> Iterator[theme.Theme]:
    before = qapp.palette(), qapp.styleSheet()
    made = theme.Theme(qapp, QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat))
    made.choose(request.param)
    yield made
    made.choose("system")
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])


class OneCell(QAbstractListModel):
    """A model of one text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else 1

    def data(self, _index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return Cell(self._text, self._text) if role == CELL_ROLE else None


def picture(qtbot: QtBot, text: str, searched: list[str], *, chosen: bool = False) -> QImage:
    """A table of one cell as it is drawn, with what was searched for."""
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(OneCell(text))
    delegate = HighlightDelegate(number_format=GERMAN)
    delegate.mark(searched)
    view.setItemDelegate(delegate)
    for header in (view.horizontalHeader(), view.verticalHeader()):
        header.hide()
        header.resizeSection(0, 180 if header is view.horizontalHeader() else 30)
    view.resize(200, 40)
    if chosen:
        view.selectAll()
    return view.grab().toImage()


def dyed(image: QImage, plain: QImage) -> list[int]:
    """The places, from left to right, where two pictures differ."""
    across = range(min(image.width(), plain.width()))
    return [x for x in across if any(image.pixel(x, y) != plain.pixel(x, y) for y in range(image.height()))]


@pytest.mark.usefixtures("scheme")
def test_a_mark_lies_behind_its_letters_and_behind_no_others(qtbot: QtBot) -> None:
    plain = picture(qtbot, "iiiiWW", [])
    first, second = (dyed(picture(qtbot, "iiiiWW", [wanted]), plain) for wanted in ("IIII", "w"))
    assert first
    assert second
    assert max(first) <= min(second) + 1
    assert picture(qtbot, "iiiiWW", ["x"]) == plain


@pytest.mark.usefixtures("scheme")
@pytest.mark.parametrize("chosen", [False, True])
def test_marked_letters_can_be_read_as_well_as_others(qtbot: QtBot, chosen: bool) -> None:
    image, plain = (picture(qtbot, "WWWW", wanted, chosen=chosen) for wanted in (["w"], []))
    ink = QColor(theme.colours().text).lightness()

    def nearest(picture: QImage) -> int:
        pixels = [picture.pixelColor(x, y) for x in range(10, 60) for y in range(5, 35)]
        return min(abs(pixel.lightness() - ink) for pixel in pixels)

    assert nearest(image) <= nearest(plain) + 8


@pytest.mark.usefixtures("scheme")
def test_a_number_is_marked_in_the_form_that_is_shown(qtbot: QtBot) -> None:
    """The search is kept as the ledger writes numbers; a German cell has a comma in it."""
    plain = picture(qtbot, "1.234,5 −3", [])
    assert dyed(picture(qtbot, "1.234,5 −3", ["1234.5"]), plain)
    assert dyed(picture(qtbot, "1.234,5 −3", ["-3"]), plain)


@pytest.mark.usefixtures("scheme")
def test_a_match_that_is_cut_out_of_the_cell_is_still_marked(qtbot: QtBot) -> None:
    text = "1" * 60 + "x" + "1" * 60
    assert dyed(picture(qtbot, text, ["x"]), picture(qtbot, text, []))
