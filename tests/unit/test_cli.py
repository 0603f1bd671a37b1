"""The command line as a program: streams, statuses, and how trouble is told."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import __version__
from desktop.models.embedded.storage import sqlite
from tests.support.command_line import ANN, PASSWORD, ROOT, Outcome, Program, environment

REFERENCE = re.compile(r"\(reference ([0-9a-f]{8})\)")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def run_python(code: str, *words: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(**environ),
        timeout=180,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def test_version_and_help_need_no_display_no_qt_and_no_file(tmp_path: Path) -> None:
    code = """
import sys
from desktop.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    slow = {name.partition('.')[0] for name in sys.modules} & {'PySide6', 'peewee', 'argon2', 'requests'}
    sys.exit(f'imported {slow}' if slow else end.code)
"""
    version = run_python(code, "--version")
    assert (version.returncode, version.stdout, version.stderr) == (0, f"metercalc {__version__}\n", "")
    for words in (["--help"], ["--data-dir", str(tmp_path / "none"), "records", "--help"]):
        shown = run_python(code, *words)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert shown.stdout.startswith("usage: metercalc")
    assert not (tmp_path / "none").exists()


def test_the_verbose_version_says_what_it_runs_on_and_makes_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    code = "import sys; from desktop.cli import main; sys.exit(main(sys.argv[1:]))"
    told = run_python(code, "--version", "--verbose", "--data-dir", str(folder))
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0] == f"Metercalc {__version__}"
    assert lines[1].startswith(f"Python {platform.python_version()}, Qt and PySide 6.")
    assert re.search(r", SQLite 3\.\d+\.\d+$", lines[1])
    assert [line.partition(": ")[0] for line in lines[3:]] == ["Store", "Configuration", "Logs"]
    assert all(str(folder) in line for line in lines[3:])
    assert not folder.exists()


def test_verbose_alone_is_bad_input() -> None:
    told = run_python("import sys; from desktop.cli import main; sys.exit(main(sys.argv[1:]))", "--verbose")
    assert (told.returncode, told.stdout) == (2, "")
    assert "--verbose goes with --version" in told.stderr


def test_commands_import_no_qt(program: Program) -> None:
    code = """
import sys
from desktop.cli import main
status = main(sys.argv[1:])
sys.exit('imported Qt' if any(name.startswith('PySide6') for name in sys.modules) else status)
"""
    ended = run_python(
        code, "--data-dir", str(program.folder), "balance", "--user", ANN, "--password-stdin", stdin=PASSWORD
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1000.00\n", "")


def test_without_a_display_the_window_says_so_in_one_line(program: Program) -> None:
    ended = program.run()
    assert (ended.status, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "display" in ended.err
    assert REFERENCE.search(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["--data"],
        ["balance"],
        ["eval", "--user", ANN, "--password-stdin"],
        ["eval", "1+1", "--user", ANN, "--password-stdin", "--max-cost", "-1"],
        ["eval", "1+1", "--user", ANN, "--password-stdin", "--max-cost", "1.005"],
        ["eval", "1+1", "--user", ANN, "--password-stdin", "--request-id", "1"],
        ["records", "--user", ANN, "--password-stdin", "--sort", "-colour"],
        ["records", "--user", ANN, "--password-stdin", "--from", "2026-02-30"],
        ["records", "--user", ANN, "--password-stdin", "--page", "0"],
        ["records", "--user", ANN, "--password-stdin", "--json", "--format", "csv"],
        ["delete", "9223372036854775808", "--user", ANN, "--password-stdin"],
    ],
)
def test_words_that_cannot_be_understood_end_with_2_and_a_sentence(
    people: Program, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    from desktop.cli import main

    status = main(["--data-dir", str(people.folder), *words])
    said = capsys.readouterr()
    assert status == 2
    if "--json" in words:
        assert '"code": "bad_input"' in said.out
    else:
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert REFERENCE.search(said.err)


def test_an_error_is_one_json_object_when_json_was_asked_for(program: Program) -> None:
    unparsed = program.run("eval", "--json")
    assert (unparsed.status, unparsed.err) == (2, "")
    assert set(unparsed.error) == {"code", "message", "reference"}
    refused = program.as_user(ANN, "balance", "--json", password="wrong")
    assert (refused.status, refused.err) == (4, "")
    assert refused.error["code"] == "sign_in_refused"
    assert re.fullmatch("[0-9a-f]{8}", refused.error["reference"])


def test_the_reference_that_is_told_stands_in_the_log(program: Program) -> None:
    ended = program.as_user(ANN, "eval", "1/0")
    assert ended.status == 2
    found = REFERENCE.search(ended.err)
    assert found
    assert "Nothing was charged." in ended.err
    log = (program.folder / "logs" / "metercalc.log").read_text()
    assert f"[{found[1]}] desktop.cli: eval ended in division_by_zero" in log


@pytest.mark.parametrize("json", [False, True])
def test_a_bug_is_logged_with_its_traceback_and_told_in_one_sentence(program: Program, json: bool) -> None:
    code = """
