"""Processes that work side by side: none outlives the one that started it, whatever becomes of that."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop.system import team
from tests.support.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
_LEADER = """
from desktop.system import team
from tests.unit.system.test_team import say_who_and_hang

hands = {}
team.hire(hands, say_who_and_hang, None)
(connection,) = hands
print(connection.recv(), flush=True)
input()
"""


def say_who_and_hang(_given: None, connection: Connection) -> None:
    """What the process does: it is at something that hears nothing of the pipe."""
    connection.send(os.getpid())
    signal.sigwait(set())


def test_a_process_ends_with_the_one_that_started_it_when_that_is_killed() -> None:
    command = [sys.executable, "-c", _LEADER]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as leader:
        assert leader.stdout is not None
        hand = int(leader.stdout.readline())
        leader.kill()
        try:
            leader.communicate(timeout=PATIENCE_S)  # what it said ends when the last that has it open is gone
        except subprocess.TimeoutExpired:
            os.kill(hand, signal.SIGKILL)
            raise


def test_an_answer_and_an_end_are_both_heard_of() -> None:
    hands: team.Team = {}
    team.hire(hands, say_who_and_hang, None)
    try:
        ((connection, process),) = hands.items()
        assert team.answering(hands) == [connection]
        assert connection.recv() == process.pid
        process.kill()
        assert team.answering(hands) == [connection]
    finally:
        team.dismiss(hands)


def test_who_answers_is_heard_whatever_kind_of_pipe_the_system_has() -> None:
    hand: Any
    hand, other = socket.socketpair()  # Windows' pipes are no `Connection` either
    with hand, other:
        assert team.answering([hand], 0) == []
        other.send(b"done")
        assert team.answering([hand], 0) == [hand]


def test_a_frozen_programs_helper_frees_what_refers_to_itself() -> None:
    beginning = """
import gc, multiprocessing, sys
multiprocessing.freeze_support = lambda: sys.exit(0 if gc.isenabled() else 1)
sys.argv = ["metercalc", "--multiprocessing-fork"]
from desktop.__main__ import main
main()
"""
    assert subprocess.run([sys.executable, "-c", beginning], cwd=ROOT, check=False).returncode == 0
