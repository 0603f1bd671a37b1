"""A loopback server in the shape of random.org, on real sockets, that can misbehave in every way a draw must survive.

    with RandomServer() as server:
        server.quota = "-1"
        ...  # server.url and server.quota_url go into the configuration
        assert server.overlaps == 0

`behaviour` is how it answers a draw, `quota_behaviour` a quota; both may be changed at any time, but for the three
that belong to the listener (refuse, never accept, wrong certificate), which are chosen when it is made.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import random
import select
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import trustme

from desktop.settings.config import RandomSettings


class Behaviour(StrEnum):
    """How the server answers."""

    NORMAL = "normal"
    REFUSE = "refuse"
    NEVER_ACCEPT = "never accept"
    SILENT = "silent"
    DRIP_HEAD = "drip head"
    DRIP_BODY = "drip body"
    SHORT = "short"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    ENDLESS_HEAD = "endless head"
    GZIP_BOMB = "gzip bomb"
    REDIRECT = "redirect"
    ERROR_200 = "200 Error:"
    UNAVAILABLE = "503"
    HTML = "200 html"
    RESET = "reset"
    WRONG_CERTIFICATE = "wrong certificate"
    GARBLED_CHUNK = "garbled chunk"
    NO_HTTP = "no http"
    HINTS_WITHOUT_END = "hints without end"
    EARLY_HINTS = "early hints"  # a good answer, behind an informational one


LISTENER = frozenset({Behaviour.REFUSE, Behaviour.NEVER_ACCEPT, Behaviour.WRONG_CERTIFICATE})
BAD = tuple(behaviour for behaviour in Behaviour if behaviour not in (Behaviour.NORMAL, Behaviour.EARLY_HINTS))
QUOTA_ERROR = "Error: You have used your quota of random bits for today."

_HANGS_UP_S = 2.0
_CLASSES = {
    "digits": "0123456789",
    "upperalpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "loweralpha": "abcdefghijklmnopqrstuvwxyz",
}


@dataclass(frozen=True)
class Request:
    """One request as it came in; `headers` by lower-case name."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class _Open:
    """The connections whose request is being answered, and those that have been answered whole."""

    connections: set[socket.socket] = field(default_factory=set)
    answered: set[socket.socket] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


