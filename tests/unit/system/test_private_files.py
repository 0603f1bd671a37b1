"""Files for their owner alone, whole or not at all."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.system import private_files
from tests.support.waiting import PATIENCE_S


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


@pytest.mark.parametrize("there", [None, 0o600, 0o664, 0o440])
def test_a_new_file_is_private_and_one_that_was_there_keeps_its_mode(
    tmp_path: Path, umask: None, there: int | None
) -> None:
    file = tmp_path / "file"
    if there is not None:
        file.write_bytes(b"old, and longer")
        file.chmod(there)
    private_files.write_private(file, b"new")
    assert (file.read_bytes(), mode(file), list(tmp_path.iterdir())) == (b"new", there or 0o600, [file])


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(tmp_path: Path, there: bool) -> None:
    share, here = tmp_path / "share", tmp_path / "here"
    share.mkdir()
    here.mkdir()
    if there:
        (share / "file").write_bytes(b"old")
        (share / "file").chmod(0o640)
    (here / "further").symlink_to(share / "file")
    (here / "file").symlink_to("further")
    private_files.write_private(here / "file", b"new")
    assert [path.is_symlink() for path in sorted(here.iterdir())] == [True, True]
    assert [(path.name, path.read_bytes(), mode(path)) for path in share.iterdir()] == [
        ("file", b"new", 0o640 if there else 0o600)
    ]
    (here / "another").write_bytes(b"newer")
    private_files.move(here / "another", here / "file")
    assert (share / "file").read_bytes() == b"newer"
    assert sorted(path.name for path in here.iterdir()) == ["file", "further"]


def test_a_file_moves_to_another_disk_too(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    with tempfile.TemporaryDirectory(dir=other) as folder:
        (tmp_path / "file").write_bytes(b"whole")
        private_files.move(tmp_path / "file", Path(folder, "file"))
        assert [(path.read_bytes(), mode(path)) for path in Path(folder).iterdir()] == [(b"whole", 0o600)]


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


@pytest.fixture(params=["a pipe", "a socket", "a folder"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Something that has a name and is no file."""
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    place = Path("here")
    if request.param == "a pipe":
        os.mkfifo(place)
    elif request.param == "a folder":
        place.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        if request.param == "a socket":
            server.bind(str(place))
        yield place


@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_file_is_never_replaced_by_one(no_file: Path, linked: bool) -> None:
    before = no_file.stat()
    target = Path("link") if linked else no_file
    if linked:
        target.symlink_to(no_file)
    with pytest.raises(private_files.NotAFile, match="was left as it is"):
        private_files.write_private(target, b"new")
    after = no_file.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert set(Path().iterdir()) == {no_file, target}


def test_two_writers_at_once_leave_one_of_the_two_contents(tmp_path: Path) -> None:
    file = tmp_path / "file"
    contents = [bytes([n]) * 50_000 for n in range(4)]
    threads = [threading.Thread(target=private_files.write_private, args=(file, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
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