import sys
from desktop.models.embedded import accounts
def planted(*_):
    raise RuntimeError('a planted fault')
accounts.current = planted
from desktop.cli import main
sys.exit(main(sys.argv[1:]))
"""
    words = ["--data-dir", str(program.folder), "balance", "--user", ANN, "--password-stdin", *["--json"][: int(json)]]
    ended = run_python(code, *words, stdin=PASSWORD)
    log_file = program.folder / "logs" / "metercalc.log"
    found = REFERENCE.search(ended.stderr)
    assert ended.returncode == 1
    assert found
    assert str(log_file) in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert ('"code": "bug"' in ended.stdout) == json
    log = log_file.read_text()
    assert f"[{found[1]}] | RuntimeError: a planted fault" in log
    assert PASSWORD not in log


def test_data_dir_and_config_stand_before_or_after_the_command(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    outside = Program(first)
    assert outside.run("init").status == 0
    assert outside.run("init", "--data-dir", str(second), "--config", str(tmp_path / "my.toml")).status == 0
    assert (first / "metercalc.db").exists()
    assert (second / "metercalc.db").exists()
    assert not (second / "config.toml").exists()
    assert (tmp_path / "my.toml").exists()


def test_everything_on_disk_is_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Program(folder).run("register", ANN, "--password-stdin", stdin=PASSWORD)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.rglob("*")}
    assert set(modes) >= {"config.toml", "metercalc.db", "metercalc.key", "metercalc.anchor", "logs", "metercalc.log"}
    assert {name: mode for name, mode in modes.items() if mode not in (0o600, 0o700)} == {}
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("environ", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_text_is_utf_8_in_every_locale(program: Program, environ: dict[str, str]) -> None:
    ended = program.as_user(ANN, "eval", "(2 × 3) ÷ 7 − √4", **environ)
    assert ended.status == 0
    assert ended.out.startswith("≈ -1.142857142857142857142857142857143\n")
    assert "−20.00" in ended.out


def test_what_is_no_utf_8_is_bad_input(program: Program) -> None:
    word = os.fsdecode(b"1+\xff")
    ended = program.as_user(ANN, "eval", word)
    assert ended.status == 2
    assert r"\xff" in ended.err or r"\udcff" in ended.err
    stdin = program.run("balance", "--user", ANN, "--password-stdin", stdin=b"\xff\xfe\n")
    assert stdin.status == 2


@pytest.fixture(scope="module")
def japanese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a locale whose letters are not UTF-8 and that Python and the C library read differently."""
    place = tmp_path_factory.mktemp("locales")
    make = ("localedef", "-i", "ja_JP", "-f", "EUC-JP", str(place / "ja_JP.EUC-JP"))
    if shutil.which(make[0]) is None or subprocess.run(make, capture_output=True, check=False).returncode:
        pytest.skip("no such locale can be made here")
    return place


def test_words_are_utf_8_in_a_locale_that_is_not(program: Program, japanese: Path) -> None:
    locale = {"LC_ALL": "ja_JP.EUC-JP", "LOCPATH": str(japanese)}
    assert program.as_user(ANN, "eval", "√2.25", **locale).out.startswith("1.5\n")
    target = program.folder / "√é.metercalc-backup"
    assert program.run("backup", str(target), **locale).status == 0
    assert target.exists()
    refused = program.as_user(ANN, "eval", os.fsdecode(b"\xa2\xe52"), **locale)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "は UTF-8 のテキストではありません" in refused.err  # in the language of the locale


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_password(program: Program) -> None:
    stdin = b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n1+1\r\n"
    ended = program.run("eval", "-", "--user", ANN, "--password-stdin", stdin=stdin)
    assert (ended.status, ended.out) == (0, "2\n")


def test_a_password_needs_stdin_or_a_terminal(program: Program) -> None:
    assert program.run("balance", "--user", ANN, stdin=PASSWORD).status == 2
    assert program.run("balance", "--user", ANN, "--password-stdin").status == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are other things there")
