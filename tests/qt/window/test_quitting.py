"""Quitting waits for nobody's statement: what is running is given up, what was accepted for writing is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.controllers.lane import Lane
from desktop.models.embedded.storage import sqlite
from desktop.terms.errors import AppError, Cancelled
from tests.qt.conftest import make_program, take_apart
from tests.support.stores import store_behind
from tests.support.waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("cheap_passwords")

# Many seconds, but no more: where nobody heeds, the test fails instead of waiting for ever.
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000) SELECT max(i) FROM n"


class Nobody(QObject):
    """Receives what should not come."""

    def on_done(self, result: object) -> None:
        pytest.fail(f"it ended: {result}")

    def on_failed(self, error: AppError) -> None:
        pytest.fail(f"it was told: {error}")


@pytest.mark.parametrize("name", ["read", "survey", "reports", "insights", "upkeep"])
def test_a_statement_on_any_lane_that_reads_is_given_up_when_the_program_ends(
    qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    program = make_program(tmp_path / "data")
    program.register(qtbot)
    begun, given_up, nobody = threading.Event(), threading.Event(), Nobody()

    def work() -> None:
        try:
            with store_behind(program.access.ledger).reading() as database:
                begun.set()
                database.execute_sql(LONG).fetchall()
        except Cancelled:
            given_up.set()
            raise

    lane: Lane = getattr(program.lanes, name)
    lane.submit(work, done=nobody.on_done, failed=nobody.on_failed)
    assert begun.wait(PATIENCE_S)
    take_apart(program)
    assert given_up.is_set()


def test_a_backup_is_given_up_when_the_program_ends_and_leaves_nothing_half_made(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = make_program(tmp_path / "data")
    program.register(qtbot)
    folder = tmp_path / "copies"
    folder.mkdir()
    begun, look = threading.Event(), sqlite.check_wanted

    def held(cancelled: Callable[[], bool]) -> None:
        begun.set()
        deadline = time.monotonic() + PATIENCE_S
        while not cancelled() and time.monotonic() < deadline:
            never.wait(0.001)
        look(cancelled)

    never = threading.Event()
    monkeypatch.setattr(sqlite, "check_wanted", held)
    program.store.back_up(str(folder / "x.metercalc-backup"))
    assert begun.wait(PATIENCE_S)
    take_apart(program)
    assert list(folder.iterdir()) == []
