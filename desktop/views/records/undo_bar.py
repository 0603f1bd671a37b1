"""The line that offers to take the last deletion or restoration back, for a while. Ctrl+Z does so at any time."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from desktop.language.sentences import say
from desktop.views.look import theme
from desktop.views.look.announcing import announce
from desktop.views.look.icons import icon

STAYS_MS = 20_000


class UndoBar(QFrame):
    """What happened, and a button against it."""

    undo_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        theme.set_role(self, "bar")
        self._text = QLabel()
        self._text.setObjectName("undo_label")
        self._undo = QPushButton(icon("undo"), say("&Undo"))
        self._undo.setObjectName("undo_button")
        self._close = QToolButton()
        self._close.setObjectName("close_undo_button")
        self._close.setIcon(icon("clear"))
        self._close.setAccessibleName(say("Close; the Edit menu still undoes it"))
        self._close.setToolTip(say("Close; the Edit menu still undoes it"))
        theme.set_role(self._close, "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MEDIUM, theme.TIGHT, theme.TIGHT, theme.TIGHT)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(STAYS_MS)
        self._leaving.timeout.connect(self.hide)
        self._undo.clicked.connect(self.undo_asked)
        self._close.clicked.connect(self.hide)
        self.hide()

    @Slot(bool, str)
    def offer(self, available: bool, what: str) -> None:
        """Offer to take `what` back ("3 records deleted"), or nothing."""
        self._text.setText(what)
        self._undo.setAccessibleName(say("Undo: {what}", what=what))
        self.setVisible(available)
        if available:
            self.raise_()  # it lies over the records
            self._leaving.start()
            announce(self, what)
