"""A real PostgreSQL with TLS, and certificates for it of an authority of our own: right ones and wrong ones.

The server of the test extra has no TLS. Another is found where METERCALC_TLS_POSTGRES says; with it every test of a
shared ledger goes over TLS. Without, the system's own is taken where it is new enough, by the tests about TLS alone.
"""

from __future__ import annotations

import datetime
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.support import postgres
from tests.support.postgres import Server
from tests.support.waiting import PATIENCE_S

PROGRAMS = "METERCALC_TLS_POSTGRES"
HOST = "127.0.0.1"

# Members come over TLS or not at all; the owner's own connections too.
HBA = """\
hostssl all all 127.0.0.1/32 scram-sha-256
"""
_SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


def is_asked_for() -> bool:
    """Whether all tests of a shared ledger are to go over TLS."""
    return PROGRAMS in os.environ


def programs() -> Path:
    """The programs of a server with TLS. Skips the test where there is none."""
    if is_asked_for():
        return Path(os.environ[PROGRAMS])
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if version(folder) >= 16:
            return folder
    pytest.skip(f"no PostgreSQL 16 or newer with TLS is here: {PROGRAMS} names the folder of its programs")


def version(folder: Path) -> int:
    """The major version of a server's programs; 0 where there are none."""
    if not (folder / "postgres").exists():
        return 0
    said = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\) ([0-9]+)", said)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Identity:
    """A certificate with its key: of `authority`, for `host`, for so many days from now (fewer than none: expired)."""

    authority: trustme.CA
    host: str = HOST
    days: int = 30

    def give(self, server: Server) -> None:
        """Have a server that is not running yet, or is to be told to look again, prove itself by this."""
        until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=self.days)
        made = self.authority.issue_cert(
            self.host, not_before=until - datetime.timedelta(days=365), not_after=until, common_name=self.host
        )
        made.private_key_pem.write_to_path(str(server.folder / "key.pem"))
        (server.folder / "certificate.pem").write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        for name in ("key.pem", "certificate.pem"):
            (server.folder / name).chmod(0o600)
            postgres.hand_over(server.folder / name)


@contextmanager
def running(*settings: str, authority: trustme.CA | None = None) -> Iterator[Server]:
    """A server with TLS and a right certificate, gone afterwards."""
    vouching = authority or trustme.CA()

    def prepare(server: Server) -> None:
        server.authority = server.folder / "authority.pem"
        vouching.cert_pem.write_to_path(str(server.authority))
        server.authority.chmod(0o644)
        server.folder.chmod(0o755)
        Identity(vouching).give(server)
        server.always = (
            "ssl = on", f"ssl_cert_file = {server.folder}/certificate.pem", f"ssl_key_file = {server.folder}/key.pem"
        )  # fmt: skip

    found = programs()
    locale = postgres.BUILTIN_LOCALE if version(found) > 16 else ("--locale=C",)
    with postgres.running(*settings, hba=HBA, programs=found, locale=locale, prepare=prepare) as server:
        yield server


@contextmanager
def shown(server: Server, identity: Identity) -> Iterator[None]:
    """A running server with another certificate for a while."""
    kept = {name: (server.folder / name).read_bytes() for name in ("key.pem", "certificate.pem")}
    identity.give(server)
    try:
        _look_again(server)
        yield
    finally:
        for name, content in kept.items():
            (server.folder / name).write_bytes(content)
        _look_again(server)


def _look_again(server: Server) -> None:
    """Have it read its certificate, and wait until it shows that one."""
    assert server.process is not None
    server.process.send_signal(signal.SIGHUP)
    wanted = (server.folder / "certificate.pem").read_text()
    wanted = wanted[: wanted.index("-----END")]
    end = time.monotonic() + PATIENCE_S
    while not _certificate(server.port).startswith(wanted):
        assert time.monotonic() < end, "the server shows its old certificate"


def _certificate(port: int) -> str:
    """The certificate that a server shows, whoever vouches for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((HOST, port), timeout=PATIENCE_S) as plain:
        plain.sendall(_SSL_REQUEST)
        assert plain.recv(1) == b"S"
        with context.wrap_socket(plain) as wrapped:
            return ssl.DER_cert_to_PEM_cert(wrapped.getpeercert(binary_form=True) or b"")
