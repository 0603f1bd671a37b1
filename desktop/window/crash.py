"""What a person is shown of a mistake of the program's own, with or without a window."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from desktop.controllers.store_access import sqlite_version
from desktop.language.sentences import say
from desktop.settings.config import Places

CRASH_DIALOG = "crash_dialog"


def crash_dialog(
    places: Places,
    reference: str,
    trace: str,
    parent: QWidget | None,
    *,
    goes_on: bool = True,
) -> QDialog:
    """The dialog that says so, with what whoever looks after the program needs to know; not open yet."""
    from desktop.settings.facts import facts  # late: looking versions up takes as long as the sign-in dialog
    from desktop.views.dialogs.details import DetailsDialog

    return DetailsDialog(
        name=CRASH_DIALOG,
        title=say("Metercalc made a mistake"),
        text=" ".join(
            (
                say("Something went wrong in the program itself (reference {reference}).", reference=reference),
                say("It goes on where it can; what was charged stands in the records.")
                if goes_on
                else say("It cannot go on; what was charged stands in the records."),
                say("Please send the details to whoever looks after Metercalc."),
            )
        ),
        details=[trace, *facts(places, sqlite_version())],
        parent=parent,
    )
