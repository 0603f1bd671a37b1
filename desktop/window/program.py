"""The window's composition root: it builds everything once, wires it, and takes it apart. It holds no logic.

The sign-in dialog is on screen first: what only somebody who has signed in needs is imported and built after that, in
steps between which the window lives, and so stands inside the functions that build it.
"""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSettings,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtGui import QInputEvent, QSessionManager
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop import __version__
from desktop.arithmetic.money import format_money
from desktop.controllers.background import Lanes
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.store_access import StoreAccess, sqlite_version
from desktop.settings.facts import facts
from desktop.system import ending, logs
from desktop.system.private_files import make_folder, require_regular
from desktop.terms.errors import AppError, BadInput, ConfigError
from desktop.views.dialogs.login import LoginDialog
from desktop.views.look.icons import application_icon
from desktop.views.look.theme import Theme
from desktop.window import drawing_place
from desktop.window.single_instance import SingleInstance

if TYPE_CHECKING:
    from desktop.controllers.calculator import CalculatorController
    from desktop.controllers.random_strings import RandomStrings
    from desktop.controllers.records import RecordsController
    from desktop.settings.config import Config, Places
    from desktop.terms.values import Session, Verification
    from desktop.views.calculator.panel import CalculatorPanel
    from desktop.views.main_window.window import MainWindow

log = logging.getLogger(__name__)

CRASH_DIALOG = "crash_dialog"

# How long a lane at work may keep the window's thread waiting for the interpreter, each time that Qt gives it away:
# with Python's 5 ms, painting one page of records took 2 s while a search ran with functions of Python's in its SQL.
_SWITCH_SECONDS = 0.0002

