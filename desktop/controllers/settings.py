"""The settings' requests: looking at them, saving some, trying random.org out. It shows nothing, and applies nothing.

What was saved is read again as a whole, and told by `changed`: whoever lives by a setting is given the new one then.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Ticket
from desktop.controllers.requests import Failure
from desktop.settings.config import Config, Places
from desktop.system import logs
from desktop.terms.errors import AppError

if TYPE_CHECKING:
    from desktop.terms.settings import Change, Setting


@dataclass(frozen=True, slots=True)
class Tried:
    """A draw that was tried out and went well: so many seconds, from an address."""

    seconds: float
    url: str


class SettingsController(QObject):
    """Looks at the configuration and changes its file, off the window's thread."""

    found = Signal(object)  # tuple[Setting, ...]
    saved = Signal(object)  # tuple[Setting, ...], as they are now
    changed = Signal(object)  # Config, after something was saved
    failed = Signal(object)  # Failure, of looking or saving
    tried = Signal(object)  # Tried
    try_failed = Signal(object)  # Failure

    def __init__(self, *, lanes: Lanes, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_controller")
        self._lanes = lanes
        self._places = places
        self._trial: Ticket | None = None

    @Slot()
    def look(self) -> None:
        """Read the settings; ends in `found` or `failed`."""
        self._lanes.files.submit(
            partial(_settings, self._places),
            done=self._on_found,
            failed=self._on_failed,
            replace=True,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def save(self, changes: Sequence[Change]) -> None:
        """Write changes into the file; ends in `saved` and `changed`, or in `failed`."""
        self._lanes.files.submit(
            partial(_save, self._places, tuple(changes)),
            done=self._on_saved,
            failed=self._on_failed,
            for_everyone=True,  # the file belongs to nobody's session
            reference=logs.new_reference(),
        )

    @Slot(str)
    def save_contact(self, email: str) -> None:
        """Name random.org an address from now on; ends as `save` does."""
        self._lanes.files.submit(
            partial(_save_contact, self._places, email),
            done=self._on_saved,
            failed=self._on_failed,
            for_everyone=True,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def try_random(self, values: Mapping[str, str]) -> None:
        """Draw one string with settings that need not be saved, "section.key": text; ends in `tried` or `try_failed`.

        The string is nobody's: it is thrown away unseen.
        """
        self.cancel_try()
        self._trial = self._lanes.network.submit(
            partial(_try, self._places, dict(values)),
            done=self._on_tried,
            failed=self._on_not_tried,
            reference=logs.new_reference(),
        )

    @Slot()
    def cancel_try(self) -> None:
        """Give up the draw that is tried out."""
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None

    @Slot(object)
    def _on_found(self, settings: tuple[Setting, ...]) -> None:
        self.found.emit(settings)

    @Slot(object)
    def _on_saved(self, outcome: tuple[tuple[Setting, ...], Config]) -> None:
        settings, config = outcome
        self.changed.emit(config)
        self.saved.emit(settings)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))

    @Slot(object)
    def _on_tried(self, outcome: Tried) -> None:
        self._trial = None
        self.tried.emit(outcome)

    @Slot(object)
    def _on_not_tried(self, error: AppError) -> None:
        self._trial = None
        self.try_failed.emit(Failure.of(error, logs.reference.get()))


def _settings(places: Places) -> tuple[Setting, ...]:
    from desktop.settings import editing

    return editing.settings(places.config_file, os.environ, {})


def _save(places: Places, changes: tuple[Change, ...]) -> tuple[tuple[Setting, ...], Config]:
    from desktop.settings import config, editing

    editing.save(places.config_file, changes)
    return _settings(places), config.load(places.config_file, os.environ, {})


def _save_contact(places: Places, email: str) -> tuple[tuple[Setting, ...], Config]:
    from desktop.terms.settings import Change

    contact = next(setting for setting in _settings(places) if setting.name == "random.contact")
    return _save(places, (Change(contact.section, contact.key, contact.in_file, email),))


def _try(places: Places, values: Mapping[str, str]) -> Tried:
    from desktop.random_org.client import RandomOrg
    from desktop.settings import config

    settings = config.load(places.config_file, os.environ, {}, tried=values).random
    started = time.monotonic()
    RandomOrg(settings, folder=places.data_dir).draw(1, cancelled=jobs.cancelled)
    return Tried(time.monotonic() - started, settings.url)
