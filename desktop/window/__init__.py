"""The window's composition root.

Whatever of it is imported first takes Qt in, and then Python's own `import` back. PySide puts another one in its place
that looks through the source of every module imported after it, for features that nothing here uses: those sources
stay in memory (9 MB), and reading them is a good part of the start.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 - it is what replaces `import`

if hasattr(builtins, "__orig_import__"):
    builtins.__import__ = builtins.__orig_import__
