"""The environment that other programs get: as it was before ours. It starts none of them.

PyInstaller's bootloader and its hooks point the linker and Qt at the frozen program's own libraries, and keep what
was there before under another name (PyInstaller, "Run-time information", LD_LIBRARY_PATH considerations).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping

_KEPT = "_ORIG"


def as_before(environ: Mapping[str, str], bundle: str | None) -> dict[str, str]:
    """The environment without what points into the frozen program's folder; `bundle` is None where it is not frozen."""
    if bundle is None:
        return dict(environ)
    found = {name: value for name, value in environ.items() if not _points_into(value, bundle)}
    kept = {name.removesuffix(_KEPT): value for name, value in environ.items() if name.endswith(_KEPT)}
    return {name: value for name, value in (found | kept).items() if not name.endswith(_KEPT)}


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """While it lasts, what is started gets the environment as it was before ours."""
    ours = dict(os.environ)
    before = as_before(ours, getattr(sys, "_MEIPASS", None))
    try:
        _become(before)
        yield
    finally:
        _become(ours)


def _points_into(value: str, bundle: str) -> bool:
    places = (os.path.normpath(place) for place in value.split(os.pathsep))
    return any(place == bundle or place.startswith(bundle + os.sep) for place in places)


def _become(wanted: Mapping[str, str]) -> None:
    """Change only what differs: Qt and its threads read the environment too."""
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
