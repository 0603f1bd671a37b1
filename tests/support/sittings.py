"""A person's sitting: a real X display with a window manager, the real program on it, hands on its mouse and keys."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.support.asking import ask
from tests.support.command_line import carry_out
from tests.support.displays import display

EMAIL, PASSWORD = "ada@example.org", "difference engine"
LIMIT = 120.0
POSSIBLE = all(shutil.which(name) for name in ("Xvfb", "xdotool", "openbox"))


@contextmanager
def screen(size: str) -> Iterator[dict[str, str]]:
    """The environment of an X display of that size with a window manager."""
    with display(size) as name:
        environ = {**os.environ, "DISPLAY": name, "QT_QPA_PLATFORM": "xcb"}
        with subprocess.Popen(["openbox"], env=environ, stderr=subprocess.DEVNULL) as manager:
            try:
                yield environ
            finally:  # or a test that fails within would wait for it for ever
                manager.terminate()


def until(question: Callable[[], Any], what: str = "", *, limit: float = LIMIT) -> Any:
    """Ask again and again until the answer is yes: another process has no signal to wait for."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        select.select([], [], [], 0.05)
    raise AssertionError(f"it never came: {what}")


class Sitting:
    """A running program, hands on it, and somebody who says what is in sight."""

    def __init__(self, environ: dict[str, str], folder: Path, **settings: str) -> None:
        """`settings` are those of the configuration, as the environment gives them: random_url and the like."""
        self.folder = folder
        changes = {f"METERCALC_{name.upper()}": value for name, value in settings.items()}
        root = str(Path(__file__).parents[2])
        self.environ = {**environ, **changes, "PYTHONPATH": root, "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        self.process: subprocess.Popen[str] | None = None
        self._logged = 0  # how much of the log was read

    def begin(self) -> None:
        """Start the program."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.witness", "--data-dir", str(self.folder / "data")],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """End it, as a session does."""
        if self.process is not None:
            with suppress(BrokenPipeError), self.process as process:  # it may have ended by itself
                process.terminate()

    def run(self, *arguments: str, lines: str = "") -> str:
        """The same store through the command line."""
        words = ["--data-dir", str(self.folder / "data"), *arguments]
        return carry_out(words, f"{PASSWORD}\n{lines}".encode(), self.environ).out

    def records(self, *arguments: str, email: str = EMAIL) -> list[dict[str, Any]]:
        """The newest records, the newest first, as the command line shows them."""
        told = self.run("records", *arguments, "--user", email, "--password-stdin", "--format", "json")
        found: list[dict[str, Any]] = json.loads(told).get("records", [])
        return found

    def newest(self) -> dict[str, Any]:
        """The newest record."""
        return self.records("--per-page", "1")[0]

    # Eyes.

    def see(self, *question: object) -> Any:
        """What the witness says. A witness that fails, or says nothing for long, is no answer: `WitnessError`."""
        assert self.process is not None
        return ask(self.process, question, LIMIT)

    def bugs(self) -> str:
        """What the program has logged as mistakes of its own since this was asked last, with the lines that follow."""
        file = self.folder / "data/logs/metercalc.log"
        text = file.read_text() if file.exists() else ""
        new, self._logged = text[self._logged :], len(text)
        return new[new.index(" CRITICAL ") :] if " CRITICAL " in new else ""

    def where(self, name: str) -> list[int]:
        """The place of a widget, once it is in sight."""
        found: list[int] = until(lambda: self.see("where", name), name)
        return found

    def text(self, name: str) -> str:
        """The text of a label, a button or a field; "" while it is not in sight."""
        return self.see("read", name, "text") or ""

    def wait_text(self, name: str, text: str) -> None:
        """Wait for a text."""
        until(lambda: self.text(name) == text, f"{name}: {text!r}, but {self.text(name)!r}")

    def wait_window(self, name: str) -> None:
        """Wait until a window, a dialog or a menu is in front."""
        until(lambda: self.see("window") == name, f"{name} in front of {self.see('window')}")

    def leave(self, name: str) -> None:
        """Close a dialog by Esc. No window is active until the window manager has passed the keyboard on."""
        self.wait_window(name)
        self.press("Escape")
        self.wait_window("main_window")

    def wait_focus(self, name: str) -> None:
        """Wait until something has the keyboard."""
        until(lambda: self.see("focus") == name, f"the keyboard in {name}, not {self.see('focus')}")

    def clipboard(self) -> str:
        """What another program would paste."""
        script = "from PySide6.QtGui import QGuiApplication as A; a = A([]); print(a.clipboard().text(), end='')"
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.environ, capture_output=True, text=True, timeout=LIMIT, check=True
        )
        return done.stdout

    # Hands.

    def xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environ, capture_output=True, text=True, timeout=LIMIT, check=False
        )
        return done.stdout.strip()

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        self.xdotool("type", "--delay", "12", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        self.xdotool("key", "--delay", "25", *keys)

    def point(self, place: list[int]) -> None:
        """Move the mouse to the middle of a place."""
        x, y, width, height = place
        self.xdotool("mousemove", str(x + width // 2), str(y + height // 2))

    def click(self, target: str | list[int], *, button: int = 1, times: int = 1) -> None:
        """Click on a widget by its name, or on a place."""
        self.point(self.where(target) if isinstance(target, str) else target)
        self.xdotool("click", "--repeat", str(times), "--delay", "60", str(button))

    def resize(self, width: int, height: int) -> None:
        """Give the main window another size, as its frame would."""
        window = self.xdotool("search", "--onlyvisible", "--name", "^Metercalc$")
        self.xdotool("windowsize", "--sync", window, str(width), str(height))
        until(lambda: self.where("main_window")[2:] == [width, height], f"{width} × {height}")

    def command(self, words: str) -> None:
        """Find an action by its words and carry it out."""
        self.press("ctrl+shift+p")
        self.wait_window("palette_dialog")
        self.type(words)
        self.press("Return")

    def double_click(self, target: str | list[int], seen: Callable[[], bool]) -> None:
        """Click twice until that is seen to have been a double click: on a busy machine they may lie too far apart."""
        for _ in range(8):
            self.click(target, times=2)
            with suppress(AssertionError):
                until(seen, "a double click", limit=LIMIT / 8)
                return
        raise AssertionError("no double click came through")

    def sign_in(self, *, email: str = EMAIL, register: bool = False) -> None:
        """Type e-mail and password; returns once the entry has the keyboard."""
        self.wait_window("login_dialog")
        if register:  # before that is known, a password is typed unseen
            until(lambda: "Welcome" in self.text("welcome_label"), "the first run")
        self.click("email_edit", times=3)
        self.type(email)
        self.press("Tab")
        self.type(PASSWORD)
        if register:
            assert self.see("read", "password_edit", "displayText") == PASSWORD, "seen: nobody could tell a slip"
        self.press("alt+r" if register else "Return")
        until(lambda: self.see("focus") == "entry_edit", "the entry")

    def calculate(self, text: str) -> str:
        """Type a calculation and pay for it; returns the result as the display says it."""
        self.press("ctrl+l", "Escape")
        self.type(text)
        self.wait_text("entry_edit", text)
        self.press("Return")
        until(lambda: self.text("quote_label").startswith("Charged"), f"{text}: {self.text('quote_label')}")
        return self.text("result_label")
