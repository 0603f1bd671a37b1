"""Which amounts are looked for, without their sign: at least, at most, both included. It knows no record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from desktop.arithmetic.money import format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.errors import BadInput
from desktop.terms.values import Filters
from desktop.views.filters.part import FilterPart
from desktop.views.filters.search import TYPING_DELAY_MS
from desktop.views.look import theme

_CHARS = 9


class AmountFilter(FilterPart):
    """Bounds in credits, written as the locale does. What is no amount bounds nothing, and is marked."""

    def __init__(self, *, number_format: NumberFormat, parent: QWidget) -> None:
        super().__init__(parent)
        self._format = number_format
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TYPING_DELAY_MS)
        self.least = self._field("least_edit", "least", "Amount of at least")
        self.most = self._field("most_edit", "most", "Amount of at most")
        self._delay.timeout.connect(self.changed)

    def _field(self, name: str, hint: str, spoken: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setPlaceholderText(hint)
        field.setAccessibleName(spoken)
        field.setFixedWidth(field.fontMetrics().averageCharWidth() * _CHARS + 2 * theme.MEDIUM)
        field.textChanged.connect(self._on_text)
        return field

    @override
    def put_into(self, filters: Filters) -> Filters:
        return replace(filters, least=self._read(self.least), most=self._read(self.most))

    @override
    def state(self) -> Any:
        bounds = [self._read(self.least), self._read(self.most)]
        return None if bounds == [None, None] else bounds

    @override
    def recall(self, state: Any) -> None:
        bounds = state if isinstance(state, list) and len(state) == 2 else (None, None)
        for field, bound in zip((self.least, self.most), bounds, strict=True):
            field.setText(format_money(bound, self._format) if type(bound) is int and bound >= 0 else "")
        self._delay.stop()

    @property
    @override
    def is_touched(self) -> bool:
        return bool(self.least.text() or self.most.text())

    @property
    @override
    def needs_room(self) -> bool:
        return self.is_touched

    def _read(self, field: QLineEdit) -> int | None:
        try:
            return abs(parse_money(field.text(), self._format))
        except BadInput:
            return None

    def _mark(self) -> None:
        """Show which field holds what is no amount."""
        for field in (self.least, self.most):
            trouble = ""
            if field.text().strip():
                try:
                    parse_money(field.text(), self._format)
                except BadInput as error:
                    trouble = error.message
            theme.set_role(field, "invalid" if trouble else "")
            field.setToolTip(trouble)
            field.setAccessibleDescription(trouble)

    @Slot()
    def _on_text(self) -> None:
        self._mark()
        self._delay.start()
