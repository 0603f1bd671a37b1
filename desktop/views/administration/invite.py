"""Inviting somebody: an e-mail is asked for, and the one-time password that was made for it shown once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.administration import AdministrationController, Invited
from desktop.controllers.requests import Failure
from desktop.language.sentences import say
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import scales
from desktop.views.look.announcing import announce
from desktop.views.look.left_to_right import left_to_right


class InviteDialog(Dialog):
    """First the question, then the answer, in one window."""

    def __init__(
        self,
        *,
        controller: AdministrationController,
        number_format: NumberFormat,
        whom: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`whom` is who has an account, and has lost the password."""
        super().__init__("invite_dialog", say("Give a one-time password") if whom else say("Invite somebody"), parent)
        self._whom = whom
        self._controller = controller
        self._invited: Invited | None = None
        balance = format_money(controller.starting_balance, number_format)
        self._text = self.add_text(
            say(
                "{email} is signed out everywhere, and the old password is void. A one-time password is shown here "
                "once: hand it over, and another one is chosen with it.",
                email=whom,
            )
            if whom
            else say(
                "The account begins with {balance} credits. It gets a one-time password, which is shown here once: "
                "hand it over, and another one is chosen with it.",
                balance=balance,
            )
        )
        self._email = QLineEdit(whom)
        left_to_right(self._email)
        self._email.setReadOnly(bool(whom))
        self._email.setObjectName("invite_email_edit")
        self._password = QLabel()
        self._password.setObjectName("one_time_password_label")
        self._password.setFont(scales.telling_font(scales.Size.LEAD, bold=True))
        self._password.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._password.hide()
        self._form = QFormLayout()
        self._form.addRow(say("&E-mail"), self._email)
        self.layout_.addLayout(self._form)
        self.layout_.addWidget(self._password)
        self._message = self.add_text("", role="negative")
        self._message.setObjectName("invite_message_label")
        self.layout_.addStretch(1)
        buttons = self.add_buttons(accept=say("&Give it") if whom else say("&Invite"))
        self._invite = next(
            one for one in buttons.buttons() if buttons.buttonRole(one) is buttons.ButtonRole.AcceptRole
        )
        self._invite.setObjectName("invite_accept_button")
        self._copy = QPushButton(say("&Copy for handing over"))
        self._copy.setObjectName("copy_invitation_button")
        buttons.addButton(self._copy, buttons.ButtonRole.ActionRole)
        self._copy.hide()
        self._invite.clicked.connect(self._on_invite)
        self._copy.clicked.connect(self._on_copy)
        controller.invited.connect(self._on_invited)
        controller.failed.connect(self._on_failed)
        self.setMinimumWidth(scales.WIDE * 20)

    @Slot()
    def _on_invite(self) -> None:
        if self._email.text().strip():
            self._invite.setEnabled(False)
            ask = self._controller.reset_password if self._whom else self._controller.invite
            ask(self._email.text())

    @Slot(object)
    def _on_invited(self, invited: Invited) -> None:
        self._invited = invited
        whom = invited.account.username
        done = say("{email} has a new password.", email=whom) if self._whom else say("{email} is invited.", email=whom)
        self._text.setText(" ".join((done, say("This is the one-time password; it is not shown again."))))
        self._form.setRowVisible(self._email, False)
        self._password.setText(invited.password)
        self._password.show()
        self._message.clear()
        self._invite.hide()
        self._copy.show()
        self._copy.setFocus()
        told = say("The one-time password is {password}", password=invited.password)
        announce(self, f"{done} {told}")

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._invite.setEnabled(True)
        self._message.setText(failure.text)
        announce(self, failure.text, urgent=True)

    @Slot()
    def _on_copy(self) -> None:
        if self._invited is not None:
            QGuiApplication.clipboard().setText(f"{self._invited.account.username}\n{self._invited.password}")
            announce(self, say("Copied"))
