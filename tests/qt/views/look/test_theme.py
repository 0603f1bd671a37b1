"""Light and dark, the system's or the person's."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPalette, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.views.look import theme
from desktop.views.look.colours import DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, Colours
from desktop.views.look.icons import icon
from desktop.views.look.steady import steady_scroll_bar
from desktop.views.look.theme import Theme

READABLE = 4.5  # the contrast that WCAG 2.2 asks of text (1.4.3)
ENHANCED = 7.0  # and for who needs more (1.4.6)
SEEN = 3.0  # of what is no text (1.4.11)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def colours(qapp: QApplication, settings: QSettings) -> Iterator[Theme]:
    before = qapp.palette(), qapp.styleSheet()
    made = Theme(qapp, settings)
    yield made
    made.choose("system")
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])


@pytest.mark.parametrize(("name", "found"), [("dark", DARK), ("light", LIGHT), ("contrast", HIGH_LIGHT)])
def test_a_chosen_scheme_is_in_force_at_once(colours: Theme, name: str, found: Colours) -> None:
    colours.choose(name)
    assert theme.colours() is found


def test_the_choice_is_remembered(qapp: QApplication, colours: Theme, settings: QSettings) -> None:
    colours.choose("dark")
    settings.sync()
    again = Theme(qapp, QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert again.chosen == "dark"
    assert theme.colours() is DARK


def test_a_choice_that_is_none_is_the_systems(qapp: QApplication, colours: Theme, settings: QSettings) -> None:
    settings.setValue("appearance/scheme", "pink")
    assert colours.chosen == "system"


def test_a_role_takes_its_colour_in_both_schemes(qtbot: QtBot, colours: Theme) -> None:
    label = QLabel("x")
    qtbot.addWidget(label)
    label.show()
    for name, found in (("dark", DARK), ("light", LIGHT)):
        colours.choose(name)
        theme.set_role(label, "negative")
        label.ensurePolished()
        assert label.palette().color(label.foregroundRole()) == QColor(found.negative)


def luminance(colour: str) -> float:
    """As WCAG defines it."""
    shown = QColor(colour)
    channels = [shown.redF(), shown.greenF(), shown.blueF()]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@functools.cache
def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("found", [LIGHT, DARK, HIGH_LIGHT, HIGH_DARK])
def test_every_text_can_be_read(found: Colours) -> None:
    pairs = [
        (getattr(found, text), getattr(found, ground))
        for text in ("text", "muted", "positive", "negative", "warning", "accent")
        for ground in ("surface", "raised")
    ]
    pairs += [(found.on_accent, found.accent), (found.warning, found.warning_surface), (found.muted, found.sunken)]
    pairs += [(found.text, found.selection), (found.text, found.mark)]
    for text, ground in pairs:
        assert contrast(text, ground) >= READABLE, (text, ground)


@pytest.mark.parametrize("found", [HIGH_LIGHT, HIGH_DARK])
def test_high_contrast_is_higher(found: Colours) -> None:
    grounds = (found.surface, found.raised, found.sunken, found.selection)
    for text in (found.text, found.muted):
        assert min(contrast(text, ground) for ground in grounds) >= ENHANCED
    for text in (found.positive, found.negative, found.warning, found.accent, found.edge, found.border):
        assert min(contrast(text, ground) for ground in grounds[:3]) >= ENHANCED


@pytest.mark.parametrize("found", [LIGHT, DARK, HIGH_LIGHT, HIGH_DARK])
def test_the_edge_of_what_can_be_used_is_seen(found: Colours) -> None:
    for ground in (found.surface, found.raised):
        assert contrast(found.edge, ground) >= SEEN
        assert contrast(found.accent, ground) >= SEEN  # of what is switched on, and of the row that is chosen


def test_a_desktop_that_asks_for_contrast_is_followed(
    qapp: QApplication, colours: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, usual, high in (("light", LIGHT, HIGH_LIGHT), ("dark", DARK, HIGH_DARK)):
        colours.choose(name)
        assert theme.colours() == usual
        monkeypatch.setattr(theme, "_contrast_is_wanted", lambda: True)
        if hasattr(qapp.styleHints(), "accessibility"):
            qapp.styleHints().accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
        else:
            colours.choose(name)
        assert theme.colours() == high
        monkeypatch.undo()


@pytest.mark.parametrize(("window", "text", "found"), [("#202020", "#ffffff", DARK), ("#ffffff", "#202020", LIGHT)])
def test_a_start_takes_the_systems_palette_at_its_word_until_it_asks(
    qapp: QApplication, settings: QSettings, window: str, text: str, found: Colours
) -> None:
    before = qapp.palette(), qapp.styleSheet()
    try:
        qapp.setStyleSheet("")
        qapp.setPalette(QPalette(QColor(text), QColor(window), *(QColor(window),) * 4, QColor(text)))
        made = Theme(qapp, settings)
        assert theme.colours() is found
        made.look_again()
        dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
        assert theme.colours() is (DARK if dark else LIGHT)
    finally:
        qapp.setStyleSheet(before[1])
        qapp.setPalette(before[0])


def test_a_start_has_the_contrast_that_the_desktop_asked_for_last(
    qapp: QApplication, colours: Theme, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "_contrast_is_wanted", lambda: True)
    colours.look_again()
    assert theme.colours() is HIGH_LIGHT
    monkeypatch.undo()
    again = Theme(qapp, settings)
    assert theme.colours() is HIGH_LIGHT
    again.look_again()
    assert theme.colours() is LIGHT


def test_no_text_has_a_size_in_pixels(colours: Theme, qapp: QApplication) -> None:
    assert re.search(r"font-size|font:", qapp.styleSheet()) is None


def test_an_icon_that_is_missing_is_an_empty_one(colours: Theme) -> None:
    assert icon("no such icon").isNull()


def ink(picture: QIcon) -> set[str]:
    image = picture.pixmap(QSize(24, 24)).toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_an_icon_follows_the_scheme(colours: Theme) -> None:
    found = icon("trash")
    colours.choose("light")
    light = ink(found)
    colours.choose("dark")
    assert LIGHT.text in light
    assert DARK.text in ink(found)


def focusable() -> dict[str, QWidget]:
    primary, link, invalid = QPushButton("Pay"), QPushButton("Clear"), QLineEdit("ten")
    for widget, role in ((primary, "primary"), (link, "link"), (invalid, "invalid")):
        theme.set_role(widget, role)
    chip, checked, day = QToolButton(), QCheckBox("Mark"), QDateEdit()
    theme.set_role(chip, "chip")
    checked.setChecked(True)
    table = QTableView()
    table.setObjectName("records_table")
    table.setModel(QStandardItemModel(3, 3, table))
    table.setCurrentIndex(table.model().index(1, 1))
    return {
        "primary button": primary, "button": QPushButton("Cancel"), "link": link, "tool": QToolButton(), "chip": chip,
        "check box": QCheckBox("Mark"), "checked box": checked, "field": QLineEdit("1"), "wrong field": invalid,
        "combo": QComboBox(), "number": QSpinBox(), "day": day, "text": QPlainTextEdit(), "cell": table,
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_focus_is_seen_against_what_is_around_and_against_no_focus(qtbot: QtBot, colours: Theme, scheme: str) -> None:
    colours.choose(scheme)
    stage = QWidget()
    qtbot.addWidget(stage)
    layout = QVBoxLayout(stage)
    nowhere = QLineEdit()
    layout.addWidget(nowhere)
    widgets = focusable()
    for widget in widgets.values():
        layout.addWidget(widget)
    found = {}
    with qtbot.waitExposed(stage):
        stage.show()
    stage.activateWindow()
    qtbot.waitUntil(stage.isActiveWindow)
    for name, widget in widgets.items():
        nowhere.setFocus(Qt.FocusReason.TabFocusReason)
        before = picture(stage, widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        after = picture(stage, widget)
        assert before.size() == after.size()
        found[name] = seen(before, after)
    faint = {name: count for name, count in found.items() if count < AROUND}
    assert not faint, f"{scheme}: {found}"


AROUND = 30  # points of a ring: fewer would be a caret, or a letter
MARGIN = 4  # of what is around


def picture(stage: QWidget, widget: QWidget) -> QImage:
    found = stage.grab(widget.geometry().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)).toImage()
    return found.copy(0, 0, min(found.width(), 200), found.height())


def seen(before: QImage, after: QImage) -> int:
    """The points that focus has changed by at least 3 to 1, and that stand out so from one at most 3 points away."""
    count = 0
    far = 3
    for y in range(far, after.height() - far):
        for x in range(far, after.width() - far):
            point, was = after.pixelColor(x, y).name(), before.pixelColor(x, y).name()
            if point != was and contrast(point, was) >= 3:
                beside = ((x + far, y), (x - far, y), (x, y + far), (x, y - far))
                count += any(contrast(point, after.pixelColor(*place).name()) >= 3 for place in beside)
    return count


def test_every_kind_of_field_has_one_height(qtbot: QtBot, colours: Theme) -> None:
    row = QWidget()
    qtbot.addWidget(row)
    layout = QHBoxLayout(row)
    fields: list[QWidget] = [QLineEdit("1"), QComboBox(), QDateEdit(), QSpinBox(), QPushButton("OK")]
    for field in fields:
        layout.addWidget(field)
    row.resize(800, 100)
    with qtbot.waitExposed(row):
        row.show()
    assert len({field.height() for field in fields}) == 1


def test_a_scroll_bar_that_comes_moves_nothing(qtbot: QtBot, colours: Theme) -> None:
    area = QPlainTextEdit()
    steady_scroll_bar(area)
    qtbot.addWidget(area)
    area.resize(200, 100)
    with qtbot.waitExposed(area):
        area.show()
    before = area.viewport().width()
    assert not area.verticalScrollBar().isEnabled(), "nothing to scroll, nothing to see"
    area.setPlainText("line\n" * 100)
    assert area.verticalScrollBar().isEnabled()
    assert area.viewport().width() == before
