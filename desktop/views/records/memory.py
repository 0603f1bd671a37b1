"""What is remembered of the records browser: by itself for the next start, and by name. It asks nobody.

Either is JSON in the window's settings. What makes no sense there, because something else wrote it, is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSettings

from desktop.views.filters.bar import FilterBar
from desktop.views.look import remembered
from desktop.views.records.column_layout import ColumnLayout
from desktop.views.records.order import RecordsOrder
from desktop.views.records.tools import RecordsTools

_GROUP = "records"


class RecordsMemory:
    """Reads the state of the browser's parts, and puts it back."""

    def __init__(
        self,
        *,
        settings: QSettings,
        filters: FilterBar,
        tools: RecordsTools,
        order: RecordsOrder,
        columns: ColumnLayout,
    ) -> None:
        self._settings = settings
        self._filters = filters
        self._tools = tools
        self._order = order
        self._columns = columns

    def state(self) -> dict[str, Any]:
        """Search, filters, order and columns, as JSON can hold them."""
        return {
            "filters": self._filters.state(),
            "trash": self._tools.trash,
            "sort": self._order.sort.value,
            "descending": self._order.descending,
            "columns": self._columns.state(),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Put back what `state` gave; the filters say that they changed, once."""
        self._order.take(state.get("sort"), descending=state.get("descending") is not False)
        self._columns.recall(state.get("columns"))
        self._columns.share()
        self._tools.look_into_trash(state.get("trash") is True)
        filters = state.get("filters")
        self._filters.recall(filters if isinstance(filters, dict) else {})

    def remember(self, page_size: int, *, fits: bool) -> None:
        """Keep order, columns, page size and whether the further filters are in sight for the next start."""
        for name, value in (
            ("columns", json.dumps(self._columns.state())),
            ("page_size", page_size),
            ("page_fits", int(fits)),
            ("sort", self._order.sort.value),
            ("descending", int(self._order.descending)),
            ("more_filters", int(self._filters.more_shown)),
        ):
            self._settings.setValue(f"{_GROUP}/{name}", value)

    def recall(self) -> tuple[int, bool | None]:
        """Put back what `remember` kept.

        Returns the page size, 0 for none, and whether it follows the window; None where nobody has chosen yet.
        """
        self._order.take(self._read("sort"), descending=self._read("descending") != "0")
        self._filters.show_more(self._read("more_filters") == "1")
        self._columns.recall(remembered.document(self._settings, f"{_GROUP}/columns"))
        fits = {"0": False, "1": True}.get(self._read("page_fits"))
        return remembered.number(self._settings, f"{_GROUP}/page_size"), fits

    def _read(self, name: str) -> str:
        return remembered.text(self._settings, f"{_GROUP}/{name}")
