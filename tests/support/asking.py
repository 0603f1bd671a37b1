"""A question to the witness inside a running program, and its answer, or why there is none."""

from __future__ import annotations

import json
import select
import subprocess
import time
from typing import IO, Any


class WitnessError(Exception):
    """No answer came. It is no `AssertionError`, which a second try would hide."""


def ask(process: subprocess.Popen[str], question: tuple[object, ...], limit: float) -> Any:
    """What the witness says within so many seconds.

    Raises `WitnessError` where it fails, or where the program has ended or says nothing for so long: then it is ended.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
    except BrokenPipeError as error:
        raise WitnessError(f"{question}: the program has ended: {process.wait(limit)}") from error
    told = json.loads(_line(process, process.stdout, limit) or '{"fault": "the program says no more"}')
    if "fault" in told:
        raise WitnessError(f"{question}: {told['fault']}")
    return told["answer"]


def _line(process: subprocess.Popen[str], pipe: IO[str], limit: float) -> str:
    """The next line; "" where the program has ended, even if one of its children keeps the pipe open."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        ended = process.poll() is not None  # first: what it said at its end is still read
        if select.select([pipe], [], [], 0.5)[0]:
            return pipe.readline()
        if ended:
            return ""
    process.kill()  # or a late answer would be taken for that to the next question
    raise WitnessError(f"not a word in {limit:.0f} s, but it ran")
