"""Promise 17: every file is its owner's alone, whatever the umask; no log holds a password, result or random string.

The core does all it can do, with faults that are logged; then every file and every log line is looked at.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.embedded import accounts, backups, charges, records, restoring
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.entries import Head, Line
from desktop.models.embedded.storage.sqlite import translated
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Run
from desktop.system import logs, private_files
from desktop.terms.errors import AppError
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest
from tests.faults.support.ledgers import cheap_passwords
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.shim import Calls, Shim
from tests.support import windows
from tests.support.command_line import ADMIN, ANN, PASSWORD, Program
from tests.support.stores import BALANCE, COSTS, charge_for, make_store, new_id, random_charge
from tests.support.widgets import part

# Each is unlike anything else, so that a search for it finds nothing but a leak.
SECRET_PASSWORD, WRONG_PASSWORD, NEW_PASSWORD = "qX7-canary-one", "qX7-canary-two", "qX7-canary-three"
RESULT, RANDOM_STRING = "68719476736", "kAnArY5tr1ng"
CANARIES = (SECRET_PASSWORD, WRONG_PASSWORD, NEW_PASSWORD, RESULT, RANDOM_STRING)


def modes(folder: Path) -> list[str]:
    """Files and folders below one that others may look into."""
    found = []
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # a side file that has just gone
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077:
                found.append(f"{path.relative_to(folder.parent)} is {mode:o}")
    return found


def live(channel: Channel, folder: str, umask: int, plant: str) -> dict[str, list[str]]:
    """Job: do everything the core does, with a log at DEBUG; returns the open files and the leaks."""
    _plant(plant)
    cheap_passwords()
    os.umask(umask)
    data = Path(folder)
    shim = Shim(data)
    logs.set_up(data / "logs", "DEBUG", 3)
    for name in ("peewee", "urllib3", "asyncio"):  # libraries that somebody made talkative
        logging.getLogger(name).setLevel(logging.DEBUG)
    store = make_store(data / "store.db")
    with logs.request(logs.new_reference()):
        _work(store, shim)
    found = modes(data)  # with the side files there
    store.close()
    restoring.restore(next(backups.folder_of(store.file).iterdir()), store.file, costs=COSTS)
    store = make_store(store.file)
    store.close()
    logs.shut_down()
    return {"modes": found + modes(data), "leaks": list(_leaks(data))}


def _work(store: Store, shim: Shim) -> None:
    accounts.register(store, ADMIN, SECRET_PASSWORD, starting_balance=BALANCE)
    accounts.register(store, ANN, SECRET_PASSWORD, starting_balance=BALANCE)
    with contextlib.suppress(AppError):
        accounts.sign_in(store, ANN, WRONG_PASSWORD)
    admin, ann = (accounts.sign_in(store, email, SECRET_PASSWORD) for email in (ADMIN, ANN))
    accounts.change_password(store, ann, SECRET_PASSWORD, NEW_PASSWORD)
    charges.charge(store, ann, charge_for("262144 × 262144"))
    charges.charge(store, ann, random_charge(RANDOM_STRING))
    charges.credit(store, admin, ANN, BALANCE, "For more", new_id())
    charges.set_cost(store, admin, OperationType.ADDITION, 1)
    for kind, calls in (("EIO", Calls.SYNC), ("ENOSPC", Calls.WRITE), ("EIO", Calls.ALL)):
        shim.arm(kind, 1, calls)
        with contextlib.suppress(AppError):
            charges.charge(store, ann, charge_for("262144 × 262144"))
        shim.calm()
    with contextlib.suppress(AppError):
        records.page(store, ann, PageRequest(Filters(search=(RESULT, RANDOM_STRING))))
    records.delete(store, ann, [entry.id for entry in records.page(store, ann, PageRequest()).entries])
    assert not list(records.stream(store, ann, Filters(search=(RESULT,)), Column.DATE, descending=True))
    records.catch_up(store, ann, progress=lambda *_: None, cancelled=lambda: False)
    store.write_anchor()
    backups.back_up_daily(store)
    try:
        with translated(store.file):
            raise RuntimeError("a bug")
    except RuntimeError:
        logging.getLogger("desktop.faults").exception("as a bug is logged")


def _leaks(data: Path) -> Iterator[str]:
    """Where a canary sings: any of them in a log, a password in any file."""
    for file in (path for path in data.rglob("*") if path.is_file()):
        content = file.read_bytes()
        singing = CANARIES if file.parent.name == "logs" else CANARIES[:3]
        for canary in singing:
            if canary.encode() in content:
                yield f"{canary} in {file.relative_to(data)}"
    assert b"charged" in (data / "logs" / logs.FILE_NAME).read_bytes()


def _plant(plant: str) -> None:
    patch = pytest.MonkeyPatch()
    if plant == "talkative libraries":
        patch.setattr("desktop.system.logs._Reference.filter", _let_through)
        append = entries.append

        def told(store: Store, run: Run, head: Head, request_id: str, lines: Sequence[Line], **more: Any) -> object:
            logging.getLogger("peewee").debug(("INSERT", lines))  # as it does of all that goes through it
            return append(store, run, head, request_id, lines, **more)

        patch.setattr(entries, "append", told)
    if plant == "open files":
        patch.setattr(private_files, "FILE_MODE", 0o644)
        patch.setattr(private_files, "FOLDER_MODE", 0o755)


def _let_through(_: object, record: logging.LogRecord) -> bool:
    record.reference = "--------"
    return True


@pytest.mark.parametrize("umask", [0o000, 0o022], ids=["000", "022"])
def test_every_file_is_its_owners_alone_and_no_log_holds_a_secret(nursery: Nursery, folder: Path, umask: int) -> None:
    planted = nursery.run(live, folder=str(folder / "open"), umask=umask, plant="open files")
    assert any("store.db is" in what for what in planted["modes"]), "the harness missed files that all can read"
    planted = nursery.run(live, folder=str(folder / "talkative"), umask=umask, plant="talkative libraries")
    assert any(RESULT in what for what in planted["leaks"]), "the harness missed a log with results in it"

    assert nursery.run(live, folder=str(folder / "data"), umask=umask, plant="") == {"modes": [], "leaks": []}


def test_every_command_keeps_its_files_private_and_its_log_quiet(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    loud = {"METERCALC_LOGGING_LEVEL": "DEBUG", "METERCALC_RANDOM_FALLBACK": "local"}
    loud["METERCALC_RANDOM_URL"] = "http://127.0.0.1:9/strings/"  # where nobody listens
    umask = os.umask(0)
    try:
        program.run("init", **loud)
        program.run("register", ANN, "--password-stdin", stdin=f"{SECRET_PASSWORD}\n", **loud)
        shown = [program.as_user(ANN, *words, password=SECRET_PASSWORD, **loud).out for words in (
            ("eval", "262144 × 262144"), ("random",), ("records", "--search", RESULT), ("balance",))]  # fmt: skip
        program.as_user(ANN, "balance", password=WRONG_PASSWORD, **loud)
        program.run("backup", str(program.folder / "kept.metercalc-backup"), **loud)
        program.run("restore-backup", str(program.folder / "kept.metercalc-backup"), **loud)
        program.run("verify", **loud)
    finally:
        os.umask(umask)
    assert RESULT in shown[0]
    assert RESULT in shown[2]
    assert modes(program.folder) == []
    drawn = shown[1].split()[0]
    logged = b"".join(file.read_bytes() for file in program.folder.rglob("*.log*"))
    assert logged
    for secret in (SECRET_PASSWORD, WRONG_PASSWORD, RESULT, drawn, PASSWORD):
        assert secret.encode() not in logged


def test_the_window_keeps_its_files_private_and_its_log_quiet(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, cheap_passwords: None
) -> None:
    data = tmp_path / "data"
    umask = os.umask(0o077)  # as the program's first act is; the commands' test above begins with 0
    private_files.make_folder(data)
    logs.set_up(data / "logs", "DEBUG", 3)
    try:
        with windows.opened(qapp, data, fallback="local") as program:
            window = windows.register(qtbot, program)
            for text in ("262144 × 262144", "262144 ÷ 0"):
                part(window, QLineEdit, "entry_edit").setText(text)
                with windows.answered(qtbot, program):
                    program.calculator.evaluate()
            with qtbot.waitSignal(program.calculator.charged) as drawn:
                program.calculator.draw_random()
            part(window, QLineEdit, "search_edit").setText(RESULT)
            with qtbot.waitSignal(program.store.backed_up):
                program.store.back_up(str(data / "kept.metercalc-backup"))
            with qtbot.waitSignal(program.store.verified):
                program.store.verify()
        found = modes(data)
    finally:
        logs.shut_down()
        os.umask(umask)
    assert found == []
    logged = b"".join(file.read_bytes() for file in (data / "logs").iterdir())
    assert b"charged" in logged
    for secret in (windows.PASSWORD, RESULT, drawn.args[0].result):
        assert secret.encode() not in logged
