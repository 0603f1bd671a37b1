"""A person's whole sitting, typed with a keyboard into a real window on a real X display."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import ask
from tests.support.command_line import carry_out
from tests.support.displays import display
from tests.support.random_server import RandomServer

EMAIL, PASSWORD = "ada@example.org", "difference engine"
LIMIT = 120.0

pytestmark = pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")


@pytest.fixture
def screen() -> Iterator[str]:
    """An X display of its own."""
    with display("1280x900") as name:
        yield name


class Sitting:
    """A running window, hands on its keyboard, and somebody who says what is in sight."""

    def __init__(self, screen: str, folder: Path, server: RandomServer) -> None:
        self.folder = folder
        self.environ = {
            **os.environ,
            "DISPLAY": screen,
            "QT_QPA_PLATFORM": "xcb",
            "METERCALC_RANDOM_URL": server.url,
            "METERCALC_RANDOM_QUOTA_URL": server.quota_url,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.witness", "--data-dir", str(folder)],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def see(self, *question: object) -> Any:
        """What the witness says."""
        return ask(self.process, question, LIMIT)

    def wait_steps(self, count: int) -> None:
        """Wait until so many paid steps stand on the tape."""
        until(lambda: (self.see("item", "tape_view", -1) or {}).get("rows") == count)

    def xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environ, capture_output=True, text=True, timeout=LIMIT, check=False
        )
        return done.stdout.strip()

    def focus(self, title: str) -> None:
        """Wait for a window and give it the keyboard: there is no window manager to do so."""
        found = until(lambda: self.xdotool("search", "--onlyvisible", "--name", title).splitlines())
        self.xdotool("windowfocus", "--sync", found[-1])

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "15", text)

    def press(self, *keys: str) -> None:
        self.xdotool("key", "--delay", "40", *keys)

    def ask(self, *arguments: str) -> str:
        """The same store through the command line."""
        return carry_out(["--data-dir", str(self.folder), *arguments], f"{PASSWORD}\n".encode(), self.environ).out

    def records(self, *arguments: str) -> list[dict[str, object]]:
        """The records as the command line shows them; none while there is no account yet."""
        answer = json.loads(self.ask("records", *arguments, "--user", EMAIL, "--password-stdin", "--format", "json"))
        found = answer.get("records", [])
        assert isinstance(found, list)
        return found

    def wait_for(self, count: int, *arguments: str) -> None:
        until(lambda: len(self.records("--per-page", "100", *arguments)) == count)

    def end(self) -> None:
        with self.process as process:
            process.terminate()


def until(question: Callable[[], Any]) -> Any:
    """Ask again and again until the answer is yes: another process has no signal to wait for."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        select.select([], [], [], 0.1)
    raise AssertionError("it never came")


def test_register_calculate_search_delete_undo_and_sign_out(screen: str, tmp_path: Path) -> None:
    with RandomServer() as server:
        sitting = Sitting(screen, tmp_path / "data", server)
        try:
            sitting.focus("Sign in")
            # What is typed before it is known that nobody has an account is typed unseen, and has to be typed twice.
            until(lambda: "Welcome" in sitting.see("read", "welcome_label", "text"))
            sitting.type(EMAIL)
            sitting.press("Tab")
            sitting.type(PASSWORD)
            sitting.press("alt+r")
            sitting.wait_for(1)
            until(lambda: not sitting.xdotool("search", "--onlyvisible", "--name", "Sign in"))
            sitting.focus("Metercalc")
            for count, text in enumerate(("0.1+0.2", "5-7", "12.5*3", "2/3", "sqrt(2.25)"), start=2):
                sitting.press("Escape")
                sitting.type(text)
                sitting.press("Return")
                sitting.wait_steps(count - 1)
                sitting.wait_for(count)
            results = [record["response"] for record in sitting.records("--sort", "date", "--per-page", "100")]
            assert results[1:] == ["0.3", "-2", "37.5", "0." + "6" * 33 + "7", "1.5"]

            sitting.press("ctrl+g")  # a random string
            sitting.wait_for(7)
            sitting.press("ctrl+f")
            sitting.type("37.5")
            until(lambda: sitting.see("item", "records_table", 0)["rows"] == 1)
            sitting.press("Return", "ctrl+a", "Delete")
            until(lambda: sitting.see("where", "undo_button"))
            sitting.wait_for(1, "--trash")
            sitting.press("ctrl+z")
            sitting.wait_for(0, "--trash")
            assert sitting.ask("balance", "--user", EMAIL, "--password-stdin").strip() == "790.00"
            sitting.press("ctrl+shift+q")
            until(lambda: sitting.xdotool("search", "--onlyvisible", "--name", "Sign in"))
        finally:
            sitting.end()
        assert "no problem" in sitting.ask("verify")
