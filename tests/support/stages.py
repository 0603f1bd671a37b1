"""The main window on controllers that ask nobody."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLocale, QSettings
from pytestqt.qtbot import QtBot

from desktop.views.look.theme import Theme
from desktop.views.main_window.window import MainWindow
from tests.support.fake_controllers import (
    SESSION,
    FakeCalculator,
    FakeRecords,
    FakeSessions,
    FakeStore,
    entry,
    page,
    statement,
)


@dataclass(frozen=True)
class Stage:
    """A window and all that it talks to."""

    window: MainWindow
    sessions: FakeSessions
    calculator: FakeCalculator
    records: FakeRecords
    store: FakeStore
    settings: QSettings


def open_stage(qtbot: QtBot, settings: QSettings, colours: Theme) -> Stage:
    sessions, calculator, records, store = FakeSessions(), FakeCalculator(), FakeRecords(), FakeStore()
    window = MainWindow(
        sessions=sessions,
        calculator=calculator,
        records=records,
        store=store,
        settings=settings,
        colours=colours,
        page_size=25,
        page_sizes=(10, 25, 50),
        locale=QLocale(QLocale.Language.C),
    )
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    sessions.signed_in.emit(SESSION)
    calculator.statement_changed.emit(statement(100_000))
    records.page_changed.emit(page((entry(1),), request=records.request))
    return Stage(window, sessions, calculator, records, store, settings)
