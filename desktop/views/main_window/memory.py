"""What the window looks like, kept for the next time: geometry, splitter, arrangement, what is switched on."""

from __future__ import annotations

import re

from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from desktop.views.look import remembered
from desktop.views.main_window.arrangement import SIZE, Arrangement
from desktop.views.main_window.menus import BOTH, Menus
from desktop.views.main_window.panes import Panes

_FRAME = QSize(8, 48)  # what a window manager puts around a window, of which Qt knows nothing before it is shown


class WindowMemory:
    """Knows where all of it stands in the settings."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        settings: QSettings,
        panes: Panes,
        menus: Menus,
        arrangement: Arrangement,
        start_pane: str,
    ) -> None:
        """`start_pane` is the arrangement to begin with, or "last"."""
        self._window = window
        self._settings = settings
        self._panes = panes
        self._arrangement = arrangement
        self._start_pane = start_pane
        self._switches = {
            "window/group_digits": (menus.groups, "1"),
            "window/details": (menus.details, "0"),
            "window/on_top": (menus.on_top, "0"),
        }

    def recall(self) -> None:
        """Put back what was kept."""
        geometry = remembered.state(self._settings, "window/geometry")
        if geometry is None or not self._window.restoreGeometry(geometry):
            self._take_room()
        # Not restoreState(), which believes whatever is kept: two numbers can be looked at.
        widths = remembered.text(self._settings, "window/splitter")
        plain = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", widths)
        if widths and not plain:
            remembered.ignored("window/splitter")
        if plain:
            self._panes.recall([int(width) for width in plain.groups()])
        for name, (switch, usual) in self._switches.items():
            switch.setChecked(remembered.text(self._settings, name, usual) == "1")
        last = remembered.text(self._settings, "window/arrangement", BOTH)
        self._arrangement.arrange(last if self._start_pane == "last" else self._start_pane)

    def _take_room(self) -> None:
        """The usual size, or all of a screen that is smaller."""
        # Where there is no real screen Qt's is 800 × 800, and binds nobody.
        offscreen = QGuiApplication.platformName() == "offscreen"
        room = SIZE if offscreen else self._window.screen().availableSize() - _FRAME
        self._window.resize(SIZE.boundedTo(room))
        if SIZE.boundedTo(room) != SIZE:
            self._window.setWindowState(Qt.WindowState.WindowMaximized)

    def keep(self) -> None:
        """Keep it for the next time."""
        self._settings.setValue("window/geometry", self._window.saveGeometry())
        self._settings.setValue("window/splitter", "/".join(map(str, self._panes.widths())))
        for name, (switch, _) in self._switches.items():
            self._settings.setValue(name, int(switch.isChecked()))
