"""The window on real X screens of many sizes: it fits, no text in sight is cut, and both panes can be reached."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sittings import screen

SCREENS = {
    "800x600": 96, "1024x600": 96, "1024x640": 144, "1024x700": 120, "1280x720": 96, "1366x768": 144, "1920x1080": 96,
    "2560x1440": 192,
}  # fmt: skip
USUAL = (1180, 760)
ROUNDED = 2  # at a scale of 1.5 Qt rounds the window and each side of its frame by themselves
_SCRIPT = Path(__file__).parents[1] / "support" / "on_a_screen.py"

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("openbox")), reason="needs Xvfb and openbox"),
]


@pytest.mark.parametrize(("size", "dpi"), SCREENS.items())
def test_the_window_fits_and_nothing_in_it_is_cut(tmp_path: Path, size: str, dpi: int) -> None:
    with screen(size) as environ:
        environ |= {"QT_FONT_DPI": str(dpi), "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, _SCRIPT, tmp_path], env=environ, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    _, _, width, height = told["screen"]
    assert told["least"][0] <= width
    assert told["least"][1] <= height
    for name in ("first", "calculator", "records"):
        left, top, wide, high = told[name]["frame"]
        assert left + wide <= width + ROUNDED, f"{name}: out of the screen by {left + wide - width}"
        assert top + high <= height + ROUNDED, f"{name}: out of the screen by {top + high - height}"
        assert told[name]["cut"] == []
    assert told["calculator"]["panes"][0]
    assert told["records"]["panes"][1]
    if width > USUAL[0] and height > USUAL[1] + 50:
        assert told["records"]["panes"] == [True, True]
