"""The sign-in dialog: e-mail and password in, what went wrong in place. It decides nothing about either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore
from PySide6.QtCore import QSettings, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.look import by_number, remembered, scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.first_icons import application_icon, still_icon
from desktop.views.look.left_to_right import left_to_right, with_the_words
from desktop.views.look.mnemonics import unlettered
from desktop.views.look.paragraph import Paragraph

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QShowEvent

    from desktop.terms.people import Session

_EMAIL_SETTING = "sign_in/email"
_WIDTH = 400
_UNSEEN_MS = 400  # a dialog that nobody can see is not painted: minimised, covered, behind a locked screen


class LoginDialog(QDialog):
    """Asks who is there. Closing it ends the program; `quit_asked` says so.

    Up to its first paint it names nothing of Qt's namespace: see `by_number`.
    """

    appeared = Signal()  # on screen for the first time, or where nobody sees it
    quit_asked = Signal()

    def __init__(
        self, *, sessions: SessionController, settings: QSettings, starting_balance: str, ledger: str = ""
    ) -> None:
        """`ledger` says where a new ledger lies: whoever meant another one sees it before they register."""
        super().__init__()
        self.setObjectName("login_dialog")
        self._sessions = sessions
        self._settings = settings
        self._starting_balance = starting_balance
        self._place = ledger and say("This is a new ledger, at {place}.", place=_breakable(ledger))
        self._has_appeared = False
        self._unseen = QTimer(self)
        self._unseen.setSingleShot(True)
        self._unseen.setInterval(_UNSEEN_MS)
        self._was_typed = False  # the password, unseen
        self._enter_waits = False  # until it is known whether this is the first run
        self._build()
        self._connect()
        self._error.hide()
        self._show_first_run(False)
        self._first_run: bool | None = None  # nobody knows yet

    def _build(self) -> None:
        self.setWindowTitle(say("Sign in"))  # Qt puts the program's name behind it
        self.setWindowIcon(application_icon())
        self.setFixedWidth(_WIDTH)
        picture = QLabel()
        picture.setPixmap(application_icon().pixmap(56, 56))
        by_number.centre(picture)
        title = QLabel("Metercalc")
        by_number.centre(title)
        scales.set_size(title, scales.Size.TITLE, bold=True)
        self._welcome = _wrapped("welcome_label", "muted")
        by_number.centre(self._welcome)
        self._email = QLineEdit(remembered.text(self._settings, _EMAIL_SETTING))
        self._email.setObjectName("email_edit")
        left_to_right(self._email)
        self._email.setPlaceholderText("name@example.org")
        self._password = QLineEdit()
        self._password.setObjectName("password_edit")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        with_the_words(self._password)
        self._reveal = QAction(still_icon("eye", self.devicePixelRatioF()), say("Show password"), self)
        self._reveal.setCheckable(True)
        self._password.addAction(self._reveal, QLineEdit.ActionPosition.TrailingPosition)
        self._again_label = QLabel(say("Password &again"))
        self._again = QLineEdit()
        self._again.setObjectName("password_again_edit")
        self._again.setAccessibleName(say("Password again"))
        self._again.setEchoMode(QLineEdit.EchoMode.Password)
        with_the_words(self._again)
        self._again_label.setBuddy(self._again)
        self._error = _wrapped("login_error_label", "negative")
        self._error.setContentsMargins(0, 0, 0, scales.SMALL)
        self._sign_in = QPushButton(say("&Sign in"))
        self._sign_in.setObjectName("sign_in_button")
        theme.begin_role(self._sign_in, "primary")
        self._sign_in.setDefault(True)
        self._register = QPushButton(say("&Register"))
        self._register.setObjectName("register_button")
        theme.begin_role(self._register, "")
        self._register.setAutoDefault(False)
        self._arrange(picture, title)

    def _arrange(self, picture: QLabel, title: QLabel) -> None:
        card = QFrame(self)
        theme.begin_role(card, "card")
        fields = QVBoxLayout(card)
        fields.setContentsMargins(scales.LARGE, scales.LARGE, scales.LARGE, scales.LARGE)
        fields.setSpacing(scales.TIGHT)
        for text, field in ((say("&E-mail"), self._email), (say("&Password"), self._password)):
            label = QLabel(text)
            label.setBuddy(field)
            field.setAccessibleName(unlettered(text))
            fields.addWidget(label)
            fields.addWidget(field)
            fields.addSpacing(scales.SMALL)
        fields.addWidget(self._again_label)
        fields.addWidget(self._again)
        self._ask_again(False)
        fields.addWidget(self._error)
        buttons = QHBoxLayout()
        buttons.setSpacing(scales.SMALL)
        buttons.addWidget(self._register, 1)
        buttons.addWidget(self._sign_in, 1)
        fields.addLayout(buttons)
        self._forgotten = QPushButton(say("&Forgotten password?"))
        self._forgotten.setObjectName("forgotten_password_button")
        self._forgotten.setAutoDefault(False)
        theme.begin_role(self._forgotten, "link")
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._forgotten)
        middle.addStretch(1)
        fields.addLayout(middle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.WIDE, scales.WIDE, scales.WIDE, scales.WIDE)
        layout.setSpacing(scales.SMALL)
        for widget in (picture, title, self._welcome):
            layout.addWidget(widget)
        layout.addSpacing(scales.SMALL)
        layout.addWidget(card)
        self._first_field().setFocus()

    def _connect(self) -> None:
        self._sign_in.clicked.connect(self._on_sign_in)
        self._register.clicked.connect(self._on_register)
        self._forgotten.clicked.connect(self._on_forgotten)
        self._reveal.toggled.connect(self._on_reveal)
        self._sessions.busy_changed.connect(self._on_busy)
        self._sessions.failed.connect(self._on_failed)
        self._sessions.signed_in.connect(self._on_signed_in)
        self._sessions.signed_out.connect(self._on_signed_out)
        self._sessions.first_run_known.connect(self._on_first_run)
        self._email.textEdited.connect(self._forget_error)
        self._password.textEdited.connect(self._forget_error)
        self._password.textEdited.connect(self._on_typed)
        self._again.textEdited.connect(self._forget_error)
        self.rejected.connect(self.quit_asked)
        self._unseen.timeout.connect(self._say_it_appeared)

    def _first_field(self) -> QLineEdit:
        return self._password if self._email.text() else self._email

    def show_error(self, text: str) -> None:
        """Say what went wrong, in place."""
        self._error.setText(text)
        theme.set_role(self._error, "negative")
        self._error.show()
        self._fit()
        announce(self, text, urgent=True)

    def expect_people(self) -> None:
        """Somebody has an account here: this is not the first run."""
        self._show_first_run(False)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the field that it is pressed in, and never ends the program: closing the window does."""
        if event.key() == QtCore.Qt.Key.Key_Escape:
            field = self.focusWidget()
            if isinstance(field, QLineEdit):
                field.clear()
            self._forget_error()
            event.accept()
            return
        enter = event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter)
        if enter and self._first_run is None and self._password.isEnabled():
            self._wait_to_know()
            event.accept()
            return
        super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_appeared:
            QTimer.singleShot(0, self._say_it_appeared)  # once what was painted is on screen

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The store is opened behind the dialog, and the program's name taken, whether anybody sees it or not."""
        super().showEvent(event)
        if not self._has_appeared:
            self._unseen.start()

    @Slot()
    def _say_it_appeared(self) -> None:
        self._unseen.stop()
        if not self._has_appeared:
            from desktop.views.look.icons import icon

            self._has_appeared = True
            self._reveal.setIcon(icon("eye"))  # which follows the scheme
            self.appeared.emit()

    def _wait_to_know(self) -> None:
        """Enter is for the button that stands out, which is another one at the first run."""
        if self._filled():
            self._enter_waits = True
            self._on_busy(True)
            self._sessions.look_around()  # where that failed when the window opened

    def _wait_no_more(self) -> bool:
        waited, self._enter_waits = self._enter_waits, False
        if waited:
            self._on_busy(False)
            self._password.setFocus()
        return waited

    @Slot(bool)
    def _on_first_run(self, first_run: bool) -> None:
        self._show_first_run(first_run)
        if self._wait_no_more() and not first_run:  # nobody registers by a key from before that was offered
            self._on_sign_in()

    def _show_first_run(self, first_run: bool) -> None:
        self._welcome.setText(
            "\n\n".join(filter(None, (self._first_words(), self._place)))
            if first_run
            else say("Sign in to calculate, or register a new account.")
        )
        self._first_run = first_run
        primary, other = (self._register, self._sign_in) if first_run else (self._sign_in, self._register)
        theme.set_role(primary, "primary")
        theme.set_role(other, "")
        primary.setDefault(True)
        self._forgotten.setVisible(not first_run)
        # What is chosen is seen: nobody could tell them what a slip made of it. What was typed unseen stays so.
        if first_run and not self._password.text():
            self._reveal.setChecked(True)
        self._fit()

    def _first_words(self) -> str:
        return say(
            "Welcome. The first account becomes the administrator and starts with {balance} credits: "
            "choose an e-mail and a password, and register.",
            balance=self._starting_balance,
        )

    @Slot()
    def _on_typed(self) -> None:
        self._was_typed = True

    @Slot()
    def _on_sign_in(self) -> None:
        if self._filled():
            self._sessions.sign_in(self._email.text(), self._password.text())

    @Slot()
    def _on_register(self) -> None:
        if self._filled() and self._is_meant():
            self._sessions.register(self._email.text(), self._password.text())

    def _is_meant(self) -> bool:
        """Whether a new password was seen as it was typed, or typed twice; what was not typed holds no slip."""
        seen = self._reveal.isChecked() or not self._was_typed
        if seen or self._again.text() == self._password.text():
            return True
        asked = not self._again.isHidden()
        self._ask_again(True)
        self._again.clear()
        self._again.setFocus()
        self.show_error(
            say("The two passwords are not the same.") if asked else say("Type the new password once more.")
        )
        theme.set_role(self._error, "negative" if asked else "muted")
        return False

    def _ask_again(self, again: bool) -> None:
        for widget in (self._again_label, self._again):
            widget.setVisible(again)
        if again:
            self._register.setDefault(True)  # it is what Enter in the second field means
        else:
            self._again.clear()

    @Slot()
    def _on_forgotten(self) -> None:
        from desktop.views.dialogs.recovery import RecoverDialog

        self._forget_error()
        RecoverDialog(email=self._email.text(), sessions=self._sessions, parent=self).open()

    def _filled(self) -> bool:
        wanted = ((self._email, say("Enter your e-mail.")), (self._password, say("Enter your password.")))
        for field, missing in wanted:
            if not field.text().strip():
                self.show_error(missing)
                field.setFocus()
                return False
        return True

    @Slot()
    def _forget_error(self) -> None:
        self._error.clear()
        self._error.hide()
        self._fit()

    def _fit(self) -> None:
        """As high as the texts need: Qt does not grow a dialog with a wrapped label by itself."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedHeight(layout.totalHeightForWidth(_WIDTH))

    @Slot(bool)
    def _on_reveal(self, shown: bool) -> None:
        self._password.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        if shown:
            self._ask_again(False)
            self._fit()

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        for widget in (self._email, self._password, self._again, self._sign_in, self._register, self._forgotten):
            widget.setEnabled(not busy)
        self._sign_in.setText(say("One moment …") if busy else say("&Sign in"))

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._wait_no_more()
        if self.isVisible() and self.findChild(QDialog) is None:  # one in front of this says it itself
            self.show_error(failure.text)
            self._password.setFocus()
            self._password.selectAll()

    @Slot(object)
    def _on_signed_in(self, session: Session) -> None:
        self._settings.setValue(_EMAIL_SETTING, session.username)
        self._password.clear()
        self._reveal.setChecked(False)
        self._ask_again(False)
        self._forget_error()
        self._show_first_run(False)
        self.hide()

    @Slot(str)
    def _on_signed_out(self, reason: str) -> None:
        self._forget_error()
        if reason:
            self.show_error(reason)
            if self._sessions.is_locked:  # no error: nothing went wrong
                theme.set_role(self._error, "muted")
        self._first_field().setFocus()
        self.show()
        self._fit()  # once more: what it needs is known when it is shown


def _breakable(path: str) -> str:
    """A path that a label can wrap, which is done at words alone: with room for a break, of no width, all along it."""
    return "\u200b".join(path)


def _wrapped(name: str, role: str) -> QLabel:
    label = Paragraph()
    label.setObjectName(name)
    theme.begin_role(label, role)
    return label
