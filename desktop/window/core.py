"""The objects that live as long as the program and are no widgets, built in their order. It shows nothing.

What only somebody who has signed in needs is imported and built when it is first asked for.
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QApplication

from desktop.controllers.background import Lanes
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.store_access import StoreAccess
from desktop.language.sentences import say
from desktop.system.private_files import make_folder, require_regular
from desktop.terms.errors import ConfigError
from desktop.views.look.theme import Theme
from desktop.window.speech import Speech

if TYPE_CHECKING:
    from desktop.controllers.calculator import CalculatorController
    from desktop.controllers.random_strings import RandomStrings
    from desktop.controllers.records import RecordsController
    from desktop.settings.config import Config, Places

# How long a lane at work may keep the window's thread waiting for the interpreter, each time that Qt gives it away:
# with Python's 5 ms, painting one page of records took 2 s while a search ran with functions of Python's in its SQL.
_SWITCH_SECONDS = 0.0002


class Core(QObject):
    """The look, the lanes, and the controllers."""

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