_ACTIVITY = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Program(QObject):
    """All long-lived objects of the window, built in their order."""

    bug_found = Signal(str, str)  # reference, traceback: emitted on any thread

    def __init__(self, application: QApplication, places: Places, config: Config) -> None:
        super().__init__()
        self.application = application
        self.places = places
        self.config = config
        make_folder(places.settings_file.parent)
        _check_settings(places.settings_file)
        self.settings = QSettings(str(places.settings_file), QSettings.Format.IniFormat)
        self.theme = Theme(application, self.settings)
        self.access = StoreAccess(places, config)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self.lanes = Lanes(
            open_writing=self.access.open,
            open_reading=self.access.join_reading,
            open_survey=self.access.join,
            leave=self.access.leave,
            close=self.access.close,
            interrupt_reader=self.access.interrupt,
        )
        self.sessions = SessionController(lanes=self.lanes, access=self.access)
        self.store = StoreController(lanes=self.lanes, access=self.access)
        self.login_dialog = LoginDialog(
            sessions=self.sessions,
            settings=self.settings,
            starting_balance=format_money(config.account.default_balance),
            ledger=str(places.store_file),
        )
        self.window: MainWindow | None = None
        self._closed = False
        self._steps = self._build_window()
        self._connect()

    @cached_property
    def random_strings(self) -> RandomStrings:
        """The stock of random strings."""
        from desktop.controllers.random_strings import RandomStrings

        return RandomStrings(network=self.lanes.network, settings=self.config.random, folder=self.places.data_dir)

    @cached_property
    def calculator(self) -> CalculatorController:
        """From an entry to a charge."""
        from desktop.controllers.calculator import CalculatorController

        calculator = CalculatorController(
            lanes=self.lanes, access=self.access, sessions=self.sessions, random_strings=self.random_strings
        )
        self.store.external_change.connect(calculator.refresh)
        return calculator

    @cached_property
    def records(self) -> RecordsController:
        """The records browser's requests."""
        from desktop.controllers.records import RecordsController

        records = RecordsController(lanes=self.lanes, access=self.access, sessions=self.sessions)
        self.calculator.charged.connect(records.refresh)
        self.store.external_change.connect(records.refresh)
        return records

    def _connect(self) -> None:
        self.login_dialog.appeared.connect(self.sessions.look_around, Qt.ConnectionType.QueuedConnection)
        self.login_dialog.quit_asked.connect(self.application.quit)
        self.sessions.first_run_known.connect(self._on_store_open)
        self.sessions.busy_changed.connect(self._on_busy)
        self.sessions.signed_out.connect(self._on_signed_out)
        self.sessions.failed.connect(self._on_failed)
        self.store.trouble_changed.connect(self._on_trouble)
        self.sessions.registered.connect(self.store.back_up_daily)  # of an empty store there is none
        self.bug_found.connect(self._on_bug)

    def start(self) -> None:
        """Show the sign-in dialog; once it is on screen, open the store behind it."""
        self.login_dialog.show()

    def close(self) -> None:
        """End the lanes: what was accepted is written, the anchor too."""
        self._closed = True
        self.lanes.close()
        self.settings.sync()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that somebody is there, for the idle lock; keep back what they do where it was due."""
        # The class first: this is asked thousands of times while a window is shown, and a type costs ten times more.
        if isinstance(event, QInputEvent) and event.type() in _ACTIVITY:
            return not self.sessions.note_activity()  # what comes after the lock was due counts for nothing
        return False

    @Slot(int)
    def quit_by_signal(self, number: int) -> None:
        """End as by closing the window: its looks are remembered, what was accepted is written, the anchor too."""
        log.info("asked to end by signal %d", number)
        self._remember()
        self.application.exit(ending.status_of(number))

    def note_session_end(self, _manager: QSessionManager) -> None:
        """The session may end the program without a further word: keep what a close would keep."""
        log.info("the session is ending")
        self._remember()
        self.settings.sync()
        self.store.note_anchor()

    def _remember(self) -> None:
        if self.window is not None and self.window.isVisible():
            self.window.remember()

    def raise_window(self) -> None:
        """Come to the front: somebody started the program again."""
        shown = self.window if self.window is not None and self.window.isVisible() else self.login_dialog
        shown.setWindowState(shown.windowState() & ~Qt.WindowState.WindowMinimized)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def _build_window(self) -> Iterator[None]:
        """All that only somebody who signs in needs, in steps none of which is felt."""
        import desktop.controllers.calculator

        yield
        from desktop.views.calculator.panel import CalculatorPanel

        yield
        panel = CalculatorPanel(calculator=self.calculator)
        yield
        import desktop.views.records.browser

        yield
        import desktop.views.main_window.window
        import desktop.window.reports  # noqa: F401

        yield
        self.window = self._make_window(panel)
        yield
        self.window.grab()  # laid out and painted once, unseen: showing it is then half the work
        self.sessions.signed_in.connect(self._on_signed_in)  # after the window's own: it is filled, then shown

    def _make_window(self, panel: CalculatorPanel) -> MainWindow:
        from desktop.views.main_window.window import MainWindow
        from desktop.window.reports import Reports

        window = MainWindow(
            sessions=self.sessions,
            calculator=self.calculator,
            records=self.records,
            store=self.store,
            settings=self.settings,
            colours=self.theme,
            page_size=self.config.records.page_size,
            page_sizes=self.config.records.page_sizes,
            calculator_panel=panel,
        )
        window.password_change_asked.connect(self._on_password)
        window.shortcuts_asked.connect(self._on_shortcuts)
        window.about_asked.connect(self._on_about)
        window.verify_asked.connect(self._on_verify)
        window.back_up_asked.connect(self._on_back_up)
        window.log_folder_asked.connect(self._on_log_folder)
        Reports(  # the window's child
            lanes=self.lanes,
            access=self.access,
            sessions=self.sessions,
            records=self.records,
            settings=self.settings,
            window=window,
        )
        window.closed.connect(self.application.quit)
        return window

    @Slot(bool)
    def _on_store_open(self, _first_run: bool) -> None:
        self._build_on()

    @Slot()
    def _build_on(self) -> None:
        if self._closed:  # the person was faster than the window
            return
        for _ in self._steps:
            QTimer.singleShot(0, self._build_on)
            return
        self.store.begin()  # last: its proof of the ledger would take turns with the window's building

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        if busy:  # whoever signs in before the window is built waits for it while the password is checked
            for _ in self._steps:
                pass

    @Slot(object)
    def _on_signed_in(self, _session: Session) -> None:
        assert self.window is not None
        self.window.show()
        self.application.installEventFilter(self)
        self._build_on()  # the window is built, so the store begins: with the session, painted or not

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.application.removeEventFilter(self)
        if self.window is not None:
            for dialog in self.window.findChildren(QDialog):  # whoever signs in next must not see what they show
                if dialog.objectName() != CRASH_DIALOG:
                    dialog.reject()
            self.window.hide()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        log.info("refused: %s", failure.code)

    @Slot(str)
    def _on_trouble(self, trouble: str) -> None:
        if trouble:
            self.login_dialog.show_error(trouble)  # seen while nobody is signed in; the window has its banner

    @Slot()
    def _on_password(self) -> None:
        from desktop.views.dialogs.dialogs import PasswordDialog

        least = self.config.security.minimum_password_length
        PasswordDialog(sessions=self.sessions, minimum_length=least, parent=self.window).open()

    @Slot()
    def _on_shortcuts(self) -> None:
        from desktop.views.dialogs.dialogs import ShortcutsDialog

        ShortcutsDialog(parent=self.window).open()

    @Slot()
    def _on_about(self) -> None:
        from desktop.views.dialogs.dialogs import DetailsDialog

        DetailsDialog(
            name="about_dialog",
            title="About Metercalc",
            text=f"<b>Metercalc {__version__}</b><br>A pay-per-use calculator with a ledger that can be proved.",
            details=[*facts(self.places, sqlite_version()), *_LICENCES],
            parent=self.window,
        ).open()

    @Slot()
    def _on_verify(self) -> None:
        from desktop.views.dialogs.dialogs import VerifyDialog
        from desktop.wording.shown import explain_verification

        dialog = VerifyDialog(store=self.store, explain=explain_verification, parent=self.window)
        dialog.cancelled.connect(self.store.cancel_verify)
        dialog.page_asked.connect(self._on_proof_page)
        dialog.open()
        self.store.verify()

    @Slot(object)
    def _on_proof_page(self, verification: Verification) -> None:
        from PySide6.QtWidgets import QFileDialog

        from desktop.views.dialogs import places

        file = places.proposed(self.settings, "proof", "proof", "html")
        dialog = QFileDialog(self.window, "Save the proof", str(file.parent), "Page (*.html)")
        dialog.setObjectName("proof_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(file.name)
        dialog.fileSelected.connect(partial(self._write_proof, verification))
        dialog.open()

    def _write_proof(self, verification: Verification, file: str) -> None:
        from desktop.views.dialogs import places

        places.remember(self.settings, "proof", file)
        work = partial(_write_page, verification, str(self.places.store_file), Path(file))
        self.lanes.survey.submit(work, done=self._on_proof_written, failed=self._on_proof_not_written, finish=True)

    @Slot(object)
    def _on_proof_written(self, file: Path) -> None:
        if self.window is not None:
            self.window.show_message(f"The proof is saved as {file}", 10_000)

    @Slot(object)
    def _on_proof_not_written(self, error: AppError) -> None:
        if self.window is not None:
            self.window.show_message(error.message)

    @Slot()
    def _on_back_up(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        from desktop.views.dialogs import places

        file = places.proposed(self.settings, "backup", "metercalc", "metercalc-backup")
        dialog = QFileDialog(self.window, "Back up the store", str(file.parent), "Backup (*.metercalc-backup)")
        dialog.setObjectName("backup_file_dialog")
        dialog.setDefaultSuffix("metercalc-backup")
        dialog.selectFile(file.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._on_backup_file)
        dialog.open()

    @Slot(str)
    def _on_backup_file(self, file: str) -> None:
        from desktop.views.dialogs import places

        places.remember(self.settings, "backup", file)
        self.store.back_up(file)

    @Slot()
    def _on_log_folder(self) -> None:
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from desktop.system import outside

        with outside.environment():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.places.log_dir)))

    @Slot(str, str)
    def _on_bug(self, reference: str, trace: str) -> None:
        # Without a parent it would be gone as soon as it is made; in front of a hidden one nobody would look for it.
        parent = self.window if self.window is not None and self.window.isVisible() else self.login_dialog
        _crash_dialog(self.places, reference, trace, parent).open()

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The end of an error that nobody expected: into the log, and to the window from whatever thread."""
        log.critical("a bug", exc_info=(kind, error, trace))
        self.bug_found.emit(logs.reference.get(), "".join(traceback.format_exception(kind, error, trace)))

    def report_thread_bug(self, arguments: threading.ExceptHookArgs) -> None:
        """The same for a thread of Python's own."""
        if arguments.exc_value is not None:
            self.report_bug(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


class QuitSignals(QObject):
    """Brings the system's signals that ask the program to end to the window's thread.

    Python runs a handler only when it has the word, which Qt may keep for hours: the bare number is written to a socket
    instead, which wakes the event loop.
    """

    asked = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        ending.ignore()

    @Slot()
    def _on_readable(self) -> None:
        numbers = self._reader.recv(64)
        if numbers:
            self.asked.emit(numbers[0])

    def close(self) -> None:
        """Let go of the signals: what comes now has nothing to wake."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before)
        self._reader.close()
        self._writer.close()


def _check_settings(file: Path) -> None:
    """Raises `ConfigError` for what is no file: Qt would wait for a FIFO's writer, or remember the window nowhere."""
    try:
        require_regular(file.stat().st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}. Move it away.", file=str(file)) from error


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
    instance = SingleInstance(places.store_file)
    if instance.is_second():
        log.info("another window has this store and was asked to come forward")
        return 0
    signals = QuitSignals(application)
    program = Program(application, places, config)
    signals.asked.connect(program.quit_by_signal)
    application.commitDataRequest.connect(program.note_session_end)
    sys.excepthook = program.report_bug
    threading.excepthook = program.report_thread_bug
    instance.raise_asked.connect(program.raise_window)
    program.start()
    if sign_in_as is not None:
        program.sessions.sign_in(*sign_in_as)
    try:
        return application.exec()
    finally:
        instance.close()
        program.close()
        signals.close()
        sys.excepthook = sys.__excepthook__


def show_bug(places: Places, reference: str, error: BaseException) -> None:
    """Show a bug that ended the window, or came before it, until it has been read."""
    application = QApplication.instance() or make_application()  # the start may have come as far as that
    dialog = _crash_dialog(
        places, reference, "".join(traceback.format_exception(error)), None, goes_on="It cannot go on"
    )
    dialog.finished.connect(application.quit)
    dialog.open()
    application.exec()


def _crash_dialog(
    places: Places, reference: str, trace: str, parent: QWidget | None, *, goes_on: str = "It goes on where it can"
) -> QDialog:
    from desktop.views.dialogs.dialogs import DetailsDialog

    return DetailsDialog(
        name=CRASH_DIALOG,
        title="Metercalc made a mistake",
        text=f"Something went wrong in the program itself (reference {reference}). {goes_on}; what was charged stands "
        "in the records. Please send the details to whoever looks after Metercalc.",
        details=[trace, *facts(places, sqlite_version())],
        parent=parent,
    )


_LICENCES = (
    "Metercalc is free software under the MIT licence; LICENSE, beside the program, has its words.",
    "Qt and PySide are used under the LGPL 3; peewee and requests under MIT and Apache 2.0; SQLite is public domain.",
)


def _write_page(verification: Verification, store: str, file: Path) -> Path:
    from datetime import datetime

    from desktop.documents import proofs
    from desktop.system.private_files import write_private

    page = proofs.page(verification, store=store, moment=datetime.now().astimezone())
    try:
        write_private(file, page.encode())
    except OSError as error:
        raise BadInput(f"The proof could not be written to {file}: {error.strerror}. Choose another place.") from error
    return file


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    logging.getLogger("desktop.qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
