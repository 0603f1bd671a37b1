"""`init`, `verify`, `backup`, `restore-backup` and `demo` through the real program."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from desktop.models.embedded.storage import sqlite
from tests.support.command_line import ADMIN, ANN, PASSWORD, Program


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def spoil(program: Program, sql: str) -> None:
    """Change the store behind the program's back, its triggers out of the way."""
    connection = sqlite.sqlite3.connect(str(program.folder / "metercalc.db"), isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(sql).rowcount == 1
    for _, text in triggers:
        connection.execute(text)
    connection.close()


def test_init_makes_what_is_missing_and_touches_nothing_that_is_there(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    first = program.run("init")
    assert first.status == 0
    assert first.out.count("made now") == 2
    assert str(program.folder / "metercalc.db") in first.out
    program.run("register", ANN, "--password-stdin", stdin=PASSWORD)
    (program.folder / "config.toml").write_text("# mine\n")
    again = program.run("init", "--json").json
    assert (again["config"]["made"], again["store"]["made"]) == (False, False)
    assert (program.folder / "config.toml").read_text() == "# mine\n"
    assert program.as_user(ANN, "balance").out == "1000.00\n"


def test_verify_proves_a_sound_ledger(program: Program) -> None:
    program.as_user(ANN, "eval", "1+1")
    plain = program.run("verify")
    assert plain.status == 0
    assert re.fullmatch(
        r"The ledger is proved: 4 records of 3 users, no problem. The anchor is of [-\d]{10} [:\d]{8}.\n", plain.out
    )
    assert plain.err == ""
    answer = program.run("verify", "--json").json
    assert answer.pop("anchored_at")
    assert answer == {"ok": True, "complete": True, "records": 4, "users": 3, "changes": 11, "problems": []}


def test_verify_names_each_record_that_breaks_the_ledger(program: Program) -> None:
    spoil(program, "UPDATE record SET amount = -200000 WHERE id = 2")
    ended = program.run("verify", "--json")
    assert ended.status == 5
    assert ended.json["ok"] is False
    assert {(p["rule"], p["user"], p["record_id"]) for p in ended.json["problems"]} >= {("L3", ANN, 2), ("L6", ANN, 2)}
    plain = program.run("verify")
    assert plain.status == 5
    assert f"L3  record 2 of {ANN}: " in plain.out
    assert plain.out.splitlines()[-1].endswith("Do not trust the balances.")


def test_verify_works_the_results_out_again_where_that_is_asked_for(program: Program) -> None:
    program.as_user(ANN, "eval", "1/3*3")
    assert program.run("verify", "--results").status == 0
    spoil(program, "UPDATE record SET operation_response = '0.99' WHERE id = 5")
    ended = program.run("verify", "--results", "--json")
    assert ended.status == 5
    assert {(p["rule"], p["record_id"]) for p in ended.json["problems"]} == {("L6", 5), ("L8", 5)}
    assert [p["rule"] for p in program.run("verify", "--json").json["problems"]] == ["L6"]


def test_verify_does_not_wipe_the_evidence_of_a_missing_end(program: Program) -> None:
    program.as_user(ANN, "eval", "1+1")
    spoil(program, "DELETE FROM record WHERE id = 4")
    spoil(program, "UPDATE user SET balance = 100000 WHERE id = 2")
    for _ in range(2):
        assert program.run("verify").status == 5


def test_a_store_that_is_not_there_is_neither_proved_nor_backed_up(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    for words in (["verify"], ["backup", str(tmp_path / "copy")]):
        ended = program.run(*words)
        assert (ended.status, ended.out) == (5, "")
    assert not (program.folder / "metercalc.db").exists()
    assert not (tmp_path / "copy").exists()


def test_a_backup_brings_back_what_was_and_the_replaced_store_is_kept(program: Program, tmp_path: Path) -> None:
    copy = tmp_path / "copy.metercalc-backup"
    program.as_user(ANN, "eval", "1+1")
    assert program.run("backup", str(copy)).status == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    program.as_user(ANN, "eval", "1+1")
    restored = program.run("restore-backup", str(copy), "--json").json
    assert program.as_user(ANN, "balance").out == "990.00\n"
    assert (Path(restored["kept"]) / "metercalc.db").exists()
    assert program.run("verify").status == 0
    elsewhere = Program(tmp_path / "elsewhere")
    assert elsewhere.run("restore-backup", str(copy)).out.endswith("There was no store before.\n")
    assert elsewhere.as_user(ANN, "balance").out == "990.00\n"


def test_what_is_no_backup_replaces_nothing(program: Program, tmp_path: Path) -> None:
    before = (program.folder / "metercalc.db").read_bytes()
    other = tmp_path / "other"
    other.write_bytes(b"something else" * 1000)
    assert program.run("restore-backup", str(other)).status == 5
    assert program.run("restore-backup", str(tmp_path / "none")).status == 2
    assert (program.folder / "metercalc.db").read_bytes() == before
    assert program.as_user(ADMIN, "balance").status == 0


def test_a_store_in_use_is_not_replaced(program: Program, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    program.run("backup", str(copy))
    with program.calculating(ANN) as calculating:
        assert calculating.ask("1+1") == "2"
        ended = program.run("restore-backup", str(copy), "--json")
        assert (ended.status, ended.error["code"]) == (5, "store_locked")
        assert calculating.end().status == 0
    assert program.as_user(ANN, "balance").out == "990.00\n"


@pytest.mark.parametrize("name", ["metercalc.db", "metercalc.key", "."])
def test_a_backup_takes_no_place_of_the_programs_own_files(program: Program, name: str) -> None:
    before = {file.name: file.read_bytes() for file in program.folder.glob("metercalc.[dk]*")}
    assert program.run("backup", str(program.folder / name)).status in (2, 5)
    assert {file.name: file.read_bytes() for file in program.folder.glob("metercalc.[dk]*")} == before


def test_the_demo_says_that_there_is_no_display_and_leaves_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    ended = program.run("demo", TMPDIR=str(temporary))
    assert (ended.status, ended.out) == (2, "")
    assert list(temporary.iterdir()) == []
    assert not (program.folder / "metercalc.db").exists()


def test_a_failing_ledger_takes_no_backups_place(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "nightly.metercalc-backup"
    assert program.run("backup", str(file)).status == 0
    good = file.read_bytes()
    spoil(program, "UPDATE user SET balance = balance + 100 WHERE id = 2")
    refused = program.run("backup", str(file), "--json")
    assert (refused.status, refused.error["code"]) == (5, "store_damaged")
    assert "nothing was written" in refused.error["message"]
    assert file.read_bytes() == good


def test_a_backup_takes_no_other_files_place(program: Program, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("my precious notes")
    assert program.run("backup", str(notes)).status == 5
    assert notes.read_text() == "my precious notes"


def test_a_backup_takes_no_pipes_place(program: Program, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = set(tmp_path.iterdir())
    refused = program.run("backup", str(pipe))
    assert (refused.status, refused.out) == (5, "")
    assert f"{pipe} is something else than a backup, and was left as it is." in refused.err
    assert pipe.is_fifo()
    assert set(tmp_path.iterdir()) == before


def test_a_lost_anchor_is_got_over_by_a_backup(program: Program, tmp_path: Path) -> None:
    (program.folder / "metercalc.anchor").unlink()
    told = program.run("verify", "--json")
    assert "back up and restore that backup" in told.json["problems"][0]["message"]
    file = tmp_path / "b.metercalc-backup"
    assert program.run("backup", str(file)).status == 0
    assert program.run("restore-backup", str(file)).status == 0
    assert program.run("verify").status == 0


@pytest.mark.parametrize("left", [("key", "anchor"), ("anchor",)])
def test_a_store_that_is_gone_says_how_to_go_on_here(program: Program, left: tuple[str, ...]) -> None:
    for end in {"db", "key", "anchor"} - set(left):
        (program.folder / f"metercalc.{end}").unlink()
    before = sorted(program.folder.iterdir())
    refused = program.as_user(ANN, "balance", "--json")
    assert refused.status == 5
    assert "The store is missing" in refused.error["message"]
    assert f"metercalc --data-dir {program.folder} restore-backup" in refused.error["message"]
    assert [path for path in sorted(program.folder.iterdir()) if path.suffix != ".toml" and path.is_file()] == [
        path for path in before if path.suffix != ".toml" and path.is_file()
    ]
