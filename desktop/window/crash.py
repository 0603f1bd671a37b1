"""What a person is shown of a mistake of the program's own, with or without a window."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from desktop.controllers.store_access import sqlite_version
from desktop.settings.config import Places

CRASH_DIALOG = "crash_dialog"


def crash_dialog(
    places: Places, reference: str, trace: str, parent: QWidget | None, *, goes_on: str = "It goes on where it can"
) -> QDialog:
    """The dialog that says so, with what whoever looks after the program needs to know; not open yet."""
    from desktop.settings.facts import facts  # late: looking versions up takes as long as the sign-in dialog
    from desktop.views.dialogs.dialogs import DetailsDialog

    return DetailsDialog(
        name=CRASH_DIALOG,
        title="Metercalc made a mistake",
        text=f"Something went wrong in the program itself (reference {reference}). {goes_on}; what was charged stands "
        "in the records. Please send the details to whoever looks after Metercalc.",
        details=[trace, *facts(places, sqlite_version())],
        parent=parent,
    )
