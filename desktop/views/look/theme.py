"""How the program looks: colours for light and dark, one spacing scale, one type scale. It builds no widget.

Colour means something or is not there: accent for the one primary action, green and red for money in and refusals.
"""

from __future__ import annotations

import functools
from enum import StrEnum

from PySide6 import QtCore
from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop.system import resources
from desktop.views.look import remembered
from desktop.views.look.colours import ALL, DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, Colours, is_dark, palette

# Spacing in pixels of the design, which Qt scales with the screen.
TIGHT, SMALL, MEDIUM, LARGE, WIDE = 4, 8, 12, 16, 24
RADIUS = 6
CHIP_RADIUS = 12  # a pill: half of a chip's height, or Qt draws square corners


class Size(StrEnum):
    """The type scale, as factors of the system's font."""

    CAPTION = "0.85"
    BODY = "1"
    LEAD = "1.2"
    TITLE = "1.5"
    DISPLAY = "2.1"


_LEADING = 2  # above and below the text of a field and of a button, beside their padding


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
        self._application.setStyleSheet(_style(found))
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


def set_size(widget: QWidget, size: Size, *, bold: bool = False) -> None:
    """Give a widget a place on the type scale."""
    widget.setFont(font(size, bold=bold))


def font(size: Size = Size.BODY, *, bold: bool = False, figures: bool = False) -> QFont:
    """The system's font at a place on the type scale; with `figures`, digits as wide as each other."""
    return QFont(_font(QApplication.font(), size, bold, figures))


@functools.lru_cache(maxsize=64)
def _font(system: QFont, size: Size, bold: bool, figures: bool) -> QFont:
    """Made once: a table asks for one in every cell that it paints."""
    found = QFont(system)
    found.setPointSizeF(found.pointSizeF() * float(size))
    if bold:
        found.setWeight(QFont.Weight.DemiBold)
    if figures:
        align_figures(found)
    return found


def telling_font(size: Size = Size.BODY, *, bold: bool = False) -> QFont:
    """The system's typewriter face: it tells l from I and O from 0, as a string that is typed off again needs."""
    from PySide6.QtGui import QFontDatabase  # late: the first window has no such text

    found = font(size, bold=bold)
    found.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    found.setStyleHint(QFont.StyleHint.Monospace)
    return found


def align_figures(found: QFont) -> None:
    """Digits as wide as each other, so that columns of money line up."""
    if hasattr(found, "setFeature"):  # Qt 6.7 and newer with this binding
        found.setFeature(QFont.Tag("tnum"), 1)


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


