"""What each kind of configuration value accepts, and how it is read; it knows no file, section or key.

A value comes as TOML has it, or as text from the environment and the command line. A reader returns what the program
uses, or raises `Refused`, also by way of `ValueError` and `BadInput`: whoever asks names the key in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from desktop.arithmetic.money import format_money, parse_money
from desktop.language.sentences import say
from desktop.terms.errors import BadInput
from desktop.terms.shapes import Kind, Shape

_MOST_MONEY = 100_000_000_000
_SQLITE = "sqlite:///"
_SERVERS = ("postgresql://", "postgres://")
# Two letters at least: "C:\ledger.db" is a path on Windows.
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]+:"
_ANY_TEXT = Shape(Kind.TEXT)
_EMAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}"


class Refused(Exception):
    """The value is not one that is accepted."""


class Secret(Exception):
    """The value holds a password, where none belongs; it is not repeated."""


class Explained(Exception):
    """The value is not accepted, for a reason that is told with it."""


class Reader(NamedTuple):
    """One kind of value: what is accepted, in the person's words; how TOML's value is read; how text becomes one.

    `shape` says the same as a form needs it.
    """

    accepts: Callable[[], str]
    read: Callable[[object], object]
    from_text: Callable[[str], object] = str
    shape: Shape = _ANY_TEXT


def whole(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`."""
    shape = Shape(Kind.NUMBER, least, most)
    return Reader(
        lambda: say("a whole number from {least} to {most}", least=least, most=most),
        lambda value: _whole(value, least, most),
        _number,
        shape,
    )


def wholes(least: int, most: int) -> Reader:
    """A list of whole numbers, read as a tuple of them in ascending order, each once."""

    def read(value: object) -> object:
        return tuple(sorted({_whole(each, least, most) for each in _items(value)}))

    return Reader(
        lambda: say("a list of whole numbers from {least} to {most}", least=least, most=most),
        read,
        lambda text: [_number(each) for each in _split(text)],
        Shape(Kind.NUMBERS, least, most),
    )


def one_of(*names: str) -> Reader:
    """One of `names`."""

    def read(value: object) -> object:
        if value not in names:
            raise Refused
        return value

    return Reader(lambda: say("one of {names}", names=_listed(names)), read, shape=Shape(Kind.CHOICE, choices=names))


def some_of(*names: str) -> Reader:
    """A list of some of `names`, read as a frozenset."""

    def read(value: object) -> object:
        chosen = frozenset(_text(each) for each in _items(value))
        if not chosen <= set(names):
            raise Refused
        return chosen

    return Reader(
        lambda: say("a list of one or more of {names}", names=_listed(names)),
        read,
        _split,
        Shape(Kind.SOME, choices=names),
    )


def money() -> Reader:
    """Credits, read as hundredths of them."""

    def read(value: object) -> object:
        # bool is an int to Python; a TOML float comes as Decimal and is never a binary one.
        if not isinstance(value, (str, int, Decimal)) or isinstance(value, bool):
            raise Refused
        hundredths = parse_money(str(value))
        if not 0 <= hundredths <= _MOST_MONEY:
            raise Refused
        return hundredths

    return Reader(
        lambda: say('credits with at most two decimals, "0.00" to "{most}"', most=format_money(_MOST_MONEY)),
        read,
        shape=Shape(Kind.MONEY, 0, _MOST_MONEY),
    )


def web_address() -> Reader:
    """An https address; plain http only to this machine, where nobody can listen in or answer instead."""

    def read(value: object) -> object:
        address = _text(value)
        # Backslash and white space mean different hosts to different libraries.
        if not re.fullmatch(r"[!-\[\]-~]{1,2000}", address):
            raise Refused
        parts = urlsplit(address)
        host, odd = parts.hostname, "@" in parts.netloc or parts.query or parts.fragment or parts.port == 0
        if not host or odd or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
            raise Refused
        return address

    return Reader(
        lambda: say("an https:// address, or http:// to localhost, 127.0.0.0/8 or [::1]; no user, ? or #"), read
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine's own name or address, by its spelling alone."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def email() -> Reader:
    """An e-mail address that is safe in a header, or ""."""

    def read(value: object) -> object:
        if value != "" and not re.fullmatch(_EMAIL, _text(value)):
            raise Refused
        return value

    return Reader(lambda: say('an e-mail address, or ""'), read)


def database_url() -> Reader:
    """Where the ledger is: "", a path, sqlite:///path, or a server."""

    def read(value: object) -> object:
        url = _text(value)
        if not is_server(url):
            database_path(url)
        elif _holds_password(url):
            raise Secret
        else:
            from desktop.settings import server_urls  # late: most ledgers are on no server

            try:
                server_urls.parse(url)
            except BadInput as error:
                raise Explained(error.message) from error
        return url

    return Reader(lambda: say('"", a path, sqlite:///path, or postgresql://host/database without a password'), read)


def _holds_password(url: str) -> bool:
    """Whether there is one: before the host, or among the parameters."""
    before, parameters = url.partition("://")[2].partition("/")[0].rpartition("@")[0], url.partition("?")[2]
    return ":" in before or "password" in parameters or "passfile" in parameters


def is_server(url: str) -> bool:
    """Whether a database url names a server."""
    return url.startswith(_SERVERS)


def database_path(url: str) -> Path | None:
    """The path that a database url names, None for "". Raises `Refused` for other databases and what is no path."""
    path = url.removeprefix(_SQLITE)
    if not url:
        return None
    # "?mode=ro" and ":memory:" would become the names of files.
    is_url = path != url
    if not path.strip() or not path.isprintable() or (is_url and "?" in path) or path.startswith(":"):
        raise Refused
    if not is_url and re.match(_SCHEME, path):
        raise Refused
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise Refused from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Refused
    return value


def _whole(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused
    return value


def _items(value: object) -> list[object]:
    if not isinstance(value, list) or not value:
        raise Refused
    return value


def _number(text: str) -> object:
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
