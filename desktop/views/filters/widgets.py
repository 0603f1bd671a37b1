"""Which widget stands for which filter. A further filter's widget is named here, under the name that its object gives.

A widget of a further filter shows in `FilterPart.field`, and stands behind the ranges of the filter bar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.filters import FILTERS
from desktop.views.filters.amount import AmountFilter
from desktop.views.filters.operation import OperationFilter
from desktop.views.filters.part import FilterPart
from desktop.views.filters.period import PeriodFilter
from desktop.views.filters.search import SearchFilter

Make = Callable[[NumberFormat, QWidget], FilterPart]

WIDGETS: dict[str, Make] = {
    "search": lambda number_format, parent: SearchFilter(number_format=number_format, parent=parent),
    "operations": lambda number_format, parent: OperationFilter(number_format=number_format, parent=parent),
    "period": lambda _, parent: PeriodFilter(parent=parent),
    "amount": lambda number_format, parent: AmountFilter(number_format=number_format, parent=parent),
}


def parts_of(number_format: NumberFormat, parent: QWidget) -> Mapping[str, FilterPart]:
    """A part for each filter that has a widget, by the filter's name."""
    return {one.name: WIDGETS[one.widget](number_format, parent) for one in FILTERS if one.widget}
