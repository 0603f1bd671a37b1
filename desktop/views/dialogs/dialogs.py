"""The small dialogs: password, shortcuts, about, a crash, the ledger's proof. Each shows and asks; none blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.language.sentences import mark, say, say_many
from desktop.terms.values import Verification
from desktop.views.look import theme
from desktop.views.look.icons import application_icon, icon
from desktop.views.look.left_to_right import leading, with_the_words
from desktop.views.look.number_locale import number_format_of
from desktop.wording.shown import shown_moment

SHORTCUTS = (
    (mark("Enter or ="), mark("Calculate and pay")),
    ("Up, Down", mark("Earlier entries of this account; nothing is paid before Enter")),
    ("Esc", mark("Clear the entry; clear a filter, then go back to the entry")),
    ("Ctrl+G", mark("Draw a random string and pay for it")),
    ("Ctrl+Shift+C", mark("Copy the result")),
    ("Ctrl+L", mark("Go to the calculator")),
    ("Ctrl+F", mark("Search the records")),
    ("Ctrl+C", mark("Copy the selected records (in the table)")),
    ("Del", mark("Delete the selected records (in the table)")),
    ("Ctrl+R", mark("Restore the selected records (in the table of the Trash)")),
    ("Ctrl+Z", mark("Bring back what was deleted, cleared or hidden, the newest first")),
    ("Ctrl+E", mark("Export the filtered records")),
    ("Ctrl+T", mark("Make a statement")),
    ("Ctrl+I", mark("Look at the insights")),
    ("Ctrl+,", mark("Change the settings")),
    ("Ctrl+Shift+A", mark("Administer accounts and prices (administrators)")),
    ("F6", mark("Go to the next pane: entry, search, records")),
    ("F10", mark("Open the menu")),
    ("Ctrl+Shift+P", mark("Find an action by its words")),
    (mark("Alt+↓"), mark("Open a calendar or a list")),
    ("Ctrl+PgDown", mark("Next page; PgDn in the last row too")),
    ("Ctrl+PgUp", mark("Previous page; PgUp in the first row too")),
    ("Alt+Home", mark("First page")),
    ("Alt+End", mark("Last page")),
    (mark("Enter on a record"), mark("Every figure of it")),
    (mark("Menu key"), mark("Look for what is in the cell, and more")),
    (mark("Alt+Shift+← →"), mark("Move the column with the cursor")),
    (mark("Alt+Shift+↑ ↓"), mark("Make it wider or narrower")),
    ("Ctrl+1, 2, 3", mark("Both, the calculator alone, the records alone")),
    ("Ctrl+Shift+Q", mark("Sign out")),
    ("Ctrl+Q", mark("Quit")),
    ("F1", mark("This list")),
)


_PROOF_WIDTH = 720


class Dialog(QDialog):
    """A window of its own that goes away for good when it is closed."""

    def __init__(self, name: str, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(theme.WIDE, theme.LARGE, theme.WIDE, theme.LARGE)
        self.layout_.setSpacing(theme.MEDIUM)

    def add_text(self, text: str, *, role: str = "") -> QLabel:
        """A paragraph."""
        label = QLabel(text)
        label.setWordWrap(True)
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
        form.setHorizontalSpacing(theme.LARGE)
        form.setVerticalSpacing(theme.SMALL)
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


class ShortcutsDialog(Dialog):
    """Every shortcut on one sheet."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__("shortcuts_dialog", say("Keyboard shortcuts"), parent)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.WIDE)
        for keys, what in SHORTCUTS:
            label = QLabel(_shown_keys(keys))
            label.setFont(theme.font(bold=True))
            form.addRow(label, QLabel(say(what)))
        sheet = QWidget()
        sheet.setLayout(form)
        # As high as the sheet where the screen has room for it, else scrolled: the button is always in reach.
        area = QScrollArea()
        area.setObjectName("shortcuts_area")
        area.setWidget(sheet)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        sheet.setAutoFillBackground(False)
        size = sheet.sizeHint()
        area.setMinimumWidth(size.width() + area.verticalScrollBar().sizeHint().width())
        most = self.screen().availableGeometry().height() * 2 // 3
        area.setFixedHeight(min(size.height(), most))
        self.layout_.addWidget(area)
        self.add_buttons()


class DetailsDialog(Dialog):
    """Text to read and copy: what the program is, or what went wrong in it."""

    link_asked = Signal(str)  # an address, to be opened by the program that the system has for it

    def __init__(
        self,
        *,
        name: str,
        title: str,
        text: str,
        details: Sequence[str],
        links: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`links` are addresses by the words that lead to them."""
        super().__init__(name, title, parent)
        self._details = "\n".join(details)
        picture = QLabel()
        picture.setPixmap(application_icon().pixmap(48, 48))
        self.layout_.addWidget(picture)
        self.add_text(text)
        self._addresses = links or {}
        self._links = self.add_text("") if links else None
        if self._links is not None:
            self._add_links(self._links)
        shown = QPlainTextEdit(self._details)
        shown.setReadOnly(True)
        shown.setAccessibleName(say("Details"))
        shown.setTabChangesFocus(True)
        self.layout_.addWidget(shown, 1)
        buttons = self.add_buttons()
        copy = buttons.addButton(say("&Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_details_button")
        copy.clicked.connect(self._on_copy)
        self.resize(560, 380)

    def _add_links(self, label: QLabel) -> None:
        label.setObjectName("links_label")
        label.setAccessibleName(say("Links: {names}", names=", ".join(self._addresses)))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)  # Tab and Enter too
        label.linkActivated.connect(self.link_asked)
        self._colour_links()

    def _colour_links(self) -> None:
        """In the colour of the moment: Qt takes the palette's once, as the text is set."""
        if self._links is not None:
            words = (f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in self._addresses.items())
            self._links.setText("")  # the same once more would be left as it is
            self._links.setText(" &nbsp;·&nbsp; ".join(words))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_links()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)


