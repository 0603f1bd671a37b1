"""The dialogs about a lost password: coming back by a recovery code, and making one. They decide nothing."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.language.sentences import say
from desktop.views.dialogs.dialogs import Dialog, level, password_field
from desktop.views.look import scales
from desktop.views.look.announcing import announce

_WIDTH = 460


class _Asking(Dialog):
    """What both have: a form, what went wrong, and a wait while the password is worked with."""

    def __init__(self, name: str, title: str, *, sessions: SessionController, parent: QWidget | None) -> None:
        super().__init__(name, title, parent)
        self._sessions = sessions
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(scales.LARGE)
        self._form.setVerticalSpacing(scales.SMALL)

    def _finish(self, accept: str, hint: str) -> None:
        level(self._form)
        self.layout_.addLayout(self._form)
        self.add_text(hint, role="muted")
        self._error = self.add_text("", role="negative")
        self._error.setObjectName("recovery_error_label")
        self._buttons = self.add_buttons(accept=accept, reject=say("Cancel"))
        self._buttons.accepted.connect(self._on_accept)
        self._sessions.busy_changed.connect(self._on_busy)
        self._sessions.failed.connect(self._on_failed)
        self.setFixedWidth(_WIDTH)

    def _refuse(self, text: str) -> None:
        self._error.setText(text)
        announce(self, text, urgent=True)

    def _on_accept(self) -> None:
        raise NotImplementedError

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        for widget in (*self.findChildren(QLineEdit), self._buttons):
            widget.setEnabled(not busy)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._refuse(failure.text)


class RecoverDialog(_Asking):
    """A new password by a recovery code, and straight into the account."""

    def __init__(self, *, email: str, sessions: SessionController, parent: QWidget | None = None) -> None:
        super().__init__("recover_dialog", say("Forgotten password"), sessions=sessions, parent=parent)
        self.add_text(say("With the recovery code that you were given you choose a new password. A code works once."))
        self._email, self._code = QLineEdit(email), QLineEdit()
        self._email.setObjectName("recover_email_edit")
        self._code.setObjectName("recover_code_edit")
        self._code.setPlaceholderText("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
        self._new, self._again = password_field("new"), password_field("again")
        self._form.addRow(say("&E-mail"), self._email)
        self._form.addRow(say("&Recovery code"), self._code)
        self._form.addRow(say("&New password"), self._new)
        self._form.addRow(say("New password &again"), self._again)
        self._finish(
            say("&Set the password"), say("Without a code: an administrator can give you a one-time password.")
        )
        sessions.signed_in.connect(self.accept)
        (self._code if email else self._email).setFocus()

    @Slot()
    def _on_accept(self) -> None:
        if not all(field.text().strip() for field in (self._email, self._code, self._new)):
            self._refuse(say("Enter the e-mail, the recovery code, and the new password twice."))
        elif self._new.text() != self._again.text():
            self._refuse(say("The two new passwords are not the same."))
        else:
            self._error.clear()
            self._sessions.recover(self._email.text(), self._code.text(), self._new.text())


class RecoveryCodeDialog(_Asking):
    """A new recovery code for whoever knows the password; it is shown in the window."""

    def __init__(self, *, sessions: SessionController, parent: QWidget | None = None) -> None:
        super().__init__("recovery_code_dialog", say("New recovery code"), sessions=sessions, parent=parent)
        self.add_text(say("A recovery code replaces a lost password, once. A new one makes every earlier one void."))
        self._password = password_field("present")
        self._form.addRow(say("&Password"), self._password)
        self._finish(say("&Make a code"), say("The code is shown once, at the top of the window."))
        sessions.recovery_code_made.connect(self.accept)
        sessions.signed_out.connect(self.reject)

    @Slot()
    def _on_accept(self) -> None:
        if self._password.text():
            self._error.clear()
            self._sessions.make_recovery_code(self._password.text())
        else:
            self._refuse(say("Enter your password."))