class RandomServer:
    """Listens from `start()` (or `with`) to `close()`. Its strings depend on `seed` alone.

    `tls` serves https with a certificate for 127.0.0.1 of an authority that nobody knows; `ca_file` is that authority,
    for who wants to trust it. `pause` is the time between the bytes of a drip, in seconds.
    """

    def __init__(
        self, behaviour: Behaviour = Behaviour.NORMAL, *, tls: bool = False, pause: float = 0.05, seed: int = 1
    ) -> None:
        self.behaviour = behaviour
        self.quota_behaviour = Behaviour.NORMAL
        self.quota = "1000000"
        """The body of a quota's answer."""
        self.pause = pause
        self.requests: list[Request] = []
        self.served: list[str] = []
        """Every string given away in a normal answer."""
        self.overlaps = 0
        """Requests that came while another was being answered to a client who still waited."""
        self.arrived = threading.Event()
        """Set when a request has been read whole (or a connection made, where none is read)."""
        self.gate: Callable[[], bool] = lambda: True
        """Whether a request may be answered; it waits for that half a minute at most."""
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._open = _Open()
        self._threads: list[threading.Thread] = []
        self._crowd: list[socket.socket] = []
        self._tls: ssl.SSLContext | None = None
        self._scheme = "http"
        self._files: tempfile.TemporaryDirectory[str] | None = None
        self._listener = socket.socket()
        if tls or behaviour is Behaviour.WRONG_CERTIFICATE:
            self._prepare_tls()

    def _prepare_tls(self) -> None:
        authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._tls)
        self._files = tempfile.TemporaryDirectory(prefix="random-server-")
        self.ca_file = Path(self._files.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._scheme = "https"

    # -- for tests ---------------------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"{self.base}/strings/"

    @property
    def quota_url(self) -> str:
        return f"{self.base}/quota/"

    @property
    def draws(self) -> list[Request]:
        return [request for request in self.requests if request.path == "/strings/"]

    @property
    def quotas(self) -> list[Request]:
        return [request for request in self.requests if request.path == "/quota/"]

    def settings(self, **changes: Any) -> RandomSettings:
        """The configuration of a client of this server: 8 characters of all classes, and patient."""
        values: dict[str, Any] = {
            "url": self.url,
            "quota_url": self.quota_url,
            "length": 8,
            "digits": True,
            "upper": True,
            "lower": True,
            "block": 10,
            "timeout": 60,
            "contact": "tests@example.org",
            "fallback": "deny",
        }
        return RandomSettings(**(values | changes))

    def start(self) -> Self:
        self._listener.bind(("127.0.0.1", 0))
        if self.behaviour is Behaviour.REFUSE:
            return self
        if self.behaviour is Behaviour.NEVER_ACCEPT:
            self._fill_the_queue()
            return self
        self._listener.listen(64)
        self._spawn(self._accept)
        return self

    def close(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._open.lock:
            for connection in self._open.connections:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for connection in self._crowd:
            connection.close()
        for thread in list(self._threads):
            thread.join(60)
            assert not thread.is_alive(), "the server's thread hangs"
        if self._files is not None:
            self._files.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- connections -------------------------------------------------------------------------------------------

    def _fill_the_queue(self) -> None:
        """Take the places that the system keeps for connections nobody has accepted: the next one gets no answer."""
        self._listener.listen(0)
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(self._listener.getsockname())
            self._crowd.append(connection)

    def _spawn(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True, name="random server")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._spawn(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            if self._tls is not None:
                plain.settimeout(60)
                connection = self._tls.wrap_socket(plain, server_side=True)
                connection.settimeout(None)
            request = _read_request(connection)
            if request is not None:
                self._answer(connection, request)
        except OSError:
            # The client has hung up: what most of the misbehaviours come to.
            pass
        finally:
            connection.close()

    def _answer(self, connection: socket.socket, request: Request) -> None:
        with self._open.lock:
            others = self._open.connections - self._open.answered
            self._open.connections.add(connection)
            self.requests.append(request)
        overlaps = any(self._still_waits(other) for other in others)
        with self._open.lock:
            self.overlaps += overlaps
        self.arrived.set()
        try:
            for _ in range(3000):
                if self.gate() or self._stopping.wait(0.01):
                    break
            if request.path == "/quota/":
                self._misbehave(connection, self.quota_behaviour, f"{self.quota}\n")
            elif request.path == "/strings/":
                self._misbehave(connection, self.behaviour, self._strings(request))
            self._open.answered.add(connection)
        finally:
            with self._open.lock:
                self._open.connections.discard(connection)

    def _still_waits(self, other: socket.socket) -> bool:
        """Whether a client waits for its answer. That it has hung up, a busy machine may tell a moment later."""
        if _has_hung_up(other):
            return False
        end = time.monotonic() + _HANGS_UP_S
        while time.monotonic() < end and other not in self._open.answered:
            if _has_hung_up(other):
                return False
            time.sleep(0.002)
        return True

    def _strings(self, request: Request) -> str:
        params = request.params
        alphabet = "".join(letters for name, letters in _CLASSES.items() if params[name] == "on")
        length, count = int(params["len"]), int(params["num"])
        strings = ["".join(self._random.choices(alphabet, k=length)) for _ in range(count)]
        if self.behaviour not in BAD:
            self.served += strings
        return "".join(f"{line}\n" for line in strings)

    # -- answers -----------------------------------------------------------------------------------------------

    def _misbehave(self, connection: socket.socket, behaviour: Behaviour, body: str) -> None:
        whole = body.encode()
        match behaviour:
            case Behaviour.SILENT:
                connection.recv(1)
            case Behaviour.DRIP_HEAD:
                self._drip(connection, itertools.chain(b"HTTP/1.1 200 OK\r\nX-Padding: ", itertools.repeat(ord("x"))))
            case Behaviour.DRIP_BODY:
                connection.sendall(_head(200, f"Content-Length: {len(whole)}"))
                self._drip(connection, iter(whole))
            case Behaviour.ENDLESS:
                self._flood(connection, _head(200), whole * 100)
            case Behaviour.ENDLESS_HEAD:
                self._flood(connection, b"HTTP/1.1 200 OK\r\n", b"X-Padding: " + b"x" * 1000 + b"\r\n")
            case Behaviour.RESET:
                # Closed with no time to linger: the client gets a reset, not an end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case _:
                connection.sendall(self._whole_answer(behaviour, whole))

    def _whole_answer(self, behaviour: Behaviour, body: bytes) -> bytes:
        head = _head(200, f"Content-Length: {len(body)}")
        if behaviour in _PROTOCOL:
            return _PROTOCOL[behaviour](head, body)
        match behaviour:
            case Behaviour.SHORT:
                return _head(200) + b"".join(body.splitlines(keepends=True)[:-1])
            case Behaviour.TRUNCATED:
                return head + body[: len(body) // 2]
            case Behaviour.GZIP_BOMB:
                return _head(200, "Content-Encoding: gzip") + gzip.compress(bytes(1_000_000)) * 200
            case Behaviour.REDIRECT:
                return _head(302, f"Location: {self.base}/elsewhere")
            case Behaviour.ERROR_200:
                return _head(200) + QUOTA_ERROR.encode() + b"\nmore\n"
            case Behaviour.UNAVAILABLE:
                return _head(503) + QUOTA_ERROR.encode() + b"\nmore\n"
            case Behaviour.HTML:
                return _head(200) + b"<html><body>Please sign in to this network.</body></html>\n"
            case _:
                return head + body

    def _drip(self, connection: socket.socket, content: Iterator[int]) -> None:
        for byte in content:
            if self._stopping.wait(self.pause):
                return
            connection.sendall(bytes([byte]))

    def _flood(self, connection: socket.socket, head: bytes, block: bytes) -> None:
        connection.sendall(head)
        while not self._stopping.is_set():
            connection.sendall(block)


def _head(status: int, *lines: str) -> bytes:
    first = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Otherwise'}"
    return "\r\n".join((first, "Content-Type: text/plain", "Connection: close", *lines, "", "")).encode()


_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
_PROTOCOL: dict[Behaviour, Callable[[bytes, bytes], bytes]] = {
    Behaviour.GARBLED_CHUNK: lambda _, body: _head(200, "Transfer-Encoding: chunked") + b"many\r\n" + body,
    Behaviour.NO_HTTP: lambda _, __: b"220 mail.example ready\r\n",
    Behaviour.HINTS_WITHOUT_END: lambda _, __: _HINT * 1_000,
    Behaviour.EARLY_HINTS: lambda head, body: _HINT + b"HTTP/1.1 102 Processing\r\n\r\n" + head + body,
}


def _read_request(connection: socket.socket) -> Request | None:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(4096)
        if not chunk:
            return None
        received += chunk
    first, *lines = received.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")
    target = urlsplit(first.split(" ")[1])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Request(target.path, dict(parse_qsl(target.query)), headers)


def _has_hung_up(connection: socket.socket) -> bool:
    """Whether the other side has ended the connection: then it waits for no answer any more."""
    try:
        if not select.select([connection], [], [], 0)[0]:
            return False
        return not isinstance(connection, ssl.SSLSocket) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):  # this side has ended it, perhaps between two calls
        return True
