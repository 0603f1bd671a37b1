"""A window for each test, with settings of its own and the colours put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.look.theme import Theme
from tests.support.stages import Stage, open_stage


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def colours(qapp: QApplication, settings: QSettings) -> Iterator[Theme]:
    before = qapp.palette(), qapp.styleSheet()
    yield Theme(qapp, settings)
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])


@pytest.fixture
def stage(qtbot: QtBot, settings: QSettings, colours: Theme) -> Stage:
    return open_stage(qtbot, settings, colours)
