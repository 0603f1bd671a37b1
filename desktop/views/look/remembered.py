"""What the window remembers, read as if anybody had written it: what makes no sense is as if nothing were kept.

The log says what was ignored, and not what it is: it may be long, or a secret.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray

log = logging.getLogger(__name__)

_LONGEST = 9  # digits of a number that is taken up


def text(settings: QSettings, name: str, default: str = "") -> str:
    """A text or a number that was kept."""
    found = settings.value(name, default)
    if isinstance(found, (str, int)):
        return str(found)
    ignored(name)
    return default


def state(settings: QSettings, name: str) -> QByteArray | None:
    """A geometry, or another state of a widget's; None where there is none."""
    from PySide6.QtCore import QByteArray  # late: the sign-in dialog remembers no geometry

    found = settings.value(name)
    if found is None or isinstance(found, QByteArray):
        return found
    ignored(name)
    return None


def number(settings: QSettings, name: str) -> int:
    """A number from 0 up; 0 where there is none."""
    found = text(settings, name)
    if found.isascii() and found.isdecimal() and len(found) <= _LONGEST:
        return int(found)
    if found:
        ignored(name)
    return 0


def document(settings: QSettings, name: str) -> object:
    """What was kept as JSON; None where there is none."""
    import json  # late: the sign-in dialog remembers none

    try:
        return json.loads(text(settings, name) or "null")
    except (ValueError, RecursionError):
        ignored(name)
        return None


def ignored(name: str) -> None:
    """Put into the log that something remembered makes no sense."""
    log.warning("the window's settings: %s is of the wrong kind and was ignored", name)
