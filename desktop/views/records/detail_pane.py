"""The pane under the records that shows all of the record where the cursor is. It asks nobody."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.views.look import scales, theme
from desktop.views.look.mnemonics import unlettered
from desktop.views.records.record_view import RecordView

_LINES = 9  # of text, that it is high at first


class DetailPane(QFrame):
    """A record, with what can be done with it."""

    close_asked = Signal()

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detail_pane")
        theme.set_role(self, "card")
        self._format = number_format
        self.view = RecordView(number_format=number_format, parent=self)
        self._title = QLabel()
        scales.set_size(self._title, scales.Size.BODY, bold=True)
        close = QToolButton()
        close.setObjectName("close_details_button")
        close.setText("×")
        close.setToolTip(say("Hide the details"))
        close.setAccessibleName(say("Hide the details"))
        theme.set_role(close, "link")
        close.clicked.connect(self.close_asked)
        head = QHBoxLayout()
        head.setSpacing(scales.SMALL)
        head.addWidget(self._title, 1)
        for button in self.view.buttons:
            button.setText(unlettered(button.text()))  # the letters are the menus'
            head.addWidget(button)
        head.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.SMALL, scales.SMALL, scales.SMALL)
        layout.setSpacing(scales.SMALL)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        self.setMinimumHeight(self.fontMetrics().height() * _LINES)

    def show_entry(self, entry: Entry | None, proof: str) -> None:
        """Show a record, or that none is chosen."""
        number = "" if entry is None else format_count(entry.seq, self._format)
        self._title.setText(say("Record {number}", number=number) if number else say("Details"))
        self.view.show_entry(entry, proof)
