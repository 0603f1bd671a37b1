"""`override`, which Python has from 3.12 on, without the whole of its stand-in: that takes half a megabyte."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    _Method = TypeVar("_Method")

    def override(method: _Method) -> _Method:
        """Says that a method takes the place of a base class's own; checked by the type checker alone."""
        return method


__all__ = ["override"]
