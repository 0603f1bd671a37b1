"""Which amounts are looked for, as the column shows them: from, to, both included. It knows no record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.arithmetic.money import format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.errors import BadInput
from desktop.terms.pages import Filters
from desktop.views.filters.part import FilterPart
from desktop.views.filters.search import TYPING_DELAY_MS
from desktop.views.look import scales, theme
from desktop.views.look.clearing_edit import ClearingEdit
from desktop.views.look.left_to_right import left_to_right

_CHARS = 11
_PAID, _PUT_IN = -1000, 100_000  # examples, in hundredths


class AmountFilter(FilterPart):
    """Bounds in credits, written as the locale does. What is no amount bounds nothing, and is marked."""

    def __init__(self, *, number_format: NumberFormat, parent: QWidget) -> None:
        super().__init__(parent)
        self._format = number_format
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TYPING_DELAY_MS)
        self._hint = say(
            "As the column shows it: {paid} was paid, {put_in} was put in. "
            "Amounts from {least} to {paid} are those of 10 to 30 that were paid.",
            paid=self._money(_PAID),
            put_in=self._money(_PUT_IN),
            least=self._money(3 * _PAID),
        )
        self.least = self._field("least_edit", self._money(3 * _PAID), say("Amounts from"))
        self.most = self._field("most_edit", self._money(_PAID), say("Amounts up to"))
        self._delay.timeout.connect(self.changed)

    def _field(self, name: str, hint: str, spoken: str) -> QLineEdit:
        field = ClearingEdit()
        field.setObjectName(name)
        left_to_right(field)
        field.setPlaceholderText(hint)
        field.setAccessibleName(spoken)
        field.setToolTip(self._hint)
        field.setFixedWidth(field.fontMetrics().averageCharWidth() * _CHARS + 2 * scales.MEDIUM)
        field.textChanged.connect(self._on_text)
        field.escaped.connect(self.escaped)
        return field

    def _money(self, hundredths: int) -> str:
        return format_money(hundredths, self._format, signed=True)

    @override
    def put_into(self, filters: Filters) -> Filters:
        return replace(filters, least=self._read(self.least), most=self._read(self.most))

    @override
    def state(self) -> Any:
        least, most = self._read(self.least), self._read(self.most)
        return None if least is None and most is None else {"least": least, "most": most}

    @override
    def recall(self, state: Any) -> None:
        for field, bound in zip((self.least, self.most), _bounds(state), strict=True):
            field.setText("" if bound is None else bare(self._money(bound)))
        self._delay.stop()

    @property
    @override
    def is_touched(self) -> bool:
        return bool(self.least.text() or self.most.text())

    @property
    @override
    def can_undo(self) -> bool:
        return self.least.isUndoAvailable() or self.most.isUndoAvailable()

    @property
    @override
    def needs_room(self) -> bool:
        return self.is_touched

    @property
    @override
    def trouble(self) -> str:
        for field in (self.least, self.most):
            if trouble := self._trouble_of(field):
                return trouble
        least, most = self._read(self.least), self._read(self.most)
        if least is not None and most is not None and least > most:
            return say(
                "No amount is from {least} to {most}: the first one is the larger.",
                least=self._money(least),
                most=self._money(most),
            )
        return ""

    def _read(self, field: QLineEdit) -> int | None:
        try:
            return parse_money(field.text(), self._format)
        except BadInput:
            return None

    def _trouble_of(self, field: QLineEdit) -> str:
        if field.text().strip():
            try:
                parse_money(field.text(), self._format)
            except BadInput as error:
                return error.message
        return ""

    @Slot()
    def _on_text(self) -> None:
        for field in (self.least, self.most):
            trouble = self._trouble_of(field)
            theme.set_role(field, "invalid" if trouble else "")
            field.setToolTip(trouble or self._hint)
            field.setAccessibleDescription(trouble)
        self._delay.start()


def _bounds(state: Any) -> tuple[int | None, int | None]:
    """The bounds in a state. A list is version 1.0.0's: without the sign, and nearly always of what was paid."""
    if isinstance(state, list) and len(state) == 2:
        least, most = (bound if type(bound) is int and bound >= 0 else None for bound in state)
        return None if most is None else -most, None if least is None else -least
    if isinstance(state, dict):
        least, most = (state.get(name) for name in ("least", "most"))
        return least if type(least) is int else None, most if type(most) is int else None
    return None, None
