"""Finding a window's parts by the names that are a contract."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

Part = TypeVar("Part", bound=QObject)


def part(parent: QObject, kind: type[Part], name: str) -> Part:
    """The one child of this kind and name."""
    (found,) = parent.findChildren(kind, name)
    return found
