"""What all dialogs have in common, fields for passwords, and the dialog that changes one. None blocks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.language.sentences import say, say_many
from desktop.system.overriding import override
from desktop.views.look import scales, theme
from desktop.views.look.icons import icon
from desktop.views.look.left_to_right import leading, with_the_words
from desktop.views.look.paragraph import Paragraph


class Dialog(QDialog):
    """A window of its own that goes away for good when it is closed."""

    def __init__(self, name: str, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(scales.WIDE, scales.LARGE, scales.WIDE, scales.LARGE)
        self.layout_.setSpacing(scales.MEDIUM)

    def add_text(self, text: str, *, role: str = "") -> QLabel:
        """A paragraph."""
        label = Paragraph(text)
        label.setAlignment(leading())  # a text that begins with a name of Latin letters too
        theme.set_role(label, role)
        self.layout_.addWidget(label)
        return label

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the texts need: Qt reckons with the width that a dialog would like, not with that it has."""
        needed = self.layout_.totalMinimumHeightForWidth(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)
        super().showEvent(event)

    def add_buttons(self, *, accept: str = "", reject: str = "") -> QDialogButtonBox:
        """The row of buttons at the foot; without another word for it the last one closes."""
        buttons = QDialogButtonBox()
        if accept:
            primary = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
            theme.set_role(primary, "primary")
        buttons.addButton(reject or say("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        self.layout_.addWidget(buttons)
        return buttons


def level(form: QFormLayout) -> None:
    """Give the fields of a form one height, and stand each label in the middle of its field's."""
    role = QFormLayout.ItemRole
    rows = range(form.rowCount())
    fields = [item.widget() for row in rows if (item := form.itemAt(row, role.FieldRole)) is not None]
    labels = [item.widget() for row in rows if (item := form.itemAt(row, role.LabelRole)) is not None]
    height = max(field.sizeHint().height() for field in fields if field is not None)
    for field in filter(None, fields):
        field.setMinimumHeight(height)
    for label in filter(None, labels):
        # Qt gives a label no more than 7/4 of its height, from the top of the row.
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)


class PasswordDialog(Dialog):
    """Asks for the present password and a new one, twice."""

    def __init__(
        self,
        *,
        sessions: SessionController,
        minimum_length: int = 8,
        intro: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`intro` says why, where nobody has asked for it."""
        super().__init__("password_dialog", say("Change password"), parent)
        self._sessions = sessions
        if intro:
            self.add_text(intro).setObjectName("password_intro_label")
        self._old, self._new, self._again = (password_field(n) for n in ("old", "new", "again"))
        form = QFormLayout()
        form.addRow(say("&Present password"), self._old)
        form.addRow(say("&New password"), self._new)
        form.addRow(say("New password &again"), self._again)
        form.setHorizontalSpacing(scales.LARGE)
        form.setVerticalSpacing(scales.SMALL)
        level(form)
        self.layout_.addLayout(form)
        hint = say_many(
            "At least {count} character, whatever it is; not a common password, nor the e-mail.",
            "At least {count} characters, whatever they are; not a common password, nor the e-mail.",
            minimum_length,
        )
        self.add_text(hint, role="muted").setObjectName("password_hint_label")
        self._error = self.add_text("", role="negative")
        self._error.setObjectName("password_error_label")
        self.setMinimumWidth(440)
        self._buttons = self.add_buttons(accept=say("&Change"), reject=say("Cancel"))
        self._buttons.accepted.connect(self._on_change)
        sessions.busy_changed.connect(self._on_busy)
        sessions.password_changed.connect(self.accept)
        sessions.failed.connect(self._on_failed)
        sessions.signed_out.connect(self._on_signed_out)

    @Slot()
    def _on_change(self) -> None:
        if not self._old.text() or not self._new.text():
            self._error.setText(say("Enter the present password, and the new one twice."))
        elif self._new.text() != self._again.text():
            self._error.setText(say("The two new passwords are not the same."))
        else:
            self._error.clear()
            self._sessions.change_password(self._old.text(), self._new.text())

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        for widget in (self._old, self._new, self._again, self._buttons):
            widget.setEnabled(not busy)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._error.setText(failure.text)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.reject()


def password_field(name: str) -> QLineEdit:
    """A field whose text is hidden, with an eye that shows it."""
    field = QLineEdit()
    field.setObjectName(f"{name}_password_edit")
    field.setEchoMode(QLineEdit.EchoMode.Password)
    with_the_words(field)
    reveal = QAction(icon("eye"), say("Show password"), field)
    reveal.setObjectName(f"show_{name}_password_action")
    reveal.setCheckable(True)
    reveal.toggled.connect(partial(_show, field))
    field.addAction(reveal, QLineEdit.ActionPosition.TrailingPosition)
    return field


def _show(field: QLineEdit, shown: bool) -> None:
    field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
