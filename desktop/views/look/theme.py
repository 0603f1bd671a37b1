"""How the program looks: which colours are in force, and what a widget means. It builds no widget.

Colour means something or is not there: accent for the one primary action, green and red for money in and refusals.
"""

from __future__ import annotations

from PySide6 import QtCore
from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop.views.look import remembered
from desktop.views.look.colours import ALL, DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, Colours, palette
from desktop.views.look.style_sheet import style_sheet

_AS_THE_SYSTEM, _LIGHT, _DARK = range(3)  # Qt.ColorScheme by number: see `by_number`
SCHEMES = {
    "system": _AS_THE_SYSTEM,
    "light": _LIGHT,
    "dark": _DARK,
    "contrast": _AS_THE_SYSTEM,  # light or dark as the system has it, with high contrast
}
_SETTING = "appearance/scheme"
_CONTRAST = "appearance/system_contrast"  # what the desktop asked for when the program last looked


class Theme(QObject):
    """Keeps the program in the system's colour scheme, or in the one the person chose."""

    changed = Signal()

    def __init__(self, application: QApplication, settings: QSettings, *, text_size: int = 100) -> None:
        """`text_size` in percent of the system's. It is set before any widget is made: many take their font then.

        What the system wants is guessed at first, until `look_again`.
        """
        super().__init__()
        self._application = application
        self._settings = settings
        self._size = application.font().pointSizeF()  # the system's
        self._take_size(text_size)
        self._has_looked = False
        self._seems_dark = _is_dark(application.palette())
        self._in_force = LIGHT
        self._take_scheme(self.chosen)

    @Slot()
    def look_again(self) -> None:
        """See what the system wants, which brings Qt's namespace to Python, and follow it from now on."""
        if self._has_looked:
            return
        self._has_looked = True
        hints = self._application.styleHints()
        hints.colorSchemeChanged.connect(self._on_scheme_changed)
        if hasattr(hints, "accessibility"):  # Qt 6.10 and newer
            hints.accessibility().contrastPreferenceChanged.connect(self._apply)
        if self._wanted() is not self._in_force:
            self._apply()

    def take_size(self, percent: int) -> None:
        """Write in so many percent of the system's size from now on; what was built before is to be built anew."""
        self._take_size(percent)
        self._apply()

    def _take_size(self, percent: int) -> None:
        font = self._application.font()
        wanted = self._size * percent / 100
        if font.pointSizeF() != wanted:
            font.setPointSizeF(wanted)
            self._application.setFont(font)

    @property
    def chosen(self) -> str:
        """ "system", "light", "dark" or "contrast"."""
        name = remembered.text(self._settings, _SETTING, "system")
        return name if name in SCHEMES else "system"

    @Slot(str)
    def choose(self, name: str) -> None:
        """Follow the system, or keep to one scheme; remembered."""
        self.look_again()
        self._settings.setValue(_SETTING, name)
        self._take_scheme(name)

    def _take_scheme(self, name: str) -> None:
        QGuiApplication.styleHints().setProperty("colorScheme", SCHEMES[name])
        self._apply()

    @Slot()
    def _on_scheme_changed(self) -> None:
        self._apply()

    def _apply(self) -> None:
        self._in_force = found = self._wanted()
        self._application.setPalette(palette(found))
        self._application.setStyleSheet(style_sheet(found))
        self.changed.emit()

    def _wanted(self) -> Colours:
        # The choice first: a platform without schemes of its own ignores what it was asked for.
        scheme = SCHEMES[self.chosen]
        dark = self._system_is_dark() if scheme == _AS_THE_SYSTEM else scheme == _DARK
        if self.chosen == "contrast" or self._system_has_contrast():
            return HIGH_DARK if dark else HIGH_LIGHT
        return DARK if dark else LIGHT

    def _system_is_dark(self) -> bool:
        if not self._has_looked:
            return self._seems_dark
        hint = QGuiApplication.styleHints().colorScheme()
        return bool(hint == QtCore.Qt.ColorScheme.Dark)

    def _system_has_contrast(self) -> bool:
        if not self._has_looked:
            return remembered.text(self._settings, _CONTRAST, "0") == "1"
        wanted = _contrast_is_wanted()
        self._settings.setValue(_CONTRAST, int(wanted))
        return wanted


def colours() -> Colours:
    """The colours of the scheme in force: those whose surface the palette has."""
    surface = QGuiApplication.palette().window().color().name()
    return next((one for one in ALL if one.surface == surface), LIGHT)


def _contrast_is_wanted() -> bool:
    """Whether the desktop asks for high contrast."""
    hints = QGuiApplication.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return bool(hints.accessibility().contrastPreference() == QtCore.Qt.ContrastPreference.HighContrast)


def _is_dark(system: QPalette) -> bool:
    """Whether a palette writes light on dark."""
    return bool(system.windowText().color().lightness() > system.window().color().lightness())


def begin_role(widget: QWidget, role: str) -> None:
    """Give a widget that was just made a meaning, as `set_role` does to any."""
    widget.setProperty("role", role)


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget a meaning that the style sheet colours: muted, negative, positive, warning, card, primary …"""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    # A widget that was never shown is polished once it is: asking for its style would only be slow (6 ms at first).
    if widget.testAttribute(QtCore.Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
