"""The filters above the records, arranged: the usual ones in a row, further ones below it when they are wanted.

Which filters there are is said in `finding.filters`, and by which widgets they are set in `widgets`. Clearing, saving
by name and counting follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.undoing import Act
from desktop.language.sentences import say, say_in
from desktop.system.overriding import override
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters
from desktop.views.filters.amount import AmountFilter
from desktop.views.filters.dropped import dropped, in_words
from desktop.views.filters.operation import OperationFilter
from desktop.views.filters.part import FilterPart
from desktop.views.filters.period import PeriodFilter
from desktop.views.filters.search import SearchFilter
from desktop.views.filters.widgets import parts_of
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.flow_layout import FlowLayout

Part = TypeVar("Part", bound=FilterPart)

_SEARCH_CHARS = 20  # fewer than these in sight, and the search gets a line of its own
_USUAL_COUNT = 8  # further filters in use: as wide as any count of them


class FilterBar(QWidget):
    """What is looked for."""

    changed = Signal()
    can_undo = Signal(object)  # Act: a filter was taken off
    entry_asked = Signal()  # Esc where there was nothing to clear
    table_asked = Signal()  # Enter in the search: on to what was found

    def __init__(
        self, *, number_format: NumberFormat, saved: QWidget | None = None, parent: QWidget | None = None
    ) -> None:
        """`saved` is a widget of somebody else's that stands at the end of the row."""
        super().__init__(parent)
        self._format = number_format
        self._parts = parts_of(number_format, self)
        self._search = self._part("search", SearchFilter)
        self._operations = self._part("operations", OperationFilter)
        self._period = self._part("period", PeriodFilter)
        self._amount = self._part("amount", AmountFilter)
        self._low = False
        self._usual, self._further = QWidget(self), QWidget(self)
        self._more = QToolButton()
        self._clear = QPushButton(say("Clear filters"))
        self._trouble = QLabel()
        self._build()
        self._arrange(saved)
        self._connect()
        self._settled = self.state(), self.filters(trash=False)  # as they were said to be last

    def _part(self, name: str, kind: type[Part]) -> Part:
        part = self._parts[name]
        assert isinstance(part, kind), f"the filter bar has another place for {name}"
        return part

    def _build(self) -> None:
        self._more.setObjectName("more_filters_button")
        self._more.setCheckable(True)
        self._clear.setObjectName("clear_filters_button")
        self._clear.setEnabled(False)
        theme.set_role(self._clear, "link")
        self._trouble.setObjectName("filter_trouble_label")
        self._trouble.setWordWrap(True)
        theme.set_role(self._trouble, "negative")
        self._trouble.hide()

    def _arrange(self, saved: QWidget | None) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(scales.SMALL)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(scales.SMALL)
        whole.addLayout(self._row)
        self._row.addWidget(self._search.edit, 1)  # first of all: Tab goes through them as they come
        self._usual_row = row = _row(self._usual)
        row.addWidget(self._operations.combo, 1)
        row.addWidget(self._period.combo, 1)
        row.addWidget(self._more)
        if saved is not None:
            row.addWidget(saved)
        row.addWidget(self._clear)
        self._row.addWidget(self._usual)
        self._further.setObjectName("further_filters")
        further = QVBoxLayout(self._further)
        further.setContentsMargins(0, 0, 0, 0)
        further.setSpacing(scales.SMALL)
        further.addWidget(self._operations.chips)
        ranges = QWidget(self._further)
        flow = FlowLayout(ranges, spacing=scales.MEDIUM)
        # No F, T or E: those are the menus' and the Trash's.
        days = QWidget(ranges)
        self._days_row = _range(
            days, say("Fro&m"), self._period.first, say_in("between two days", "t&o"), self._period.last
        )
        amounts = QWidget(ranges)
        _range(amounts, say("Amou&nt"), self._amount.least, say_in("between two amounts", "to"), self._amount.most)
        flow.addWidget(days)
        flow.addWidget(amounts)
        for field in (part.field for part in self._parts.values()):
            if field is not None:
                flow.addWidget(field)
        further.addWidget(ranges)
        self._further.hide()
        whole.addWidget(self._further)
        whole.addWidget(self._trouble)

    def _connect(self) -> None:
        for part in self._parts.values():
            part.changed.connect(self._on_part)
            part.escaped.connect(self.entry_asked)
        self._search.left.connect(self.table_asked)
        for field in (self._search.edit, self._amount.least, self._amount.most):
            field.textChanged.connect(self._show_use)
        self._period.days_asked.connect(self._on_days_asked)
        self._more.toggled.connect(self._on_more)
        self._clear.clicked.connect(self.clear)
        self._show_use()

    def filters(self, *, trash: bool) -> Filters:
        """The filters as they are set: the one place where widgets become `Filters`."""
        filters = Filters(trash=trash)
        for part in self._parts.values():
            filters = part.put_into(filters)
        return filters

    def state(self) -> dict[str, Any]:
        """The filters that are set, by name, as JSON can hold them."""
        return {name: state for name, part in self._parts.items() if (state := part.state()) is not None}

    def recall(self, state: Mapping[str, Any]) -> None:
        """Set the filters to what `state` gave, and say so once."""
        for name, part in self._parts.items():
            part.recall(state.get(name))
        self._give_room()
        self._settle()

    def narrow(self, name: str, state: Any) -> None:
        """Set one filter beside the others, and say so once. What it takes the place of can be brought back."""
        self._replace(self.state() | {name: state})

    @property
    def search_edit(self) -> QWidget:
        """The search field."""
        return self._search.edit

    @property
    def more_shown(self) -> bool:
        """Whether the further filters are in sight."""
        return self._more.isChecked()

    def show_more(self, shown: bool) -> None:
        """Show the further filters, or only the usual ones."""
        self._more.setChecked(shown)

    @Slot()
    def clear(self) -> None:
        """Take every filter off, and say so once. They can be brought back."""
        self._replace({})

    def _replace(self, state: Mapping[str, Any]) -> None:
        before = self.state(), self.filters(trash=False)
        self.recall(state)
        self._offer(*before, replaced=True)

    @Slot()
    def focus_search(self) -> None:
        """Go to the search field."""
        self._search.edit.setFocus()
        self._search.edit.selectAll()

    @Slot(object)
    def show_counts(self, counts: Mapping[OperationType, int]) -> None:
        """Show on each operation how many records it has under the other filters."""
        self._operations.chips.show_counts(counts)

    def forget_counts(self) -> None:
        """Show no numbers until there are new ones."""
        self._operations.chips.show_counts(None)

    def _give_room(self) -> None:
        if any(part.needs_room for part in self._parts.values()):
            self._more.setChecked(True)

    @Slot()
    def _show_use(self) -> None:
        self._clear.setEnabled(any(part.is_touched for part in self._parts.values()))
        unseen = 0 if self._more.isChecked() else sum(part.needs_room for part in self._parts.values())
        trouble = " ".join(filter(None, (part.trouble for part in self._parts.values())))
        if trouble and trouble != self._trouble.text():
            announce(self, trouble, urgent=True)
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self._more.setText(_more_text(unseen))

    @Slot()
    def _on_part(self) -> None:
        before = self._settled
        self._settle()
        self._offer(*before)

    def _settle(self) -> None:
        self._settled = self.state(), self.filters(trash=False)
        self._show_use()
        self.changed.emit()

    def _offer(self, before: Mapping[str, Any], filters: Filters, *, replaced: bool = False) -> None:
        """Offer to bring back what went; what is typed away, the field itself takes back."""
        after = self.state()
        gone = dropped(before, after, replaced=replaced)
        gone = {name: state for name, state in gone.items() if not self._parts[name].can_undo}
        if gone:
            text = in_words(gone, filters, after, self._format)
            self.can_undo.emit(Act(text, partial(self._bring_back, gone), partial(self._lacks, gone)))

    def _bring_back(self, gone: Mapping[str, Any]) -> None:
        self.recall({**self.state(), **gone})

    def _lacks(self, gone: Mapping[str, Any]) -> bool:
        now = self.state()
        return any(now.get(name) != state for name, state in gone.items())

    @Slot()
    def _on_days_asked(self) -> None:
        self._more.setChecked(True)
        self._period.first.setFocus()

    @Slot(bool)
    def _on_more(self, shown: bool) -> None:
        """Each filter has one place: while the further ones are in sight, operations and days are set there."""
        period, operations = self._period, self._operations
        self._show_operations()
        order: tuple[QWidget, QWidget, QWidget]
        if shown:
            self._days_row.insertWidget(0, period.combo)
            order = (operations.chips.last, period.combo, period.first)
        else:
            self._usual_row.insertWidget(1, period.combo, 1)
            order = (operations.combo, period.combo, self._more)
        self.setTabOrder(order[0], order[1])
        self.setTabOrder(order[1], order[2])
        self._further.setVisible(shown)
        self._show_use()

    def set_low(self, low: bool) -> None:
        """Take less height, in a low window: the operations stay a list, one of which can be chosen."""
        if low != self._low:
            self._low = low
            self._show_operations()

    def _show_operations(self) -> None:
        chips = self._more.isChecked() and not self._low
        self._operations.chips.setVisible(chips)
        self._operations.combo.setVisible(not chips)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_width(), super().minimumSizeHint().height())

    def _least_width(self) -> int:
        """Room for all that can come to stand in the row: what shares the window with it would not make room later."""
        width = self._usual.minimumSizeHint().width()
        away = [combo for combo in (self._operations.combo, self._period.combo) if self._is_away(combo)]
        width += sum(combo.minimumSizeHint().width() + self._usual_row.spacing() for combo in away)
        words = self._more.fontMetrics().horizontalAdvance
        return width + max(0, words(_more_text(_USUAL_COUNT)) - words(self._more.text())) + 1  # widths are rounded

    def _is_away(self, combo: QWidget) -> bool:
        return combo.isHidden() or self._usual_row.indexOf(combo) < 0

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        search = self._search.edit.fontMetrics().averageCharWidth() * _SEARCH_CHARS + 3 * scales.WIDE  # and the icons
        narrow = event.size().width() < self._usual.sizeHint().width() + search
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)


def _more_text(unseen: int) -> str:
    return say("More filters ({count})", count=unseen) if unseen else say("More filters")


def _row(parent: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(scales.SMALL)
    return row


def _range(group: QWidget, before: str, first: QWidget, between: str, last: QWidget) -> QHBoxLayout:
    """Two fields as the ends of a range, with words before each."""
    row = _row(group)
    row.setSpacing(scales.TIGHT)
    for text, field in ((before, first), (between, last)):
        label = QLabel(text)
        label.setBuddy(field)
        theme.set_role(label, "muted")
        row.addWidget(label)
        row.addWidget(field)
    return row
