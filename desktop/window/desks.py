"""The settings and the administrators' window: opened when asked for, and what was saved put into force.

A part of the window's composition root: it wires controllers and views, and holds no logic.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop.controllers.background import Lanes
from desktop.controllers.random_strings import RandomStrings
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.views.look.theme import Theme
from desktop.views.main_window.window import MainWindow

if TYPE_CHECKING:
    from desktop.controllers.settings import SettingsController
    from desktop.settings.config import Config

MESSAGE_MS = 10_000


class Desks(QObject):
    """Where things are set: by a person for themselves, and by an administrator for all."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        access: StoreAccess,
        sessions: SessionController,
        random_strings: RandomStrings,
        theme: Theme,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._random_strings = random_strings
        self._theme = theme
        self._window = window
        window.settings_asked.connect(self._on_settings)

    @cached_property
    def settings(self) -> SettingsController:
        """The settings' requests."""
        from desktop.controllers.settings import SettingsController

        settings = SettingsController(lanes=self._lanes, places=self._access.places, parent=self)
        settings.changed.connect(self._on_changed)
        return settings

    @Slot()
    def _on_settings(self) -> None:
        from desktop.views.settings.dialog import SettingsDialog

        dialog = SettingsDialog(settings=self.settings, colours=self._theme, parent=self._window)
        dialog.done_saving.connect(self._on_done_saving)
        dialog.open()

    @Slot(str)
    def _on_done_saving(self, text: str) -> None:
        self._window.show_message(text, MESSAGE_MS)

    @Slot(object)
    def _on_changed(self, config: Config) -> None:
        """Put into force what counts from now on; the rest is read at the next start."""
        before, self._access.config = self._access.config, config
        self._random_strings.use(config.random)
        if config.security.idle_lock_minutes != before.security.idle_lock_minutes:
            self._sessions.lock_after(config.security.idle_lock_minutes)
        if config.records.page_size != before.records.page_size:
            self._window.records_browser.choose_page_size(config.records.page_size)
