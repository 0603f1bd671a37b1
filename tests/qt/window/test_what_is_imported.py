"""What only some people use stays out of a window's memory until they do."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_PROGRAM = """
import sys
import desktop.window
from importlib import import_module
from desktop.window import making
for name in making._PARTS:
    import_module(name)
from desktop.models import open_ledger
from desktop.models.embedded import ledger
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules of a window that somebody has signed in to, with the ledger's."""
    ended = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_a_window_has_its_ledger(imported: set[str]) -> None:
    assert {"desktop.views.main_window.window", "desktop.models.embedded.browsing", "peewee"} <= imported


@pytest.mark.parametrize(
    "module",
    [
        "requests",
        "urllib3",
        "ssl",
        "http",
        "email",
        "psycopg",
        "multiprocessing",
        "html",
        "typing_extensions",
        "unittest",
    ],
)
def test_a_window_does_without(imported: set[str], module: str) -> None:
    assert module not in imported


@pytest.mark.skipif(find_spec("pysqlite3") is None, reason="no other SQLite than Python's")
def test_of_two_sqlites_one_is_loaded(imported: set[str]) -> None:
    assert "pysqlite3" in imported
    assert not imported & {"sqlite3", "_sqlite3"}
