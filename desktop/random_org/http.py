"""Owns one HTTP GET under a wall-clock deadline, which also ends at once on request; must not know what it fetches.

It imports requests at its top, which takes 0.2 s: import this module late, where the first request is made.

requests' own timeout is no deadline: it starts again with every byte (a server that drips its headers held a call with
1 s for 9 s). Nor can a name lookup be broken off. So the request runs on a thread of its own: whoever waits for it
walks away at the deadline, and the connection is shut under the thread, which ends it.
"""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url, select_proxy
from urllib3.poolmanager import PoolManager

from desktop.language.sentences import say
from desktop.random_org import trust as random_trust
from desktop.settings.values import is_loopback
from desktop.terms.errors import Cancelled

POLL = 0.05
"""Seconds between two looks at the deadline and at the person's wish to stop."""

CHUNK = 16_384


class ExchangeError(Exception):
    """No usable answer.

    `reason` is "deadline", "unreachable", "untrusted" (TLS), "broken" (ended halfway), "garbled" (not HTTP), "proxy"
    or "authorities"; `named` is then the proxy, or the file of certificates, that is at fault.
    """

    def __init__(self, reason: str, named: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.named = named


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `body` ends one byte past the cap when there was more; an encoded body is not read."""

    status: int
    encoded: bool
    body: bytes


def get(
    url: str,
    *,
    params: Mapping[str, str],
    user_agent: str,
    cap: int,
    remaining: Callable[[], float],
    cancelled: Callable[[], bool],
) -> Answer:
    """Fetch `url`, at most `cap` bytes of it, while `remaining()` seconds are above zero. No redirects, no retries.

    Raises ExchangeError; Cancelled when `cancelled()` turns true, even while the server is silent.
    """
    line = _Line()
    results: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
    headers = {"User-Agent": user_agent, "Accept-Encoding": "identity", "Accept": "text/plain"}

    def fetch() -> None:
        try:
            results.put(_fetch(line, url, params, headers, cap, max(0.001, remaining())))
        except BaseException as error:  # noqa: BLE001 - carried to the waiting thread, which raises it
            results.put(error)

    run = contextvars.copy_context().run
    # A daemon: one that is stuck in a name lookup must not keep the program from ending.
    threading.Thread(target=run, args=(fetch,), name="http", daemon=True).start()
    try:
        result = _await(results, remaining, cancelled)
    finally:
        line.cut()
    if isinstance(result, BaseException):
        raise result
    return result


def _await(
    results: queue.SimpleQueue[Answer | BaseException],
    remaining: Callable[[], float],
    cancelled: Callable[[], bool],
) -> Answer | BaseException:
    while True:
        with contextlib.suppress(queue.Empty):
            return results.get(timeout=max(0.001, min(POLL, remaining())))
        if cancelled():
            raise Cancelled(say("The draw was stopped before an answer came."))
        if remaining() <= 0:
            raise ExchangeError("deadline")


def _fetch(
    line: _Line, url: str, params: Mapping[str, str], headers: Mapping[str, str], cap: int, timeout: float
) -> Answer:
    host = urlsplit(url).hostname or ""
    # Plain http is allowed to this machine alone; through a proxy it would leave it.
    proxies = {"no_proxy": host} if is_loopback(host) else {}
    proxy = ""
    try:
        with requests.Session() as session:
            session.auth = _credentials(url)
            proxy = _proxy(session, url, proxies)
            trust = random_trust.context() if urlsplit(url).scheme == "https" else None
            for scheme in ("http://", "https://"):
                session.mount(scheme, _CuttableAdapter(line, trust))
            with session.get(
                url,
                params=params,
                headers=headers,
                timeout=timeout,
                proxies=proxies,
                stream=True,
                allow_redirects=False,
            ) as response:
                encoded = response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"
                body = b"" if encoded else _read(response.raw, cap)
                return Answer(response.status_code, encoded, body)
    except random_trust.TrustError as error:
        raise ExchangeError("authorities", error.file) from error
    # A bad status line or chunk size comes through the libraries as Python says it: it is the server's all the same.
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,
    ) as error:
        reason = _reason(error, connected=line.connected)
        if reason == "unreachable" and proxy:
            raise ExchangeError("proxy", proxy) from error
        raise ExchangeError(reason) from error


def _proxy(session: requests.Session, url: str, proxies: dict[str, str]) -> str:
    """The proxy that a request goes through, without a name and password that may stand in its address; "" for none."""
    found = session.merge_environment_settings(url, dict(proxies), None, None, None)["proxies"]
    return (select_proxy(url, found) or "").rpartition("@")[2].rpartition("//")[2].rstrip("/")


def _credentials(url: str) -> AuthBase:
    """Those that the address itself names, or none: without this requests sends what stands in ~/.netrc."""
    user, password = get_auth_from_url(url)
    return HTTPBasicAuth(user, password) if user else _NoCredentials()


class _NoCredentials(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _read(raw: urllib3.BaseHTTPResponse, cap: int) -> bytes:
    body = bytearray()
    while len(body) <= cap:
        chunk = raw.read(min(CHUNK, cap + 1 - len(body)), decode_content=False)
        if not chunk:
            break
        body += chunk
    return bytes(body)


def _reason(error: Exception, *, connected: bool) -> str:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return "deadline"
    if connected:
        return "garbled" if any(map(_is_garbled, _chain(error))) else "broken"
    return "untrusted" if isinstance(error, requests.exceptions.SSLError) else "unreachable"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it stands for."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_garbled(error: BaseException) -> bool:
    """Whether the server's words were no HTTP; a connection that ends without any is none of them."""
    kinds = (http.client.BadStatusLine, http.client.UnknownProtocol, urllib3.exceptions.InvalidChunkLength, ValueError)
    return isinstance(error, kinds) and not isinstance(error, http.client.RemoteDisconnected)


_MOST_HINTS = 20


class _FinalResponse(http.client.HTTPResponse):
    """An answer without the informational ones before it (RFC 9110, 15.2): Python's own skips 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_MOST_HINTS):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # typeshed leaves it out
            if not 102 <= status <= 199:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("informational answers without end")


class _Line:
    """The connection of one request, to be cut from another thread. Once cut, nothing is sent on it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def hold(self, connection: Any) -> None:
        """Take over a connection's socket before a byte of the request is sent."""
        with self._lock:
            if self._is_cut:
                connection.close()
                raise ConnectionAbortedError("nobody waits for this request any more")
            # TLS inside a proxy's TLS is no socket but has one.
            self._socket = getattr(connection.sock, "socket", connection.sock)

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                # Closed already when the request has ended by itself. Not SSLSocket's own shutdown: it takes the
                # TLS state away from the thread that is reading.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _CuttableAdapter(HTTPAdapter):
    """requests' own adapter, whose connections report to a `_Line` as soon as they stand."""

    def __init__(self, line: _Line, trust: ssl.SSLContext | None) -> None:
        self._line = line
        self._trust = trust
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._trust)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._trust)
        self._watch(manager)
        return manager

    def _watch(self, manager: PoolManager) -> None:
        # Derived from what the manager uses, so that a proxy's connections stay a proxy's.
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: _reporting(pool, self._line) for scheme, pool in pools.items()}


def _reporting(pool: Any, line: _Line) -> Any:
    connection_class = pool.ConnectionCls

    def connect(connection: Any) -> None:
        connection_class.connect(connection)
        line.hold(connection)

    members = {"connect": connect, "response_class": _FinalResponse}
    reporting = type(connection_class.__name__, (connection_class,), members)
    return type(pool.__name__, (pool,), {"ConnectionCls": reporting})
