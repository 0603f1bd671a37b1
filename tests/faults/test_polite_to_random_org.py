"""Promise 10: random.org is asked for blocks, by one request at a time, by name, and not at all when it has said no."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import __version__
from desktop.controllers.background import Lanes
from desktop.controllers.random_strings import RandomStrings
from desktop.random_org.client import RandomOrg
from desktop.random_org.quota import FIRST_WAIT, LONGEST_WAIT, Quota
from desktop.settings.config import RandomSettings
from desktop.terms.errors import NetworkError
from tests.faults.support.runs import figures
from tests.support.random_server import Behaviour, RandomServer
from tests.support.stores import in_processes

THREADS = 8
MINUTE = 60.0
JUST_BEFORE = 1.0


class Clock:
    """Monotonic seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[RandomServer]:
    with RandomServer() as running:
        yield running


def draw_side_by_side(client: RandomOrg, draws: int) -> list[str]:
    """So many draws of one string from many threads at once."""

    def draw(_number: int) -> tuple[str, ...]:
        return client.draw(1, cancelled=lambda: False)

    with ThreadPoolExecutor(THREADS) as pool:
        return [text for strings in pool.map(draw, range(draws)) for text in strings]


# -- one request at a time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [40, pytest.param(1_000, marks=pytest.mark.faults)])
def test_draws_from_many_threads_never_overlap(server: RandomServer, draws: int) -> None:
    strings = draw_side_by_side(RandomOrg(server.settings(timeout=60)), draws)
    print(f"{len(server.draws)} draws, {server.overlaps} overlaps")  # noqa: T201  # the figure
    assert server.overlaps == 0
    assert len(server.draws) == draws
    assert sorted(strings) == sorted(server.served)


@figures("draws", 4, 100)
@pytest.mark.parametrize("shared", [True, False], ids=["one folder", "planted: a folder each"])
def test_programs_of_one_person_never_overlap(server: RandomServer, tmp_path: Path, draws: int, shared: bool) -> None:
    server.behaviour, server.pause = Behaviour.DRIP_BODY, 0.002  # answers that take a moment
    if not shared:
        server.gate = lambda: server.overlaps > 0
    settings = server.settings(timeout=120)
    folders = [tmp_path if shared else tmp_path / str(number) for number in range(3)]
    answers = in_processes(draw_often, *[(folder, settings, draws) for folder in folders])
    assert answers == [draws] * 3
    print(f"{len(server.draws)} draws of three programs, {server.overlaps} overlaps")  # noqa: T201  # the figure
    assert (server.overlaps == 0) is shared
    # A quota that one has asked for is known to all.
    assert [request.path for request in server.requests].count("/quota/") == (1 if shared else 3)


def draw_often(folder: Path, settings: RandomSettings, draws: int) -> int:
    """A program that draws so many strings, one after the other; how many it got."""
    client = RandomOrg(settings, folder=folder)
    return sum(len(client.draw(1, cancelled=lambda: False)) for _ in range(draws))


