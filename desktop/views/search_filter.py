"""The search field: text as it is typed, and the number it is in the person's locale. It searches nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from desktop.arithmetic.numbers import NumberFormat
from desktop.values import Filters
from desktop.views.filter_part import FilterPart
from desktop.views.icons import icon

TYPING_DELAY_MS = 150

_SIGN = re.compile(r"[-−](?=[0-9.])(?<![0-9][-−])")  # of a number; neither the operator nor what stands in a date
_NUMBER = re.compile(r"[-+]?[0-9.,]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_LONG = re.compile(r"([-+]?)([1-9][0-9]{3,})(\.?[0-9]*)")


class SearchFilter(FilterPart):
    """Looks for a text in everything that is shown."""

    left = Signal()  # Enter: on to what was found

    def __init__(self, *, number_format: NumberFormat, parent: QWidget) -> None:
        super().__init__(parent)
        self._format = number_format
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TYPING_DELAY_MS)
        self.edit = QLineEdit()
        self.edit.setObjectName("search_edit")
        self.edit.setAccessibleName("Search in the records")
        self.edit.setPlaceholderText("Search everything shown")
        self.edit.setClearButtonEnabled(True)
        self.edit.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.edit.textChanged.connect(self._delay.start)
        self.edit.returnPressed.connect(self.left)
        self._delay.timeout.connect(self.changed)

    @override
    def put_into(self, filters: Filters) -> Filters:
        return replace(filters, search=self._readings())

    @override
    def state(self) -> Any:
        return self.edit.text().strip() or None

    @override
    def recall(self, state: Any) -> None:
        self.edit.setText(state if isinstance(state, str) else "")
        self._delay.stop()

    def _readings(self) -> tuple[str, ...]:
        text = self.edit.text().strip()
        return readings(text, self._format) if text else ()


def readings(text: str, fmt: NumberFormat) -> tuple[str, ...]:
    """A text as the records hold it, which is the English way with U+2212 in amounts and "-" in numbers.

    Each reading says what was typed, no less: a mark is put in the place of another, and the marks that group digits
    may be there or not. What is only a number is looked for in its one meaning, other texts also as they stand.
    """
    meant = _SIGN.sub("-", text.translate(_english(fmt)))
    whole = meant.replace(",", "") if _GROUPED.fullmatch(meant) else meant
    found = [text] if meant == text or not _NUMBER.fullmatch(meant) else []
    found += [meant, whole]
    if long := _LONG.fullmatch(whole):
        sign, digits, rest = long.groups()
        found.append(f"{sign}{int(digits):,}{rest}")
    found += [one.replace("-", "−", 1) for one in found if one.startswith("-")]
    return tuple(dict.fromkeys(found))


def _english(fmt: NumberFormat) -> dict[int, str]:
    zero = ord(fmt.zero_digit)
    digits = {zero + digit: str(digit) for digit in range(10)}
    groups = {ord(mark): "," for mark in fmt.group_marks}
    return digits | groups | {ord(mark): "." for mark in fmt.decimal_marks}
