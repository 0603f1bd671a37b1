"""The menu of the columns: show and hide them, move and size the one with the cursor. It lays nothing out itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.controllers.undoing import Act
from desktop.language.sentences import mark, say
from desktop.views.look.mnemonics import lettered, letters_of
from desktop.views.records.columns import COLUMNS, HEADERS, Shown
from desktop.views.records.table import RecordsTable

_CHANGES = (
    ("move_column_left_action", mark("Move &left"), "Alt+Shift+Left"),
    ("move_column_right_action", mark("Move &right"), "Alt+Shift+Right"),
    ("wider_column_action", mark("&Wider"), "Alt+Shift+Up"),
    ("narrower_column_action", mark("N&arrower"), "Alt+Shift+Down"),
)


class ColumnsMenu(QMenu):
    """One entry a column, and the keyboard's way to what the header does for the mouse."""

    came_back = Signal()  # a column is in sight again
    can_undo = Signal(object)  # Act: a column was hidden, or all are as at first

    def __init__(self, *, table: RecordsTable, parent: QWidget | None = None) -> None:
        super().__init__(say("C&olumns"), parent)
        self.setObjectName("columns_menu")
        self._table = table
        self._layout = table.column_layout
        reset = say("R&eset columns")
        taken = letters_of([*(say(text) for _, text, _ in _CHANGES), reset])
        words = lettered((say(HEADERS[column]) for column in COLUMNS), taken=taken)
        for column, text in zip(COLUMNS, words, strict=True):
            action = self.addAction(text)
            action.setObjectName(f"show_{column.value}_action")
            action.setCheckable(True)
            action.setData(column.value)
        self.addSeparator()
        self._left, self._right, self._wider, self._narrower = (self._change(*words) for words in _CHANGES)
        self.addSeparator()
        self._reset = self.addAction(reset)
        self._reset.setObjectName("reset_columns_action")
        self._connect()
        self._show_state()

    def _change(self, name: str, text: str, keys: str) -> QAction:
        action = self.addAction(say(text))
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._table.addAction(action)
        return action

    def _connect(self) -> None:
        self._layout.changed.connect(self._show_state)
        self.aboutToShow.connect(self._show_state)  # the cursor may be in another column
        self.triggered.connect(self._on_triggered)
        self._left.triggered.connect(self._on_left)
        self._right.triggered.connect(self._on_right)
        self._wider.triggered.connect(self._on_wider)
        self._narrower.triggered.connect(self._on_narrower)
        self._reset.triggered.connect(self._on_reset)

    def _current(self) -> Shown:
        """The column with the cursor; the first one where there is no cursor."""
        index = self._table.currentIndex()
        column = COLUMNS[index.column()] if index.isValid() else None
        shown = self._layout.shown()
        return column if column in shown else shown[0]

    @Slot()
    def _show_state(self) -> None:
        shown = self._layout.shown()
        for action in self.actions():
            if action.isCheckable():
                action.setChecked(_column(action) in shown)
                action.setEnabled(shown != [_column(action)])  # one must stay
        current = say(HEADERS[self._current()])
        self._left.setText(say("Move “{column}” &left", column=current))
        self._right.setText(say("Move “{column}” &right", column=current))

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action.isCheckable():
            column, shown = _column(action), action.isChecked()
            self._layout.show_column(column, shown)
            if shown:
                self.came_back.emit()
            else:
                show, is_hidden = partial(self._layout.show_column, column, True), partial(self._is_hidden, column)
                self.can_undo.emit(Act(say("Column “{name}” hidden", name=say(HEADERS[column])), show, is_hidden))

    def _is_hidden(self, column: Shown) -> bool:
        return not self._layout.is_shown(column)

    @Slot()
    def _on_reset(self) -> None:
        before = self._layout.state()
        self._layout.reset()
        if self._layout.state() != before:
            back, lacks = partial(self._put_back, before), partial(self._lacks, before)
            self.can_undo.emit(Act(say("Columns as at first"), back, lacks))

    def _put_back(self, state: dict[str, Any]) -> None:
        self._layout.recall(state)
        self._layout.share()

    def _lacks(self, state: dict[str, Any]) -> bool:
        return self._layout.state() != state

    @Slot()
    def _on_left(self) -> None:
        self._layout.move(self._current(), -1)

    @Slot()
    def _on_right(self) -> None:
        self._layout.move(self._current(), 1)

    @Slot()
    def _on_wider(self) -> None:
        self._layout.widen(self._current(), 1)

    @Slot()
    def _on_narrower(self) -> None:
        self._layout.widen(self._current(), -1)


def _column(action: QAction) -> Shown:
    return next(column for column in COLUMNS if column.value == action.data())
