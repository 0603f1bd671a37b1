"""Calculator and records beside each other, or one of them where both have no room. It knows nothing of either."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from desktop.system.overriding import override

_USUAL_WIDTH = 380  # of the calculator, until somebody moves the handle
_SHARE = 0.36  # of the window that it has at most: a narrow one takes from both


class Panes(QSplitter):
    """Two widgets. Folded, one at a time is in sight: the one that was asked for last."""

    folded_changed = Signal(bool)
    shown_changed = Signal()  # another one is in sight

    def __init__(self, calculator: QWidget, records: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("panes")
        self._panes = (calculator, records)
        self._wanted = frozenset(self._panes)
        self._front = calculator
        self._width = 0  # of the calculator, where a person chose it
        self.is_folded = False
        self.setChildrenCollapsible(False)
        for pane in self._panes:
            self.addWidget(pane)
        self.splitterMoved.connect(self._on_moved)

    def arrange(self, *wanted: QWidget) -> None:
        """Have these in sight, as far as there is room."""
        self._wanted = frozenset(wanted)
        if self._front not in self._wanted:
            self._front = wanted[0]
        self._fold()

    def bring(self, pane: QWidget) -> None:
        """Bring one of those that are wanted into sight."""
        if pane in self._wanted and pane is not self._front:
            self._front = pane
            self._fold()

    def can_show(self, pane: QWidget) -> bool:
        """Whether a pane is in sight, or comes into it when it is brought."""
        return pane in self._wanted

    @property
    def front(self) -> QWidget:
        """The one that was asked for last."""
        return self._front

    def widths(self) -> list[int]:
        """What each is wide, as `recall` takes it."""
        return self.sizes() if not self.is_folded and self._width else [0, 0]

    def recall(self, widths: list[int]) -> None:
        """Have the calculator as wide as the person left it."""
        self._width = widths[0]
        self._share()

    @override
    def minimumSizeHint(self) -> QSize:
        """Room for the larger of the two: with less than both need, one is shown."""
        hints = [pane.minimumSizeHint() for pane in self._wanted]
        return QSize(max(hint.width() for hint in hints), max(hint.height() for hint in hints))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        needed = sum(pane.minimumSizeHint().width() for pane in self._panes) + self.handleWidth()
        folded = len(self._wanted) > 1 and self.width() < needed
        for pane in self._panes:
            pane.setVisible(pane in self._wanted and (not folded or pane is self._front))
        if folded != self.is_folded:
            self.is_folded = folded
            self.folded_changed.emit(folded)
        self.shown_changed.emit()
        self._share()

    def _share(self) -> None:
        calculator = self._width or min(_USUAL_WIDTH, int(self.width() * _SHARE))
        self.setSizes([calculator, self.width() - calculator - self.handleWidth()])

    @Slot()
    def _on_moved(self) -> None:
        self._width = self.sizes()[0]
