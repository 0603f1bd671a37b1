"""Offers to bring back what was hidden in the window: a pane, the details, the memory. It hides nothing itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.controllers.undoing import Act
from desktop.language.sentences import mark, say
from desktop.views.main_window.menus import BOTH, CALCULATOR, RECORDS
from desktop.views.records.undo_bar import UndoBar

_HIDDEN = {CALCULATOR: mark("Records hidden"), RECORDS: mark("Calculator hidden")}


class UndoOffers(QObject):
    """What the window has to offer, and where the bar lies that offers it."""

    can_undo = Signal(object)  # Act
    came_back = Signal()  # something is in sight again that may be on offer
    said = Signal(str, int)  # what the status bar is to say, for so many milliseconds: there is no place for the bar

    def __init__(self, parent: QWidget, *, bar: UndoBar, places: tuple[QWidget, ...], details: QAction) -> None:
        """`places` are those where the bar may lie, the first choice first."""
        super().__init__(parent)
        self._bar = bar
        self._places = places
        self._details = details
        details.toggled.connect(self._on_details)

    def hid_a_pane(self, before: str, now: str, arrange: Callable[[], None], is_due: Callable[[], bool]) -> None:
        """Another arrangement was chosen; `arrange` brings the one before back."""
        if now != before and now != BOTH:
            self.can_undo.emit(Act(say(_HIDDEN[now]), arrange, is_due))
        else:
            self.came_back.emit()

    @Slot(bool)
    def _on_details(self, shown: bool) -> None:
        if not shown:
            self.can_undo.emit(Act(say("Record details hidden"), self._details.toggle, self._has_no_details))
        else:
            self.came_back.emit()

    def _has_no_details(self) -> bool:
        return not self._details.isChecked()

    @Slot()
    def find_a_place(self) -> None:
        """Have the bar lie over what is in sight."""
        place = next(filter(self._is_in_sight, self._places), None)
        if place is not None:
            self._bar.lie_over(place)

    @Slot(bool, str)
    def tell(self, available: bool, what: str) -> None:
        """Say it in the status bar where the bar has no place, in a low window with the calculator alone."""
        self.find_a_place()
        if available and not any(map(self._is_in_sight, self._places)):
            self.said.emit(say("{what}. Ctrl+Z brings it back.", what=what), 10_000)

    def _is_in_sight(self, place: QWidget) -> bool:
        return place.isVisibleTo(place.window())
