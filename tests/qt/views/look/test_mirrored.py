"""Fields in a mirrored window: what they hold begins where words do, and what belongs to the field is mirrored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QSettings, Qt
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from desktop.views.dialogs.dialogs import password_field
from desktop.views.filters.day_edit import DayEdit
from desktop.views.look.theme import Theme


@pytest.fixture(autouse=True)
def _mirrored(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    theme = Theme(qapp, QSettings(str(file), QSettings.Format.IniFormat))
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QLocale.setDefault(QLocale("ar_EG"))
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    QLocale.setDefault(QLocale.c())
    qapp.setStyleSheet("")
    theme.deleteLater()


def test_the_arrow_of_a_day_is_on_the_left_as_that_of_a_list_is(qtbot: QtBot) -> None:
    day = DayEdit("day", "any day")
    qtbot.addWidget(day)
    day.resize(200, day.sizeHint().height())
    day.show()
    box = QStyleOptionComboBox()
    box.initFrom(day)
    box.editable = True
    parts = QStyle.ComplexControl.CC_ComboBox, box, QStyle.SubControl.SC_ComboBoxArrow, day
    assert day.style().subControlRect(*parts).center().x() < day.width() // 4
    assert day.lineEdit().geometry().left() > day.style().subControlRect(*parts).right()


def test_the_dots_of_a_password_begin_on_the_right(qtbot: QtBot) -> None:
    field = password_field("new")
    qtbot.addWidget(field)
    field.resize(300, field.sizeHint().height())
    field.show()
    field.setText("secret")
    image = field.grab().toImage()
    text = [
        x
        for x in range(image.width() // 4, image.width() - 8)  # the eye is on the left, the edge on the right
        for y in range(8, image.height() - 8)
        if image.pixelColor(x, y).lightness() < 128
    ]
    assert text
    assert min(text) > image.width() // 2