def test_a_reader_that_has_gone_ends_it_quietly(program: Program) -> None:
    read, write = os.pipe()
    os.close(read)
    with program.started("records", "--user", ANN, "--password-stdin", stdout=write) as process:
        os.close(write)
        _, err = process.communicate(PASSWORD.encode(), timeout=180)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_answer_that_cannot_be_written_says_that_the_charge_stays(program: Program) -> None:
    words = ("eval", "1+1", "--user", ANN, "--password-stdin")
    with Path("/dev/full").open("wb") as full, program.started(*words, stdout=full) as process:
        _, err = process.communicate(PASSWORD.encode(), timeout=180)
    assert process.returncode == 1
    assert b"stays charged" in err
    assert b"Nothing was charged" not in err
    assert len(err.splitlines()) == 1


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """A shell has what it runs in the background ignore interrupts, and so would what that starts."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_an_interrupt_ends_it_quietly_and_closes_the_store(program: Program) -> None:
    with program.calculating(ANN) as calculating:
        assert calculating.ask("1+1") == "2"
        before = (program.folder / "metercalc.anchor").read_bytes()
        calculating.process.send_signal(signal.SIGINT)
        calculating.process.wait(timeout=180)
        assert calculating.end() == Outcome(130, "", "")
    assert (program.folder / "metercalc.anchor").read_bytes() != before
    assert not (program.folder / "metercalc.db-wal").exists()


def test_a_damaged_configuration_names_file_key_value_and_what_is_accepted(program: Program) -> None:
    file = program.folder / "config.toml"
    file.write_text('[random]\nfallback = "maybe"\n')
    ended = program.as_user(ANN, "balance", "--json")
    assert ended.status == 2
    assert ended.error["code"] == "config"
    for part in (str(file), "fallback", "maybe", "deny"):
        assert part in ended.error["message"]
    file.write_text("[random\n")
    assert program.as_user(ANN, "balance").status == 2


def test_a_wrong_value_in_the_environment_stops_it(program: Program) -> None:
    ended = program.as_user(ANN, "balance", METERCALC_RECORDS_PAGE_SIZE="many")
    assert ended.status == 2
    assert "METERCALC_RECORDS_PAGE_SIZE" in ended.err


def test_a_newer_store_is_refused_and_left_as_it_is(program: Program) -> None:
    file = program.folder / "metercalc.db"
    connection = sqlite.sqlite3.connect(str(file))
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    (program.folder / "config.toml").write_text("")
    before = contents(program.folder)
    for words in (["balance", "--user", ANN, "--password-stdin"], ["verify"], ["init"]):
        ended = program.run(*words, "--json", stdin=PASSWORD)
        assert ended.status == 5
        assert ended.error["code"] == "store_newer"
    assert contents(program.folder) == before


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(program: Program) -> None:
    (program.folder / "config.toml").write_text("")
    (program.folder / "metercalc.db").write_bytes(b"no store at all\n" * 100)
    before = contents(program.folder)
    ended = program.as_user(ANN, "balance", "--json")
    assert (ended.status, ended.error["code"]) == (5, "store_damaged")
    assert contents(program.folder) == before


@pytest.mark.parametrize(
    "place", ["desktop.commands.grammar.parse", "desktop.settings.config.places", "desktop.system.logs.set_up"]
)
def test_a_bug_is_one_sentence_wherever_it_comes(tmp_path: Path, place: str) -> None:
    module, name = place.rsplit(".", 1)
    code = f"""
import sys
from desktop import cli; from desktop.settings import config; from desktop.system import logs
from desktop.commands import grammar
import {module} as module
sound = module.{name}
def broken(*given, **more):
    module.{name} = sound  # it fails once
    raise RuntimeError("a planted bug")
module.{name} = broken
sys.exit(cli.main(sys.argv[1:]))
"""
    ended = run_python(code, "--data-dir", str(tmp_path / "data"), "init", "--json", XDG_STATE_HOME=str(tmp_path))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "Traceback" not in ended.stderr
    error = json.loads(ended.stdout)["error"]
    assert REFERENCE.findall(ended.stderr) == [error["reference"]]
    (log,) = tmp_path.rglob("metercalc.log")
    assert str(log) in ended.stderr
    assert "a planted bug" in log.read_text()
    assert f"[{error['reference']}]" in log.read_text()


def test_variables_of_others_stop_nothing_and_their_values_are_told_nowhere(program: Program) -> None:
    secret = "swordfish 8"
    ended = program.as_user(
        ANN, "balance", "--json", METERCALC_PASSWORD=secret, METERCALC_BIG_STORE=secret, METERCALC_RANDOM_KEY=secret
    )
    assert ended.status == 0
    assert ended.err == "metercalc: METERCALC_RANDOM_KEY is no setting of Metercalc and was left out.\n"
    log = (program.folder / "logs" / "metercalc.log").read_text()
    assert "METERCALC_RANDOM_KEY is no setting" in log
    for said in (ended.out, ended.err, log):
        assert secret not in said
