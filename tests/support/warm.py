"""A process that has the program loaded and forks a child for each command: a start without its third of a second.

What is run is a process of its own all the same, from the first line of `desktop/__main__.py` to Python's own end: with
its streams, umask, environment and exit status. Only the imports were made before, and passwords are hashed cheaply:
both have their own tests, which start the program anew. Where nothing can be forked, every command is started anew.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKET = 1 << 18
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform.startswith("linux")
# What a command imports when it is carried out; Qt and the driver for a server are none of it.
LOADED = (
    "desktop.cli", "desktop.commands.accounts", "desktop.commands.administration", "desktop.commands.calculation",
    "desktop.commands.records", "desktop.commands.settings", "desktop.commands.store", "desktop.commands.demo.demo",
    "desktop.models.open_ledger", "desktop.models.embedded.ledger", "desktop.models.embedded.browsing",
    "desktop.models.embedded.storage.opening", "desktop.settings.facts",
)  # fmt: skip


class Warm:
    """The process, and what it is asked."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(other.fileno())],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT)},
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        other.close()

    def run(
        self, words: Sequence[str], stdin: bytes, environ: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes, bytes]:
        """Carry out one command; its status and what it said. Raises `TimeoutError` after so many seconds."""
        pipes = [os.pipe() for _ in range(3)]
        (its_in, my_in), (my_out, its_out), (my_err, its_err) = pipes
        order = {"words": list(words), "environ": dict(environ), "umask": _umask()}
        socket.send_fds(self._line, [json.dumps(order).encode()], [its_in, its_out, its_err])
        for end in (its_in, its_out, its_err):
            os.close(end)
        child = int(self._line.recv(PACKET))
        try:
            said = _talk(my_in, stdin, (my_out, my_err), time.monotonic() + timeout)
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            raise
        finally:
            self._line.send(b"reap")
            status = int(self._line.recv(PACKET))
        return status, *said

    def close(self) -> None:
        """Let the process end."""
        self._line.close()
        self._process.wait(timeout=180)


@functools.cache
def process() -> Warm:
    """The one of this process that runs tests; gone with it."""
    from tests.support.command_line import environment

    found = Warm(environment())
    atexit.register(found.close)
    return found


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _talk(into: int, text: bytes, outs: tuple[int, int], end: float) -> tuple[bytes, bytes]:
    """Write what is to be read there, read what is written there, until nobody writes any more."""
    said = {out: bytearray() for out in outs}
    os.set_blocking(into, False)
    with selectors.DefaultSelector() as selector:
        selector.register(into, selectors.EVENT_WRITE)
        for out in outs:
            selector.register(out, selectors.EVENT_READ)
        try:
            while selector.get_map():
                ready = selector.select(end - time.monotonic())
                if not ready:
                    raise TimeoutError
                for key, _ in ready:
                    if key.fd == into:
                        text = _written(into, text)
                        more = bool(text)
                    else:
                        piece = os.read(key.fd, 1 << 16)
                        said[key.fd] += piece
                        more = bool(piece)
                    if not more:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        except BaseException:
            for key in list(selector.get_map().values()):
                os.close(key.fd)
            raise
    return bytes(said[outs[0]]), bytes(said[outs[1]])


def _written(into: int, text: bytes) -> bytes:
    """What is left to write; nothing where nobody reads."""
    try:
        return text[os.write(into, text) :] if text else b""
    except BrokenPipeError:
        return b""


# -- in the process that is forked -------------------------------------------------------------------------------------


def serve(line: socket.socket) -> int:
    """Fork a child for each order until the other end hangs up. In a child: carry the order out; its status."""
    from desktop.models.ledger import passwords
    from tests.support.stores import cheap_hasher

    for name in LOADED:
        importlib.import_module(name)
    passwords._hasher = cheap_hasher()  # noqa: SLF001  # as `cheap_passwords` has it
    # A child's garbage collector that looked at what was loaded before would copy every page of it: half of its time.
    gc.collect()
    gc.freeze()
    while True:
        message, streams, _, _ = socket.recv_fds(line, PACKET, 3)
        if not message:
            return 0
        child = os.fork()
        if child == 0:
            line.close()
            return _carry_out(json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        line.send(str(child).encode())
        line.recv(PACKET)
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _carry_out(order: dict[str, Any], streams: Sequence[int]) -> int:
    for number, (name, stream) in enumerate(zip(("stdin", "stdout", "stderr"), streams, strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    os.umask(order["umask"])
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    program = importlib.import_module("desktop.__main__")
    sys.argv = [str(program.__file__), *order["words"]]
    return int(program.main())


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
