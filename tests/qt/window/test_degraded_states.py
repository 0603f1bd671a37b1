"""When the store is not well, the window says so, in words, for as long as it lasts; and nothing is charged wrongly."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from desktop.controllers.requests import Failure
from desktop.controllers.store import ANCHOR_MS, HOUR_MS, POLL_MS
from desktop.models.embedded import accounts, backups, charges, gradual
from desktop.models.embedded import verify as proving
from desktop.models.embedded.attempts import FREE_FAILURES
from desktop.models.embedded.storage import backup_files, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from desktop.terms.reports import Verification
from desktop.views.dialogs.proof import VerifyDialog
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from desktop.wording.shown import shown_date
from tests.support import windows
from tests.support.stores import charge_for, make_store, raw, store_behind, tamper
from tests.support.waiting import PATIENCE_S
from tests.support.widgets import part

_Usage = namedtuple("_Usage", "total used free")  # as shutil has it
HOUR = 3_600_000_000

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where whoever needs it first makes the folder that all begin with."""
    return tmp_path_factory.mktemp("used") / "data"


@pytest.fixture
def folder(qtbot: QtBot, qapp: QApplication, tmp_path: Path, made_once: Path, one_day: date) -> Path:
    """A folder whose store has somebody with one charge, closed in good order."""
    data = tmp_path / "data"
    if not made_once.exists():
        with windows.opened(qapp, data) as program:
            windows.register(qtbot, program)
            _charge(qtbot, program, "1+1")
            qtbot.waitUntil(lambda: backups.newest(data / "metercalc.db") is not None)
        shutil.copytree(data, made_once)
        shutil.rmtree(data)  # the first test has what the others have
    return Path(shutil.copytree(made_once, data))


def _charge(qtbot: QtBot, program: Program, text: str) -> None:
    program.calculator.set_entry(text)
    with qtbot.waitSignal(program.calculator.charged):
        program.calculator.evaluate()


def _refused(qtbot: QtBot, program: Program, window: MainWindow, text: str) -> str:
    """What the window says when an entry cannot be charged."""
    part(window, QLineEdit, "entry_edit").setText(text)
    with qtbot.waitSignal(program.calculator.failed):
        program.calculator.evaluate()
    return windows.shown(window, "message_label")


def _banner(qtbot: QtBot, window: MainWindow, *words: str) -> str:
    """The banner once it holds these words."""

    def says() -> bool:
        text = windows.shown(window, "banner_label")
        return all(word in text for word in words)

    qtbot.waitUntil(says)
    return windows.shown(window, "banner_label")


def _calm(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not windows.shown(window, "banner_label"))


def test_a_store_without_its_key_file_opens_read_only_and_says_which_file_is_missing(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    key = folder / "metercalc.key"
    kept = key.rename(folder / "elsewhere")
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "key file is missing", str(key), "Put it back")
        assert windows.shown(window, "balance_label") == "990.00"
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")
    kept.rename(key)
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _charge(qtbot, program, "2+2")
        assert windows.shown(window, "banner_label") == ""


def test_a_key_file_that_vanishes_while_the_window_is_open_is_asked_for_until_it_is_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    key = folder / "metercalc.key"
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        kept = key.rename(folder / "elsewhere")
        _banner(qtbot, window, "key file is missing", "before Metercalc is closed")
        _charge(qtbot, program, "2+2")
        kept.rename(key)
        _calm(qtbot, window)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only for this user")
def test_a_read_only_file_opens_read_only_and_says_so(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    (folder / "metercalc.db").chmod(0o400)
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "can only be read", "not writable")
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")


def test_a_read_only_file_says_so_whoever_runs_the_test(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and asked(path, mode, **more))
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "can only be read", "not writable", "nothing can be charged")
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")
        assert windows.shown(window, "balance_label") == "990.00"