class VerifyDialog(Dialog):
    """The ledger being proved, and what came of it in plain words."""

    cancelled = Signal()
    page_asked = Signal(object)  # Verification, to be written as a page

    def __init__(
        self, *, store: StoreController, explain: Callable[[Verification], str], parent: QWidget | None = None
    ) -> None:
        super().__init__("verify_dialog", say("Verify ledger"), parent)
        self._explain = explain
        beginning = say("Following every record from the first to the last …")
        self._outcome = self.add_text(" ".join(filter(None, (beginning, _since(store)))))
        self._outcome.setObjectName("verify_outcome_label")
        self._progress = QProgressBar()
        self._progress.setAccessibleName(say("Records checked"))
        self._progress.setTextVisible(False)
        self._problems = QPlainTextEdit()
        self._problems.setReadOnly(True)
        self._problems.setTabChangesFocus(True)
        self._problems.setAccessibleName(say("Problems"))
        self._problems.hide()
        self._rules = QFormLayout()
        self._rules.setHorizontalSpacing(theme.MEDIUM)
        self.layout_.addWidget(self._progress)
        self.layout_.addLayout(self._rules)
        self.layout_.addWidget(self._problems, 1)
        buttons = self.add_buttons()
        self._cancel = buttons.addButton(say("&Stop"), QDialogButtonBox.ButtonRole.ActionRole)
        self._cancel.setObjectName("stop_verify_button")
        self._cancel.clicked.connect(self._on_cancel)
        self._save = buttons.addButton(say("Save as a &page…"), QDialogButtonBox.ButtonRole.ActionRole)
        self._save.setObjectName("save_proof_button")
        self._save.clicked.connect(self._on_save)
        self._save.hide()
        self._verification: Verification | None = None
        # Only a turn of the loop later does the form know which rules take two lines; the dialog may be gone by then.
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        store.verify_progress.connect(self._on_progress)
        store.verified.connect(self._on_verified)
        store.verify_failed.connect(self._on_failed)
        self.resize(480, 200)

    @Slot()
    def _on_cancel(self) -> None:
        self.cancelled.emit()
        self._end(say("Stopped before the end: nothing is proved. Start again when there is time for all of it."))

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)

    @Slot(object)
    def _on_verified(self, verification: Verification) -> None:
        self._end(self._explain(verification))
        self._show_rules(verification)
        if verification.problems:
            lines = (
                say(
                    "{rule}  {email}  record {number}: {problem}",
                    rule=one.rule,
                    email=one.username,
                    number=one.record_id,
                    problem=one.message,
                )
                for one in verification.problems
            )
            self._problems.setPlainText("\n".join(lines))
            self._problems.show()
        self._fitting.start()

    @Slot()
    def _fit(self) -> None:
        self.resize(_PROOF_WIDTH, self.layout_.totalHeightForWidth(_PROOF_WIDTH))

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._end(failure.text)

    def _show_rules(self, verification: Verification) -> None:
        from desktop.documents.proofs import facts, judged

        self._verification = verification
        self._save.setVisible(verification.complete)
        for rule, holds, text in judged(verification):
            said = QLabel(f"{'✓' if holds else '✗'}  {text}")
            said.setObjectName(f"rule_{rule}_label")
            said.setWordWrap(True)
            theme.set_role(said, "positive" if holds else "negative")
            self._rules.addRow(rule, said)
        self._rules.addRow("", QLabel())
        for name, text in facts(verification, number_format_of(QLocale())):
            label = QLabel(text)
            label.setAlignment(leading())
            self._rules.addRow(name, label)

    @Slot()
    def _on_save(self) -> None:
        self.page_asked.emit(self._verification)

    def _end(self, text: str) -> None:
        self._outcome.setText(text)
        self._progress.hide()
        self._cancel.hide()


def _since(store: StoreController) -> str:
    """When the whole was last proved, as a sentence; "" where that is not known."""
    known = store.whole_proof_at
    return say("All of it was last proved on this computer at {moment}.", moment=shown_moment(known)) if known else ""


def _shown_keys(keys: str) -> str:
    """Keys as the system and the language call them; what is more than keys is marked."""
    sequence = QKeySequence(keys)
    return sequence.toString(QKeySequence.SequenceFormat.NativeText) if sequence.toString() == keys else say(keys)


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
