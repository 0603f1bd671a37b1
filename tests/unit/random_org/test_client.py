"""What a draw promises, against a real server on the loopback: the strings asked for, in time, or a sentence."""

from __future__ import annotations

import base64
import json
import logging
import math
import re
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop import __version__
from desktop.random_org import http
from desktop.random_org.answers import first_words, parse_quota, parse_strings
from desktop.random_org.client import RandomOrg, user_agent
from desktop.random_org.quota import FIRST_WAIT, LONGEST_WAIT
from desktop.random_org.strings import bits, draw_local
from desktop.settings.config import RandomSettings
from desktop.terms.errors import Cancelled, NetworkError
from tests.support.random_server import BAD, LISTENER, QUOTA_ERROR, Behaviour, RandomServer

SETTINGS = RandomSettings(
    url="https://www.random.org/strings/",
    quota_url="https://www.random.org/quota/",
    length=4,
    digits=True,
    upper=False,
    lower=False,
    block=10,
    timeout=1,
    contact="",
    fallback="deny",
)
PATIENT = 60
"""Seconds of a draw's deadline where something else ends the draw, on the slowest machine too."""
IMPATIENT = 0.4
"""Seconds of a draw's deadline where nothing else ever does."""


class Clock:
    """Seconds that stand still until a test moves them on: no deadline passes because the machine is slow."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def never() -> bool:
    return False


@pytest.fixture(autouse=True)
def _nobodys_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and the authorities that this system trusts by itself."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for name in (*proxies, "requests_ca_bundle", "curl_ca_bundle", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[RandomServer]:
    with RandomServer() as running:
        yield running
    assert not http_threads(), "a request outlived its test"


def http_threads() -> list[threading.Thread]:
    """Request threads that still live a moment after they should have ended."""
    threads = [thread for thread in threading.enumerate() if thread.name == "http"]
    for thread in threads:
        thread.join(PATIENT / 4)
    return [thread for thread in threads if thread.is_alive()]


def refusal(org: RandomOrg, count: int = 10, *, cancelled: Callable[[], bool] = never) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        org.draw(count, cancelled=cancelled)
    return caught.value


def passing(clock: Clock, seconds: float, when: Callable[[], object]) -> Callable[[], bool]:
    """A `cancelled` that never is, but at whose first look after `when()` so many seconds have passed.

    It fails the test when that ends nothing: long before a request of itself gives up.
    """
    moved: list[float] = []

    def cancelled() -> bool:
        if not moved and when():
            clock.now += seconds
            moved.append(time.monotonic())
        assert not moved or time.monotonic() - moved[0] < PATIENT / 4
        return False

    return cancelled


def soon(condition: Callable[[], bool]) -> Callable[[], bool]:
    """A `cancelled` that also fails the test instead of waiting for ever."""
    limit = time.monotonic() + PATIENT

    def cancelled() -> bool:
        assert time.monotonic() < limit
        return condition()

    return cancelled


# -- what is asked, and what is given --------------------------------------------------------------------------


def test_a_draw_gives_exactly_the_strings_that_were_served(server: RandomServer) -> None:
    strings = RandomOrg(server.settings()).draw(25, cancelled=never)

    assert len(strings) == 25
    assert list(strings) == server.served


@pytest.mark.parametrize("count", [1, 10_000])
def test_the_smallest_and_the_largest_draw_work(server: RandomServer, count: int) -> None:
    assert len(RandomOrg(server.settings(length=20)).draw(count, cancelled=never)) == count


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_count_that_random_org_does_not_know_is_never_sent(server: RandomServer, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 10000"):
        RandomOrg(server.settings()).draw(count, cancelled=never)

    assert server.requests == []


def test_every_parameter_is_sent_and_the_contact_is_named(server: RandomServer) -> None:
    RandomOrg(server.settings(length=12, lower=False)).draw(7, cancelled=never)

    (draw,) = server.draws
    assert draw.params == {
        "num": "7",
        "len": "12",
        "digits": "on",
        "upperalpha": "on",
        "loweralpha": "off",
        "unique": "off",
        "format": "plain",
        "rnd": "new",
    }
    for request in server.requests:
        assert request.headers["user-agent"] == f"Metercalc/{__version__} (tests@example.org)"
        assert request.headers["accept-encoding"] == "identity"
    assert [request.params for request in server.quotas] == [{"format": "plain"}]


def test_without_a_contact_the_program_names_itself_alone() -> None:
    assert user_agent("") == f"Metercalc/{__version__}"


def test_draws_from_many_threads_reach_the_server_one_at_a_time(server: RandomServer) -> None:
    org = RandomOrg(server.settings(timeout=PATIENT))
    with ThreadPoolExecutor(8) as pool:
        draws = list(pool.map(lambda _: org.draw(3, cancelled=never), range(40)))

    assert server.overlaps == 0
    assert sorted(text for draw in draws for text in draw) == sorted(server.served)


def test_the_server_counts_overlaps_when_there_are_some(server: RandomServer) -> None:
    server.behaviour = Behaviour.SILENT

    def draw(_: int) -> None:
        with pytest.raises(Cancelled):
            RandomOrg(server.settings()).draw(10, cancelled=soon(lambda: server.overlaps > 0))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(draw, range(2)))


def test_a_loopback_address_is_asked_without_a_proxy(server: RandomServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with RandomServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.base)
        RandomOrg(server.settings()).draw(1, cancelled=never)

    assert proxy.requests == []
    assert len(server.draws) == 1


def test_requests_is_imported_with_the_first_draw_and_not_before() -> None:
    script = (
        "import sys; import desktop.random_org.client, desktop.random_org.stock; sys.exit('requests' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# -- trouble ---------------------------------------------------------------------------------------------------

REASONS = {
    Behaviour.REFUSE: ("unreachable", "could not be reached"),
    Behaviour.NEVER_ACCEPT: ("deadline", "within 0.4 s"),
    Behaviour.SILENT: ("deadline", "within 0.4 s"),
    Behaviour.DRIP_HEAD: ("deadline", "within 0.4 s"),
    Behaviour.DRIP_BODY: ("deadline", "within 0.4 s"),
    Behaviour.SHORT: ("malformed", "something else than the strings"),
    Behaviour.TRUNCATED: ("broken", "broke off"),
    Behaviour.ENDLESS: ("too_long", "more than was asked for"),
    Behaviour.ENDLESS_HEAD: ("broken", "broke off"),
    Behaviour.GZIP_BOMB: ("encoded", "a form that was not asked for"),
    Behaviour.REDIRECT: ("redirect", "not followed"),
    Behaviour.ERROR_200: ("refused", f"“{QUOTA_ERROR}”"),
    Behaviour.UNAVAILABLE: ("refused", f"“{QUOTA_ERROR}”"),
    Behaviour.HTML: ("malformed", "something else than the strings"),
    Behaviour.RESET: ("broken", "broke off"),
    Behaviour.WRONG_CERTIFICATE: ("untrusted", "certificate"),
    Behaviour.GARBLED_CHUNK: ("garbled", "not HTTP as it should be"),
    Behaviour.NO_HTTP: ("garbled", "not HTTP as it should be"),
    Behaviour.HINTS_WITHOUT_END: ("garbled", "not HTTP as it should be"),
}


HANGING = (Behaviour.SILENT, Behaviour.DRIP_HEAD, Behaviour.DRIP_BODY)
"""How a server that has read the request keeps a draw waiting until its deadline."""


def test_informational_answers_are_skipped() -> None:
    with RandomServer(Behaviour.EARLY_HINTS) as server:
        assert list(RandomOrg(server.settings()).draw(3, cancelled=never)) == server.served


def test_no_credentials_are_sent_but_those_that_the_address_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ann password hers\ndefault login ann password hers\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with RandomServer() as server:
        RandomOrg(server.settings()).draw(1, cancelled=never)
        named = server.url.replace("http://", "http://me:mine@")
        RandomOrg(server.settings(url=named)).draw(1, cancelled=never)
    quota, draw, _, with_mine = (request.headers.get("authorization") for request in server.requests)
    assert (quota, draw) == (None, None)
    assert with_mine == "Basic " + base64.b64encode(b"me:mine").decode()


def test_what_one_program_learns_of_the_quota_holds_for_the_next(tmp_path: Path) -> None:
    """Programs that come and go, as the command line does: while the quota is negative none of them asks again."""
    now = [1_795_000_000.0]
    with RandomServer() as server:
        server.quota = "-1"

        def program() -> str:
            error = refusal(RandomOrg(server.settings(), folder=tmp_path, now=lambda: now[0]))
            return str(error.details["reason"])

        assert [program() for _ in range(4)] == ["quota"] * 4
        assert len(server.requests) == 1
        now[0] += FIRST_WAIT + 1
        assert program() == "quota"
        assert len(server.requests) == 2
        now[0] += FIRST_WAIT + 1  # twice as long the second time
        assert program() == "quota"
        assert len(server.requests) == 2
        now[0] += FIRST_WAIT
        server.quota = "1000000"
        assert RandomOrg(server.settings(), folder=tmp_path, now=lambda: now[0]).draw(1, cancelled=never)
    assert (tmp_path / "random.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", "null", '{"wait": "long"}', '{"wait": 1e99}', '{"wait": 600, "bits": NaN}', "[" * 9_000]
)
def test_a_kept_quota_that_is_none_says_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / "random.json").write_text(kept)
    with RandomServer() as server:
        assert RandomOrg(server.settings(), folder=tmp_path).draw(1, cancelled=never)
        assert [request.path for request in server.requests] == ["/quota/", "/strings/"]


def test_a_clock_that_was_set_back_closes_the_quota_for_a_day_at_most(tmp_path: Path) -> None:
    far = {"asked": 4e9, "bits": -1.0, "wait": 600.0, "closed_until": 4e9}
    (tmp_path / "random.json").write_text(json.dumps(far))
    with RandomServer() as server:
        error = refusal(RandomOrg(server.settings(), folder=tmp_path))
    assert error.details["wait_seconds"] == LONGEST_WAIT


def test_a_folder_that_cannot_be_written_costs_no_draw(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with RandomServer() as server:
        assert RandomOrg(server.settings(), folder=tmp_path / "file" / "none").draw(1, cancelled=never)


@pytest.mark.parametrize("behaviour", BAD)
def test_a_bad_server_is_refused_with_a_sentence_and_one_line_in_the_log(
    behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reason, words = REASONS[behaviour]
    with RandomServer(behaviour) as server:
        # Where the server never answers, the deadline does; where it does, a slow machine is given its time.
        org = RandomOrg(server.settings(timeout=IMPATIENT if reason == "deadline" else PATIENT))
        error = refusal(org)
        assert not http_threads(), "the request goes on behind the draw's back"

    assert error.details["reason"] == reason
    assert words in error.message
    assert error.message.startswith(("127.0.0.1", "No trusted", "The connection"))
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warnings] == [f"draw of 10 strings refused: {reason}"]
    assert "/elsewhere" not in {request.path for request in server.requests}


@pytest.mark.parametrize("behaviour", HANGING)
def test_a_draw_ends_with_the_first_look_that_finds_its_time_up(server: RandomServer, behaviour: Behaviour) -> None:
    server.behaviour, server.pause = behaviour, 0.5
    clock = Clock()
    looks: list[float] = []

    def cancelled() -> bool:
        if server.draws:
            clock.now += PATIENT * 0.6  # not up at the first look, up at the second
            looks.append(clock.now)
        return False

    assert refusal(RandomOrg(server.settings(), clock=clock), cancelled=cancelled).details["reason"] == "deadline"
    assert len(looks) == 2
    assert not http_threads()


@pytest.mark.parametrize("behaviour", [Behaviour.ENDLESS, Behaviour.GZIP_BOMB, Behaviour.ENDLESS_HEAD])
def test_an_answer_without_end_costs_little_memory(behaviour: Behaviour) -> None:
    with RandomServer(behaviour) as server:
        org = RandomOrg(server.settings(timeout=PATIENT))
        tracemalloc.start()
        try:
            refusal(org)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 10_000_000


@pytest.mark.parametrize("behaviour", sorted(set(BAD) - LISTENER))
def test_after_trouble_the_next_draw_works(server: RandomServer, behaviour: Behaviour) -> None:
    server.behaviour, server.pause = behaviour, 0.5
    clock = Clock()
    org = RandomOrg(server.settings(), clock=clock)
    refusal(org, cancelled=passing(clock, PATIENT, lambda: behaviour in HANGING and server.draws))

    server.behaviour = Behaviour.NORMAL

    assert list(org.draw(5, cancelled=never)) == server.served
    assert server.overlaps == 0


def test_a_trusted_certificate_is_accepted_and_a_drip_behind_it_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with RandomServer(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        clock = Clock()
        org = RandomOrg(server.settings(), clock=clock)
        assert list(org.draw(3, cancelled=never)) == server.served

        server.behaviour = Behaviour.DRIP_HEAD
        up = passing(clock, PATIENT, lambda: len(server.draws) == 2)
        assert refusal(org, cancelled=up).details["reason"] == "deadline"
        assert not http_threads()


def test_an_authority_that_the_system_trusts_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with RandomServer(tls=True) as server:
        org = RandomOrg(server.settings())
        assert refusal(org).details["reason"] == "untrusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))  # where OpenSSL has the system's
        assert list(org.draw(3, cancelled=never)) == server.served


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_named(
    variable: str,
    content: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = tmp_path / "office.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv(variable, str(file))
    with RandomServer(tls=True) as server:
        error = refusal(RandomOrg(server.settings()))
        assert error.details["reason"] == "authorities"
        assert str(file) in error.message
        assert f"authorities {file}" in caplog.text
        assert server.requests == []


@pytest.mark.parametrize("running", [True, False])
def test_a_proxy_that_is_of_no_use_is_named_without_its_password(
    running: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = "https://random.example/strings/"
    with RandomServer(Behaviour.NORMAL if running else Behaviour.REFUSE) as proxy:  # it knows no CONNECT
        org = RandomOrg(proxy.settings(url=url, quota_url=url))
        place = proxy.base.removeprefix("http://")
        monkeypatch.setenv("https_proxy", f"http://ann:secret@{place}/")
        error = refusal(org)
    assert error.details["reason"] == "proxy"
    assert f"through the proxy {place}." in error.message
    assert f"proxy {place}" in caplog.text
    assert "secret" not in error.message + caplog.text


def test_a_certificate_for_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with RandomServer(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca_file))
        url = server.url.replace("127.0.0.1", "localhost")
        org = RandomOrg(server.settings(url=url, quota_url=url))

        assert refusal(org).details["reason"] == "untrusted"
        assert server.requests == []


@pytest.mark.parametrize("behaviour", HANGING)
def test_a_cancel_takes_effect_at_once_while_the_server_keeps_it_waiting(
    server: RandomServer, behaviour: Behaviour
) -> None:
    server.behaviour, server.pause = behaviour, 0.5
    asked: list[float] = []

    def cancelled() -> bool:
        if not server.draws:
            return False
        asked.append(time.monotonic())
        return True

    with pytest.raises(Cancelled):
        RandomOrg(server.settings(timeout=PATIENT)).draw(10, cancelled=cancelled)

    assert len(asked) == 1
    assert time.monotonic() - asked[0] < PATIENT / 4, "it waited for the server"
    assert not http_threads()


def test_a_cancel_takes_effect_while_no_connection_comes_about() -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) == 2  # the first look is before anything is sent

    with RandomServer(Behaviour.NEVER_ACCEPT) as server:
        with pytest.raises(Cancelled):
            RandomOrg(server.settings(timeout=PATIENT)).draw(10, cancelled=cancelled)
        assert time.monotonic() - asked[1] < PATIENT / 4, "it waited for the connection"


def test_a_draw_that_waits_for_its_turn_can_be_cancelled_too(server: RandomServer) -> None:
    server.behaviour = Behaviour.SILENT
    org = RandomOrg(server.settings())
    cancel = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(org.draw, 1, cancelled=soon(cancel.is_set))
        assert server.arrived.wait(PATIENT)
        with pytest.raises(Cancelled):
            org.draw(1, cancelled=lambda: True)
        cancel.set()
        with pytest.raises(Cancelled):
            first.result()
    assert len(server.draws) <= 1


def test_a_name_lookup_that_hangs_holds_nobody_up_and_sends_nothing_later(
    server: RandomServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, over = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def hang(*args: object, **kwargs: object) -> object:
        release.wait(PATIENT)
        over.set()
        return look_up(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    assert refusal(RandomOrg(server.settings(timeout=IMPATIENT))).details["reason"] == "deadline"
    assert not over.is_set(), "it waited for the lookup"

    release.set()
    assert not http_threads()
    assert server.requests == []


def test_a_bug_in_the_exchange_is_raised_where_the_draw_was_asked_for(
    server: RandomServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(http, "_read", fail)
    with pytest.raises(ZeroDivisionError):
        RandomOrg(server.settings()).draw(1, cancelled=never)


def test_no_string_reaches_the_log(server: RandomServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    strings = RandomOrg(server.settings()).draw(10, cancelled=never)
    server.behaviour = Behaviour.SHORT
    refusal(RandomOrg(server.settings()))

    assert not any(text in caplog.text for text in strings)
    assert "drew 10 strings" in caplog.text


# -- the quota -------------------------------------------------------------------------------------------------


def test_the_quota_is_asked_once_for_draws_close_together_and_again_after_ten_minutes(server: RandomServer) -> None:
    clock = Clock()
    org = RandomOrg(server.settings(), clock=clock)
    for _ in range(5):
        org.draw(1, cancelled=never)
    assert len(server.quotas) == 1

    clock.now += 600
    org.draw(1, cancelled=never)

    assert len(server.quotas) == 2


def test_the_quota_is_asked_again_when_it_seems_short(server: RandomServer) -> None:
    org = RandomOrg(server.settings())
    server.quota = str(math.ceil(bits(server.settings(), 20)))
    for _ in range(2):
        org.draw(10, cancelled=never)
    assert len(server.quotas) == 1

    org.draw(10, cancelled=never)

    assert len(server.quotas) == 2


def test_a_negative_quota_means_no_draw_for_ten_minutes_then_twice_as_long_up_to_a_day(server: RandomServer) -> None:
    clock = Clock()
    org = RandomOrg(server.settings(), clock=clock)
    server.quota = "-1"
    expected = 600.0
    for round_ in range(1, 12):
        error = refusal(org)
        assert error.details["reason"] == "quota"
        assert error.details["wait_seconds"] == expected
        clock.now += expected - 1
        assert refusal(org).details["reason"] == "quota"
        assert len(server.quotas) == round_
        clock.now += 1
        expected = min(2 * expected, LONGEST_WAIT)
    assert server.draws == []

    server.quota = "5"
    org.draw(1, cancelled=never)
    server.quota = "-1"
    clock.now += 600

    assert refusal(org).details["wait_seconds"] == 600


def test_the_refusal_says_when_to_try_again(server: RandomServer) -> None:
    server.quota = "-1"

    assert refusal(RandomOrg(server.settings())).message.endswith("Try again in 10 minutes.")


def test_after_a_negative_answer_nothing_is_drawn_until_a_better_one_has_been_read(server: RandomServer) -> None:
    clock = Clock()
    org = RandomOrg(server.settings(), clock=clock)
    server.quota = "-1"
    refusal(org)
    clock.now += 700

    server.quota = "maybe"
    assert refusal(org).details["reason"] == "malformed"
    server.quota_behaviour = Behaviour.SILENT
    up = passing(clock, PATIENT, lambda: len(server.quotas) == 3)
    assert refusal(org, cancelled=up).details["reason"] == "deadline"
    assert server.draws == []

    server.quota, server.quota_behaviour = "0", Behaviour.NORMAL
    assert len(org.draw(1, cancelled=never)) == 1


@pytest.mark.parametrize("behaviour", sorted(set(BAD) - LISTENER))
def test_a_quota_that_cannot_be_had_does_not_stop_a_draw(server: RandomServer, behaviour: Behaviour) -> None:
    server.quota_behaviour, server.pause = behaviour, 0.5
    clock = Clock()
    org = RandomOrg(server.settings(), clock=clock)
    a_third = passing(clock, PATIENT / 3, lambda: behaviour in HANGING and server.quotas)
    assert len(org.draw(10, cancelled=a_third)) == 10

    org.draw(10, cancelled=never)

    assert len(server.quotas) == 1
    assert server.overlaps == 0


def test_a_refused_draw_makes_the_next_one_ask_for_the_quota(server: RandomServer) -> None:
    org = RandomOrg(server.settings())
    server.behaviour = Behaviour.UNAVAILABLE
    refusal(org)
    server.quota = "-5"

    assert refusal(org).details["reason"] == "quota"
    assert len(server.draws) == 1


def test_a_cancel_while_the_quota_is_asked_for_draws_nothing(server: RandomServer) -> None:
    server.quota_behaviour = Behaviour.SILENT

    with pytest.raises(Cancelled):
        RandomOrg(server.settings()).draw(1, cancelled=soon(server.arrived.is_set))

    assert server.draws == []


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"1000000\n", 1_000_000),
        (b"0", 0),
        (b"-48\r\n", -48),
        (b"", None),
        (b"\n", None),
        (b"1 2\n", None),
        (b"1.5\n", None),
        (b"+5\n", None),
        (b"1_000\n", None),
        ("١٢\n".encode(), None),
        (b"Error: no\n", None),
        (b"9" * 40, None),
    ],
)
def test_a_quota_is_one_integer_or_nothing(body: bytes, value: int | None) -> None:
    assert parse_quota(body) == value


# -- strings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"1234\n",
        b"1234\n567\n",
        b"1234\n56789\n",
        b"1234\n5678\n\n",
        b"1234\n5678\n9012\n",
        b"1234\r\n5678\r\n",
        b"1234 \n5678\n",
        b"12a4\n5678\n",
        b"1234\n\xff678\n",
        "1234\n５６７８\n".encode(),
        b"1234\x0b5678\n",
        b"\xef\xbb\xbf1234\n5678\n",
        b"Error: x\n5678\n",
    ],
)
def test_anything_but_the_lines_asked_for_is_refused_whole(body: bytes) -> None:
    assert parse_strings(body, SETTINGS, 2) is None


@given(st.lists(st.text("0123456789", min_size=4, max_size=4), min_size=1, max_size=20))
def test_well_formed_lines_come_back_as_they_are(lines: list[str]) -> None:
    body = "".join(f"{line}\n" for line in lines).encode()

    assert parse_strings(body, SETTINGS, len(lines)) == tuple(lines)


@given(st.binary(max_size=40), st.integers(1, 5))
@example(b"1234\n5678", 2)
def test_whatever_comes_only_strings_as_asked_for_come_out(body: bytes, count: int) -> None:
    strings = parse_strings(body, SETTINGS, count)

    if strings is not None:
        assert len(strings) == count
        assert all(re.fullmatch("[0-9]{4}", text, re.ASCII) for text in strings)


@given(st.binary(max_size=600))
def test_the_servers_words_are_shown_short_on_one_line_and_without_control_characters(body: bytes) -> None:
    words = first_words(b"Error: " + body)

    assert len(words) <= 100
    assert words.isprintable()


def test_only_the_first_line_of_an_error_is_quoted() -> None:
    assert first_words(b"Error: \x1b[31mtoo much\x00\nsecret\n") == "Error: [31mtoo much"


@pytest.mark.parametrize(
    ("classes", "pattern"),
    [
        ({"digits": True}, "[0-9]{4}"),
        ({"digits": False, "upper": True}, "[A-Z]{4}"),
        ({"digits": True, "upper": True, "lower": True}, "[0-9A-Za-z]{4}"),
    ],
)
def test_local_strings_are_of_the_same_kind(classes: dict[str, bool], pattern: str) -> None:
    strings = draw_local(SETTINGS._replace(**classes), 200)  # type: ignore[arg-type]

    assert len(strings) == 200
    assert all(re.fullmatch(pattern, text) for text in strings)
    assert len(set(strings)) > 100


def test_eight_characters_of_62_cost_47_6_bits() -> None:
    assert bits(SETTINGS._replace(length=8, upper=True, lower=True), 1) == pytest.approx(47.6, abs=0.05)
