"""Widgets that flow as words do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.views.look.flow_layout import FlowLayout


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def flow(parent: QWidget, *sizes: tuple[int, int]) -> tuple[FlowLayout, list[QWidget]]:
    """Widgets of fixed sizes in a flow with gaps of 4."""
    layout = FlowLayout(parent, spacing=4)
    widgets = [QWidget() for _ in sizes]
    for widget, size in zip(widgets, sizes, strict=True):
        widget.setFixedSize(*size)
        layout.addWidget(widget)
    parent.resize(1000, 400)
    parent.show()
    return layout, widgets


def places(widgets: list[QWidget]) -> list[tuple[int, int]]:
    return [(widget.x(), widget.y()) for widget in widgets]


def test_what_does_not_fit_goes_on_in_the_next_line(parent: QWidget) -> None:
    layout, widgets = flow(parent, (50, 20), (50, 20), (50, 20))
    layout.setGeometry(QRect(0, 0, 110, 100))
    assert places(widgets) == [(0, 0), (54, 0), (0, 24)]
    assert layout.heightForWidth(110) == 44
    assert layout.heightForWidth(104) == 44
    assert layout.heightForWidth(103) == 68
    assert layout.heightForWidth(1000) == 20


def test_what_is_hidden_takes_no_place(parent: QWidget) -> None:
    layout, widgets = flow(parent, (50, 20), (50, 20))
    widgets[0].hide()
    layout.setGeometry(QRect(0, 0, 110, 100))
    assert places(widgets[1:]) == [(0, 0)]
    widgets[1].hide()
    assert layout.heightForWidth(110) == 0


def test_lower_ones_stand_in_the_middle_of_the_line(parent: QWidget) -> None:
    layout, widgets = flow(parent, (50, 30), (50, 20))
    layout.setGeometry(QRect(0, 0, 200, 30))
    assert places(widgets) == [(0, 0), (54, 5)]


def test_where_people_write_from_the_right_it_flows_from_the_right(parent: QWidget) -> None:
    layout, widgets = flow(parent, (50, 20), (50, 20))
    parent.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    layout.setGeometry(QRect(0, 0, 200, 20))
    assert places(widgets) == [(150, 0), (96, 0)]


def test_one_that_is_wider_than_the_line_has_one_to_itself(parent: QWidget) -> None:
    layout, widgets = flow(parent, (50, 20), (300, 20), (50, 20))
    layout.setGeometry(QRect(0, 0, 110, 100))
    assert places(widgets) == [(0, 0), (0, 24), (0, 48)]
