"""A line across the top of the window with a recovery code that was just made: it is told this once. It keeps none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from desktop.language.sentences import mark, say
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce

_WHAT = mark("Your recovery code, told this once: it replaces a lost password. Keep it somewhere else.")


class RecoveryBar(QFrame):
    """In sight until the person has put the code away."""

    copied = Signal(str)  # what lies on the clipboard, in words

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("recovery_bar")
        theme.set_role(self, "banner")
        what = QLabel(say(_WHAT))
        what.setWordWrap(True)
        self._code = QLabel()
        self._code.setObjectName("recovery_code_label")
        self._code.setFont(scales.telling_font(bold=True))
        flags = Qt.TextInteractionFlag
        self._code.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        copy, done = QPushButton(say("Copy the code")), QPushButton(say("I have kept it"))
        copy.setObjectName("copy_recovery_code_button")
        done.setObjectName("recovery_code_kept_button")
        copy.clicked.connect(self._on_copy)
        done.clicked.connect(self.forget)
        row = QHBoxLayout(self)
        row.setContentsMargins(scales.LARGE, scales.SMALL, scales.LARGE, scales.SMALL)
        row.setSpacing(scales.SMALL)
        row.addWidget(what, 1)
        for widget in (self._code, copy, done):
            row.addWidget(widget)
        self.hide()

    @property
    def code(self) -> str:
        """The code in sight; "" for none."""
        return self._code.text()

    @Slot(str)
    def show_code(self, code: str) -> None:
        """Show a code; an earlier one is void."""
        self._code.setText(code)
        self.show()
        announce(self, " ".join((say(_WHAT), say("It is {code}.", code=code))))

    @Slot()
    def forget(self) -> None:
        """Show none any more."""
        self._code.clear()
        self.hide()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text())
        self.copied.emit(say("Copied the recovery code"))
