"""What administrators did, the newest first, as far back as somebody goes. It changes nothing."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.administration import DEEDS_AT_ONCE, AdministrationController
from desktop.language.sentences import mark, say
from desktop.terms.people import Deed
from desktop.views.administration.sheet import Cell, Sheet, SheetModel
from desktop.views.look import scales, theme
from desktop.views.look.clearing_edit import ClearingEdit
from desktop.wording.administration import deed_text
from desktop.wording.shown import moment_text

_HEADS = (
    mark("Date"),
    # Translators: Who did it, the head of a column.
    mark("Who"),
    # Translators: What was done, the head of a column.
    mark("What"),
)


class LogPage(QWidget):
    """A sheet of deeds, found by typing."""

    def __init__(self, *, controller: AdministrationController, number_format: NumberFormat) -> None:
        super().__init__()
        self._controller = controller
        self._format = number_format
        self._deeds: tuple[Deed, ...] = ()
        self._build()
        controller.deeds_found.connect(self._on_deeds)
        self._search.textChanged.connect(self._on_search)
        self._older.clicked.connect(self._on_older)

    def _build(self) -> None:
        self._search = ClearingEdit()
        self._search.setObjectName("deeds_search_edit")
        self._search.setPlaceholderText(say("Find in the log"))
        self._search.setAccessibleName(say("Find in the log"))
        self._model = SheetModel(_HEADS)
        self._sheet = Sheet("deeds_table", say("What administrators did"), self._model, stretch=2, sortable=False)
        self._older = QPushButton(say("&Older"))
        self._older.setObjectName("older_deeds_button")
        self._note = QLabel(say("Each line is an entry of the ledger’s journal, which the proof goes through."))
        self._note.setWordWrap(True)
        theme.set_role(self._note, "muted")
        foot = QHBoxLayout()
        foot.addWidget(self._note, 1)
        foot.addWidget(self._older)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        layout.addWidget(self._search)
        layout.addWidget(self._sheet, 1)
        layout.addLayout(foot)

    def forget(self) -> None:
        """Show nothing: somebody else may sign in."""
        self._deeds = ()
        self._model.show(())

    @Slot(object, bool)
    def _on_deeds(self, deeds: tuple[Deed, ...], older: bool) -> None:
        self._deeds = (*self._deeds, *deeds) if older else deeds
        self._older.setEnabled(len(deeds) == DEEDS_AT_ONCE)
        self._model.show(
            [
                (Cell(moment_text(deed.date, self._format)), Cell(deed.actor), Cell(deed_text(deed, self._format)))
                for deed in self._deeds
            ]
        )

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._sheet.proxy.setFilterFixedString(text)

    @Slot()
    def _on_older(self) -> None:
        if self._deeds:
            self._controller.look_at_deeds(self._deeds[-1].number)
