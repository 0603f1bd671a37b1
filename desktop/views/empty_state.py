"""What stands in the table's place when it is empty: why, and what can be done. Three cases, three texts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from desktop.values import Filters
from desktop.views import theme

NOTHING_YET = ("No records yet", "What you calculate is kept here, with what it cost. Try 12.50 × 3.")
NO_MATCH = ("Nothing matches", "No record has all of what you look for.")
TRASH_EMPTY = ("The Trash is empty", "Deleted records come here. They can always be restored.")


class EmptyState(QFrame):
    """A title, a sentence, and a way out where there is one."""

    clear_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("empty_state")
        theme.set_role(self, "card")
        self._title = QLabel()
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_size(self._title, theme.Size.LEAD, bold=True)
        self._text = QLabel()
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        theme.set_role(self._text, "muted")
        self._clear = QPushButton("Clear filters")
        self._clear.setObjectName("empty_clear_button")
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.SMALL)
        layout.addStretch(2)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        self._clear.clicked.connect(self.clear_asked)

    def explain(self, filters: Filters) -> None:
        """Say why nothing is there under these filters."""
        filtered = filters != Filters(trash=filters.trash)
        title, text = NO_MATCH if filtered else TRASH_EMPTY if filters.trash else NOTHING_YET
        self._title.setText(title)
        self._text.setText(text)
        self._clear.setVisible(filtered)
