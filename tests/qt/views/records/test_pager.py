"""The row that moves through the pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import speak
from desktop.system import spoken
from desktop.terms.pages import PageRequest
from desktop.views.records.pager import Pager
from tests.support.fake_controllers import entry, page
from tests.support.widgets import part

NARROW = 560  # of the window
FIRST, PREVIOUS, NEXT, LAST = (f"{name}_page_button" for name in ("first", "previous", "next", "last"))


@pytest.fixture
def pager(qtbot: QtBot) -> Pager:
    made = Pager(page_sizes=(10, 25, 50), number_format=NumberFormat())
    qtbot.addWidget(made)
    return made


def show(pager: Pager, number: int, *, count: int = 1234) -> None:
    request = PageRequest(number=number, size=25)
    pager.show_page(page((entry(1),), request=request, count=count, number=number))


@pytest.mark.parametrize(("button", "asked"), [(FIRST, 1), (PREVIOUS, 6), (NEXT, 8), (LAST, 50)])
def test_each_button_asks_for_its_page(qtbot: QtBot, pager: Pager, button: str, asked: int) -> None:
    show(pager, 7)
    with qtbot.waitSignal(pager.page_asked) as signal:
        part(pager, QToolButton, button).click()
    assert signal.args == [asked]


@pytest.mark.parametrize(
    ("number", "count", "possible"),
    [(1, 1234, {NEXT, LAST}), (50, 1234, {FIRST, PREVIOUS}), (7, 1234, {FIRST, PREVIOUS, NEXT, LAST}), (1, 0, set())],
)
def test_only_what_leads_somewhere_can_be_pressed(pager: Pager, number: int, count: int, possible: set[str]) -> None:
    show(pager, number, count=count)
    enabled = {name for name in (FIRST, PREVIOUS, NEXT, LAST) if part(pager, QToolButton, name).isEnabled()}
    assert enabled == possible


def test_showing_a_page_asks_for_none(qtbot: QtBot, pager: Pager) -> None:
    with qtbot.assertNotEmitted(pager.page_asked), qtbot.assertNotEmitted(pager.size_asked):
        show(pager, 7)
        pager.choose_size(50)
    assert part(pager, QSpinBox, "page_spin").value() == 7


def test_that_the_index_is_being_made_is_said_until_it_is_or_is_made_no_further(pager: Pager) -> None:
    shown = part(pager, QLabel, "indexing_label")
    pager.show_indexing(4, 4)
    assert shown.isHidden(), "a handful of records is no news"
    pager.show_indexing(1_000_000, 4_000_000)
    assert not shown.isHidden()
    assert shown.text() == "Making the index … 25 %"
    pager.show_indexing(4_000_000, 4_000_000)  # it is still to be sorted
    assert not shown.isHidden()
    pager.end_indexing()
    assert shown.isHidden()


def test_a_typed_page_is_asked_for(qtbot: QtBot, pager: Pager) -> None:
    show(pager, 1)
    with qtbot.waitSignal(pager.page_asked) as signal:
        part(pager, QSpinBox, "page_spin").setValue(12)
    assert signal.args == [12]


def test_no_page_past_the_end_can_be_typed(pager: Pager) -> None:
    show(pager, 1, count=30)
    part(pager, QSpinBox, "page_spin").setValue(99)
    assert part(pager, QSpinBox, "page_spin").value() == 2


def test_a_page_size_is_asked_for(qtbot: QtBot, pager: Pager) -> None:
    combo = part(pager, QComboBox, "page_size_combo")
    with qtbot.waitSignal(pager.size_asked) as signal:
        combo.setCurrentIndex(combo.findData(50))
    assert signal.args == [50]


def test_the_totals_are_those_of_the_whole_filtered_set(pager: Pager) -> None:
    show(pager, 7)
    assert part(pager, QLabel, "total_label").text() == "1,234 records · spent 12,340.00 · credited 1,000.00"


def test_one_record_is_not_called_records(pager: Pager) -> None:
    show(pager, 1, count=1)
    assert part(pager, QLabel, "total_label").text().startswith("1 record ·")


def test_quick_clicks_go_as_many_pages(qtbot: QtBot, pager: Pager) -> None:
    show(pager, 5)
    asked: list[int] = []
    pager.page_asked.connect(asked.append)
    for _ in range(3):
        part(pager, QToolButton, "next_page_button").click()
    part(pager, QToolButton, "previous_page_button").click()
    assert asked == [6, 7, 8, 7]


def test_of_how_many_is_said_once_it_is_known(pager: Pager) -> None:
    label = part(pager, QLabel, "pages_label")
    assert label.text() == ""
    show(pager, 7)
    assert label.text() == "of 50"
    pager.show_page(replace(page((entry(1),), request=PageRequest(number=7, size=25), number=7), totals=None))
    assert label.text() == ""
    show(pager, 7)
    pager.forget()
    assert label.text() == ""


@pytest.mark.parametrize("indexing", [False, True])
@pytest.mark.parametrize("language", ["de", "fr", "pl", "ar"])
def test_nothing_of_it_is_cut_in_a_narrow_window(qtbot: QtBot, language: str, indexing: bool) -> None:
    spoken.choose(language)
    try:
        pager = Pager(page_sizes=(10, 25, 50), number_format=NumberFormat())
        qtbot.addWidget(pager)
        show(pager, 1, count=12_345_678)
        if indexing:
            pager.show_indexing(1_000_000, 10_000_000)
        least = pager.minimumSizeHint()
        assert least.width() <= NARROW
        pager.resize(least)
        pager.show()
        label = part(pager, QLabel, "pages_label")
        assert label.width() >= label.sizeHint().width()
    finally:
        speak("en")
