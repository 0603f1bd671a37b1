"""The window's composition root: it shows dialog and window, wires them, and takes all apart. It holds no logic.

The sign-in dialog is on screen first: what only somebody who has signed in needs is imported and built after that, in
steps between which the window lives. Nobody is let in before it is built.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop.arithmetic.money import said_money
from desktop.controllers.requests import Failure
from desktop.language.sentences import say
from desktop.system import ending, logs
from desktop.views.dialogs.login import LoginDialog
from desktop.window import making
from desktop.window.core import Core
from desktop.window.presence import Presence
from desktop.window.turns import Turns

if TYPE_CHECKING:
    from PySide6.QtGui import QSessionManager

    from desktop.settings.config import Config, Places
    from desktop.terms.people import Session
    from desktop.views.main_window.window import MainWindow

log = logging.getLogger(__name__)

_BESIDE = ("insights_window", "administration_window")
_MESSAGE_MS = 10_000


class Program(Core):
    """All long-lived objects, with the dialog and the window in front of them."""

    bug_found = Signal(str, str)  # reference, traceback: emitted on any thread

    def __init__(self, application: QApplication, places: Places, config: Config) -> None:
        super().__init__(application, places, config)
        self.login_dialog = self._make_login_dialog()
        self.window: MainWindow | None = None
        self._closed = False
        self._goes_on = True
        self._presence = Presence(application, self.sessions.note_activity, self)
        self._building = Turns(self._build_window(), self)
        self._connect()
        self.sessions.keep_waiting()

    def _connect(self) -> None:
        self.sessions.first_run_known.connect(self._building.begin)
        self.sessions.busy_changed.connect(self._building.begin)  # sooner, where somebody was faster than the store
        self.sessions.password_due.connect(self._on_password_due)
        self.sessions.signed_out.connect(self._on_signed_out)
        self.sessions.failed.connect(self._on_failed)
        self.store.trouble_changed.connect(self._on_trouble)
        self.sessions.signed_in.connect(self.store.prove_what_is_owed)
        self.sessions.registered.connect(self.store.back_up_daily)  # of an empty store there is none
        self._building.ended.connect(self._on_built)
        self._building.broke.connect(self._on_not_built)
        self.bug_found.connect(self._on_bug)

    def _make_login_dialog(self) -> LoginDialog:
        dialog = LoginDialog(
            sessions=self.sessions,
            settings=self.settings,
            starting_balance=said_money(self.config.account.default_balance),
            ledger=self.places.ledger,
        )
        dialog.appeared.connect(self.sessions.look_around)
        dialog.appeared.connect(self._on_appeared)
        dialog.quit_asked.connect(self.application.quit)
        return dialog

    def start(self) -> None:
        """Show the sign-in dialog; once it is on screen, open the store behind it."""
        self.login_dialog.show()

    def close(self) -> None:
        """End the lanes: what was accepted is written, the anchor too."""
        self._closed = True
        self._presence.end()
        self._building.stop()
        self.lanes.close()
        self.speech.end()
        self.settings.sync()

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
        from PySide6.QtCore import Qt

        shown = self._shown()
        shown.setWindowState(shown.windowState() & ~Qt.WindowState.WindowMinimized)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def _shown(self) -> QWidget:
        return self.window if self.window is not None and self.window.isVisible() else self.login_dialog

    @Slot()
    def _on_appeared(self) -> None:
        QTimer.singleShot(1, self.theme.look_again)  # a turn of its own

    def _build_window(self) -> Iterator[None]:
        """All that only somebody who signs in needs."""
        self.window = yield from making.build(self, self._on_renewal)
        self._connect_window()
        yield

    def _connect_window(self) -> None:
        assert self.window is not None
        self.window.closed.connect(self.application.quit)
        self.sessions.signed_in.connect(self._on_signed_in)  # after the window's own: it is filled, then shown

    @Slot()
    def _on_built(self) -> None:
        self.sessions.let_in()
        self.store.begin()  # last: its proof of the ledger would take turns with the window's building

    @Slot()
    def _on_renewal(self) -> None:
        """Build window and sign-in dialog anew, in the language and size that were just set, for the same person."""
        if self.window is None or self._closed:
            return
        config = self.access.config
        self.speech.use(config.language)
        self.theme.take_size(config.window.text_size)
        old, old_dialog = self.window, self.login_dialog
        opened = [name for name in _BESIDE if (beside := old.findChild(QWidget, name)) and beside.isVisible()]
        self.sessions.signed_in.disconnect(self._on_signed_in)
        self.login_dialog = self._make_login_dialog()
        self.login_dialog.expect_people()
        self.window = making.build_at_once(self, self._on_renewal)
        self._connect_window()
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

    @Slot(object)
    def _on_signed_in(self, _session: Session) -> None:
        assert self.window is not None
        self.window.show()
        self._presence.begin()

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
        self._presence.end()
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

        dialog = crash_dialog(self.places, reference, trace, self._shown(), goes_on=self._goes_on)
        if not self._goes_on:
            dialog.finished.connect(self._end)
        dialog.open()

    @Slot()
    def _on_not_built(self) -> None:
        self._goes_on = False  # there is no window that anybody could be let in to

    @Slot()
    def _end(self) -> None:
        self.application.exit(1)

    def report_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The end of an error that nobody expected: into the log, and to the window from whatever thread."""
        log.critical("a bug", exc_info=(kind, error, trace))
        self.bug_found.emit(logs.reference.get(), "".join(traceback.format_exception(kind, error, trace)))

    def report_thread_bug(self, arguments: threading.ExceptHookArgs) -> None:
        """The same for a thread of Python's own."""
        if arguments.exc_value is not None:
            self.report_bug(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
