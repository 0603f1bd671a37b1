"""The search field. It searches nothing, and how a text is read is said elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.searching import readings
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.pages import Filters
from desktop.views.filters.part import FilterPart
from desktop.views.look.clearing_edit import ClearingEdit
from desktop.views.look.icons import icon

TYPING_DELAY_MS = 150


class SearchFilter(FilterPart):
    """Looks for a text in everything that is shown."""

    left = Signal()  # Enter: on to what was found

    def __init__(self, *, number_format: NumberFormat, parent: QWidget) -> None:
        super().__init__(parent)
        self._format = number_format
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TYPING_DELAY_MS)
        self.edit = ClearingEdit()
        self.edit.setObjectName("search_edit")
        self.edit.setAccessibleName(say("Search in the records"))
        self.edit.setPlaceholderText(say("Search everything shown"))
        self.edit.offer_to_clear(say("Clear the search"))
        self.edit.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition).setText(say("Search"))
        self.edit.textChanged.connect(self._delay.start)
        self.edit.returnPressed.connect(self.left)
        self.edit.escaped.connect(self.escaped)
        self._delay.timeout.connect(self.changed)

    @override
    def put_into(self, filters: Filters) -> Filters:
        return replace(filters, search=readings(self.edit.text(), self._format))

    @override
    def state(self) -> Any:
        return self.edit.text().strip() or None

    @property
    @override
    def can_undo(self) -> bool:
        return self.edit.isUndoAvailable()

    @override
    def recall(self, state: Any) -> None:
        self.edit.setText(state if isinstance(state, str) else "")
        self._delay.stop()
