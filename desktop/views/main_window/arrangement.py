"""Which of calculator and records are shown, and how large the window is for it. What is in front is the panes' own."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSettings, QSize, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.views.main_window.menus import BOTH, CALCULATOR, RECORDS, Menus
from desktop.views.main_window.panes import Panes
from desktop.views.main_window.undo_offers import UndoOffers

SIZE = QSize(1180, 760)
_SETTING = "window/arrangement"


class Arrangement(QObject):
    """ "both", the "calculator" alone or the "records" alone."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        panes: Panes,
        calculator: QWidget,
        records: QWidget,
        selection: QWidget,
        menus: Menus,
        offers: UndoOffers,
        settings: QSettings,
    ) -> None:
        """`selection` is of the records, and goes with them."""
        super().__init__(window)
        self._window = window
        self._panes = panes
        self._parts = {CALCULATOR: (calculator,), RECORDS: (records,), BOTH: (calculator, records)}
        self._calculator = calculator
        self._selection = selection
        self._menus = menus
        self._offers = offers
        self._settings = settings
        self.name = BOTH
        self._whole_size = QSize(SIZE)
        menus.arrangements.triggered.connect(self._on_chosen)

    def arrange(self, name: str) -> None:
        """Show these; what is no arrangement's name is both."""
        if self.name != CALCULATOR:
            self._whole_size = self._window.size()
        self._panes.arrange(*self._parts.get(name, self._parts[BOTH]))
        self._selection.setVisible(name != CALCULATOR)
        self._menus.check(self._menus.arrangements, name)
        self._offers.find_a_place()
        changed = (self.name == CALCULATOR) != (name == CALCULATOR)
        self.name = name
        self._lay_out()
        if changed and self._window.isVisible() and not self._window.isMaximized():
            # The calculator alone is a small window; the whole one comes back as it was.
            compact = QSize(self._calculator.sizeHint().width(), self._window.height())
            self._window.resize(compact if name == CALCULATOR else self._whole_size)

    def _lay_out(self) -> None:
        """Now, not when the event comes: until then the hidden half still counts for the smallest width."""
        self._panes.updateGeometry()
        for widget in (self._panes.parentWidget(), self._window):
            if widget is not None and (layout := widget.layout()) is not None:
                layout.invalidate()
                layout.activate()

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        before, now = self.name, action.data()
        self._choose(now)
        self._offers.hid_a_pane(before, now, partial(self._choose, before), partial(self._is, now))

    def _choose(self, name: str) -> None:
        self.arrange(name)
        self._settings.setValue(_SETTING, name)

    def _is(self, name: str) -> bool:
        return self.name == name
