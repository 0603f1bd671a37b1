"""Which operations are looked for: a list for one of them, chips for several, always in step. It counts nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say, say_many
from desktop.system.overriding import override
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters
from desktop.views.filters.operation_chips import OperationChips
from desktop.views.filters.part import FilterPart
from desktop.views.look.told import call
from desktop.wording.shown import OPERATION_NAMES, operation_name


class OperationFilter(FilterPart):
    """None chosen means all of them."""

    def __init__(self, *, number_format: NumberFormat, parent: QWidget) -> None:
        super().__init__(parent)
        self.combo = QComboBox()
        self.combo.setObjectName("operation_filter")
        call(self.combo, say("Operation"))
        self.combo.addItem(say("All operations"), None)
        for operation in OPERATION_NAMES:
            self.combo.addItem(operation_name(operation), operation)
        self.chips = OperationChips(number_format=number_format)
        self.combo.currentIndexChanged.connect(self._on_combo)
        self.chips.changed.connect(self._on_chips)

    @override
    def put_into(self, filters: Filters) -> Filters:
        return replace(filters, operations=self.chips.chosen())

    @override
    def state(self) -> Any:
        return sorted(operation.value for operation in self.chips.chosen()) or None

    @override
    def recall(self, state: Any) -> None:
        names = state if isinstance(state, list) else []
        self.chips.choose(frozenset(operation for operation in OperationType if operation.value in names))
        self._show_in_combo()

    @property
    @override
    def needs_room(self) -> bool:
        return len(self.chips.chosen()) > 1

    def _show_in_combo(self) -> None:
        chosen = self.chips.chosen()
        several = len(chosen) > 1
        index = -1 if several else self.combo.findData(next(iter(chosen))) if chosen else 0
        with QSignalBlocker(self.combo):
            # None of the list's entries stands for several: its placeholder does. Without one Qt chooses the first.
            told = say_many("{count} operation", "{count} operations", len(chosen)) if several else ""
            self.combo.setPlaceholderText(told)
            self.combo.setCurrentIndex(index)
        call(self.combo, say("Operation"), self.combo.placeholderText())

    @Slot()
    def _on_combo(self) -> None:
        operation = self.combo.currentData()
        self.chips.choose(frozenset({OperationType(operation)} if operation is not None else ()))
        self.changed.emit()

    @Slot()
    def _on_chips(self) -> None:
        self._show_in_combo()
        self.changed.emit()
