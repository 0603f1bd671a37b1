"""The words that every start may have: as text, as a path, and the start of the window alone. It imports no argparse.

The window is what a start without a command means, and its first paint waits for all that is imported here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from desktop.language.sentences import say
from desktop.terms.errors import BadInput

WINDOW = "window"
VERSION = "version"

MARK = "\0"
"""Before a word that cannot be an option. No word can hold a NUL, so none is mistaken for a marked one."""


def decoded(words: Iterable[str]) -> list[str]:
    """The words as UTF-8, whatever the locale took them for. What is no UTF-8 stays: `text` refuses it by name."""
    if os.name == "nt":
        return list(words)
    return [_as_given(word).decode("utf-8", "surrogateescape") for word in words]


def _as_given(word: str) -> bytes:
    """The bytes that a word was given in.

    Python reads words with the C library's codec and writes them with its own, which in ja_JP.EUC-JP, say, refuses
    what the other has let through.
    """
    try:
        return os.fsencode(word)
    except UnicodeEncodeError:
        import ctypes  # late: it takes 5 ms

        encode = ctypes.pythonapi.Py_EncodeLocale
        encode.argtypes, encode.restype = (ctypes.c_wchar_p, ctypes.c_void_p), ctypes.c_char_p
        found: bytes | None = encode(word, None)
        return word.encode("utf-8", "surrogateescape") if found is None else found


def text(word: str) -> str:
    """Any text."""
    plain = word.removeprefix(MARK)
    if not plain.isascii() and any("\ud800" <= character <= "\udfff" for character in plain):
        shown = plain.encode("utf-8", "backslashreplace").decode()
        raise BadInput(say("{word} is not text in UTF-8.", word=shown))
    return plain


def path(word: str) -> Path:
    """A file or folder, whatever bytes its name is made of."""
    plain = word.removeprefix(MARK)
    if not plain:
        raise BadInput(say("The name of a file or folder is missing."))
    try:
        return Path(plain if os.name == "nt" else os.fsdecode(plain.encode("utf-8", "surrogateescape"))).expanduser()
    except RuntimeError as error:
        raise BadInput(say("{path}: there is no such person here.", path=text(word))) from error


_PLACES: dict[str, Callable[[str], object]] = {"--data-dir": path, "--config": path, "--database": text}


def of_window(words: Sequence[str]) -> dict[str, object] | None:
    """What is said where nothing but places is: the window is to open. None where only the whole grammar can tell.

    Raises `BadInput`.
    """
    found: dict[str, object] = {"data_dir": None, "config": None, "database": None}
    rest = list(reversed(words))
    while rest:
        name, tied, value = rest.pop().partition("=")
        if name not in _PLACES:
            return None
        if not tied:
            if not rest or rest[-1].startswith("-"):
                return None
            value = rest.pop()
        if value == "--":
            return None
        found[name.removeprefix("--").replace("-", "_")] = _PLACES[name](value)
    return found
