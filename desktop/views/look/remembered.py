"""What the window remembers, read as if anybody had written it: what makes no sense is as if nothing were kept."""

from __future__ import annotations

import json

from PySide6.QtCore import QByteArray, QSettings


def text(settings: QSettings, name: str, default: str = "") -> str:
    """A text or a number that was kept."""
    value = settings.value(name, default)
    return str(value) if isinstance(value, (str, int)) else default


def state(settings: QSettings, name: str) -> QByteArray | None:
    """A geometry, or another state of a widget's."""
    value = settings.value(name)
    return value if isinstance(value, QByteArray) else None


def document(settings: QSettings, name: str) -> object:
    """What was kept as JSON; None where it is none."""
    try:
        return json.loads(text(settings, name, "null"))
    except (ValueError, RecursionError):
        return None
