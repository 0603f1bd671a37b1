"""The real program with a witness inside: `python -m tests.support.witness --data-dir DIR …` is `python -m desktop …`.

The witness answers questions about what is in sight, a line of JSON each on standard input and output. It does nothing
in the window: hands are somebody else's. A question is a name of a method here, and its arguments.
"""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPoint, QRect, QSocketNotifier, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QStatusBar,
    QTableView,
    QToolTip,
    QWidget,
)

from desktop.window import program as real


class Witness(QObject):
    """Sees every window of the program."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - as long as the process
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_line)

    @Slot()
    def _on_line(self) -> None:
        line = self._lines.readline()
        if not line:
            self._notifier.setEnabled(False)
            return
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(getattr(self, name)(*arguments)) + "\n")
        sys.stdout.flush()

    def where(self, name: str) -> list[int] | None:
        """The place of a widget on the screen; None while it is not in sight."""
        widget = _widget(name)
        return _on_screen(widget, widget.rect()) if widget is not None else None

    def read(self, name: str, what: str) -> Any:
        """A property of a widget in sight, or of an action."""
        found = _widget(name) or next(iter(_everywhere(QAction, name)), None)
        return found.property(what) if found is not None else None

    def focus(self) -> str:
        """The name of what has the keyboard, or of the nearest thing around it that has a name."""
        widget = QApplication.focusWidget()
        while widget is not None and not widget.objectName():
            widget = widget.parentWidget()
        return widget.objectName() if widget is not None else ""

    def window(self) -> str:
        """The name of what the keys go to: a menu, a list that is open, a dialog, or the main window."""
        front = QApplication.activePopupWidget() or QApplication.activeWindow()
        return front.objectName() if front is not None else ""

    def labels(self) -> list[str]:
        """The texts of all labels in sight."""
        return [label.text() for label in _everywhere(QLabel) if label.isVisible()]

    def status(self) -> str:
        """What the status bar says for a while."""
        return next((bar.currentMessage() for bar in _everywhere(QStatusBar) if bar.isVisible()), "")

    def tooltip(self) -> str:
        """What is said of what the pointer stands on."""
        return QToolTip.text() if QToolTip.isVisible() else ""

    def item(self, view: str, row: int, column: int = 0) -> dict[str, Any] | None:
        """An item of a view in sight: place, text, whether it is chosen, what it needs and has. -1 is the last row."""
        found = _widget(view)
        if not isinstance(found, QAbstractItemView):
            return None
        rows = found.model().rowCount(QModelIndex())
        index = found.model().index(row % rows if rows else 0, column)
        return {
            "where": _on_screen(found.viewport(), found.visualRect(index)),
            "text": index.data(),
            "chosen": found.selectionModel().isSelected(index),
            "needs": found.sizeHintForIndex(index).width(),
            "has": found.visualRect(index).width(),
            "rows": rows,
            "scrolls": found.verticalScrollBar().maximum(),
        }

    def header(self, view: str, column: int) -> list[int] | None:
        """The place of a column's heading."""
        found = _widget(view)
        if not isinstance(found, QTableView):
            return None
        head = found.horizontalHeader()
        rect = QRect(head.sectionViewportPosition(column), 0, head.sectionSize(column), head.height())
        return _on_screen(head.viewport(), rect)

    def picture(self, file: str) -> bool:
        """The main window as it is painted, in a file."""
        window = _widget("main_window")
        return window is not None and window.grab().save(file)


def _everywhere(kind: type[Any], name: str = "") -> list[Any]:
    tops = QApplication.topLevelWidgets()
    inside = [found for top in tops for found in (top.findChildren(kind, name) if name else top.findChildren(kind))]
    return [top for top in tops if isinstance(top, kind) and (not name or top.objectName() == name)] + inside


def _widget(name: str) -> QWidget | None:
    return next((widget for widget in _everywhere(QWidget, name) if widget.isVisible()), None)


def _on_screen(widget: QWidget, rect: QRect) -> list[int]:
    corner = widget.mapToGlobal(QPoint(rect.x(), rect.y()))
    return [corner.x(), corner.y(), rect.width(), rect.height()]


def main() -> None:
    """The program from its first line to its last."""
    begin = real.Program.start

    def start(self: real.Program) -> None:
        Witness(self.application)
        begin(self)

    real.Program.start = start  # type: ignore[method-assign]  # the one place where the program begins
    runpy.run_module("desktop", run_name="__main__")


if __name__ == "__main__":
    main()
