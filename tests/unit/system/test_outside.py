"""What other programs get of the environment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from desktop.system import outside

FROZEN = "/opt/metercalc/_internal"


def test_a_frozen_program_gives_the_environment_as_it_was() -> None:
    environ = {
        "HOME": "/home/ada",
        "LD_LIBRARY_PATH": FROZEN,
        "LD_LIBRARY_PATH_ORIG": "/usr/local/lib",
        "QT_PLUGIN_PATH": f"{FROZEN}/PySide6/Qt/plugins",
        "QML2_IMPORT_PATH": f"{FROZEN}/PySide6/Qt/qml:/usr/lib/qml",
        "PATH": "/usr/bin:/opt/metercalc/_internals",
    }
    assert outside.as_before(environ, FROZEN) == {
        "HOME": "/home/ada",
        "LD_LIBRARY_PATH": "/usr/local/lib",
        "PATH": "/usr/bin:/opt/metercalc/_internals",
    }


def test_a_program_from_its_sources_gives_its_own() -> None:
    environ = {"LD_LIBRARY_PATH": FROZEN, "NAME_ORIG": "x"}
    assert outside.as_before(environ, None) == environ


def test_what_is_started_meanwhile_gets_it_and_ours_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", FROZEN, raising=False)
    monkeypatch.setenv("QT_PLUGIN_PATH", f"{FROZEN}/plugins")
    before = dict(os.environ)
    with outside.environment():
        ask = [sys.executable, "-c", "import os; print(os.environ.get('QT_PLUGIN_PATH'))"]
        assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == "None\n"
    assert dict(os.environ) == before
