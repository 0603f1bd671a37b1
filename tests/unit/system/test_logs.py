"""Every line can be tied to its request, only the owner can read it, and trouble with the disk stops nothing."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import os
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.system import logs

OURS = logging.getLogger("desktop.models.embedded.charges")
posix = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "new" / "logs"
    logs.shut_down()


def lines(folder: Path) -> list[str]:
    return (folder / logs.FILE_NAME).read_text(encoding="utf-8").splitlines()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_line_says_when_how_grave_which_request_where_and_what(folder: Path) -> None:
    logs.set_up(folder, "INFO", 3)
    with logs.request("ab12cd34"):
        OURS.info("charged %d step", 1)
    OURS.warning("outside")
    first, second = lines(folder)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{stamp} INFO  \[ab12cd34\] desktop\.models\.embedded\.charges: charged 1 step", first)
    assert re.fullmatch(rf"{stamp} WARNING \[--------\] desktop\.models\.embedded\.charges: outside", second)


def test_the_moment_is_utc_with_all_its_milliseconds(folder: Path) -> None:
    logs.set_up(folder, "INFO", 3)
    record = OURS.makeRecord(OURS.name, logging.INFO, "", 0, "then", (), None)
    record.created = 1795576353.0
    OURS.handle(record)
    assert lines(folder)[0].startswith("2026-11-25T03:12:33.000Z ")


def test_a_request_ends_with_its_block_even_when_it_fails() -> None:
    with pytest.raises(KeyError), logs.request("ab12cd34"):
        raise KeyError
    assert logs.reference.get() == "--------"


def test_a_request_within_another_gives_the_outer_one_back() -> None:
    with logs.request("outer---"):
        with logs.request("inner---"):
            assert logs.reference.get() == "inner---"
        assert logs.reference.get() == "outer---"


def test_references_are_eight_plain_characters_and_differ() -> None:
    made = {logs.new_reference() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in made)


def test_a_context_carries_the_reference_to_another_thread(folder: Path) -> None:
    logs.set_up(folder, "INFO", 3)
    with logs.request("ab12cd34"):
        context = contextvars.copy_context()
    threads = [
        threading.Thread(target=context.run, args=(OURS.info, "carried")),
        threading.Thread(target=OURS.info, args=("not carried",)),
    ]
    for thread in threads:
        thread.start()
        thread.join()
    assert [re.findall(r"\[(.*?)\]", line)[0] for line in lines(folder)] == ["ab12cd34", "--------"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("DEBUG", ["ours DEBUG", "ours INFO", "ours ERROR", "theirs INFO", "theirs ERROR"]),
        ("INFO", ["ours INFO", "ours ERROR", "theirs INFO", "theirs ERROR"]),
        ("ERROR", ["ours ERROR", "theirs ERROR"]),
    ],
)
def test_the_level_is_kept_and_libraries_never_go_below_info(folder: Path, level: str, expected: list[str]) -> None:
    logs.set_up(folder, level, 3)
    for name, logger in (("ours", OURS), ("theirs", logging.getLogger("peewee"))):
        for grade in ("DEBUG", "INFO", "ERROR"):
            logger.log(getattr(logging, grade), "%s %s", name, grade)
    assert [line.split(": ")[1] for line in lines(folder)] == expected


@pytest.mark.parametrize("name", ["peewee", "urllib3.connectionpool", "desktop_of_another"])
def test_a_library_that_lowers_its_own_level_is_still_held_at_info(folder: Path, name: str) -> None:
    logs.set_up(folder, "DEBUG", 3)
    library = logging.getLogger(name)
    library.setLevel(logging.DEBUG)
    try:
        library.debug("('SELECT password', ['a canary'])")
        library.info("fine")
    finally:
        library.setLevel(logging.NOTSET)
    assert [line.split(": ")[1] for line in lines(folder)] == ["fine"]


@pytest.mark.parametrize("message", ["one\ntwo", "one\r\ntwo", "\n2026-11-25T03:12:33.123Z INFO  [ab12cd34] forged"])
def test_a_message_cannot_pass_itself_off_as_two(folder: Path, message: str) -> None:
    logs.set_up(folder, "INFO", 3)
    OURS.info("%s", message)
    assert len(lines(folder)) == 1


def test_every_line_of_a_traceback_carries_the_reference(folder: Path) -> None:
    logs.set_up(folder, "INFO", 3)
    with logs.request("ab12cd34"):
        try:
            raise ValueError("first\nsecond")
        except ValueError:
            OURS.exception("a bug")
    written = lines(folder)
    assert len(written) > 4
    assert all("[ab12cd34]" in line for line in written)
    assert written[-2:] == ["[ab12cd34] | ValueError: first", "[ab12cd34] | second"]


def test_text_that_is_no_unicode_is_written_all_the_same(folder: Path) -> None:
    logs.set_up(folder, "INFO", 3)
    OURS.info("a name: %s √", "\udcff")
    assert lines(folder)[0].endswith(r"a name: \udcff √")


@posix
def test_files_and_folder_are_the_owners_alone_from_the_start_and_after_rotation(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 2_000)
    before = os.umask(0)
    try:
        logs.set_up(folder, "INFO", 3)
        for number in range(200):
            OURS.info("line %d", number)
    finally:
        os.umask(before)
    assert sorted(file.name for file in folder.iterdir()) == [f"{logs.FILE_NAME}{end}" for end in ("", ".1", ".2")]
    assert {mode(file) for file in folder.iterdir()} == {0o600}
    assert mode(folder) == mode(folder.parent) == 0o700


@posix
def test_a_log_that_others_could_read_is_closed_to_them(folder: Path) -> None:
    folder.mkdir(parents=True)
    old = folder / logs.FILE_NAME
    old.touch(mode=0o644)
    logs.set_up(folder, "INFO", 3)
    OURS.info("now private")
    assert mode(old) == 0o600


def test_rotation_keeps_the_newest_lines_within_the_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 2_000)
    logs.set_up(folder, "INFO", 2)
    for number in range(200):
        OURS.info("line %d", number)
    assert len(list(folder.iterdir())) == 2
    assert all(file.stat().st_size <= 2_000 for file in folder.iterdir())
    assert lines(folder)[-1].endswith("line 199")


@posix
def test_after_another_process_rotated_the_files_lines_go_into_the_new_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_LOOK_EVERY_S", 0)  # it is looked at every tenth of a second
    logs.set_up(folder, "INFO", 3)
    OURS.info("before")
    (folder / logs.FILE_NAME).rename(folder / f"{logs.FILE_NAME}.1")
    OURS.info("after")
    assert [line.split(": ")[1] for line in lines(folder)] == ["after"]


def test_gathered_lines_leave_together_and_a_full_disk_is_no_bug(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(folder, "INFO", 3)
    OURS.info("before")
    with logs.gathered():
        OURS.info("one")
        OURS.info("two")
        assert len(lines(folder)) == 1
    assert [line.split(": ")[1] for line in lines(folder)] == ["before", "one", "two"]
    OURS.info("x" * 50_000)
    with largest_file(50_000), logs.gathered():
        OURS.info("three")
    assert "The log cannot be written" in capfd.readouterr().err


def test_setting_up_again_moves_the_log_and_doubles_no_line(folder: Path) -> None:
    logs.set_up(folder / "a", "DEBUG", 3)
    OURS.info("one")
    logs.set_up(folder / "b", "INFO", 3)
    logs.set_up(folder / "b", "INFO", 3)
    OURS.info("two")
    OURS.debug("three")
    assert [line.split(": ")[1] for line in lines(folder / "a")] == ["one"]
    assert [line.split(": ")[1] for line in lines(folder / "b")] == ["two"]


def test_after_the_end_nothing_is_written_and_the_end_can_come_twice(folder: Path) -> None:
    logs.set_up(folder, "DEBUG", 3)
    OURS.info("one")
    logs.shut_down()
    logs.shut_down()
    OURS.warning("two")
    assert len(lines(folder)) == 1
    assert logging.getLogger("desktop").level == logging.NOTSET


def test_a_log_that_cannot_be_made_is_said_once_and_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "logs"
    in_the_way.write_text("a file", encoding="utf-8")
    logs.set_up(in_the_way, "INFO", 3)
    OURS.info("one")
    OURS.info("two")
    logs.shut_down()
    out, err = capfd.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"metercalc: The log cannot be written \(.*metercalc\.log\): [^\[]*\. Everything else goes on\. .*\n", err
    )


@posix
def test_a_device_that_stands_in_for_the_log_keeps_its_permissions(folder: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, mode=0o644)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    folder.mkdir(parents=True)
    (folder / logs.FILE_NAME).symlink_to(fifo)
    before = mode(fifo)
    logs.set_up(folder, "INFO", 3)
    OURS.info("into the pipe")
    assert b"into the pipe" in os.read(reader, 1000)
    os.close(reader)
    assert mode(fifo) == before


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may grow past `size`: what a full disk is to the one file that is larger already."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_once_and_the_log_goes_on_when_there_is_space(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(folder, "INFO", 3)
    OURS.info("x" * 50_000)
    with largest_file(50_000):
        OURS.info("one")
        OURS.info("two")
    OURS.info("three")
    assert lines(folder)[-1].endswith("three")
    assert re.fullmatch(
        r"metercalc: The log cannot be written \(.*metercalc\.log\): [^\[]*\. Everything else goes on\. .*\n",
        capfd.readouterr().err,
    )


def test_a_log_that_ends_on_a_full_disk_ends_quietly(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up(folder, "INFO", 3)
    OURS.info("x" * 50_000)
    with largest_file(50_000):
        OURS.info("one")
        logs.shut_down()
    assert capfd.readouterr().err.count("\n") == 1


def test_a_mistake_in_a_logging_call_is_not_taken_for_a_full_disk(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(folder, "INFO", 3)
    handler = logging.getLogger().handlers[-1]
    # Straight to our handler: pytest's own, beside it, raises.
    handler.handle(OURS.makeRecord(OURS.name, logging.INFO, "", 0, "%d steps", ("three",), None))
    assert "TypeError" in capfd.readouterr().err
