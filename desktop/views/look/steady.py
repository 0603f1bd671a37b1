"""What must not jump when something comes into sight."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar
from shiboken6 import isValid


def steady_scroll_bar(area: QAbstractScrollArea) -> None:
    """Keep the vertical scroll bar's room whether there is something to scroll or not: columns stay where they are."""
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    bar = area.verticalScrollBar()
    bar.rangeChanged.connect(partial(_on_range, bar))
    _on_range(bar, bar.minimum(), bar.maximum())


def _on_range(bar: QScrollBar, least: int, most: int) -> None:
    if isValid(bar):  # a view that is taken apart may lay itself out once more
        bar.setEnabled(most > least)  # a bar that is off shows no handle
