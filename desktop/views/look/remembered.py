"""What the window's settings hold, read with suspicion: the file is the person's, and anything may stand in it."""

from __future__ import annotations

import logging

from PySide6.QtCore import QByteArray, QSettings

log = logging.getLogger(__name__)

_LONGEST = 9  # digits of a number that is taken up


def state_of(settings: QSettings, name: str) -> QByteArray | None:
    """Qt's own state of a widget; None for none, and for what is none, which the log tells."""
    found = settings.value(name)
    if found is None or isinstance(found, QByteArray):
        return found
    ignored(name)
    return None


def number_of(settings: QSettings, name: str) -> int:
    """A number from 0 up; 0 for none, and for what is none, which the log tells."""
    found = settings.value(name)
    text = "" if found is None else str(found)
    if text.isascii() and text.isdecimal() and len(text) <= _LONGEST:
        return int(text)
    if text:
        ignored(name)
    return 0


def ignored(name: str) -> None:
    """Put into the log that something remembered makes no sense, and not what it is: it may be long, or a secret."""
    log.warning("the window's settings: %s is of the wrong kind and was ignored", name)
