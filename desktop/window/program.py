"""The window's composition root: it builds everything once, wires it, and takes it apart. It holds no logic.

The sign-in dialog is on screen first: what only somebody who has signed in needs is imported and built after that, in
steps between which the window lives, and so stands inside the functions that build it.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QObject,
    QSettings,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QInputEvent, QSessionManager
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.arithmetic.money import said_money
from desktop.controllers.background import Lanes
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.store_access import StoreAccess
from desktop.language.sentences import say
from desktop.system import ending, logs
from desktop.system.private_files import make_folder, require_regular
from desktop.terms.errors import ConfigError
from desktop.views.dialogs.login import LoginDialog
from desktop.views.look.theme import Theme
from desktop.window.speech import Speech

if TYPE_CHECKING:
    from desktop.controllers.calculator import CalculatorController
    from desktop.controllers.random_strings import RandomStrings
    from desktop.controllers.records import RecordsController
    from desktop.settings.config import Config, Places
    from desktop.terms.values import Session
    from desktop.views.calculator.panel import CalculatorPanel
    from desktop.views.main_window.window import MainWindow

log = logging.getLogger(__name__)


# How long a lane at work may keep the window's thread waiting for the interpreter, each time that Qt gives it away:
# with Python's 5 ms, painting one page of records took 2 s while a search ran with functions of Python's in its SQL.
_SWITCH_SECONDS = 0.0002

# What the window is made of, in an order in which none brings much of the next.
_PARTS = (
    "desktop.terms.values",
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

_BESIDE = ("insights_window", "administration_window")
_MESSAGE_MS = 10_000

_ACTIVITY = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}


class Program(QObject):
    """All long-lived objects of the window, built in their order."""

    bug_found = Signal(str, str)  # reference, traceback: emitted on any thread

    def __init__(self, application: QApplication, places: Places, config: Config) -> None:
        super().__init__()
        self.application = application
        self.places = places
        self.config = config
        _check_settings(places.settings_file)
        self.settings = QSettings(str(places.settings_file), QSettings.Format.IniFormat)
        self.speech = Speech(application)
        self.speech.use(config.language)
        self.theme = Theme(application, self.settings, text_size=config.window.text_size)
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
        self.login_dialog = self._make_login_dialog()
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
        self.sessions.first_run_known.connect(self._on_store_open)
        self.sessions.busy_changed.connect(self._on_busy)
        self.sessions.password_due.connect(self._on_password_due)
        self.sessions.signed_out.connect(self._on_signed_out)
        self.sessions.failed.connect(self._on_failed)
        self.store.trouble_changed.connect(self._on_trouble)
        self.sessions.signed_in.connect(self.store.prove_what_is_owed)
        self.sessions.registered.connect(self.store.back_up_daily)  # of an empty store there is none
        self.bug_found.connect(self._on_bug)

    def _make_login_dialog(self) -> LoginDialog:
        dialog = LoginDialog(
            sessions=self.sessions,
            settings=self.settings,
            starting_balance=said_money(self.config.account.default_balance),
            ledger=self.places.ledger,
        )
        dialog.appeared.connect(self.sessions.look_around)
        dialog.quit_asked.connect(self.application.quit)
        return dialog

    def start(self) -> None:
        """Show the sign-in dialog; once it is on screen, open the store behind it."""
        self.login_dialog.show()

    def close(self) -> None:
        """End the lanes: what was accepted is written, the anchor too."""
        self._closed = True
        self.lanes.close()
        self.speech.end()
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
        for name in _PARTS:
            import_module(name)
            yield
        from desktop.views.calculator.panel import CalculatorPanel

        yield
        panel = CalculatorPanel(calculator=self.calculator)
        yield
        self.window = self._make_window(panel)
        yield
        # Laid out and painted once, unseen: showing it is then half the work. Each half first, for a step of its own.
        for part in (panel, self.window.records_browser, self.window):
            part.grab()
            yield
        self.sessions.signed_in.connect(self._on_signed_in)  # after the window's own: it is filled, then shown

    def _make_window(self, panel: CalculatorPanel) -> MainWindow:
        from desktop.views.main_window.window import MainWindow
        from desktop.window.desks import Desks
        from desktop.window.questions import Questions
        from desktop.window.renewal import Renewal
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
            page_fits=not self.config.records.is_chosen,
            calculator_panel=panel,
            start_pane=self.config.window.start_pane,
        )
        # All are the window's children.
        Questions(
            lanes=self.lanes,
            sessions=self.sessions,
            store=self.store,
            settings=self.settings,
            places=self.places,
            access=self.access,
            window=window,
        )
        desks = Desks(
            lanes=self.lanes,
            access=self.access,
            sessions=self.sessions,
            calculator=self.calculator,
            records=self.records,
            random_strings=self.random_strings,
            theme=self.theme,
            settings=self.settings,
            window=window,
        )
        Reports(
            lanes=self.lanes,
            access=self.access,
            sessions=self.sessions,
            records=self.records,
            settings=self.settings,
            window=window,
        )
        renewal = Renewal(lanes=self.lanes, window=window)
        desks.looks_changed.connect(renewal.ask, Qt.ConnectionType.QueuedConnection)
        renewal.due.connect(self._on_renewal, Qt.ConnectionType.QueuedConnection)  # the window goes with what asked
        window.closed.connect(self.application.quit)
        return window

    @Slot()
    def _on_renewal(self) -> None:
        """Build window and sign-in dialog anew, in the language and size that were just set, for the same person."""
        if self.window is None or self._closed:
            return
        from desktop.views.calculator.panel import CalculatorPanel

        config = self.access.config
        self.speech.use(config.language)
        self.theme.take_size(config.window.text_size)
        old, old_dialog = self.window, self.login_dialog
        opened = [name for name in _BESIDE if (beside := old.findChild(QWidget, name)) and beside.isVisible()]
        self.sessions.signed_in.disconnect(self._on_signed_in)
        self.login_dialog = self._make_login_dialog()
        self.login_dialog.expect_people()
        self.window = self._make_window(CalculatorPanel(calculator=self.calculator))
        self.sessions.signed_in.connect(self._on_signed_in)  # after the window's own: it is filled, then shown
        self.window.take_over(old, self.sessions.session if self.sessions.is_signed_in else None)
        if self.sessions.is_signed_in:
            self.window.show()
            for name in opened:
                self.window.ask_for(name)
        else:
            self.login_dialog.show()
        self.records.leave_window()
        for gone in (old, old_dialog):
            gone.hide()
            gone.deleteLater()
        self.window.show_message(say("The settings are saved."), _MESSAGE_MS)

    @Slot(bool)
    def _on_store_open(self, _first_run: bool) -> None:
        self._build_on()

    @Slot()
    def _build_on(self) -> None:
        if self._closed:  # the person was faster than the window
            return
        for _ in self._steps:
            QTimer.singleShot(1, self._build_on)  # with 0 Qt goes on before it looks at what else has come
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

    @Slot()
    def _on_password_due(self) -> None:
        from desktop.views.dialogs.dialogs import PasswordDialog

        dialog = PasswordDialog(
            sessions=self.sessions,
            minimum_length=self.access.config.security.minimum_password_length,
            intro=say(
                "The password that you signed in with was given to you by an administrator, who knows it. "
                "Choose one of your own to go on."
            ),
            parent=self.login_dialog,
        )
        dialog.rejected.connect(self.sessions.sign_out)
        dialog.open()

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.application.removeEventFilter(self)
        if self.window is not None:
            from desktop.window.crash import CRASH_DIALOG

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

    @Slot(str, str)
    def _on_bug(self, reference: str, trace: str) -> None:
        # Without a parent it would be gone as soon as it is made; in front of a hidden one nobody would look for it.
        from desktop.window.crash import crash_dialog

        parent = self.window if self.window is not None and self.window.isVisible() else self.login_dialog
        crash_dialog(self.places, reference, trace, parent).open()

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The end of an error that nobody expected: into the log, and to the window from whatever thread."""
        log.critical("a bug", exc_info=(kind, error, trace))
        self.bug_found.emit(logs.reference.get(), "".join(traceback.format_exception(kind, error, trace)))

    def report_thread_bug(self, arguments: threading.ExceptHookArgs) -> None:
        """The same for a thread of Python's own."""
        if arguments.exc_value is not None:
            self.report_bug(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _check_settings(file: Path) -> None:
    """Raises `ConfigError` for what is no file: Qt would wait for a FIFO's writer, or remember the window nowhere.

    Its folder is made where there is none.
    """
    try:
        make_folder(file.parent)
        require_regular(file.stat().st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        told = say("{file}: cannot be read: {reason}. Move it away.", file=file, reason=error.strerror)
        raise ConfigError(told, file=str(file)) from error
