"""What stands in the table's place when it is empty: why, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.numbers import NumberFormat, localise
from desktop.language.sentences import mark, say
from desktop.terms.pages import Filters
from desktop.views.calculator.entry_edit import EXAMPLE
from desktop.views.look import scales, theme

NOTHING_YET = (mark("No records yet"), mark("What you calculate is kept here, with what it cost. Try {example}."))
NO_MATCH = (mark("Nothing matches"), mark("No record has all of what you look for."))
ALL_DELETED = (mark("No records here"), mark("All are in the Trash, and can be restored from there."))
TRASH_EMPTY = (mark("The Trash is empty"), mark("Deleted records come here. They can always be restored."))


class EmptyState(QFrame):
    """A title, a sentence, and a way out where there is one."""

    clear_asked = Signal()

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._example = localise(EXAMPLE, number_format)
        self.setObjectName("empty_state")
        self._filters = Filters()
        self._in_trash = 0
        theme.set_role(self, "card")
        self._title = QLabel()
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        scales.set_size(self._title, scales.Size.LEAD, bold=True)
        self._text = QLabel()
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        theme.set_role(self._text, "muted")
        self._clear = QPushButton(say("Clear filters"))
        self._clear.setObjectName("empty_clear_button")
        layout = QVBoxLayout(self)
        layout.setSpacing(scales.SMALL)
        layout.addStretch(2)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        self._clear.clicked.connect(self.clear_asked)

    @Slot(int)
    def show_trash_count(self, count: int) -> None:
        """Take note of how many records are in the Trash."""
        self._in_trash = count
        self.explain(self._filters)

    def explain(self, filters: Filters) -> None:
        """Say why nothing is there under these filters."""
        self._filters = filters
        filtered = filters != Filters(trash=filters.trash)
        nothing = ALL_DELETED if self._in_trash else NOTHING_YET
        title, text = NO_MATCH if filtered else TRASH_EMPTY if filters.trash else nothing
        self._title.setText(say(title))
        self._text.setText(say(text, example=self._example))
        self._clear.setVisible(filtered)
