"""The main window, made with all that belongs to it: at once, or in steps behind the sign-in dialog.

What it is made of is imported in the steps, so that those imports stand inside functions.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from desktop.window.core import Core

if TYPE_CHECKING:
    from desktop.views.main_window.window import MainWindow

# What the window is made of, in an order in which none brings much of the next.
_PARTS = (
    "desktop.terms.charges",
    "desktop.terms.reports",
    "desktop.controllers.undoing",
    "desktop.controllers.calculator",
    "desktop.arithmetic.expressions",
    "desktop.views.calculator.tape_model",
    "desktop.views.calculator.tape",
    "desktop.views.calculator.keypad",
    "desktop.views.calculator.display",
    "desktop.views.calculator.panel",
    "desktop.finding.filters",
    "desktop.controllers.records",
    "desktop.views.filters.day_edit",
    "desktop.views.filters.bar",
    "desktop.views.records.model",
    "desktop.views.records.table",
    "desktop.views.records.pager",
    "desktop.views.records.browser",
    "desktop.views.main_window.header",
    "desktop.views.main_window.menus",
    "desktop.views.main_window.window",
    "desktop.window.desks",
    "desktop.window.questions",
    "desktop.window.reports",
    "desktop.window.renewal",
)

# The largest of the kinds of objects that PySide looks through once: apart, or all of them would be felt.
_KINDS = (
    ("PySide6.QtWidgets", ("QAbstractItemView", "QAbstractSpinBox", "QComboBox", "QCalendarWidget")),
    ("PySide6.QtWidgets", ("QDialogButtonBox", "QFileDialog", "QMessageBox", "QWizard")),
    ("PySide6.QtWidgets", ("QTabBar", "QTextBrowser", "QMdiArea", "QInputDialog", "QMainWindow", "QGraphicsView")),
    ("PySide6.QtWidgets", ("QCommonStyle",)),
    ("PySide6.QtWidgets", ("QAbstractItemDelegate", "QCompleter", "QFileSystemModel", "QGraphicsScene", "QGridLayout")),
    ("PySide6.QtCore", ("QProcess", "QFile", "QSharedMemory", "QPluginLoader", "QThread", "QPropertyAnimation")),
    ("PySide6.QtGui", ("QTextDocument", "QPdfWriter", "QMovie", "QPointingDevice", "QWindow")),
)


def build(core: Core, renew: Callable[[], None]) -> Generator[None, None, MainWindow]:
    """Import what a window is made of and build one, in steps none of which is felt.

    `renew` is called when it is to be built anew, in another language or size.
    """
    yield from _acquaint(core)
    for name in _PARTS:
        import_module(name)
        yield
    window = _window(core, gradually=True)
    yield from window.steps()
    _attach(core, window, renew)
    yield
    # Laid out and painted once, unseen: showing it is then half the work. Each half first, for a step of its own.
    for part in (window.calculator_panel, window.records_browser, window):
        part.grab()
        yield
    return window


def _acquaint(core: Core) -> Iterator[None]:
    """The first object of Qt's own that Python is given makes PySide look through all kinds: widgets, then others."""
    from PySide6.QtWidgets import QScrollArea

    for module, names in _KINDS:
        for name in names:
            getattr(import_module(module), name, None)
        yield
    QScrollArea().viewport()
    yield
    core.application.children()
    yield


def build_at_once(core: Core, renew: Callable[[], None]) -> MainWindow:
    """The same in one go, where a window has been before."""
    window = _window(core)
    _attach(core, window, renew)
    return window


def _window(core: Core, *, gradually: bool = False) -> MainWindow:
    from desktop.views.main_window.window import MainWindow

    return MainWindow(
        sessions=core.sessions,
        calculator=core.calculator,
        records=core.records,
        store=core.store,
        settings=core.settings,
        colours=core.theme,
        page_size=core.config.records.page_size,
        page_sizes=core.config.records.page_sizes,
        page_fits=not core.config.records.is_chosen,
        start_pane=core.config.window.start_pane,
        gradually=gradually,
    )


def _attach(core: Core, window: MainWindow, renew: Callable[[], None]) -> None:
    """Give a window what opens further ones, and what says when it is to be built anew. All are its children."""
    from PySide6.QtCore import Qt

    from desktop.window.desks import Desks
    from desktop.window.questions import Questions
    from desktop.window.renewal import Renewal
    from desktop.window.reports import Reports

    Questions(
        lanes=core.lanes,
        sessions=core.sessions,
        store=core.store,
        settings=core.settings,
        places=core.places,
        access=core.access,
        window=window,
    )
    desks = Desks(
        lanes=core.lanes,
        access=core.access,
        sessions=core.sessions,
        calculator=core.calculator,
        records=core.records,
        random_strings=core.random_strings,
        theme=core.theme,
        settings=core.settings,
        window=window,
    )
    Reports(
        lanes=core.lanes,
        access=core.access,
        sessions=core.sessions,
        records=core.records,
        settings=core.settings,
        window=window,
    )
    renewal = Renewal(lanes=core.lanes, window=window)
    desks.looks_changed.connect(renewal.ask, Qt.ConnectionType.QueuedConnection)
    renewal.due.connect(renew, Qt.ConnectionType.QueuedConnection)  # the window goes with what asked
