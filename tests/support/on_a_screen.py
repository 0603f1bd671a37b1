"""Run as a program on a real X display: opens the window, goes through both panes, and tells what fits, as JSON.

The first argument is a folder for the ledger and the pictures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton, QWidget

from desktop.views.main_window.window import MainWindow
from desktop.window.start import make_application
from tests.support import windows
from tests.support.widgets import part

_WAIT_MS, _STEP_MS = 20_000, 20


def until(question: Callable[[], object]) -> None:
    """Run the window until the answer is yes."""
    for _ in range(_WAIT_MS // _STEP_MS):
        if question():
            return
        QTest.qWait(_STEP_MS)
    raise TimeoutError("it never came")


def cut(window: QWidget) -> list[str]:
    """What is in sight of the window and does not show all of its text, or lies outside of it."""
    found = []
    widgets: list[QAbstractButton | QLabel] = [*window.findChildren(QAbstractButton), *window.findChildren(QLabel)]
    for widget in widgets:
        if not widget.isVisible() or not widget.text() or _scrolls(widget) or _shows_an_icon(widget):
            continue
        needed, has = widget.minimumSizeHint(), widget.size()
        outside = not window.rect().contains(widget.mapTo(window, widget.rect().center()))
        if outside or has.width() < needed.width() - 1 or has.height() < needed.height() - 1:
            found.append(f"{widget.objectName() or widget.text()}: {has.toTuple()} of {needed.toTuple()}")
    return found


def _shows_an_icon(widget: QWidget) -> bool:
    """Whether a button's text is only heard."""
    icon_only = Qt.ToolButtonStyle.ToolButtonIconOnly
    return isinstance(widget, QToolButton) and widget.toolButtonStyle() == icon_only and not widget.icon().isNull()


def _scrolls(widget: QWidget) -> bool:
    parent: QObject | None = widget
    while parent is not None:
        if parent.objectName() == "qt_scrollarea_viewport":
            return True
        parent = parent.parent()
    return False


def look(window: MainWindow, folder: Path, name: str) -> dict[str, object]:
    QTest.qWait(300)
    window.grab().save(str(folder / f"{name}.png"))
    return {
        "frame": window.frameGeometry().getRect(),
        "cut": cut(window),
        "panes": [pane.isVisible() for pane in (window.calculator_panel, window.records_browser)],
    }


def main() -> None:
    folder = Path(sys.argv[1])
    application = make_application()
    with windows.opened(application, folder) as program:
        until(lambda: program.window is not None)
        program.sessions.register(windows.EMAIL, windows.PASSWORD)
        until(lambda: program.window is not None and program.window.isVisible())
        window = program.window
        assert window is not None
        told: dict[str, object] = {"screen": window.screen().availableGeometry().getRect()}
        told["first"] = look(window, folder, "first")
        part(window, QAbstractButton, "recovery_code_kept_button").click()
        for text in ("1 ÷ 3", "1234567.89 × 98765", "(19.99 + 5) ÷ 3"):
            window.calculator_panel.take_expression(text)
            program.calculator.evaluate()
            until(lambda: part(window, QLabel, "quote_label").text().startswith("Charged"))
        told["calculator"] = look(window, folder, "calculator")
        part(window, QAbstractButton, "more_filters_button").setChecked(True)
        part(window, QAction, "next_pane_action").trigger()
        told["records"] = look(window, folder, "records")
        told["least"] = window.minimumSizeHint().toTuple()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
