"""The row of filters above the records: search, operation, days. It says which filters are set; it finds nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget
from typing_extensions import override

from desktop.arithmetic.numbers import NumberFormat, format_number, parse_number
from desktop.errors import AppError
from desktop.shown import OPERATION_NAMES
from desktop.values import Filters, OperationType
from desktop.views import theme
from desktop.views.date_filter import DayEdit, end_of, start_of
from desktop.views.icons import icon

SEARCH_DELAY_MS = 150
_SEARCH_CHARS = 22  # fewer than these in sight, and the search gets a line of its own


class FilterBar(QWidget):
    """What is looked for."""

    changed = Signal()
    table_asked = Signal()  # Enter in the search: on to what was found

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SEARCH_DELAY_MS)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._search = QLineEdit()
        self._search.setObjectName("search_edit")
        self._search.setAccessibleName("Search in the records")
        self._search.setPlaceholderText("Search everything shown")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._operation = QComboBox()
        self._operation.setObjectName("operation_filter")
        self._operation.setAccessibleName("Operation")
        self._operation.addItem("All operations", None)
        for operation, name in OPERATION_NAMES.items():
            self._operation.addItem(name, operation)
        self._from = DayEdit("from_date", "any day")
        self._from.setAccessibleName("From this day on")
        self._to = DayEdit("to_date", "any day")
        self._to.setAccessibleName("Up to and including this day")
        self._clear = QPushButton("Clear filters")
        self._clear.setObjectName("clear_filters_button")
        theme.set_role(self._clear, "link")
        self._arrange()

    def _arrange(self) -> None:
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.SMALL)
        self._rest = QWidget()
        row = QHBoxLayout(self._rest)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SMALL)
        row.addWidget(self._operation, 1)
        # No F, T or E: those are the menus' and the Trash's.
        for text, field in (("Fro&m", self._from), ("t&o", self._to)):
            label = QLabel(text)
            label.setBuddy(field)
            theme.set_role(label, "muted")
            row.addWidget(label)
            row.addWidget(field)
        row.addWidget(self._clear)
        self._rows.addWidget(self._search, 1)
        self._rows.addWidget(self._rest)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._rest.minimumSizeHint().width(), self._rows.minimumSize().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self._rest.minimumSizeHint().width() + self._search.fontMetrics().averageCharWidth() * _SEARCH_CHARS
        narrow = event.size().width() < needed
        directions = QBoxLayout.Direction
        self._rows.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._delay.start)
        self._delay.timeout.connect(self.changed)
        self._search.returnPressed.connect(self.table_asked)
        self._operation.currentIndexChanged.connect(self.changed)
        self._from.dateChanged.connect(self.changed)
        self._to.dateChanged.connect(self.changed)
        self._clear.clicked.connect(self.clear)

    def filters(self, *, trash: bool) -> Filters:
        """The filters as they are set: the one place where widgets become `Filters`."""
        operation: OperationType | None = self._operation.currentData()
        since, until = self._from.day, self._to.day
        return Filters(
            search=self._readings(),
            operations=frozenset({operation} if operation is not None else ()),
            since=None if since is None else start_of(since),
            until=None if until is None else end_of(until),
            trash=trash,
        )

    @Slot()
    def clear(self) -> None:
        """Take every filter off, and say so once."""
        for widget in (self._search, self._operation, self._from, self._to):
            widget.blockSignals(True)
        self._search.clear()
        self._operation.setCurrentIndex(0)
        self._from.set_open()
        self._to.set_open()
        for widget in (self._search, self._operation, self._from, self._to):
            widget.blockSignals(False)
        self._delay.stop()
        self.changed.emit()

    @Slot()
    def focus_search(self) -> None:
        """Go to the search field."""
        self._search.setFocus()
        self._search.selectAll()

    def _readings(self) -> tuple[str, ...]:
        """The text as it stands, and the number that it is in the person's locale."""
        text = self._search.text().strip()
        if not text:
            return ()
        try:
            number = format_number(parse_number(text, self._format))
        except AppError:
            return (text,)
        return (text,) if number == text else (text, number)
