"""A label whose value can be heard: on the bus of screen readers a name of its own takes the text's place."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from desktop.language.directions import bare


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
