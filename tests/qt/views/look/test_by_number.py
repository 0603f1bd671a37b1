"""Qt's numbers mean what their names do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.look import by_number

_FLAG = Qt.AlignmentFlag


def test_a_label_is_centred(qtbot: QtBot) -> None:
    label = QLabel("x")
    by_number.centre(label)
    assert label.alignment() == _FLAG.AlignCenter


@pytest.mark.parametrize(
    ("right_to_left", "direction", "side"),
    [
        (False, Qt.LayoutDirection.LeftToRight, _FLAG.AlignLeft),
        (True, Qt.LayoutDirection.RightToLeft, _FLAG.AlignRight),
    ],
)
def test_a_field_begins_where_the_words_do(
    qtbot: QtBot, qapp: QApplication, right_to_left: bool, direction: Qt.LayoutDirection, side: Qt.AlignmentFlag
) -> None:
    field = QLineEdit()
    try:
        by_number.run(qapp, right_to_left=right_to_left)
        assert qapp.layoutDirection() == direction
        by_number.align_with_words(field)
        assert field.alignment() == side | _FLAG.AlignAbsolute | _FLAG.AlignVCenter
        by_number.run(field, right_to_left=False)
        assert field.layoutDirection() == Qt.LayoutDirection.LeftToRight
        by_number.align_right(field)
        assert field.alignment() == _FLAG.AlignRight
    finally:
        by_number.run(qapp, right_to_left=False)