def test_a_window_that_outlives_an_upgrade_says_so_and_closes_its_door(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    file = folder / "metercalc.db"
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        with raw(file) as connection:
            count = "SELECT count(*) FROM {}"
            before = connection.execute(count.format("record")).fetchone()
            connection.execute("ALTER TABLE record RENAME TO entry")
            connection.execute("PRAGMA user_version = 99")
        said = _banner(qtbot, window, "Another version of Metercalc", "What was charged is safe")
        assert "backup" not in said
        assert "nor charges on it any more" in _refused(qtbot, program, window, "2+2")
        program.records.refresh()
    with raw(file) as connection:
        assert connection.execute(count.format("entry")).fetchone() == before


def test_a_store_that_is_gone_is_told_and_charges_nothing_and_comes_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    file, away = folder / "metercalc.db", folder / "away.db"
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        file.rename(away)
        _banner(qtbot, window, "moved, replaced or removed", str(file))
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")
        assert not file.exists(), "a removed store came back empty"
        away.rename(file)
        _calm(qtbot, window)
        _charge(qtbot, program, "2+2")
        assert windows.shown(window, "balance_label") == "980.00"


def test_a_store_that_is_replaced_under_the_window_is_told_and_left_alone(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    file = folder / "metercalc.db"
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        shutil.copy(file, folder / "other.db")
        (folder / "other.db").replace(file)
        before = file.read_bytes()
        _banner(qtbot, window, "moved, replaced or removed")
        assert "Start the program again" in _refused(qtbot, program, window, "2+2")
        assert file.read_bytes() == before


def test_a_full_disk_is_told_before_and_when_a_charge_does_not_fit(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        with monkeypatch.context() as full:
            full.setattr(shutil, "disk_usage", lambda _path: _Usage(10**12, 10**12, 0))
            _banner(qtbot, window, "disk", "full", "Make room")
            # The commit's own failure on a full disk has its fault test; here it is what the window says of it.
            full.setattr(charges, "charge", _no_room)
            message = _refused(qtbot, program, window, "2+2")
            assert "disk" in message
            assert "full" in message
            assert message.count("Nothing was charged.") == 1
        _calm(qtbot, window)
        _charge(qtbot, program, "2+2")
        assert windows.shown(window, "message_label") == ""


def _no_room(*_arguments: object) -> None:
    raise StoreFull("The disk that holds the store is full (metercalc.db). Make room and try again.")


def test_a_clock_that_was_set_back_is_told_and_neither_balance_nor_proof_depends_on_it(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        clock = store_behind(program.access.ledger).clock
        store_behind(program.access.ledger).clock = lambda: clock() - HOUR
        _banner(qtbot, window, "clock is behind", "Balances do not depend on it")
        _charge(qtbot, program, "2+2")
        assert windows.shown(window, "balance_label") == "980.00"
        with qtbot.waitSignal(program.store.verified) as verified:
            program.store.verify()
        assert verified.args[0].problems == ()
        assert "clock is behind" in windows.shown(window, "banner_label"), "one charge made it forget the newest date"
        store_behind(program.access.ledger).clock = clock
        _calm(qtbot, window)


def test_a_ledger_that_fails_its_checks_opens_read_only_and_offers_the_newest_backup(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    backup = backups.newest(folder / "metercalc.db")
    assert backup is not None, "a program in use makes the day's backup"
    tamper(folder / "metercalc.db", "UPDATE user SET balance = balance + 100")
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "fails its checks", "Nothing can be charged", "restore-backup", str(backup))
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")


def test_the_days_backup_is_not_made_of_a_ledger_that_fails_its_checks(
    qtbot: QtBot, qapp: QApplication, folder: Path, one_day: date
) -> None:
    backup = backups.newest(folder / "metercalc.db")
    assert backup is not None
    yesterday = one_day - timedelta(days=1)
    good = backup.rename(backup.with_name(f"daily-{yesterday:%Y%m%d}T120000Z{backup_files.SUFFIX}"))
    tamper(folder / "metercalc.db", "UPDATE user SET balance = balance + 100")
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "fails its checks", str(good))
        (every_hour,) = (t for t in program.store.findChildren(QTimer) if t.interval() == HOUR_MS)
        every_hour.timeout.emit()
        with qtbot.waitSignal(program.store.verified):
            program.store.verify()  # behind whatever else the lane was given
    assert list(good.parent.iterdir()) == [good]


def test_a_stopped_verification_leaves_the_proof_of_the_start_owed(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(folder / "metercalc.db", "UPDATE record SET operands = '7 + 7' WHERE seq = 2")
    real, go = proving.verify, threading.Event()

    def slow(store: Store, **more: Any) -> Verification:
        go.wait(PATIENCE_S)  # as for a ledger of millions of records
        return real(store, **more)

    monkeypatch.setattr(proving, "verify", slow)
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        program.store.verify()
        program.store.cancel_verify()
        go.set()
        _banner(qtbot, window, "fails its checks")
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")


def test_a_proof_that_ends_in_damage_refuses_charges(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_store: Store, **_more: object) -> Verification:
        raise StoreDamaged("The store is damaged.")

    monkeypatch.setattr(gradual, "prove_since", damaged)
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _banner(qtbot, window, "fails its checks")
        assert "Nothing was charged" in _refused(qtbot, program, window, "2+2")


def test_a_file_that_cannot_be_opened_is_told_at_sign_in_with_the_newest_backup(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    file = folder / "metercalc.db"
    backup = backups.newest(file)
    file.write_bytes(b"not a database any more, but long enough to look at" * 100)
    with windows.opened(qapp, folder) as program:
        error = part(program.login_dialog, QLabel, "login_error_label")
        qtbot.waitUntil(lambda: "damaged" in error.text())
        assert str(backup) in error.text()
        assert "restore-backup" in error.text()
        assert error.isVisible()
    assert file.read_bytes().startswith(b"not a database")


def test_a_backup_that_cannot_be_written_is_told(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        with qtbot.waitSignal(program.store.failed):
            program.store.back_up(str(folder / "no such folder" / "copy.metercalc-backup"))
        assert "backup could not be written" in window.statusBar().currentMessage()


def _pass_a_minute(qtbot: QtBot, program: Program) -> None:
    """Do what is done every minute, and wait for what came of it."""
    (every_minute,) = (t for t in program.store.findChildren(QTimer) if t.interval() == ANCHOR_MS)
    every_minute.timeout.emit()
    for lane in (program.lanes.write, program.lanes.survey):
        windows.settle(qtbot, lane)


def test_an_anchor_that_cannot_be_written_is_no_bug_and_is_told_once_for_as_long_as_it_lasts(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _charge(qtbot, program, "2+2")  # else there is nothing to write
        told: list[str] = []
        program.store.trouble_changed.connect(told.append)
        with monkeypatch.context() as patch, qtbot.assertNotEmitted(program.store.failed):
            patch.setattr("desktop.models.embedded.storage.chain.write_private", full)
            for _ in range(3):
                _pass_a_minute(qtbot, program)
            assert "anchor could not be written" in windows.shown(window, "banner_label")
        _pass_a_minute(qtbot, program)
        assert windows.shown(window, "banner_label") == ""
        assert len(told) == 2, "once when it began, once when it had passed"


def test_a_missing_anchor_is_told_once_and_shown_until_it_is_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    anchor = folder / "metercalc.anchor"
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        told: list[str] = []
        program.store.trouble_changed.connect(told.append)
        kept = anchor.rename(folder / "elsewhere")
        with qtbot.assertNotEmitted(program.store.failed):
            for _ in range(3):
                _pass_a_minute(qtbot, program)
        assert "anchor file is missing" in windows.shown(window, "banner_label")
        assert window.statusBar().currentMessage() == ""
        assert len(told) == 1
        kept.rename(anchor)
        _pass_a_minute(qtbot, program)
        assert windows.shown(window, "banner_label") == ""


def test_a_days_backup_that_cannot_be_made_is_told_and_tried_again(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: Store, *, cancelled: Callable[[], bool]) -> None:
        raise StoreError("The backup could not be written (backups): No space left on device.")

    with monkeypatch.context() as patch:
        patch.setattr(backups, "back_up_daily", refuse)
        with windows.opened(qapp, folder) as program:
            window = windows.sign_in(qtbot, program)
            _banner(qtbot, window, "backup could not be written")
            _pass_a_minute(qtbot, program)
            assert "backup could not be written" in windows.shown(window, "banner_label")
            patch.undo()
            _pass_a_minute(qtbot, program)
            assert windows.shown(window, "banner_label") == ""


def test_the_proof_that_is_asked_for_shows_its_own_outcome_and_can_be_stopped_until_it_is_there(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, go = proving.verify, threading.Event()

    def slow(store: Store, **more: Any) -> Verification:
        assert go.wait(PATIENCE_S)
        return real(store, **more)

    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        monkeypatch.setattr(proving, "verify", slow)
        window.verify_asked.emit()
        dialog = part(window, VerifyDialog, "verify_dialog")
        outcome, stop = part(dialog, QLabel, "verify_outcome_label"), part(dialog, QPushButton, "stop_verify_button")
        begun = outcome.text()
        program.store.failed.emit(Failure.of(StoreFull("The disk is full: no backup was written."), "ab12cd34"))
        (folder / "metercalc.anchor").rename(folder / "elsewhere")
        (every_minute,) = (t for t in program.store.findChildren(QTimer) if t.interval() == ANCHOR_MS)
        every_minute.timeout.emit()
        _banner(qtbot, window, "anchor file is missing")
        assert (outcome.text(), stop.isVisible()) == (begun, True)
        go.set()
        qtbot.waitUntil(lambda: outcome.text() != begun)
        assert "no backup" not in outcome.text()
        assert not stop.isVisible()
        dialog.close()


def test_the_dialog_says_when_all_was_last_proved(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        qtbot.waitUntil(lambda: program.store.whole_proof_at > 0)
        known = shown_date(program.store.whole_proof_at)
        window.verify_asked.emit()
        dialog = part(window, VerifyDialog, "verify_dialog")
        assert f"last proved on this computer at {known}" in part(dialog, QLabel, "verify_outcome_label").text()
        qtbot.waitUntil(lambda: "is proved" in part(dialog, QLabel, "verify_outcome_label").text())
        assert program.store.whole_proof_at > 0
        dialog.close()


def test_a_proof_that_cannot_be_made_says_so_in_its_dialog(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_store: Store, **_more: object) -> Verification:
        raise StoreLocked("Another program keeps the store busy. Try again in a moment.")

    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        monkeypatch.setattr(proving, "verify", busy)
        with qtbot.assertNotEmitted(program.store.failed):
            window.verify_asked.emit()
            dialog = part(window, VerifyDialog, "verify_dialog")
            outcome = part(dialog, QLabel, "verify_outcome_label")
            qtbot.waitUntil(lambda: "keeps the store busy" in outcome.text())
        assert windows.shown(window, "banner_label") == ""
        dialog.close()


def test_a_store_that_was_busy_when_the_window_opened_is_used_once_it_is_free(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(sqlite.sqlite3.connect(folder / "metercalc.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
        with windows.opened(qapp, folder) as program:
            error = part(program.login_dialog, QLabel, "login_error_label")
            qtbot.waitUntil(lambda: "keeps the store busy" in error.text())
            monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", PATIENCE_S)  # its own wait for each other
            other.execute("ROLLBACK")
            window = windows.sign_in(qtbot, program)
            _charge(qtbot, program, "2+2")
            assert windows.shown(window, "balance_label") == "980.00"
            # Nothing of the window is missing because it was late: the store is watched, proved and backed up.
            with qtbot.waitSignal(program.store.trouble_changed):
                (folder / "metercalc.key").rename(folder / "elsewhere")
            (folder / "elsewhere").rename(folder / "metercalc.key")
            _calm(qtbot, window)


def test_who_registers_after_failed_sign_ins_is_signed_in(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with windows.opened(qapp, tmp_path / "new") as program:
        dialog, heard = program.login_dialog, program.sessions
        part(dialog, QLineEdit, "email_edit").setText(windows.EMAIL)
        part(dialog, QLineEdit, "password_edit").setText(windows.PASSWORD)
        for _ in range(FREE_FAILURES):
            with qtbot.waitSignals([heard.failed, heard.busy_changed]):
                part(dialog, QPushButton, "sign_in_button").click()
            qtbot.waitUntil(part(dialog, QPushButton, "sign_in_button").isEnabled)
        window = windows.register(qtbot, program)
        assert windows.shown(window, "balance_label") == "1,000.00"
        assert not dialog.isVisible()


def test_an_unhurt_store_shows_no_banner(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _charge(qtbot, program, "2+2")
        _pass_a_minute(qtbot, program)
        assert windows.shown(window, "banner_label") == ""


def test_each_charge_and_deletion_of_ones_own_is_read_once(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        window.records_browser.choose_page_size(25)  # what fits is read again where the window grows late
        _look_for_others(qtbot, program)
        read: list[str] = []
        for name in ("page_changed", "counts_changed", "trash_changed"):
            getattr(program.records, name).connect(lambda _what, name=name: read.append(name))
        program.calculator.statement_changed.connect(lambda _what: read.append("statement_changed"))
        with qtbot.assertNotEmitted(program.store.external_change):
            _charge(qtbot, program, "2+2")
            _look_for_others(qtbot, program)
            assert sorted(read) == ["counts_changed", "page_changed", "statement_changed", "trash_changed"]
            read.clear()
            program.records.delete((2,))
            _look_for_others(qtbot, program)
            assert sorted(read) == ["counts_changed", "page_changed", "trash_changed"]


def test_what_another_program_writes_is_read_though_one_writes_oneself(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with windows.opened(qapp, folder) as program:
        window = windows.sign_in(qtbot, program)
        _look_for_others(qtbot, program)
        other = make_store(folder / "metercalc.db")
        try:
            session = accounts.sign_in(other, windows.EMAIL, windows.PASSWORD)
            charges.charge(other, session, charge_for("3×3"))
            with qtbot.waitSignal(program.store.external_change):
                _charge(qtbot, program, "2+2")  # both before the next look
            _look_for_others(qtbot, program)
            records = part(window, QTableView, "records_table").model()
            assert (records.rowCount(), windows.shown(window, "balance_label")) == (4, "950.00")
            charges.charge(other, session, charge_for("4×4"))
            _look_for_others(qtbot, program)
            assert (records.rowCount(), windows.shown(window, "balance_label")) == (5, "920.00")
        finally:
            other.close()


def _look_for_others(qtbot: QtBot, program: Program) -> None:
    """Look whether other programs have written, and wait for all that it, and what was asked before, led to."""
    (often,) = (t for t in program.store.findChildren(QTimer) if t.interval() == POLL_MS)
    for _ in range(2):
        often.timeout.emit()
        for lane in (program.lanes.write, program.lanes.read, program.lanes.write, program.lanes.read):
            windows.settle(qtbot, lane)
