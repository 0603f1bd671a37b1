"""How the window begins and ends: Qt's application, one window a store, the signals, and the loop between."""

from __future__ import annotations

import logging
import sys
import threading

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop import __version__
from desktop.settings.config import Config, Places
from desktop.views.look.first_icons import application_icon
from desktop.window import drawing_place
from desktop.window.first_start import FirstStart
from desktop.window.program import Program
from desktop.window.quit_signals import QuitSignals

log = logging.getLogger(__name__)

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application() -> QApplication:
    """Qt's application under the program's name. Made once a process."""
    qInstallMessageHandler(_log_qt)
    # Not by setStyle(): what it returns brings all of QStyle to Python, 6 ms before the first window.
    with drawing_place.needed():
        application = QApplication([*sys.argv[:1], "-style", "Fusion"])
    application.setApplicationName("metercalc")
    application.setApplicationDisplayName("Metercalc")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("org.metercalc.metercalc")
    application.setWindowIcon(application_icon())
    application.setQuitOnLastWindowClosed(False)
    return application


def run(places: Places, config: Config, *, sign_in_as: tuple[str, str] | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    `sign_in_as` is an e-mail and a password to sign in with at once, for the demo.
    """
    application = make_application()
    first = FirstStart(places.store_file, places.server)
    if first.is_second():
        return 0
    signals = QuitSignals(application)
    try:
        program = Program(application, places, config)
    except BaseException:
        first.close()  # while its trouble is being read, the next start is to find no window here
        signals.close()
        raise
    signals.asked.connect(program.quit_by_signal)
    application.commitDataRequest.connect(program.note_session_end)
    sys.excepthook = program.report_bug
    threading.excepthook = program.report_thread_bug
    first.raise_asked.connect(program.raise_window)
    first.came_second.connect(application.quit)
    program.login_dialog.appeared.connect(first.settle)
    program.start()
    if sign_in_as is not None:
        program.sessions.sign_in(*sign_in_as)
    try:
        return application.exec()
    finally:
        first.close()
        program.close()
        signals.close()
        sys.excepthook = sys.__excepthook__


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    logging.getLogger("desktop.qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
