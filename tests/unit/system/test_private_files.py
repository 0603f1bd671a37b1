"""Files for their owner alone, whole or not at all."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.system import private_files


def mode(path: Path) -> int:
    """Its permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda mask: f"umask {mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the person's umask is."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_new_folders_are_their_owners_alone_and_old_ones_stay_as_they_are(tmp_path: Path, umask: None) -> None:
    old = tmp_path / "old"
    old.mkdir()
    old.chmod(0o755)
    private_files.make_folder(old / "new" / "newer")
    assert [mode(old), mode(old / "new"), mode(old / "new" / "newer")] == [0o755, 0o700, 0o700]
    private_files.make_folder(old / "new")


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        private_files.make_folder(tmp_path / "file" / "below")


def test_a_new_file_is_its_owners_alone_and_never_replaces_one(tmp_path: Path, umask: None) -> None:
    file = tmp_path / "file"
    private_files.create_private(file)
    assert (mode(file), file.read_bytes()) == (0o600, b"")
    file.write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        private_files.create_private(file)
    assert file.read_bytes() == b"kept"


def test_a_link_is_not_followed_to_make_a_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        private_files.create_private(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_written_file_is_whole_and_private_even_where_an_open_one_was(tmp_path: Path, umask: None) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old, and longer")
    file.chmod(0o644)
    private_files.write_private(file, b"new")
    assert (file.read_bytes(), mode(file), list(tmp_path.iterdir())) == (b"new", 0o600, [file])


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail() -> None:
        with private_files.replacing(file) as temporary:
            assert mode(temporary) == 0o600
            temporary.write_bytes(b"half of the n")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"old", [file])


def test_two_writers_at_once_leave_one_of_the_two_contents(tmp_path: Path) -> None:
    file = tmp_path / "file"
    contents = [bytes([n]) * 50_000 for n in range(4)]
    threads = [threading.Thread(target=private_files.write_private, args=(file, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert file.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_as_long_as_a_name_can_be_is_written(tmp_path: Path) -> None:
    file = tmp_path / ("n" * 255)
    private_files.write_private(file, b"new")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_what_is_no_file_gives_way_to_none_and_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as one:
        here = os.open(tmp_path, os.O_RDONLY)  # a socket's name can have a hundred bytes
        one.bind(f"/proc/self/fd/{here}/socket" if Path("/proc/self/fd").is_dir() else str(tmp_path / "socket"))
        os.close(here)
    (tmp_path / "folder").mkdir()
    for name in ("fifo", "socket", "folder"):
        before = (tmp_path / name).lstat()
        with pytest.raises(OSError):  # noqa: PT011 - each has its own errno
            private_files.write_private(tmp_path / name, b"new")
        with pytest.raises(OSError):  # noqa: PT011
            private_files.read_start(tmp_path / name, 10)
        assert (tmp_path / name).lstat().st_ino == before.st_ino
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert (private_files.read_whole(file, 5), private_files.read_start(file, 4)) == (b"12345", b"1234")
    with pytest.raises(OSError, match="large"):
        private_files.read_whole(file, 4)


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_a_file_is_closed_to_others_and_its_owner_can_do_what_they_could(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for before, after in ((0o644, 0o600), (0o444, 0o400), (0o600, 0o600)):
        file.chmod(before)
        assert private_files.close_to_others(file) == (before != after)
        assert mode(file) == after
