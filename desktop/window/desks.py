"""The settings and the administrators' window: opened when asked for, and what was saved put into force.

A part of the window's composition root: it wires controllers and views, and holds no logic.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QUrl, Signal, Slot

from desktop.controllers.background import Lanes
from desktop.controllers.random_strings import RandomStrings
from desktop.controllers.sessions import SessionController
from desktop.controllers.spending import SpendingController
from desktop.controllers.store_access import StoreAccess
from desktop.views.look import remembered
from desktop.views.look.theme import Theme
from desktop.views.main_window.window import MainWindow

if TYPE_CHECKING:
    from desktop.controllers.administration import AdministrationController
    from desktop.controllers.calculator import CalculatorController
    from desktop.controllers.records import RecordsController
    from desktop.controllers.settings import SettingsController
    from desktop.settings.config import Config
    from desktop.views.administration.window import AdministrationWindow

MESSAGE_MS = 10_000
_CONTACT_ASKED = "random/contact_asked"


class Desks(QObject):
    """Where things are set: by a person for themselves, and by an administrator for all."""

    looks_changed = Signal()  # language, digits or text size: windows take them when they are built

    def __init__(
        self,
        *,
        lanes: Lanes,
        access: StoreAccess,
        sessions: SessionController,
        calculator: CalculatorController,
        records: RecordsController,
        random_strings: RandomStrings,
        theme: Theme,
        settings: QSettings,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._calculator = calculator
        self._records = records
        self._random_strings = random_strings
        self._theme = theme
        self._settings = settings
        self._window = window
        self._spending = SpendingController(lanes=lanes, access=access, sessions=sessions, parent=self)
        self._spending.changed.connect(window.spending_line.show_spending)
        self._spending.failed.connect(window.spending_line.show_failure)
        calculator.statement_changed.connect(self._spending.look)  # after each charge, and each of another program's
        sessions.signed_out.connect(self._on_signed_out)
        window.administration_asked.connect(self._on_administration)
        window.settings_asked.connect(self._on_settings)
        window.calculator_panel.ask_before_drawing(self._contact_is_due)
        window.calculator_panel.credit_asked.connect(self._on_credit_asked)
        window.calculator_panel.draw_asked.connect(self._on_draw_asked)

    @cached_property
    def settings(self) -> SettingsController:
        """The settings' requests."""
        from desktop.controllers.settings import SettingsController

        settings = SettingsController(lanes=self._lanes, places=self._access.places, parent=self)
        settings.changed.connect(self._on_changed)
        return settings

    @cached_property
    def administration(self) -> AdministrationController:
        """The administrators' requests."""
        from desktop.controllers.administration import AdministrationController

        administration = AdministrationController(
            lanes=self._lanes, access=self._access, sessions=self._sessions, parent=self
        )
        administration.changed.connect(self._calculator.refresh)
        administration.credited.connect(self._records.refresh)
        return administration

    @cached_property
    def administration_window(self) -> AdministrationWindow:
        """Their window, not shown yet."""
        from desktop.views.administration.window import AdministrationWindow

        return AdministrationWindow(controller=self.administration, settings=self._settings, parent=self._window)

    @Slot()
    def _on_administration(self) -> None:
        self.administration_window.show_now()

    @Slot(str)
    def _on_credit_asked(self, email: str) -> None:
        self.administration_window.give_credit(email)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        if "administration_window" in vars(self):
            self.administration_window.forget()

    @Slot()
    def _on_settings(self) -> None:
        from desktop.views.settings.dialog import SettingsDialog

        dialog = SettingsDialog(settings=self.settings, colours=self._theme, parent=self._window)
        dialog.done_saving.connect(self._on_done_saving)
        dialog.open()

    def _contact_is_due(self) -> bool:
        """Whether random.org is drawn from, without an address, and nobody has said yet that none is to be named."""
        random = self._access.config.random
        asked = remembered.text(self._settings, _CONTACT_ASKED) == "1"
        return not random.contact and not asked and _is_random_org(random.url)

    @Slot()
    def _on_draw_asked(self) -> None:
        from desktop.views.dialogs.contact import ContactDialog

        dialog = ContactDialog(proposed=self._sessions.session.username, parent=self._window)
        dialog.given.connect(self.settings.save_contact)
        dialog.declined.connect(self._on_contact_declined)
        self.settings.saved.connect(dialog.end)
        self.settings.failed.connect(dialog.show_failure)
        dialog.accepted.connect(self._window.calculator_panel.draw_random)
        dialog.open()

    @Slot()
    def _on_contact_declined(self) -> None:
        self._settings.setValue(_CONTACT_ASKED, "1")

    @Slot(str)
    def _on_done_saving(self, text: str) -> None:
        self._window.show_message(text, MESSAGE_MS)

    @Slot(object)
    def _on_changed(self, config: Config) -> None:
        """Put into force what counts from now on; the rest is read at the next start."""
        before, self._access.config = self._access.config, config
        self._random_strings.use(config.random)
        if (config.language, config.window.text_size) != (before.language, before.window.text_size):
            self.looks_changed.emit()
        if config.spending != before.spending:
            self._spending.look()
        if config.security.idle_lock_minutes != before.security.idle_lock_minutes:
            self._sessions.lock_after(config.security.idle_lock_minutes)
        if config.records.page_size != before.records.page_size:
            self._window.records_browser.choose_page_size(config.records.page_size)


def _is_random_org(url: str) -> bool:
    host = QUrl(url).host()
    return host == "random.org" or host.endswith(".random.org")
