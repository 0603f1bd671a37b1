"""A server whose disk is full, that only reads, has no room for one more, or is too old: nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import postgres, tls
from tests.support.at_a_server import AtAServer, at
from tests.support.command_line import Program
from tests.support.postgres import OWNER, OWNER_PASSWORD, Server, as_user, binaries, hand_over
from tests.support.stores import ADMIN, ANN, PASSWORD

pytestmark = pytest.mark.faults

HBA = postgres.HBA + "host replication all 127.0.0.1/32 scram-sha-256\n"
OLD = Path("/usr/lib/postgresql/15/bin")
SMALL = ("max_wal_size = 32MB", "min_wal_size = 32MB", "wal_recycle = off", "shared_buffers = 16MB")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own in the system's memory. Skips the test where nobody may make one."""
    folder.mkdir(exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here: it takes root, and a machine that lets it")
    hand_over(folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Take all room that a disk has left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12):
            while file.write(b"\0" * size) == size:
                pass
    return ballast


def charge_until_refused(desk: AtAServer) -> str:
    """Charge until the server does not take it any more; what is said then."""
    with desk.program.calculating(ANN, "--json", "--database", desk.url) as lines:
        for number in range(20_000):
            answer = json.loads(lines.ask(f"{number} + {number}"))
            if "error" in answer:
                return str(answer["error"]["message"])
            desk.charged += 1
    pytest.fail("the disk did not fill")


def give_money(desk: AtAServer) -> None:
    """Enough for all that a test does; the charge is in the records too."""
    given = desk.asks("credit", ANN, "1000000", "--reason", "for a test", user=ADMIN)
    assert given.status == 0, given.err
    desk.charged += 1


def test_a_full_disk_for_the_tables_refuses_and_loses_nothing(tmp_path: Path) -> None:
    with postgres.running("full_page_writes = on") as server, small_disk(server.folder / "small", 24) as small:
        space = small / "space"
        space.mkdir()
        hand_over(space)
        with server.owner() as owner:
            owner.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
        with at(server, tmp_path) as desk:
            with server.owner() as owner:
                owner.execute(f'ALTER DATABASE "{desk.database}" SET TABLESPACE small')
            give_money(desk)
            ballast = fill(small)
            said = charge_until_refused(desk)
            assert "The disk of the server" in said
            assert "Its owner has to make room. Nothing was charged." in said
            desk.refuses(5, "The disk of the server", "Nothing was charged.")
            ballast.unlink()
            desk.charges()
            assert desk.asks("verify", user=ADMIN).status == 0


def test_a_full_disk_for_the_journal_breaks_the_server_down_and_loses_nothing(tmp_path: Path) -> None:
    # Where the server's own user comes by, which is not where pytest has its folders.
    made = Path(tempfile.mkdtemp(prefix="metercalc-disk-"))
    with (
        small_disk(made, 140) as small,
        postgres.running(*SMALL, below=small) as server,
        at(server, tmp_path / "desk") as desk,
    ):
        give_money(desk)
        with server.owner() as owner:
            owner.execute("CHECKPOINT")
        ballast = fill(small)
        said = charge_until_refused(desk)
        assert "Nothing was charged" in said or "not known" in said, said
        ballast.unlink()
        server.stop(signal.SIGQUIT)
        server.start(*SMALL)
        with server.owner(desk.database) as owner:
            (stored,) = owner.execute("SELECT count(*) - 2 FROM metercalc.record").fetchone()
        # The one whose answer was lost may have been stored; it was not said then that nothing was charged.
        assert stored - desk.charged in ((0, 1) if "Nothing was charged" not in said else (0,))
        desk.charged = stored
        desk.charges()
        assert desk.asks("verify", user=ADMIN).status == 0


@contextmanager
def standby_of(server: Server, folder: Path) -> Iterator[Server]:
    """A server that follows another one."""
    found = Server(folder, postgres.free_port(), binaries())
    copy = [
        binaries() / "pg_basebackup", "-h", "127.0.0.1", "-p", str(server.port), "-U", OWNER, "-D", found.data,
        "-R", "--checkpoint=fast", "--no-sync",
    ]  # fmt: skip
    subprocess.run(
        list(map(str, copy)), check=True, capture_output=True, env=os.environ | {"PGPASSWORD": OWNER_PASSWORD},
        **as_user(),
    )  # fmt: skip
    found.start()
    try:
        yield found
    finally:
        found.stop()


def wait_until_followed(server: Server, standby: Server, sql: str, wanted: Any, database: str) -> None:
    """Until a standby says the same of something."""
    end = time.monotonic() + 30
    with standby.owner(database) as copy:
        while copy.execute(sql).fetchone() != wanted:
            assert time.monotonic() < end, f"it does not follow {server.port}"
            time.sleep(0.05)


def test_a_standby_reads_and_charges_nothing(tmp_path: Path) -> None:
    with postgres.running(hba=HBA) as server, at(server, tmp_path / "desk") as desk:
        desk.charges()
        with contextlib.ExitStack() as stack:
            folder = server.folder / "standby"
            folder.mkdir()
            hand_over(folder)
            standby = stack.enter_context(standby_of(server, folder))
            wait_until_followed(server, standby, "SELECT count(*) FROM metercalc.record", (3,), desk.database)
            there = standby.url(desk.database)
            assert desk.asks("balance", url=there).status == 0
            assert desk.asks("verify", url=there).status == 0
            desk.refuses(5, "a copy that follows another one", "Use the address of that one", "Nothing", url=there)
            refused = desk.asks("credit", ANN, "5", "--reason", "no", user=ADMIN, url=there)
            assert (refused.status, refused.out) == (5, "")
            owner_there = standby.owner_url(desk.database)
            desk.refuses_owner(5, "it is a standby", "install", owner_there, "--admin", ADMIN)
            desk.refuses_owner(5, "it is a standby", "upgrade", owner_there)


def test_a_standby_that_lags_and_takes_over_is_noticed_at_the_next_sign_in(tmp_path: Path) -> None:
    with postgres.running(hba=HBA) as server, at(server, tmp_path / "ann") as ann:
        bob = AtAServer(Program(tmp_path / "other desk of hers"), server, ann.database)
        ann.charges()
        folder = server.folder / "standby"
        folder.mkdir()
        hand_over(folder)
        with standby_of(server, folder) as standby:
            wait_until_followed(server, standby, "SELECT count(*) FROM metercalc.record", (3,), ann.database)
            with standby.owner() as owner:
                owner.execute("SELECT pg_wal_replay_pause()")
            ann.charges()  # acknowledged, and not on the standby
            assert bob.asks("verify").status == 0  # this desk knows of it as well
            with standby.owner() as owner:
                owner.execute("ALTER SYSTEM SET primary_conninfo = ''")
                owner.execute("SELECT pg_reload_conf()")
            server.stop(signal.SIGQUIT)
            _promote_without_the_rest(standby)
            there = standby.url(ann.database)
            for desk in (ann, bob):
                refused = desk.asks("eval", "1 + 2", url=there)
                assert (refused.status, refused.out) == (5, "")
                assert "the server has 2 records, and this program was given 3" in refused.err
                assert "Nothing can be charged" in refused.err
            # A desk that was never given the lost record cannot know of it.
            new = AtAServer(Program(tmp_path / "new desk"), standby, ann.database)
            assert new.asks("balance").status == 0
        server.start()


def _promote_without_the_rest(standby: Server) -> None:
    """What happens where the main server's disk is gone: what was received and not replayed is thrown away."""
    standby.stop()
    (standby.data / "standby.signal").unlink()
    (standby.data / "recovery.signal").touch()
    hand_over(standby.data / "recovery.signal")
    standby.start("recovery_target = immediate", "recovery_target_action = promote", "restore_command = false")
    end = time.monotonic() + 30
    with standby.owner() as owner:
        while owner.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            assert time.monotonic() < end, "the standby does not take over"
            time.sleep(0.05)


def test_an_old_dump_that_was_put_back_is_noticed_by_every_desk(tmp_path: Path) -> None:
    with postgres.running() as server, at(server, tmp_path / "one") as one:
        two = AtAServer(Program(tmp_path / "two"), server, one.database)
        one.charges()
        dump = server.folder / "dump"
        _tool("pg_dump", server, "-Fc", "-f", dump, one.database)
        one.charges()
        assert two.asks("verify").status == 0
        with server.owner() as owner:
            owner.execute(f'DROP DATABASE "{one.database}" WITH (FORCE)')
            owner.execute(f'CREATE DATABASE "{one.database}" TEMPLATE template0')
        _tool("pg_restore", server, "-d", one.database, dump)
        installed = one.program.run(
            "server", "install", server.owner_url(one.database), "--admin", ADMIN, "--trust-this-machine",
            "--password-stdin", stdin=f"{OWNER_PASSWORD}\n{PASSWORD}\n",
        )  # fmt: skip
        assert installed.status == 0, installed.err + installed.out
        for desk in (one, two):
            desk.refuses(5, "the server has 2 records, and this program was given 3", "Nothing can be charged")
        new = AtAServer(Program(tmp_path / "new"), server, one.database)
        assert new.asks("verify").status == 0
        one.charged = 1


def _tool(name: str, server: Server, *words: object) -> None:
    command = [binaries() / name, "-h", "127.0.0.1", "-p", server.port, "-U", OWNER, *words]
    env = os.environ | {"PGPASSWORD": OWNER_PASSWORD}
    subprocess.run(list(map(str, command)), check=True, capture_output=True, env=env)


def test_a_server_without_room_for_one_more_is_a_matter_of_waiting(tmp_path: Path) -> None:
    full = ("max_connections = 8", "superuser_reserved_connections = 2")
    with postgres.running(*postgres.FAST, *full) as server, at(server, tmp_path) as desk, contextlib.ExitStack() as all:
        for _ in range(6):
            all.enter_context(server.member(desk.database, ADMIN))
        desk.refuses(5, "no connection left", "try again later", "Nothing was charged.")
        for _ in range(2):
            all.enter_context(server.owner())
        desk.refuses_owner(5, "no connection left", "status", server.owner_url(desk.database))
        all.close()
        desk.charges()


def test_postgresql_15_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    if tls.version(OLD) != 15:
        pytest.skip("no PostgreSQL 15 is here (Debian 12's postgresql-15)")
    with postgres.running(*postgres.FAST, programs=OLD, locale=("--locale=C",)) as server:
        program = Program(tmp_path)
        for words in (("install", "--admin", ADMIN), ("upgrade",), ("status",)):
            for database in ("ledger", "postgres"):
                outcome = program.run(
                    "server", words[0], server.owner_url(database), *words[1:], "--password-stdin",
                    stdin=f"{OWNER_PASSWORD}\n{PASSWORD}\n",
                )  # fmt: skip
                assert (outcome.status, outcome.out) in ((2, ""), (5, "")), outcome.err
                assert "needs 16 or newer" in outcome.err or "no such database" in outcome.err
        with server.owner() as owner:
            made = owner.execute("SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles").fetchall()
        assert not [name for (name,) in made if "metercalc" in name or name == "ledger"]
        refused = program.here(ANN, "eval", "1 + 2", "--database", server.url("postgres"))
        assert (refused.status, refused.out) == (4, "")
        assert "Nothing was charged." in refused.err
        assert PASSWORD not in server.log.read_text()
