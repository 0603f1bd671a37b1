"""What a person is shown of what kept the window from opening, or ended it, until it has been read."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog

from desktop.controllers.store_access import sqlite_version
from desktop.settings.config import Places
from desktop.settings.facts import facts
from desktop.system import ending
from desktop.views.dialogs.details import DetailsDialog
from desktop.views.look.theme import Theme
from desktop.window.crash import crash_dialog
from desktop.window.quit_signals import QuitSignals
from desktop.window.start import make_application

TROUBLE_DIALOG = "trouble_dialog"
_NOTHING = ":/nothing.ini"  # a resource that there is not: what the window remembers may be the trouble


def show(places: Places, message: str) -> int | None:
    """Show trouble that was expected; returns the status of a signal that ended it, None once it has been read."""
    return _until_read(
        lambda: DetailsDialog(
            name=TROUBLE_DIALOG, title="Metercalc", text=message, details=facts(places, sqlite_version())
        )
    )


def show_bug(places: Places, reference: str, error: BaseException) -> int | None:
    """Show a bug that ended the window, or came before it; returns what `show` does."""
    trace = "".join(traceback.format_exception(error))
    return _until_read(lambda: crash_dialog(places, reference, trace, None, goes_on=False))


def _until_read(made: Callable[[], QDialog]) -> int | None:
    # The start may have come as far as an application, and as far as its look.
    application = QApplication.instance() or make_application()
    assert isinstance(application, QApplication)
    look = None if application.styleSheet() else Theme(application, QSettings(_NOTHING, QSettings.Format.IniFormat))
    if look is not None:
        look.look_again()
    dialog = made()
    dialog.finished.connect(application.quit)
    signals = QuitSignals(application)  # whoever ends the program need not read it first
    numbers: list[int] = []
    signals.asked.connect(numbers.append)
    signals.asked.connect(application.quit)
    dialog.open()
    try:
        application.exec()
    finally:
        signals.close()
    return ending.status_of(numbers[0]) if numbers else None
