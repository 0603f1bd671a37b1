"""The menu under the mouse in the records: what the cell offers to look for, then what can be done. It does neither."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.views.look.icons import icon
from desktop.views.records.cell_filters import Offer
from desktop.views.records.record_facts import expression_of, result_of


class RecordMenu(QMenu):
    """A fixed lower part, and an upper one that each cell fills anew."""

    filter_asked = Signal(object)  # Offer
    details_asked = Signal()
    result_asked = Signal()
    expression_asked = Signal()
    note_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("record_menu")
        self._offers: dict[QAction, Offer] = {}
        self._below = self.addSeparator()
        self._details = self._action("record_details_action", say("De&tails …"), self.details_asked)
        self._result = self._action("use_result_action", say("&Use this result"), self.result_asked)
        self._expression = self._action("enter_again_action", say("&Enter it again"), self.expression_asked)
        self._note = self._action("record_note_action", say("&Note …"), self.note_asked)
        self.setDefaultAction(self._details)
        self.addSeparator()
        self.triggered.connect(self._on_triggered)

    def _action(self, name: str, text: str, asked: SignalInstance) -> QAction:
        action = self.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(asked)
        return action

    def offer(self, offers: Sequence[Offer], entry: Entry | None) -> None:
        """Put a cell's filters on top, in place of the last cell's, and offer what can be done with its record."""
        self._details.setEnabled(entry is not None)
        self._note.setEnabled(entry is not None)
        self._result.setEnabled(entry is not None and bool(result_of(entry)))
        self._expression.setEnabled(entry is not None and bool(expression_of(entry)))
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
