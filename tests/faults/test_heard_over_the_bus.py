"""What a screen reader gets over the real accessibility bus (AT-SPI): every control named, every outcome said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.sittings import screen

_READER = "/usr/bin/python3"  # Debian's Python has its bindings of the bus
_SCRIPT = Path(__file__).parents[1] / "support" / "heard.py"
_ROOT = Path(__file__).parents[2]
_CONTROLS = ("push button", "check box", "radio button", "combo box", "text", "spin button", "table", "list")


@cache
def _why_not() -> str:
    for tool in ("Xvfb", "openbox", "xdotool", "dbus-run-session"):
        if shutil.which(tool) is None:
            return f"needs {tool}"
    if subprocess.run([_READER, "-c", "import pyatspi"], capture_output=True, check=False).returncode:
        return "needs Debian's python3-pyatspi"
    return ""


pytestmark = [pytest.mark.faults, pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "all there")]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo's window, read while three entries are typed: paid, paid and rounded, and denied."""
    home = tmp_path_factory.mktemp("home")
    program = f"{sys.executable} -m metercalc demo --records 30 & program=$!"
    read = f"{_READER} {_SCRIPT} 2+3 1/3 7*8; status=$?; kill $program; wait $program; exit $status"
    with screen("1440x900") as environ:
        environ |= {"HOME": str(home), "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "PYTHONPATH": str(_ROOT)}
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", f"{program}; {read}"],
            env=os.environ | environ, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    found: dict[str, Any] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith('{"nodes"')))
    return found


def test_every_control_has_a_name(told: dict[str, Any]) -> None:
    controls = [one for one in told["nodes"] if one["focusable"] or one["role"] in _CONTROLS]
    assert len(controls) > 30
    assert not [one for one in controls if not (one["name"] or one["labels"])]


def test_a_box_says_what_it_is_of(told: dict[str, Any]) -> None:
    boxes = {one["name"]: one["description"] or one["labels"] for one in told["nodes"] if one["role"] == "combo box"}
    assert boxes == {"All operations": "Operation", "Any time": "Period", "What fits": "Records on a page"}


def test_balance_price_and_result_can_be_read_at_any_time(told: dict[str, Any]) -> None:
    read = {one["name"] for one in told["nodes"]}
    assert {"Balance: 0.00", "Signed in as: demo@example.org"} <= read
    assert "Result: 5" in told["heard"][0]


def test_what_came_of_an_entry_is_said(told: dict[str, Any]) -> None:
    paid, rounded, denied = told["heard"]
    assert "5. Charged 10.00 · balance 40.00" in paid
    assert "Price: Costs 10.00 · balance after 40.00" in paid  # before it was paid
    assert "about 0.3333333333333333333333333333333333. Charged 40.00 · balance 0.00" in rounded
    assert any("balance" in text and "Nothing was charged" in text for text in denied)
