"""The menu of a step on the tape: what can be done with its result and its entry. It does none of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.language.sentences import say


class TapeMenu(QMenu):
    """One action each."""

    result_asked = Signal()
    expression_asked = Signal()
    details_asked = Signal()
    copy_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tape_menu")
        self._result = self._action("tape_use_result_action", say("&Use this result"), self.result_asked)
        self._expression = self._action("tape_enter_again_action", say("&Enter it again"), self.expression_asked)
        self._action("tape_copy_action", say("&Copy"), self.copy_asked)
        self.addSeparator()
        self._action("tape_details_action", say("De&tails …"), self.details_asked)
        self.setDefaultAction(self._result)

    def _action(self, name: str, text: str, asked: SignalInstance) -> QAction:
        action = self.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(asked)
        return action

    def offer(self, *, calculated: bool) -> None:
        """Offer what can be done with a calculation, or with a drawn string, which is no number."""
        self._result.setEnabled(calculated)
        self._expression.setEnabled(calculated)
