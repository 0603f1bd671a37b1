"""The last line of a text is whole in every script."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.views.look.paragraph import Paragraph

_DEEP = "على ألا تكون كلمة مرور شائعة ولا البريد الإلكتروني."  # dots below


def _row(image: QImage, y: int) -> bytes:
    line: Any = image.constScanLine(y)
    return bytes(line)[: image.width()]


def inked(label: QLabel, height: int) -> int:
    """How many rows of pixels of a label so high are not all of one colour."""
    label.resize(300, height)
    image = label.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = (_row(image, y) for y in range(image.height()))
    return sum(len(set(row)) > 1 for row in rows)


def test_dots_below_the_last_line_are_not_cut(qtbot: QtBot) -> None:
    label = Paragraph(_DEEP)
    qtbot.addWidget(label)
    label.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    own = label.heightForWidth(300)
    assert inked(label, own) == inked(label, own * 2)


def test_a_text_from_left_to_right_takes_no_more_height_than_before(qtbot: QtBot) -> None:
    label, plain = Paragraph("Words that wrap"), QLabel("Words that wrap")
    plain.setWordWrap(True)
    for one in (label, plain):
        qtbot.addWidget(one)
    assert label.heightForWidth(80) == plain.heightForWidth(80)
