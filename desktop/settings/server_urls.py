"""The address of a shared ledger: what one says, and what is refused in it, wherever it was written.

A URL never holds a password, which would stand in logs and histories, and asks for TLS with a certificate that is
checked in full, unless the server is on this very machine. It connects to nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from desktop.language.sentences import say
from desktop.terms.errors import BadInput

SCHEMES: Final = ("postgresql", "postgres")
EXAMPLE: Final = "postgresql://db.example.org/ledger"
_PARAMETERS: Final = ("sslmode", "sslrootcert", "ledger", "pooler", "host", "port")
_STRICT, _LOCAL = "verify-full", ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """Where a shared ledger is. `host` is a name, an address or the folder of a socket; `user` is "" for people.

    `ledger_name` is the database's name unless the URL says another. `pooler`: pgbouncer stands between, which
    breaks channel binding. `sslrootcert` is a file, or "system" for the authorities that the system trusts.
    """

    host: str
    port: int
    database: str
    ledger_name: str
    user: str = ""
    sslmode: str = _STRICT
    sslrootcert: str = ""
    pooler: bool = False

    def keywords(self) -> dict[str, str]:
        """What libpq is told of the server: no user, no password."""
        found = {"host": self.host, "port": str(self.port), "dbname": self.database, "sslmode": self.sslmode}
        if self.sslrootcert:
            found["sslrootcert"] = self.sslrootcert
        if self.sslmode == _STRICT and not self.pooler:
            found["channel_binding"] = "require"
        return found

    def shown(self) -> str:
        """The server in a message."""
        return say("{database} on {host}", database=self.database, host=self.host)


def is_server(text: str) -> bool:
    """Whether a database URL means a server."""
    return text.partition("://")[0].lower() in SCHEMES


def parse(text: str) -> ServerUrl:
    """Read a URL. Raises `BadInput` with a sentence for what is refused; the message never repeats a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadInput(say("This is no address of a server. Write it like {example}.", example=EXAMPLE)) from error
    if parts.scheme not in SCHEMES:
        raise BadInput(
            say("The address of a shared ledger begins with postgresql://, like {example}.", example=EXAMPLE)
        )
    if parts.password is not None:
        raise BadInput(
            say("A password does not belong in a URL: it would stand in logs. Leave it out; it is asked for.")
        )
    given = _parameters(parts.query)
    database = unquote(parts.path.removeprefix("/"))
    if parts.fragment or not database or "/" in database:
        raise BadInput(say("The URL must name one database, like {example}.", example=EXAMPLE))
    host = _host(unquote(parts.hostname or ""), given)
    return ServerUrl(
        host=host,
        port=_port(port, given),
        database=database,
        ledger_name=given.get("ledger", database),
        user=unquote(parts.username or ""),
        sslmode=_sslmode(host, given),
        sslrootcert=_authorities(host, given),
        pooler=_pooler(given),
    )


def is_local(host: str) -> bool:
    """Whether a host is this machine: a socket's folder, localhost or a loopback address."""
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parameters(query: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in ("password", "passfile", "sslpassword"):
            raise BadInput(
                say("A password does not belong in a URL: it would stand in logs. Leave it out; it is asked for.")
            )
        if name not in _PARAMETERS:
            raise BadInput(
                say("A database URL knows no {name}. It takes {names}.", name=name[:40], names=", ".join(_PARAMETERS))
            )
        if name in found or not value:
            raise BadInput(say("{name} must be said once in the URL, with a value.", name=name))
        found[name] = value
    return found


def _host(host: str, given: Mapping[str, str]) -> str:
    if host and "host" in given:
        raise BadInput(say("The URL names two hosts. Leave one out."))
    host = host or given.get("host", "")
    if not host:
        raise BadInput(say("The URL must name a host, like {example}.", example=EXAMPLE))
    if "," in host:
        raise BadInput(say("The URL must name one host. Give several servers one name, in the DNS or by a pooler."))
    return host


def _port(port: int | None, given: Mapping[str, str]) -> int:
    text = given.get("port", "5432" if port is None else str(port))
    if (
        (port is not None and "port" in given)
        or not text.isascii()
        or not text.isdecimal()
        or not 0 < int(text) < 65536
    ):
        raise BadInput(say("The URL's port must be one number from 1 to 65535."))
    return int(text)


def _sslmode(host: str, given: Mapping[str, str]) -> str:
    mode = given.get("sslmode", "prefer" if is_local(host) else _STRICT)
    if mode not in _LOCAL:
        raise BadInput(say("sslmode can be {strict}.", strict=_STRICT))
    if mode != _STRICT and not is_local(host):
        raise BadInput(
            say(
                "sslmode={mode} would let somebody between you and the server read along. "
                "Leave it out: {strict} is used. For an authority of your own add sslrootcert=FILE.",
                mode=mode,
                strict=_STRICT,
            )
        )
    return mode


def _authorities(host: str, given: Mapping[str, str]) -> str:
    named = given.get("sslrootcert", "")
    return named or ("" if _sslmode(host, given) != _STRICT else "system")


def _pooler(given: Mapping[str, str]) -> bool:
    value = given.get("pooler", "no")
    if value not in ("yes", "no"):
        raise BadInput(say("pooler can be yes or no."))
    return value == "yes"
