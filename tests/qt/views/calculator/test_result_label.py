"""The large figures."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.views.calculator.result_label import ResultLabel
from tests.support.widgets import part


@pytest.fixture
def result(qtbot: QtBot) -> ResultLabel:
    made = ResultLabel()
    qtbot.addWidget(made)
    made.resize(300, 60)
    with qtbot.waitExposed(made):
        made.show()
    return made


def scrolls(result: ResultLabel) -> bool:
    return result.verticalScrollBar().maximum() > 0


@pytest.mark.parametrize("digits", [1, 20, 34, 100, 1000, 10_100])
def test_the_text_is_whole_however_long(result: ResultLabel, digits: int) -> None:
    result.show_text("7" * digits)
    assert part(result, QLabel, "result_label").text() == "7" * digits


def test_a_long_result_is_smaller_and_a_longer_one_scrolls(qtbot: QtBot, result: ResultLabel) -> None:
    figures = part(result, QLabel, "result_label")
    result.show_text("7")
    large = figures.heightForWidth(280)
    result.show_text("7" * 18)
    assert figures.heightForWidth(280) < large
    smaller = figures.heightForWidth(280)
    result.show_text("7" * 36)
    assert figures.heightForWidth(280) > 1.8 * smaller, "it wraps at the same size"
    assert not scrolls(result)
    result.show_text("7" * 1000)
    qtbot.waitUntil(lambda: scrolls(result))


def test_a_result_is_seen_from_its_beginning(qtbot: QtBot, result: ResultLabel) -> None:
    result.show_text("7" * 1000)
    qtbot.waitUntil(lambda: scrolls(result))
    result.verticalScrollBar().setValue(40)
    result.show_text("8" * 1000)
    assert result.verticalScrollBar().value() == 0
