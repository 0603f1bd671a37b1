"""Going from one part of the window to another, by key, menu or tab. What is hidden comes into sight for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.main_window.arrangement import Arrangement
from desktop.views.main_window.menus import BOTH
from desktop.views.main_window.panes import Panes
from desktop.views.records.browser import RecordsBrowser


class Walk(QObject):
    """Where a person goes in one step."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        panes: Panes,
        calculator: CalculatorPanel,
        records: RecordsBrowser,
        arrangement: Arrangement,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._panes = panes
        self._calculator = calculator
        self._records = records
        self._arrangement = arrangement

    @Slot()
    def to_calculator(self) -> None:
        """To where one types."""
        self._bring(self._calculator)
        self._calculator.focus_entry()

    @Slot()
    def to_search(self) -> None:
        """To the search among the records."""
        self._bring(self._records)
        self._records.focus_search()

    @Slot()
    def to_records(self) -> None:
        """To the records themselves."""
        self._bring(self._records)
        self._records.panes[-1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def to_next(self) -> None:
        """From the calculator to the search, to the records, and round; over what is not in sight."""
        records = self._records
        places = ((self._calculator, self._calculator), *((records, pane) for pane in records.panes))
        wanted = [(pane, place) for pane, place in places if self._panes.can_show(pane)]
        here = next((number for number, (_, place) in enumerate(wanted) if _has_focus(place)), -1)
        pane, place = wanted[(here + 1) % len(wanted)]
        if pane is self._calculator:
            self.to_calculator()
        else:
            self._panes.bring(records)
            place.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def to_menus(self) -> None:
        """To the first menu."""
        bar = self._window.menuBar()
        bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
        bar.setActiveAction(bar.actions()[0])

    def _bring(self, pane: QWidget) -> None:
        if not self._panes.can_show(pane):
            self._arrangement.arrange(BOTH)  # whoever asks for it does not want it hidden
        self._panes.bring(pane)


def _has_focus(pane: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (focus is pane or pane.isAncestorOf(focus))
