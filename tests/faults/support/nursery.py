"""A process that has the program loaded, runs under the shim, and forks a child for each job: one costs milliseconds.

A job is a function of a test's or support's module; it takes a `Channel` and plain arguments. What a job runs is the
shipped code; a test plants a fault by letting its job monkeypatch the shipped function in the child alone.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
PATIENCE_S = 400.0  # only a test that hangs meets it
PACKET = 1 << 17
PR_SET_PDEATHSIG = 1  # prctl(2)


class Channel:
    """One end of the line between a test and a job: values that JSON can hold, one at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, value: object) -> None:
        """Say something; where nobody listens any more, nothing happens."""
        try:
            self._end.send(json.dumps(value).encode())
        except (BrokenPipeError, ConnectionResetError):
            return

    def receive(self, patience: float = PATIENCE_S) -> Any:
        """What was said next; None when the other end is gone. Raises `TimeoutError`."""
        self._end.settimeout(patience)
        try:
            packet = self._end.recv(PACKET)
        except ConnectionResetError:
            return None
        return json.loads(packet) if packet else None

    def heard_within(self, seconds: float) -> bool:
        """Whether something is said, or the other end goes, within so many seconds."""
        return bool(select.select([self._end], [], [], seconds)[0])

    def close(self) -> None:
        """Hang up."""
        self._end.close()


Job = Callable[..., object]


class Crashed(AssertionError):
    """A job ended in an exception: the program's own bug, or the job's."""


class Child:
    """A process that runs one job."""

    def __init__(self, nursery: Nursery, pid: int, channel: Channel) -> None:
        self._nursery = nursery
        self.pid = pid
        self.channel = channel
        self._status: int | None = None

    def kill(self) -> None:
        """kill -9, unless it has been seen to end."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit status once it has ended, negative for a signal."""
        if self._status is None:
            self._status = self._nursery.reap(self.pid)
            self.channel.close()
        return self._status

    def outcome(self) -> tuple[list[Any], Any, bool]:
        """Wait for the end: what was said, what the job returned, and whether it lived to return it."""
        said: list[Any] = []
        while (value := self.channel.receive()) is not None:
            if isinstance(value, dict) and "crashed" in value:
                self.wait()
                raise Crashed(value["crashed"])
            if isinstance(value, dict) and "returned" in value:
                self.wait()
                return said, value["returned"], True
            said.append(value)
        self.wait()
        return said, None, False

    def result(self) -> Any:
        """What the job returned; it must have lived."""
        _, value, lived = self.outcome()
        assert lived, f"the job was killed (status {self.wait()})"
        return value


class Nursery:
    """Starts the process, and children in it."""

    def __init__(self, shim: Path | None) -> None:
        self._line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(PATIENCE_S)
        self._turn = threading.Lock()  # two of a test's threads may have children at once
        environment = os.environ | ({"LD_PRELOAD": str(shim)} if shim else {})
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(other.fileno())],
            cwd=PROJECT,
            env=environment | {"PYTHONPATH": str(PROJECT)},
            pass_fds=[other.fileno()],
        )
        other.close()

    def start(self, job: Job, **arguments: object) -> Child:
        """Run a job in a new child."""
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = job.__module__
        order = {
            "module": module if module.startswith("tests.") else f"tests.faults.{module}",
            "job": job.__name__,
            "arguments": arguments,
        }
        with self._turn:
            socket.send_fds(self._line, [json.dumps(order).encode()], [its.fileno()])
            its.close()
            return Child(self, json.loads(self._line.recv(PACKET)), Channel(mine))

    def run(self, job: Job, **arguments: object) -> Any:
        """Run a job in a new child and return what it returned."""
        return self.start(job, **arguments).result()

    def reap(self, pid: int) -> int:
        """Wait for a child to end; returns its exit status."""
        with self._turn:
            self._line.send(json.dumps({"reap": pid}).encode())
            return int(json.loads(self._line.recv(PACKET)))

    def close(self) -> None:
        """Let the process end."""
        self._line.close()
        self._process.wait(timeout=PATIENCE_S)


def main(line: socket.socket) -> None:
    """Serve orders until the other end hangs up."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, PACKET, 1)
        if not message:
            return
        order = json.loads(message)
        if "reap" in order:
            _, status = os.waitpid(order["reap"], 0)
            line.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())
            continue
        job = getattr(importlib.import_module(order["module"]), order["job"])
        gc.freeze()  # what is loaded is left alone by a child's garbage collector, which would copy every page of it
        pid = os.fork()
        if pid == 0:
            line.close()
            _run(Channel(socket.socket(fileno=descriptors[0])), job, order["arguments"])
        os.close(descriptors[0])
        line.send(json.dumps(pid).encode())


def _run(channel: Channel, job: Job, arguments: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing outlives the tests
    try:
        channel.send({"returned": job(channel, **arguments)})
    except BaseException:  # noqa: BLE001  # everything is told to the test, which judges it
        channel.send({"crashed": traceback.format_exc()})
    finally:
        os._exit(0)  # without the nursery's own clean-up


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
