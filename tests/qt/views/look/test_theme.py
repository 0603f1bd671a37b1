"""Light and dark, the system's or the person's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.views.look import theme
from desktop.views.look.icons import icon
from desktop.views.look.theme import DARK, LIGHT, Colours, Theme

READABLE = 4.5  # the contrast that WCAG 2.2 asks of text (1.4.3)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def colours(qapp: QApplication, settings: QSettings) -> Iterator[Theme]:
    before = qapp.palette(), qapp.styleSheet(), qapp.style().objectName()
    made = Theme(qapp, settings)
    yield made
    made.choose("system")
    qapp.setStyle(before[2])
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])


@pytest.mark.parametrize(("name", "found"), [("dark", DARK), ("light", LIGHT)])
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


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("found", [LIGHT, DARK], ids=["light", "dark"])
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
