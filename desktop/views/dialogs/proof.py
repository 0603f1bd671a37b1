"""The ledger's proof: how far it is, what came of it, and the page to hand over. It proves nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QWidget,
)

from desktop.controllers.requests import Failure
from desktop.controllers.store import StoreController
from desktop.language.sentences import say
from desktop.terms.reports import Verification
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import scales, theme
from desktop.views.look.left_to_right import leading
from desktop.views.look.number_locale import number_format_of
from desktop.wording.shown import moment_text

_PROOF_WIDTH = 720


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
        self._rules.setHorizontalSpacing(scales.MEDIUM)
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
    if not known:
        return ""
    moment = moment_text(known, number_format_of(QLocale()))
    return say("All of it was last proved on this computer at {moment}.", moment=moment)
