"""Where Qt has nothing to draw on, the window command says so and ends; it never aborts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.window import drawing_place

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland are Linux's")


def _start(folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and not name.startswith("QT_")}
    return subprocess.run(
        [sys.executable, "-m", "desktop", "--data-dir", str(folder / "data")],
        cwd=Path(__file__).parents[3],
        env={**kept, "XDG_RUNTIME_DIR": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@LINUX
@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"QT_QPA_PLATFORM": "stone"}, "(QT_QPA_PLATFORM is stone)"),
        ({"QT_QPA_PLATFORM": "xcb"}, "(QT_QPA_PLATFORM is xcb)"),
        ({"WAYLAND_DISPLAY": "wayland-nobody"}, "No window can be opened"),
    ],
)
def test_a_platform_that_cannot_be_had_is_a_sentence_and_status_2(
    tmp_path: Path, environ: dict[str, str], told: str
) -> None:
    ended = _start(tmp_path, environ)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert told in ended.stderr
    assert "Nothing was charged" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_the_sentence_gives_the_reason_that_came_first() -> None:
    said = ["xcb-cursor0 is needed to load\nthe plugin.", "This application failed to start."]
    assert drawing_place.sentence(said, "xcb") == (
        "No window can be opened (QT_QPA_PLATFORM is xcb): xcb-cursor0 is needed to load the plugin. "
        "Nothing was charged. Commands work without one: metercalc --help"
    )