def _style(c: Colours) -> str:
    scheme = "dark" if is_dark(c) else "light"
    chevron = resources.path(f"icons/chevron-{scheme}.svg").as_posix()
    chevron_up = resources.path(f"icons/chevron-up-{scheme}.svg").as_posix()
    check = resources.path(f"icons/check-{scheme}.svg").as_posix()
    line = QFontMetrics(font()).height() + _LEADING  # one height for every kind of field
    return f"""
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolTip {{ color: {c.text}; background: {c.raised}; border: 1px solid {c.border}; padding: {TIGHT}px; }}
    QLabel[role="muted"] {{ color: {c.muted}; }}
    QLabel[role="negative"] {{ color: {c.negative}; }}
    QLabel[role="positive"] {{ color: {c.positive}; }}
    QLabel[role="warning"] {{ color: {c.warning}; }}
    QFrame[role="card"] {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QFrame[role="banner"] {{ background: {c.warning_surface}; border-bottom: 1px solid {c.border}; }}
    QFrame[role="bar"] {{ background: {c.sunken}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QFrame[role="header"] {{ background: {c.raised}; border-bottom: 1px solid {c.border}; }}
    QLineEdit, QComboBox, QSpinBox, QDateEdit {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; border-radius: {RADIUS}px;
        padding: {TIGHT + 2}px {SMALL}px; selection-background-color: {c.selection}; selection-color: {c.text};
        min-height: {line}px;
    }}
    QSpinBox, QDateEdit {{ max-height: {line}px; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT + 1}px {SMALL - 1}px;
    }}
    QPlainTextEdit {{ background: {c.raised}; border: 1px solid {c.edge}; border-radius: {RADIUS}px; }}
    QPlainTextEdit:focus {{ border: 2px solid {c.accent}; }}
    QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDateEdit:disabled {{ color: {c.muted}; }}
    QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 20px; }}
    QDateEdit[mirrored="true"]::drop-down {{ subcontrol-origin: padding; subcontrol-position: center left; }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
    QComboBox {{ combobox-popup: 0; }}
    QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.border}; }}
    QComboBox QAbstractItemView::item {{ min-height: {max(line, WIDE)}px; padding: 0 {TIGHT}px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
    QPushButton, QToolButton {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.edge}; border-radius: {RADIUS}px;
        padding: {TIGHT + 3}px {MEDIUM}px;
    }}
    QToolButton {{ padding: {TIGHT + 2}px {SMALL}px; }}
    QToolButton[role="small"] {{ padding: 0 {SMALL}px; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.sunken}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.selection}; }}
    QToolButton:checked {{ background: {c.selection}; border-color: {c.accent}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; padding: {TIGHT + 2}px {MEDIUM - 1}px; }}
    QToolButton:focus {{ border: 2px solid {c.accent}; padding: {TIGHT + 1}px {SMALL - 1}px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.muted}; background: {c.surface}; }}
    QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[role="primary"]:focus {{
        background: {c.selection}; color: {c.text}; border: 2px solid {c.accent};
    }}
    QPushButton[role="primary"]:disabled {{ background: {c.sunken}; color: {c.muted}; border-color: {c.border}; }}
    QPushButton[kind] {{ padding-left: {TIGHT}px; padding-right: {TIGHT}px; }}
    QPushButton[kind="operation"] {{ padding-bottom: {MEDIUM}px; background: {c.operation}; }}
    QPushButton[kind="operation"]:focus {{ padding-bottom: {MEDIUM - 1}px; }}
    QLineEdit[role="invalid"] {{ border: 1px solid {c.negative}; }}
    QLineEdit[role="invalid"]:focus {{ border: 2px solid {c.negative}; }}
    QToolButton[role="chip"] {{
        border-radius: {CHIP_RADIUS}px; padding: {TIGHT}px {MEDIUM}px; background: transparent; color: {c.muted};
    }}
    QToolButton[role="chip"]:hover {{ background: {c.sunken}; }}
    QToolButton[role="chip"]:checked {{ background: {c.selection}; border-color: {c.accent}; color: {c.text}; }}
    QToolButton[role="chip"]:focus {{ border: 2px solid {c.accent}; padding: {TIGHT - 1}px {MEDIUM - 1}px; }}
    QToolButton::menu-indicator {{
        image: url("{chevron}"); subcontrol-origin: padding; subcontrol-position: right center; right: {TIGHT + 2}px;
        width: 12px; height: 12px;
    }}
    QToolButton[popupMode="2"] {{ padding-right: {WIDE}px; }}
    QPushButton[role="link"], QToolButton[role="link"] {{
        background: transparent; border: 1px solid transparent; color: {c.accent}; padding: {TIGHT}px;
    }}
    QPushButton[role="link"]:disabled, QToolButton[role="link"]:disabled {{
        color: {c.muted}; background: transparent;
    }}
    QPushButton[role="link"]:focus, QToolButton[role="link"]:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT - 1}px;
    }}
    QCheckBox, QRadioButton {{ border: 2px solid transparent; border-radius: {TIGHT}px; padding: 1px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.accent}; }}
    QCheckBox::indicator {{
        width: 14px; height: 14px; border: 1px solid {c.muted}; border-radius: 3px; background: {c.raised};
    }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
    QCheckBox::indicator:disabled {{ border-color: {c.border}; background: {c.surface}; }}
    QTableView#records_table, QTableView[role="sheet"], QListView#tape_view {{
        outline: 0; background: {c.raised}; alternate-background-color: {c.surface}; border: 1px solid {c.border};
        border-radius: {RADIUS}px; gridline-color: transparent; selection-background-color: {c.selection};
        selection-color: {c.text};
    }}
    QTableView#records_table:focus, QTableView[role="sheet"]:focus, QListView#tape_view:focus {{
        border: 1px solid {c.accent};
    }}
    QTableView#records_table::item, QTableView[role="sheet"]::item, QListView#tape_view::item {{
        padding: {TIGHT}px {SMALL}px;
    }}
    QTableView#records_table::item:selected, QTableView[role="sheet"]::item:selected,
    QListView#tape_view::item:selected {{
        border: 0 solid {c.accent}; border-top-width: 1px; border-bottom-width: 1px;
        padding: {TIGHT - 1}px {SMALL}px;
    }}
    QTableView#records_table::item:focus, QTableView[role="sheet"]::item:focus, QListView#tape_view::item:focus {{
        border: 2px solid {c.accent}; padding: {TIGHT - 2}px {SMALL - 2}px;
    }}
    QListView[role="pages"] {{ background: transparent; border: none; outline: 0; }}
    QListView[role="pages"]::item {{
        padding: {SMALL}px; border: 2px solid transparent; border-radius: {RADIUS}px; color: {c.text};
    }}
    QListView[role="pages"]::item:selected {{ background: {c.selection}; }}
    QListView[role="pages"]::item:focus {{ border-color: {c.accent}; }}
    QCalendarWidget QAbstractItemView {{ background: {c.raised}; alternate-background-color: {c.surface}; }}
    QCalendarWidget QToolButton {{ padding: {TIGHT}px {SMALL}px; border-color: transparent; }}
    QCalendarWidget QToolButton:focus {{ border-color: {c.accent}; }}
    QCalendarWidget #qt_calendar_navigationbar {{ background: {c.surface}; }}
    QHeaderView {{ background: {c.raised}; border: none; }}
    QHeaderView::section {{
        background: {c.raised}; color: {c.muted}; border: none; border-bottom: 1px solid {c.border};
        padding: {TIGHT + 2}px {SMALL + 3}px;
    }}
    QTabWidget::pane {{ border: none; }}
    QTabBar::tab {{
        background: transparent; color: {c.muted}; border: 2px solid transparent; border-radius: {RADIUS}px;
        padding: {SMALL}px {MEDIUM}px; margin: {TIGHT}px;
    }}
    QTabBar::tab:hover {{ background: {c.sunken}; }}
    QTabBar::tab:selected {{ background: {c.selection}; color: {c.text}; }}
    QTabBar::tab:selected:focus {{ border-color: {c.accent}; }}
    QMenuBar {{ background: {c.raised}; color: {c.text}; }}
    QMenuBar::item {{ background: transparent; padding: {TIGHT}px {SMALL}px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QMenu {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: {TIGHT}px; }}
    QMenu::item {{ padding: {TIGHT}px {WIDE}px {TIGHT}px {LARGE}px; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.border}; margin: {TIGHT}px; }}
    QHeaderView::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
    QHeaderView::up-arrow {{ image: url("{chevron_up}"); width: 12px; height: 12px; }}
    QSplitter::handle {{ background: transparent; }}
    QStatusBar {{ background: {c.surface}; color: {c.muted}; }}
    QProgressBar {{ background: {c.sunken}; border: none; border-radius: 3px; max-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {c.border}; border-radius: 5px; min-height: 24px; min-width: 24px; }}
    QScrollBar::handle:disabled {{ background: transparent; }}
    QScrollBar::handle:hover {{ background: {c.muted}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
