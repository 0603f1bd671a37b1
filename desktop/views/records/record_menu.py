"""The menu under the mouse in the records: what the cell offers to look for, then what can be done. It does neither."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.look.icons import icon
from desktop.views.records.cell_filters import Offer


class RecordMenu(QMenu):
    """A fixed lower part, and an upper one that each cell fills anew."""

    filter_asked = Signal(object)  # Offer

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("record_menu")
        self._offers: dict[QAction, Offer] = {}
        self._below = self.addSeparator()
        self.triggered.connect(self._on_triggered)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Put a cell's filters on top, in place of the last cell's."""
        for action in self._offers:
            self.removeAction(action)
            action.deleteLater()
        self._offers = {}
        for number, offer in enumerate(offers):
            action = QAction(offer.text, self)
            if not number:
                action.setIcon(icon("search"))
            self.insertAction(self._below, action)
            self._offers[action] = offer
        self._below.setVisible(bool(offers))

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action in self._offers:
            self.filter_asked.emit(self._offers[action])
