"""The question before the first draw: whom random.org can reach. It stores nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QWidget

from desktop.controllers.requests import Failure
from desktop.language.sentences import mark, say
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look.announcing import announce

_WHY = mark(
    "random.org asks every program that draws from it to name an e-mail address, so that somebody can be reached if "
    "the program ever does harm there. It is sent with each request to random.org, and to nobody else."
)
_LATER = mark("It can be changed at any time in the settings, under Random strings.")
_WIDTH = 460


class ContactDialog(Dialog):
    """Asked once. Closing it draws nothing; the string is paid for only when it is there."""

    given = Signal(str)  # an address to send along from now on
    declined = Signal()  # to draw without one

    def __init__(self, *, proposed: str, parent: QWidget | None = None) -> None:
        super().__init__("contact_dialog", say("Before the first draw"), parent)
        self.add_text(say(_WHY))
        label = QLabel(say("&E-mail"))
        self._email = QLineEdit(proposed)
        self._email.setObjectName("contact_edit")
        self._email.setAccessibleName(say("E-mail for random.org"))
        self._email.textEdited.connect(self._forget_error)
        label.setBuddy(self._email)
        self.layout_.addWidget(label)
        self.layout_.addWidget(self._email)
        self._error = self.add_text("", role="negative")
        self._error.setObjectName("contact_error_label")
        self._error.hide()
        self.add_text(say(_LATER), role="muted")
        buttons = self.add_buttons(accept=say("&Send it and draw"), reject=say("Cancel"))
        buttons.accepted.connect(self._on_given)
        without = buttons.addButton(say("&Draw without"), QDialogButtonBox.ButtonRole.ActionRole)
        without.setObjectName("draw_without_contact_button")
        without.clicked.connect(self._on_declined)
        self.setFixedWidth(_WIDTH)
        self._email.selectAll()

    def show_error(self, text: str) -> None:
        """Say why the address will not do, in place."""
        self._error.setText(text)
        self._error.show()
        announce(self, text, urgent=True)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Say why the address could not be kept."""
        self.show_error(failure.text)

    @Slot()
    def end(self) -> None:
        """The address is kept: draw, unless the person has closed the question meanwhile."""
        if self.isVisible():
            self.accept()

    @Slot()
    def _on_given(self) -> None:
        if self._email.text().strip():
            self.given.emit(self._email.text().strip())
        else:
            self.show_error(say("Enter an e-mail, or choose to draw without one."))

    @Slot()
    def _on_declined(self) -> None:
        self.declined.emit()
        self.accept()

    @Slot()
    def _forget_error(self) -> None:
        self._error.hide()
