"""The real program in processes of its own, on a data folder that a test owns."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from desktop.models.embedded import accounts
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger import passwords
from desktop.settings import config
from tests.support import warm
from tests.support.stores import cheap_hasher

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse 7"
ADMIN, ANN, BOB = "admin@example.org", "ann@example.org", "bob@example.org"
TIMEOUT = 180
AT_PYTHONS_START = ("PYTHON", "LC_", "LANG")  # what is read before the program's first line


@dataclass(frozen=True)
class Outcome:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer, when that is one JSON document."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """Its error, when that is what it answered with."""
        return self.json["error"]


@dataclass(frozen=True)
class Calculating:
    """A running `eval -`."""

    process: subprocess.Popen[bytes]

    def send(self, line: str) -> None:
        """Give it a line."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def ask(self, line: str) -> str:
        """Give it a line and wait for its answer."""
        self.send(line)
        assert self.process.stdout
        return self.process.stdout.readline().decode().rstrip("\n")

    def end(self) -> Outcome:
        """Close its input and wait for its end."""
        out, err = self.process.communicate(timeout=TIMEOUT)
        return Outcome(self.process.returncode, out.decode(), err.decode())


@dataclass(frozen=True)
class Program:
    """`metercalc --data-dir folder`; `with_people` puts three accounts there, the first an administrator.

    Commands run in children of a process that has the program loaded; `anew` starts Python for each.
    """

    folder: Path
    anew: bool = False

    @classmethod
    def with_people(cls, folder: Path) -> Program:
        """Made in this process, which is quicker and gives the same files."""
        settings = config.load(folder / "config.toml", {}, {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passwords, "_hasher", cheap_hasher())
            store = open_store(folder / "metercalc.db", costs=settings.costs)
            for email in (ADMIN, ANN, BOB):
                accounts.register(store, email, PASSWORD, starting_balance=settings.account.default_balance)
            store.close()
        return cls(folder)

    def copy_to(self, folder: Path) -> Program:
        """The same state in another folder."""
        return Program(Path(shutil.copytree(self.folder, folder / "data")))

    def command(self, *words: str) -> list[str]:
        """What starts the program."""
        return [sys.executable, "-m", "desktop", "--data-dir", str(self.folder), *words]

    def run(self, *words: str, stdin: str | bytes = "", **environ: str) -> Outcome:
        """Run a command to its end."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        anew = self.anew or any(name.startswith(AT_PYTHONS_START) for name in environ)
        return carry_out(["--data-dir", str(self.folder), *words], given, environment(**environ), anew=anew)

    def here(self, user: str, *words: str) -> Outcome:
        """The same as `as_user` in this process, which is quicker: for what hangs on no process of its own."""
        out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        umask = os.umask(0o077)
        with pytest.MonkeyPatch.context() as patch:
            for name, stream in (("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PASSWORD.encode())))
            status = main(["--data-dir", str(self.folder), *words, "--user", user, "--password-stdin"])
        os.umask(umask)
        return Outcome(status, *(_content(stream) for stream in (out, err)))

    def as_user(self, user: str, *words: str, more: str = "", password: str = PASSWORD, **environ: str) -> Outcome:
        """Run a command signed in; `more` follows the password on stdin."""
        return self.run(*words, "--user", user, "--password-stdin", stdin=f"{password}\n{more}", **environ)

    @contextmanager
    def started(self, *words: str, **streams: Any) -> Iterator[subprocess.Popen[Any]]:
        """A command that is left running; killed at the end if it is running still."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            self.command(*words),
            cwd=ROOT,
            env=environment(),
            **({"stdin": pipe, "stdout": pipe, "stderr": pipe} | streams),
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def calculating(self, user: str, *words: str) -> Iterator[Calculating]:
        """`eval -`, signed in and waiting for lines."""
        with self.started("eval", "-", "--user", user, "--password-stdin", *words) as process:
            calculating = Calculating(process)
            calculating.send(PASSWORD)
            yield calculating


def carry_out(words: Sequence[str], stdin: bytes, environ: Mapping[str, str], *, anew: bool = False) -> Outcome:
    """Run a command to its end in exactly this environment."""
    if warm.CAN_FORK and not anew:
        status, out, err = warm.process().run(words, stdin, environ, TIMEOUT)
        return Outcome(status, out.decode(), err.decode())
    ended = subprocess.run(
        [sys.executable, "-m", "desktop", *words],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=environ,
        timeout=TIMEOUT,
        check=False,
    )
    return Outcome(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def environment(**more: str) -> dict[str, str]:
    """This process's environment without a display, and without what would configure the program."""
    left_out = ("METERCALC_", "DISPLAY", "WAYLAND_DISPLAY", "QT_", "PYTHON", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"TZ": "Europe/Berlin"} | more
