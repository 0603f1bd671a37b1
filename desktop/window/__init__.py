"""The window's composition root.

Whatever of it is imported first takes Qt in, without two things that PySide brings along and the start can do without.
Three long patterns, one for what is said of a call with wrong arguments and two for writing type stubs, are a tenth of
the time to the first paint: they are compiled when they are used. And Python's own `import` is put back: PySide's looks
through the source of every module imported after it, for features that nothing here uses; those sources stay in memory
(9 MB), and reading them is a good part of the start.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from typing import Any

_LONG = 1_000  # characters: no pattern of Python's own library comes near

_compile: Any = re.compile


class _CompiledWhenUsed:
    """A pattern's place; whichever method is taken from it compiles it when it is called."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda *given, **named: getattr(_compile(self._pattern, self._flags), name)(*given, **named)


def _compile_short(pattern: Any, flags: int = 0) -> Any:
    is_long = isinstance(pattern, str) and len(pattern) > _LONG
    return _CompiledWhenUsed(pattern, flags) if is_long else _compile(pattern, flags)


re.compile = _compile_short
try:
    import PySide6.QtCore  # noqa: F401 - it is what replaces `import`
finally:
    re.compile = _compile

if hasattr(builtins, "__orig_import__"):
    builtins.__import__ = builtins.__orig_import__
