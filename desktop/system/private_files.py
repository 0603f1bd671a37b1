"""Files and folders that only their owner can read, written whole or not at all. It knows nothing of their content."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from desktop.language.sentences import mark, say

FILE_MODE = 0o600
FOLDER_MODE = 0o700
UNFINISHED = ".metercalc-*.part"  # the names of files that are still being written, as a pattern
_KINDS = (
    (stat.S_ISDIR, mark("it is a folder, and was left as it is")),
    (stat.S_ISFIFO, mark("it is a pipe, and was left as it is")),
    (stat.S_ISSOCK, mark("it is a socket, and was left as it is")),
    (stat.S_ISCHR, mark("it is a device, and was left as it is")),
    (stat.S_ISBLK, mark("it is a device, and was left as it is")),
)
_OF_NO_KIND = mark("it is no regular file, and was left as it is")


class NotAFile(OSError):
    """What stands where a file was to be written is none; `strerror` says what it is."""


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, those that are new for their owner alone.

    Each is on the disk before anything goes into it: else a power loss takes what was synced inside along with it.
    """
    missing = []
    while not folder.is_dir() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        with contextlib.suppress(FileExistsError):
            new.mkdir(mode=FOLDER_MODE)
        with contextlib.suppress(PermissionError):  # a parent that can be written to but not listed
            sync_folder(new.parent)


def create_private(file: Path) -> None:
    """Make an empty file for its owner alone. Raises `FileExistsError` where there is one."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))


def read_whole(file: Path, most: int) -> bytes:
    """A regular file's content. Raises `OSError`, also for more than `most` bytes."""
    content = read_start(file, most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def read_start(file: Path, most: int) -> bytes:
    """The first `most` bytes of a regular file. Raises `OSError`.

    Whatever else has a name may have no end, or keep its reader waiting for ever.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(file, flags), "rb") as content:
        require_regular(os.fstat(content.fileno()).st_mode)
        return content.read(most)


def require_regular(mode: int) -> None:
    """Raises the `OSError` that says that a file's mode is not a regular file's."""
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, say("It is no regular file"))


def write_private(file: Path, content: bytes) -> None:
    """Write a file as `replacing` does: complete and on the disk before it takes its name."""
    with replacing(file) as temporary, temporary.open("r+b") as out:
        out.write(content)


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A new private file to fill, which then takes `file`'s place at once; on any error nothing is left of it.

    A link stays one: what it leads to is replaced. The new file has the mode of the one that was there, if there was
    one. Raises `NotAFile` where what is there is none.
    """
    check_replaceable(file)
    place = real_place(file)
    temporary = _temporary(place)
    create_private(temporary)
    try:
        yield temporary
        sync(temporary)
        _take_after(place, temporary)
        temporary.replace(place)
        sync_folder(place.parent)
    finally:
        temporary.unlink(missing_ok=True)


def move(source: Path, file: Path) -> None:
    """Have a file that is whole take `file`'s place, as `replacing` does; it is copied where it must be."""
    place = real_place(file)
    _take_after(place, source)
    try:
        source.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with replacing(place) as temporary:
            shutil.copyfile(source, temporary)
    sync_folder(place.parent)


def real_place(file: Path) -> Path:
    """Where a name leads to through all links."""
    return Path(os.path.realpath(file))


def _take_after(old: Path, new: Path) -> None:
    """Give a new file the mode of the one whose place it takes, and its owner and group where that is allowed."""
    try:
        found = old.stat()
    except FileNotFoundError:
        return
    if os.name != "nt":
        with contextlib.suppress(PermissionError):
            os.chown(new, found.st_uid, found.st_gid)
    new.chmod(found.st_mode & 0o777)


def check_replaceable(file: Path) -> None:
    """Raises `NotAFile` where `file` is there and is no regular file: a pipe or a device is never replaced by one."""
    try:
        found = file.stat().st_mode
    except OSError:  # there is none, or what stands in the way is told when it is written
        return
    if not stat.S_ISREG(found):
        trouble = next((trouble for is_one, trouble in _KINDS if is_one(found)), _OF_NO_KIND)
        raise NotAFile(errno.EEXIST, say(trouble))


def try_out(file: Path) -> None:
    """Raise the `OSError` with which `write_private` could not even begin; else leave nothing behind."""
    with contextlib.suppress(FileNotFoundError):
        file.lstat()
    temporary = _temporary(real_place(file))
    create_private(temporary)
    temporary.unlink()


def _temporary(file: Path) -> Path:
    """A name beside `file`'s; not made of it, which may be as long as a name can be."""
    return file.with_name(UNFINISHED.replace("*", os.urandom(4).hex()))


def close_to_others(file: Path) -> bool:
    """Have a file that others can reach for its owner alone; says whether it was so. Raises `OSError`."""
    found = file.stat().st_mode
    mode = stat.S_IMODE(found)
    if os.name != "posix" or not stat.S_ISREG(found) or not mode & 0o077:
        return False
    file.chmod(mode & FOLDER_MODE)  # what its owner may do with it stays
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))  # a disk that knows no modes
    return True


def sync(file: Path) -> None:
    """Have a file's content on the disk."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
