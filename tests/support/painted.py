"""What stands where on the screen, as it is painted: the signs of a text from left to right."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextLayout, QTextOption

from desktop.language.directions import bare

_NUMBERS = re.compile(r"[√≈−+-]?\s?\d(?:[\d٫٬.,'’:×÷+√=−\s-]*\d)?")


def seen(text: str, direction: Qt.LayoutDirection) -> str:
    """The signs of a line from left to right, as Qt paints them in a text of this direction; digits as 0 to 9."""
    layout = QTextLayout(text)
    option = QTextOption()
    option.setTextDirection(direction)
    layout.setTextOption(option)
    layout.beginLayout()
    layout.createLine().setLineWidth(10_000)
    layout.endLayout()
    places = []
    for at, char in enumerate(text):
        runs = layout.glyphRuns(at, 1)
        if not char.isspace() and bare(char) and char != "\u200e" and runs and runs[0].positions():
            places.append((runs[0].positions()[0].x(), str(int(char)) if char.isdecimal() else char))
    return "".join(char for _, char in sorted(places))


def turned_round(text: str, direction: Qt.LayoutDirection) -> list[str]:
    """The numbers, dates and expressions in a text that are not painted from left to right as they are written."""
    found = []
    for line in text.splitlines():
        painted = seen(line, direction)
        for number in _NUMBERS.findall(bare(line).replace("\u200e", "")):
            signs = "".join(number.split())
            written = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)
            if written not in painted:
                found.append(line)
    return found
