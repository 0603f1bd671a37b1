"""A slip of the pen in what a person writes by hand: it is told, and never makes, hides or replaces a ledger."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.command_line import ANN, PASSWORD, Program

SIGNED_IN = ("--user", ANN, "--password-stdin")
UUID = "6f3c1c1e-8b1a-4b0e-9c7e-2f4f2b8f9a11"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("balance", *SIGNED_IN),
        ("eval", "1+1", *SIGNED_IN),
        ("eval", "-", "--request-id", UUID, *SIGNED_IN),
        ("random", *SIGNED_IN),
        ("records", "--format", "csv", *SIGNED_IN),
        ("delete", "1", *SIGNED_IN),
        ("restore", "1", *SIGNED_IN),
        ("users", *SIGNED_IN),
        ("credit", ANN, "5", "--reason", "a gift", *SIGNED_IN),
        ("set-cost", "addition", "5", *SIGNED_IN),
        ("verify",),
        ("backup", "copy"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_makes_no_ledger_says_that_there_is_none_and_makes_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    ended = Program(tmp_path / "data").run(*words, stdin=f"{PASSWORD}\n1+1\n")
    assert (ended.status, ended.out) == (5, "")
    assert f"There is no ledger at {tmp_path / 'data' / 'metercalc.db'}." in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_url_hides_no_ledger_behind_a_new_one(tmp_path: Path, program: Program) -> None:
    nowhere = tmp_path / "mistyped" / "ledger.db"
    ended = program.as_user(ANN, "balance", METERCALC_DATABASE_URL=str(nowhere))
    assert (ended.status, ended.out) == (5, "")
    assert f"There is no ledger at {nowhere}." in ended.err
    assert not nowhere.parent.exists()


def test_what_is_missing_is_told_to_programs_by_a_code(tmp_path: Path) -> None:
    ended = Program(tmp_path / "data").run("balance", "--json", *SIGNED_IN, stdin=PASSWORD)
    assert ended.error["code"] == "store_missing"


def test_a_command_that_makes_a_ledger_makes_nothing_when_it_refuses(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    (tmp_path / "notes.txt").write_text("no backup")
    for words in (
        ("register", "no address", "--password-stdin"),
        ("register", ANN, "--password-stdin"),  # with a password that is too short
        ("restore-backup", str(tmp_path / "missing")),
        ("restore-backup", str(tmp_path / "notes.txt")),
    ):
        assert program.run(*words, stdin="short").status in (2, 5)
    assert program.run("init", METERCALC_RECORDS_PAGE_SIZE="none").status == 2
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/", "is a folder"),
        (".", "is a folder"),
        ("..", "is a folder"),
        ("logs", "is a folder"),
        ("/dev/null", "is no regular file"),
        ("config.toml/ledger.db", "lies in what is no folder"),
        ("a" * 4000, "too long"),
        ("a" * 250, "too long"),
        ("a/" * 3000, "too long"),
        ("a/" * 300 + "b", "too long"),
        ("window.ini/ledger.db", "something else there"),
        ("loop", "a link that leads to itself"),
        ("dangling", "a link that leads nowhere"),
        ("loop/ledger.db", "a link that leads to itself"),
    ],
    ids=lambda text: text[:20],
)
def test_a_url_that_is_no_file_s_is_told_as_the_value_that_it_is(
    monkeypatch: pytest.MonkeyPatch, program: Program, url: str, said: str
) -> None:
    (program.folder / "logs").mkdir()
    (program.folder / "config.toml").write_text("")
    (program.folder / "loop").symlink_to("loop")
    (program.folder / "dangling").symlink_to("nowhere")
    before = sorted(program.folder.iterdir())
    monkeypatch.setenv("METERCALC_DATABASE_URL", url)
    ended = program.here(ANN, "balance")
    assert (ended.status, ended.out) == (2, "")
    assert "[database] url" in ended.err
    assert said in ended.err
    assert len(ended.err) < 300
    assert sorted(program.folder.iterdir()) == before


@pytest.mark.parametrize("content", ["page_size = 10\n", "0123456789abcdef" * 4, "S", "SQLite format 3\0" + "x" * 4096])
def test_what_is_no_store_is_called_that_and_nothing_is_offered_to_take_its_place(
    tmp_path: Path, program: Program, content: str
) -> None:
    backup = tmp_path / "copy.metercalc-backup"
    assert program.run("backup", str(backup)).status == 0
    (program.folder / "mine.txt").write_text(content)
    for words in (("init",), ("verify",), ("restore-backup", str(backup))):
        ended = program.run(*words, METERCALC_DATABASE_URL="mine.txt")
        assert ended.status == 5
        assert "is not a Metercalc store" in ended.err
        assert "restore-backup" not in ended.err
    assert (program.folder / "mine.txt").read_text() == content
    assert not list(program.folder.glob("mine.txt?*"))


def test_a_key_is_no_store(program: Program) -> None:
    key = (program.folder / "metercalc.key").read_bytes()
    ended = program.run("restore-backup", str(program.folder / "metercalc.key"), METERCALC_DATABASE_URL="metercalc.key")
    assert ended.status == 5
    assert "restore-backup" not in program.run("verify", METERCALC_DATABASE_URL="metercalc.key").err
    assert (program.folder / "metercalc.key").read_bytes() == key


def test_a_store_that_was_overwritten_is_still_restored(tmp_path: Path, program: Program) -> None:
    backup = tmp_path / "copy.metercalc-backup"
    program.run("backup", str(backup))
    (program.folder / "metercalc.db").write_bytes(b"overwritten " * 1000)
    assert "restore-backup" in program.run("verify").err
    assert program.run("restore-backup", str(backup)).status == 0
    assert program.run("verify").status == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_what_is_no_regular_file_is_never_waited_for(tmp_path: Path, program: Program) -> None:
    os.mkfifo(program.folder / "config.toml")
    told = program.run("verify")
    assert (told.status, told.out) == (2, "")
    assert f"{program.folder / 'config.toml'}: cannot be read: It is no regular file." in told.err
    (program.folder / "config.toml").unlink()
    for name in ("metercalc.key", "metercalc.anchor"):
        (program.folder / name).unlink()
        os.mkfifo(program.folder / name)
    assert program.run("verify").status == 5


@pytest.mark.parametrize(
    "content", ["[records.page_size" + ".a" * 5000 + "]\nx = 1\n", "#" * 100_001], ids=["deep", "long"]
)
def test_a_configuration_that_is_beyond_reading_is_told_in_a_sentence(program: Program, content: str) -> None:
    (program.folder / "config.toml").write_text(content)
    ended = program.run("verify")
    assert (ended.status, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1


def test_a_folder_of_somebody_who_is_not_there_is_bad_input(program: Program) -> None:
    ended = program.run("verify", "--config", "~nobody-of-this-name/config.toml")
    assert ended.status == 2
    assert "nobody-of-this-name" in ended.err


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_a_key_that_others_can_read_is_closed_to_them_and_the_log_says_so(program: Program) -> None:
    names = ("metercalc.key", "metercalc.db", "metercalc.anchor")
    for name in names:
        (program.folder / name).chmod(0o644)
    assert program.as_user(ANN, "balance").status == 0
    assert {(program.folder / name).stat().st_mode & 0o777 for name in names} == {0o600}
    told = (program.folder / "logs" / "metercalc.log").read_text()
    assert all(f"others could reach {program.folder / name}" in told for name in names)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_a_backup_takes_the_place_of_a_backup_or_of_nothing(tmp_path: Path, program: Program) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "dangling").symlink_to("nowhere")
    (program.folder / "window.ini").touch()
    (program.folder / "config.toml").touch()
    names = [tmp_path / "fifo", tmp_path / "dangling", *map(program.folder.joinpath, ("window.ini", "config.toml"))]
    before = [name.lstat().st_ino for name in names]
    for name in names:
        ended = program.run("backup", str(name))
        assert (ended.status, ended.out) == (5, "")
    assert [name.lstat().st_ino for name in names] == before
    for _ in range(2):
        assert program.run("backup", str(tmp_path / ("b" * 250))).status == 0


def test_a_ledger_with_a_long_name_works(tmp_path: Path, program: Program) -> None:
    long = {"METERCALC_DATABASE_URL": str(tmp_path / ("l" * 244 + ".db"))}
    assert program.run("register", ANN, "--password-stdin", stdin=PASSWORD, **long).status == 0
    assert program.as_user(ANN, "eval", "1+1", **long).out.startswith("2\n")
    assert program.run("verify", **long).status == 0


def test_a_backup_with_a_name_that_no_file_can_have_is_told_in_a_sentence(program: Program) -> None:
    for words in (("backup", "a" * 4000), ("restore-backup", "a" * 4000)):
        assert program.run(*words).status in (2, 5)


def test_a_data_directory_that_can_hold_no_ledger_is_told_before_anything_is_made(tmp_path: Path) -> None:
    ended = Program(tmp_path / ("a/" * 300 + "b")).run("init")
    assert ended.status == 2
    assert "Choose another data directory." in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here that opens and cannot be read")
def test_a_ledger_is_not_begun_in_what_cannot_be_read(program: Program) -> None:
    before = sorted(program.folder.iterdir())
    ended = program.run("init", METERCALC_DATABASE_URL="/proc/self/mem")
    assert (ended.status, sorted(program.folder.iterdir())) == (5, before)