def test_the_harness_finds_a_client_that_does_not_wait_for_its_turn(
    server: RandomServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def at_once(_client: RandomOrg, _deadline: float, _cancelled: Callable[[], bool]) -> Iterator[None]:
        yield

    monkeypatch.setattr(RandomOrg, "_taking_turns", at_once)
    server.behaviour, server.pause = Behaviour.DRIP_BODY, 0.002  # answers that take a moment
    server.gate = lambda: server.overlaps > 0
    draw_side_by_side(RandomOrg(server.settings(timeout=60)), 4 * THREADS)
    assert server.overlaps > 0


def test_two_controllers_of_a_window_never_overlap_and_draw_blocks(qtbot: QtBot, server: RandomServer) -> None:
    lanes = Lanes()
    settings = server.settings(block=7)
    both = [RandomStrings(network=lanes.network, settings=settings) for _ in range(2)]
    sold = []
    for _ in range(10):
        with qtbot.waitSignals([strings.filled for strings in both]):
            for strings in both:
                strings.fill()
                strings.fill()  # one that is being drawn is enough
        sold += [drawn.text for strings in both for _ in range(settings.block) if (drawn := strings.take())]
    lanes.close()
    assert server.overlaps == 0
    assert [request.params["num"] for request in server.draws] == ["7"] * 20
    assert sorted(sold) == sorted(server.served)
    assert len(set(sold)) == 140


def test_the_stock_is_filled_by_blocks_before_it_is_empty(qtbot: QtBot, server: RandomServer) -> None:
    lanes = Lanes()
    strings = RandomStrings(network=lanes.network, settings=server.settings(block=9))
    with qtbot.waitSignal(strings.filled):
        strings.fill_if_low()
    for sold in range(1, 10):
        assert strings.take() is not None
        if sold < 7:
            strings.fill_if_low()
            assert len(server.draws) == 1, f"drawn again with {9 - sold} of 9 in stock"
    with qtbot.waitSignal(strings.filled):
        strings.fill_if_low()
    lanes.close()
    assert [request.params["num"] for request in server.draws] == ["9", "9"]


# -- by name, and with every parameter ---------------------------------------------------------------------------------


def test_every_request_says_whom_to_write_to(server: RandomServer) -> None:
    RandomOrg(server.settings(contact="ada@example.org")).draw(3, cancelled=lambda: False)
    agents = {request.headers["user-agent"] for request in server.requests}
    assert {request.path for request in server.requests} == {"/quota/", "/strings/"}
    assert agents == {f"Metercalc/{__version__} (ada@example.org)"}


def test_every_parameter_is_sent(server: RandomServer) -> None:
    RandomOrg(server.settings()._replace(lower=False)).draw(3, cancelled=lambda: False)
    (request,) = server.draws
    assert request.params == {
        "num": "3",
        "len": "8",
        "digits": "on",
        "upperalpha": "on",
        "loweralpha": "off",
        "unique": "off",
        "format": "plain",
        "rnd": "new",
    }


# -- not while the quota is negative -----------------------------------------------------------------------------------


def draws_while_negative(server: RandomServer, settings: RandomSettings, rounds: int) -> list[float]:
    """Try again and again with a negative quota, just before each wait is over and after: the waits, in seconds."""
    clock = Clock()
    client = RandomOrg(settings, clock=clock)
    server.quota = "-1"
    waits = []
    for asked in range(1, rounds + 1):
        with contextlib.suppress(NetworkError):
            client.draw(1, cancelled=lambda: False)
        assert len(server.quotas) == asked, "the quota was not asked for when its time had come"
        with pytest.raises(NetworkError) as refused:
            client.draw(1, cancelled=lambda: False)
        wait = refused.value.details["wait_seconds"]
        assert isinstance(wait, int)
        waits.append(float(wait))
        clock.now += wait - JUST_BEFORE
        with pytest.raises(NetworkError, match="used up"):
            client.draw(1, cancelled=lambda: False)
        assert len(server.quotas) == asked, "asked before the wait was over"
        clock.now += JUST_BEFORE
    return waits


def test_nothing_is_drawn_while_the_quota_is_negative_and_each_wait_is_twice_as_long(server: RandomServer) -> None:
    waits = draws_while_negative(server, server.settings(), 10)
    print(f"{len(server.draws)} draws while the quota was negative, waits of {waits} s")  # noqa: T201  # the figure
    assert server.draws == []
    assert waits[0] == FIRST_WAIT == 10 * MINUTE
    assert waits == [min(FIRST_WAIT * 2**number, LONGEST_WAIT) for number in range(10)]


def test_a_quota_that_is_positive_again_opens_and_begins_anew(server: RandomServer) -> None:
    clock = Clock()
    client = RandomOrg(server.settings(), clock=clock)
    for _ in range(2):
        server.quota = "-1"
        with pytest.raises(NetworkError, match=re.escape("Try again in 10 minutes")):
            client.draw(1, cancelled=lambda: False)
        clock.now += FIRST_WAIT
        server.quota = "1000000"
        assert len(client.draw(1, cancelled=lambda: False)) == 1
        clock.now += FIRST_WAIT  # so that the quota is asked for again
    assert len(server.draws) == 2


def test_the_harness_finds_a_client_that_draws_although_the_quota_is_negative(
    server: RandomServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Quota.answered
    monkeypatch.setattr(Quota, "answered", lambda quota, bits: real(quota, abs(bits) * 10**6))
    monkeypatch.setattr("desktop.random_org.client.parse_quota", lambda _body: 10**6)
    with pytest.raises(pytest.fail.Exception):
        draws_while_negative(server, server.settings(), 2)
    assert len(server.draws) > 0
