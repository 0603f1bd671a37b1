"""What a person is shown of trouble that kept the window from opening, where no terminal says it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from desktop.controllers.store_access import sqlite_version
from desktop.settings.config import Places
from desktop.settings.facts import facts
from desktop.views.dialogs.details import DetailsDialog
from desktop.window.quit_signals import QuitSignals
from desktop.window.start import make_application

TROUBLE_DIALOG = "trouble_dialog"


def show(places: Places, message: str) -> None:
    """Show it until it has been read."""
    application = QApplication.instance() or make_application()  # the start may have come as far as that
    dialog = DetailsDialog(
        name=TROUBLE_DIALOG, title="Metercalc", text=message, details=facts(places, sqlite_version())
    )
    dialog.finished.connect(application.quit)
    signals = QuitSignals(application)  # whoever ends the program need not read it first
    signals.asked.connect(application.quit)
    dialog.open()
    try:
        application.exec()
    finally:
        signals.close()
