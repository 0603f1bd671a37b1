"""The real program with a witness inside: `python -m tests.support.witness --data-dir DIR …` is `python -m desktop …`.

The witness answers questions about what is in sight, a line of JSON each on standard input and output. It does nothing
in the window: hands are somebody else's. A question is a name of a method here, and its arguments.
"""

from __future__ import annotations

import json
import runpy
import sys
import traceback
from collections import Counter
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPoint, QRect, QSocketNotifier, Qt, Slot
from PySide6.QtGui import QAction, QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialogButtonBox,
    QLabel,
    QMainWindow,
    QMenu,
    QStatusBar,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from desktop.views.calculator.result_label import Figures
from desktop.window import program as real
from tests.support.keys_heard import KeysHeard


class Witness(QObject):
    """Sees every window of the program."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - as long as the process
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_line)
        self._keys = KeysHeard(self)

    @Slot()
    def _on_line(self) -> None:
        line = self._lines.readline()
        if not line:
            self._notifier.setEnabled(False)
            return
        name, *arguments = json.loads(line)
        # Held until it is answered: what is found in a window that nobody in Python holds, a calendar's, is "already
        # deleted" for Python as soon as that window's wrapper is gone.
        tops = QApplication.topLevelWidgets()
        try:
            told = {"answer": getattr(self, name)(*arguments)}
        except Exception:  # noqa: BLE001  # a fault of the witness is told to whoever asked: it is none of the program
            told = {"fault": traceback.format_exc()}
        del tops
        sys.stdout.write(json.dumps(told) + "\n")
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

    def listen(self) -> list[str]:
        """The keys of the main window's shortcuts, which do nothing from now on but be heard."""
        return self._keys.listen(_everywhere(QWidget, "main_window")[0])

    def heard(self) -> list[str]:
        """What was heard since the last time."""
        return self._keys.heard()

    def stop_listening(self) -> None:
        """Let shortcuts do again what they do."""
        self._keys.leave()

    def lettered(self) -> list[str]:
        """The texts in front that have a letter with Alt, or could have one: of a menu, or of a window's parts."""
        front = QApplication.activePopupWidget() or QApplication.activeWindow()
        if isinstance(front, QMenu):
            return [action.text() for action in front.actions() if action.isVisible() and action.text()]
        bar = front.menuBar().actions() if isinstance(front, QMainWindow) else []
        buttons = front.findChildren(QAbstractButton) if front is not None else []
        labels = [one for one in front.findChildren(QLabel) if one.buddy() is not None] if front is not None else []
        parts: list[Any] = [*buttons, *labels]
        inside = [one for one in parts if one.isVisible() and one.window() is front]
        return [one.text() for one in (*bar, *inside) if "&" in one.text()]

    def choices(self) -> dict[str, bool]:
        """What the menu in front offers, and whether each is marked."""
        front = QApplication.activePopupWidget()
        actions = front.actions() if isinstance(front, QMenu) else []
        return {action.text().replace("&", ""): action.isChecked() for action in actions if action.text()}

    def pictured(self) -> list[str]:
        """The buttons at the foot of the dialog in front that have a picture."""
        front = QApplication.activeWindow()
        boxes = front.findChildren(QDialogButtonBox) if front is not None else []
        return [one.text() for box in boxes for one in box.buttons() if not one.icon().isNull()]

    def buttons(self) -> list[str]:
        """The texts of all buttons in sight."""
        return [one.text() for one in _everywhere(QAbstractButton) if one.isVisible() and one.text()]

    def typewritten(self, text: str) -> list[bool]:
        """Of each label and cell in sight with this text, whether its letters are all of one width."""
        shown = [one for one in _everywhere(QLabel) if one.isVisible() and one.text() == text]
        fonts = [one.font_for(one.width()) if isinstance(one, Figures) else one.font() for one in shown]
        for view in _everywhere(QTableView):
            if view.isVisible() and view.objectName():
                cells = view.model().match(view.model().index(0, 3), Qt.ItemDataRole.DisplayRole, text, 9)
                fonts += [index.data(Qt.ItemDataRole.FontRole) for index in cells]
        return [len({QFontMetricsF(font).horizontalAdvance(letter) for letter in "lIO0W"}) == 1 for font in fonts]

    def cut(self, view: str) -> list[str]:
        """The texts of a table in sight that do not fit their cells, and those of cells that are out of sight."""
        found = next(one for one in _everywhere(QTableView, view) if one.isVisible())
        model = found.model()
        places = [model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
        return [str(place.data()) for place in places if not _is_whole(found, place)]

    def ink(self, name: str) -> list[int]:
        """How high the lines are that are written on a widget, from the top, without its frame."""
        image = _everywhere(QWidget, name)[0].grab().toImage()
        inner = range(6, image.width() - 6)
        lines = [[image.pixel(x, y) for x in inner] for y in range(6, image.height() - 6)]
        ground = Counter(pixel for line in lines for pixel in line).most_common(1)[0][0]
        written = "".join("x" if any(pixel != ground for pixel in line) else " " for line in lines)
        return [len(line) for line in written.split()]

    def look(self, name: str) -> list[str]:
        """The colours of a widget as it is painted."""
        widget = _widget(name)
        if widget is None:
            return []
        image = widget.grab().toImage()
        return sorted({image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())})

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


def _is_whole(view: QTableView, place: QModelIndex) -> bool:
    cell = QStyleOptionViewItem()
    cell.initFrom(view)
    cell.rect = view.visualRect(place)
    cell.text = str(place.data() or "")
    cell.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
    room = view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, view)
    needs = view.fontMetrics().horizontalAdvance(cell.text), view.fontMetrics().height()
    return needs < (room.width(), room.height() + 1) and view.viewport().rect().contains(cell.rect)


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
