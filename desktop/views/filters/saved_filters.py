"""Saved filters by name, kept with the window's settings: search, filters, order, columns. It applies none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSettings

from desktop.views.look import remembered

_KEY = "saved_filters"


class SavedFilters:
    """A person's shelf of named states. A state is what a view gives: texts, numbers, lists, nothing of Qt."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings
        self._owner = ""

    def belong_to(self, owner: str) -> None:
        """From now on it is this person's shelf: what one looked for is no business of the next one to sign in."""
        self._owner = owner

    def names(self) -> list[str]:
        """The names, in the alphabet's order."""
        return sorted(self._read(), key=str.casefold)

    def get(self, name: str) -> Mapping[str, Any] | None:
        """A saved state, or None."""
        found = self._read().get(name)
        return found if isinstance(found, dict) else None

    def save(self, name: str, state: Mapping[str, Any]) -> None:
        """Keep a state under a name, replacing the one before."""
        self._write({**self._read(), name: dict(state)})

    def remove(self, name: str) -> None:
        """Forget a name."""
        kept = self._read()
        kept.pop(name, None)
        self._write(kept)

    def _read(self) -> dict[str, Any]:
        shelf = self._shelves().get(self._owner)
        return dict(shelf) if isinstance(shelf, dict) else {}

    def _write(self, kept: Mapping[str, Any]) -> None:
        self._settings.setValue(_KEY, json.dumps({**self._shelves(), self._owner: kept}))

    def _shelves(self) -> dict[str, Any]:
        found = remembered.document(self._settings, _KEY)
        if found is None or isinstance(found, dict):
            return found or {}
        remembered.ignored(_KEY)
        return {}
