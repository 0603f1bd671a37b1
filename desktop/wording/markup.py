"""Texts within HTML. Python's own module for it brings a table of all named characters along, 0.4 MB of memory."""

from __future__ import annotations

_NAMED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escaped(text: str) -> str:
    """A text as it stands in HTML, in an attribute's quotes too."""
    return text.translate(_NAMED)
