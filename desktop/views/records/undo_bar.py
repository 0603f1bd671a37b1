"""The line that offers to take the last act back, for a while. It lies over what is there; Ctrl+Z works at any time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.icons import icon

STAYS_MS = 20_000


class UndoBar(QFrame):
    """What happened, and a button against it."""

    undo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        row.setContentsMargins(scales.MEDIUM, scales.TIGHT, scales.TIGHT, scales.TIGHT)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(STAYS_MS)
        self._leaving.timeout.connect(self.hide)
        self._undo.clicked.connect(self.undo_asked)
        self._close.clicked.connect(self.hide)
        self._under: QWidget | None = None
        self.hide()

    def lie_over(self, place: QWidget) -> None:
        """Lie at the foot of another widget, and move nothing in it."""
        if place is not self._under:
            offered = not self.isHidden()
            if self._under is not None:
                self._under.removeEventFilter(self)
            self._under = place
            place.installEventFilter(self)
            self.setParent(place)
            self.setVisible(offered)
        self._stand()

    def _stand(self) -> None:
        """In the middle, as wide as its words; where there is less room they take a second line."""
        if self._under is not None:
            self._text.setWordWrap(False)
            width, height = self.sizeHint().width(), self.sizeHint().height()
            if width > self._under.width():
                self._text.setWordWrap(True)
                width = self._under.width()
                height = max(height, self.heightForWidth(width))
            left, top = (self._under.width() - width) // 2, self._under.height() - height
            self.setGeometry(left, top, width, height)
            self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._stand()
        return False

    @Slot(bool, str)
    def offer(self, available: bool, what: str) -> None:
        """Offer to take `what` back ("3 records deleted"), or nothing."""
        self._text.setText(what)
        self._undo.setAccessibleName(say("Undo: {what}", what=what))
        self.setVisible(available)
        self._stand()
        if available:
            self._leaving.start()
            announce(self, what)
