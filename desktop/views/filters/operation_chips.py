"""The operations as chips, each with how many records it has under the other filters. Several can be chosen."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say_many
from desktop.terms.kinds import OperationType
from desktop.views.look import scales, theme
from desktop.views.look.flow_layout import FlowLayout
from desktop.wording.shown import OPERATION_NAMES, operation_name


class OperationChips(QWidget):
    """Toggles; none chosen means all operations."""

    changed = Signal()

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = number_format
        self.setObjectName("operation_chips")
        self._chips: dict[OperationType, QToolButton] = {}
        row = FlowLayout(self, spacing=scales.TIGHT)
        for operation in OPERATION_NAMES:
            chip = QToolButton()
            chip.setObjectName(f"chip_{operation.value}")
            chip.setText(operation_name(operation))
            chip.setAccessibleName(operation_name(operation))
            chip.setCheckable(True)
            chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            theme.set_role(chip, "chip")
            chip.clicked.connect(self._on_clicked)
            row.addWidget(chip)
            self._chips[operation] = chip

    @property
    def last(self) -> QWidget:
        """The chip that Tab comes to last."""
        return self._chips[next(reversed(self._chips))]

    def chosen(self) -> frozenset[OperationType]:
        """The operations whose chips are down."""
        return frozenset(operation for operation, chip in self._chips.items() if chip.isChecked())

    def choose(self, operations: frozenset[OperationType]) -> None:
        """Set the chips without saying so."""
        for operation, chip in self._chips.items():
            chip.setChecked(operation in operations)

    def show_counts(self, counts: Mapping[OperationType, int] | None) -> None:
        """Show how many records each operation has; None for not known."""
        for operation, chip in self._chips.items():
            name, count = operation_name(operation), counts.get(operation, 0) if counts is not None else None
            shown = "" if count is None else format_count(count, self._format)
            chip.setText(name if count is None else f"{name}  {shown}")
            told = "" if count is None else say_many("{count} record", "{count} records", count, count=shown)
            chip.setAccessibleDescription(told)

    @Slot()
    def _on_clicked(self) -> None:
        self.changed.emit()
