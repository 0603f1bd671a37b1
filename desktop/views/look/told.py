"""A label whose value can be heard: on the bus of screen readers a name of its own takes the text's place."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from desktop.language.directions import bare
from desktop.system.overriding import override


def call(box: QComboBox, what: str, chosen: str = "") -> None:
    """Say what is chosen in a box: on Linux Qt tells a box's value as its name, so what it is of is its description.

    `chosen` is told beside it, where the box's own text does not say it.
    """
    box.setAccessibleName(what)
    box.setAccessibleDescription(f"{what}: {chosen}" if chosen else what)


class Told(QLabel):
    """Says what it shows and of what: "Balance: 970.00"."""

    def __init__(self, what: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(f"{self._what}: {bare(text)}" if text else self._what)

    @override
    def clear(self) -> None:
        self.setText("")
