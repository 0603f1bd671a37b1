"""What must not jump, to the end of its view."""

from __future__ import annotations

import shiboken6
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from desktop.views.look.steady import steady_scroll_bar


def listed(qtbot: QtBot) -> QListWidget:
    view = QListWidget()
    qtbot.addWidget(view)
    view.resize(100, 100)
    steady_scroll_bar(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_a_bar_with_nothing_to_scroll_is_off_and_stays_in_sight(qtbot: QtBot) -> None:
    view = listed(qtbot)
    bar = view.verticalScrollBar()
    assert (bar.isVisible(), bar.isEnabled()) == (True, False)
    view.addItems([str(number) for number in range(100)])
    qtbot.waitUntil(bar.isEnabled)


def test_a_view_whose_bar_python_has_lost_already_lays_itself_out(qtbot: QtBot) -> None:
    view = listed(qtbot)
    bar = view.verticalScrollBar()
    heard: list[int] = []
    bar.rangeChanged.connect(lambda _least, most: heard.append(most))
    shiboken6.invalidate(bar)  # as a parent that goes does to its children
    with qtbot.captureExceptions() as caught:
        view.addItems([str(number) for number in range(100)])
        qtbot.waitUntil(lambda: bool(heard))
    assert caught == []
