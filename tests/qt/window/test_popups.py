"""What opens over the window is whole and in the program's colours, in both schemes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.views.filters.day_edit import DayEdit
from desktop.views.look import scales, theme
from desktop.views.look.theme import Theme


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, qapp: QApplication, tmp_path: Path) -> Iterator[Theme]:
    before = qapp.palette(), qapp.styleSheet()
    made = Theme(qapp, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    made.choose(request.param)
    yield made
    made.choose("system")
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])


def shown(qtbot: QtBot, widget: QWidget) -> QWidget:
    """The window that it stands in, which must be kept."""
    stage = QWidget()
    qtbot.addWidget(stage)
    QVBoxLayout(stage).addWidget(widget)
    with qtbot.waitExposed(stage):
        stage.show()
    return stage


def room_for_text(view: QTableView, row: int, column: int) -> QRect:
    """What the style leaves of a cell for its text."""
    cell = QStyleOptionViewItem()
    cell.initFrom(view)
    cell.rect = view.visualRect(view.model().index(row, column))
    cell.text = str(view.model().index(row, column).data() or "")
    cell.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
    return view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, view)


def test_every_day_of_a_calendar_is_written_out(qtbot: QtBot, scheme: Theme) -> None:
    day = DayEdit("from_date", "any day")
    stage = shown(qtbot, day)
    day.open_calendar()
    calendar = day.calendarWidget()
    qtbot.waitUntil(calendar.isVisible)
    view = calendar.findChild(QTableView)
    assert view is not None
    model, metrics = view.model(), view.fontMetrics()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            place = view.visualRect(model.index(row, column))
            room = room_for_text(view, row, column)
            text = str(model.index(row, column).data() or "")
            assert (metrics.horizontalAdvance(text), metrics.height()) < (room.width(), room.height() + 1), text
            assert view.viewport().rect().contains(place), text
    assert view.palette().base().color().name() == theme.colours().raised
    drawn = view.grab().toImage()
    reds = [
        (x, y) for x in range(drawn.width()) for y in range(drawn.height()) if drawn.pixelColor(x, y) == QColor("red")
    ]
    assert not reds  # Qt's Sundays, hard to read on dark
    assert stage.isVisible()
    calendar.window().close()


def test_every_choice_of_a_combo_box_is_in_sight_in_one_frame(qtbot: QtBot, scheme: Theme) -> None:
    combo = QComboBox()
    combo.addItems(["Any time", "Today", "Last 7 days", "Custom"])
    stage = shown(qtbot, combo)
    combo.showPopup()
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    places = [view.visualRect(combo.model().index(row, 0)) for row in range(combo.count())]
    assert all(view.viewport().rect().contains(place) for place in places)
    around = view.window()
    assert view.frameWidth() == 0 or (isinstance(around, QFrame) and around.frameWidth() == 0)
    assert stage.isVisible()
    combo.hidePopup()


def test_every_choice_of_a_combo_box_is_high_enough_to_hit_and_shown_whole(qtbot: QtBot, scheme: Theme) -> None:
    combo = QComboBox()
    combo.addItems(["Any time", "Multiplication"])
    stage = shown(qtbot, combo)
    combo.showPopup()
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    for row in range(combo.count()):
        place = view.visualRect(combo.model().index(row, 0))
        assert place.height() >= scales.WIDE
        assert place.width() >= view.fontMetrics().horizontalAdvance(combo.itemText(row)) + 2 * scales.TIGHT
    assert stage.isVisible()
    combo.hidePopup()
