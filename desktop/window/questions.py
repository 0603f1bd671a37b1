"""The dialogs that the menus ask for: password, keys, about, the proof, a backup, the log's folder. No rules here."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, QSettings, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from desktop import __version__
from desktop.controllers.background import Lanes
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.store_access import StoreAccess, sqlite_version
from desktop.language.sentences import mark, say
from desktop.settings.config import Places
from desktop.terms.errors import AppError, BadInput
from desktop.terms.reports import Verification
from desktop.views.look.number_locale import number_format_of
from desktop.views.main_window.window import MainWindow

_LICENCES = (
    mark("Metercalc is free software under the MIT licence; LICENSE, beside the program, has its words."),
    mark(
        "Qt and PySide are used under the LGPL 3; peewee and requests under MIT and Apache 2.0; "
        "SQLite is public domain."
    ),
)


class Questions(QObject):
    """Opens each when it is asked for; the window's child."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        sessions: SessionController,
        store: StoreController,
        settings: QSettings,
        places: Places,
        access: StoreAccess,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._lanes = lanes
        self._sessions = sessions
        self._store = store
        self._settings = settings
        self._places = places
        self._access = access
        self._window = window
        window.password_change_asked.connect(self._on_password)
        window.recovery_code_asked.connect(self._on_recovery_code)
        window.shortcuts_asked.connect(self._on_shortcuts)
        window.about_asked.connect(self._on_about)
        window.verify_asked.connect(self._on_verify)
        window.back_up_asked.connect(self._on_back_up)
        window.log_folder_asked.connect(self._on_log_folder)

    @Slot()
    def _on_password(self) -> None:
        from desktop.views.dialogs.dialogs import PasswordDialog

        minimum = self._access.config.security.minimum_password_length
        PasswordDialog(sessions=self._sessions, minimum_length=minimum, parent=self._window).open()

    @Slot()
    def _on_recovery_code(self) -> None:
        from desktop.views.dialogs.recovery import RecoveryCodeDialog

        RecoveryCodeDialog(sessions=self._sessions, parent=self._window).open()

    @Slot()
    def _on_shortcuts(self) -> None:
        from desktop.views.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(parent=self._window).open()

    @Slot()
    def _on_about(self) -> None:
        from desktop.settings.facts import facts  # late: it brings what mail is read with
        from desktop.views.dialogs.details import DetailsDialog

        what = say("A pay-per-use calculator with a ledger that can be proved.")
        dialog = DetailsDialog(
            name="about_dialog",
            title=say("About Metercalc"),
            text=f"<b>Metercalc {__version__}</b><br>{what}",
            details=[*facts(self._places, sqlite_version()), *map(say, _LICENCES)],
            links=self._links(),
            parent=self._window,
        )
        dialog.link_asked.connect(self._on_link)
        dialog.open()

    def _links(self) -> dict[str, str]:
        """What About leads to: files of this computer, since the program has no page of its own."""
        from desktop.settings.facts import licence_file

        licence, places = licence_file(), self._places
        targets = {
            say("Licence"): licence,
            say("Folder of the data"): places.data_dir,
            say("Folder of the logs"): places.log_dir,
        }
        there = {words: path for words, path in targets.items() if path is not None and path.exists()}
        return {words: QUrl.fromLocalFile(str(path)).toString() for words, path in there.items()}

    @Slot(str)
    def _on_link(self, address: str) -> None:
        from desktop.system import outside

        with outside.environment():
            QDesktopServices.openUrl(QUrl(address))

    @Slot()
    def _on_verify(self) -> None:
        from desktop.views.dialogs.proof import VerifyDialog
        from desktop.wording.shown import explain_verification

        dialog = VerifyDialog(
            store=self._store,
            explain=partial(explain_verification, fmt=number_format_of(QLocale())),
            parent=self._window,
        )
        dialog.cancelled.connect(self._store.cancel_verify)
        dialog.page_asked.connect(self._on_proof_page)
        dialog.open()
        self._store.verify()

    @Slot(object)
    def _on_proof_page(self, verification: Verification) -> None:
        from desktop.views.dialogs import places

        dialog = places.ask(
            self._window,
            self._settings,
            "proof",
            title=say("Save the proof"),
            name="proof",
            suffix="html",
            forms=say("Page (*.html)"),
            object_name="proof_file_dialog",
        )
        dialog.fileSelected.connect(partial(self._write_proof, verification))
        dialog.open()

    def _write_proof(self, verification: Verification, file: str) -> None:
        from desktop.views.dialogs import places

        places.remember(self._settings, "proof", file)
        work = partial(_write_page, verification, self._places.ledger, Path(file))
        self._lanes.survey.submit(work, done=self._on_proof_written, failed=self._on_proof_not_written, finish=True)

    @Slot(object)
    def _on_proof_written(self, file: Path) -> None:
        self._window.show_message(say("The proof is saved as {file}", file=file), 10_000)

    @Slot(object)
    def _on_proof_not_written(self, error: AppError) -> None:
        self._window.show_message(error.message)

    @Slot()
    def _on_back_up(self) -> None:
        from desktop.views.dialogs import places

        dialog = places.ask(
            self._window,
            self._settings,
            "backup",
            title=say("Back up the store"),
            name="metercalc",
            suffix="metercalc-backup",
            forms=say("Backup (*.metercalc-backup)"),
            object_name="backup_file_dialog",
        )
        dialog.fileSelected.connect(self._on_backup_file)
        dialog.open()

    @Slot(str)
    def _on_backup_file(self, file: str) -> None:
        from desktop.views.dialogs import places

        places.remember(self._settings, "backup", file)
        self._store.back_up(file)

    @Slot()
    def _on_log_folder(self) -> None:
        self._on_link(QUrl.fromLocalFile(str(self._places.log_dir)).toString())


def _write_page(verification: Verification, store: str, file: Path) -> Path:
    from datetime import datetime

    from desktop.documents import proofs
    from desktop.system.private_files import write_private

    page = proofs.page(verification, store=store, moment=datetime.now().astimezone())
    try:
        write_private(file, page.encode())
    except OSError as error:
        raise BadInput(
            say(
                "The proof could not be written to {file}: {reason}. Choose another place.",
                file=file,
                reason=error.strerror,
            )
        ) from error
    return file
