"""An installation or an import that ends at any point leaves nothing of what it was at, or all of it.

The link is cut, or the server killed, while the n-th thing that was asked is under way: whoever asked cannot know.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.models.shared import importing, installing, scram, urls
from desktop.terms.errors import AppError, BadInput
from tests.faults.support.shared_desks import QUICK_DISK, damage, own_server
from tests.support import shared
from tests.support.postgres import OWNER, OWNER_PASSWORD, Server
from tests.support.relay import Relay, relayed
from tests.support.stores import ADMIN, ANN, BALANCE, COSTS, PASSWORD, Books

pytestmark = pytest.mark.faults
POINTS = 20
INSTALLER = "installer@example.org"

Break = Callable[[Server, Relay], object]


@pytest.fixture(autouse=True)
def _one_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scram.verifier(PASSWORD)  # a tenth of a second each
    monkeypatch.setattr(scram, "verifier", lambda password, **_: made)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that may be killed."""
    with own_server() as found:
        yield found


def cut(_: Server, relay: Relay) -> None:
    """The link is gone; the server goes on with what it was asked."""
    relay.cut()


def kill(server: Server, _: Relay) -> None:
    """The server breaks down, and is there again."""
    server.stop(signal.SIGQUIT)
    server.start(*QUICK_DISK)


def points(bursts: int) -> list[int]:
    """So many places among the bursts, evenly, the first and the last among them."""
    return sorted({1 + round(n * (bursts - 1) / (POINTS - 1)) for n in range(POINTS)})


def install_through(relay: Relay, database: str) -> installing.Installed:
    """Install, as the command does, through a relay."""
    url = urls.parse(f"postgresql://{OWNER}@127.0.0.1:{relay.port}/{database}")
    return installing.install(url, OWNER_PASSWORD, ADMIN, PASSWORD, costs=COSTS, starting_balance=BALANCE)


def schema_of(server: Server, database: str) -> list[Any]:
    """All that an installation makes but what is drawn by lot: functions, tables, rights, prices, accounts."""
    statements = (
        "SELECT proname, md5(prosrc), proacl::text FROM pg_proc WHERE pronamespace = 'metercalc'::regnamespace",
        "SELECT relname, relkind::text, relacl::text FROM pg_class WHERE relnamespace = 'metercalc'::regnamespace",
        "SELECT tablename, policyname, qual, roles::text FROM pg_policies WHERE schemaname = 'metercalc'",
        "SELECT operation, cost FROM metercalc.price",
        "SELECT number FROM metercalc.version",
        "SELECT username, status, role, balance, seq FROM metercalc.account",
        "SELECT chain, number, kind FROM metercalc.journal",
        "SELECT datacl::text <> '' FROM pg_database WHERE datname = current_database()",
    )
    with server.owner(database) as owner:
        return [sorted(map(repr, owner.execute(statement).fetchall())) for statement in statements]


@pytest.mark.parametrize("break_off", [cut, kill])
def test_an_installation_that_breaks_off_is_taken_up_again_and_comes_to_the_same(
    server: Server, break_off: Break
) -> None:
    with relayed(server.port) as relay:
        whole = f"whole_{break_off.__name__}"
        install_through(relay, whole)
        wanted, bursts = schema_of(server, whole), relay.bursts
    broken = 0
    for point in points(bursts):
        name = f"{break_off.__name__}_{point}"
        with relayed(server.port) as relay:
            relay.at_burst[point] = lambda relay=relay: break_off(server, relay)  # type: ignore[misc]
            try:
                install_through(relay, name)
            except AppError:
                broken += 1
        with relayed(server.port) as relay:
            install_through(relay, name)
        assert schema_of(server, name) == wanted, f"broken off at {point} of {bursts}"
        with server.owner(name) as owner:
            assert damage(owner) == []
        server.drop(name)
    print(f"{broken} of {len(points(bursts))} installations broke off, at {bursts} bursts")  # noqa: T201
    assert broken >= POINTS - 2, "hardly anything broke off: nothing was tried"


def contents(owner: Any) -> list[Any]:
    """All that an import brings."""
    tables = ("account", "record", "journal", "price", "operation", "ledger", "voided")
    rows = [sorted(map(repr, owner.execute(f"SELECT * FROM metercalc.{table}").fetchall())) for table in tables]
    return [*rows, owner.execute("SELECT rolname, rolcanlogin FROM pg_roles ORDER BY 1").fetchall()]


@pytest.mark.parametrize("break_off", [cut, kill])
def test_an_import_that_breaks_off_brought_nothing_or_everything(
    server: Server, books: Books, break_off: Break, tmp_path: Path
) -> None:
    for number in range(40):
        books.charge(f"{number} + 1.5", books.bob if number % 2 else None)
    (records,) = books.store.database.execute_sql("SELECT count(*) FROM record").fetchone()

    def bring(relay: Relay, name: str) -> importing.Imported:
        url = urls.parse(f"postgresql://{OWNER}@127.0.0.1:{relay.port}/{name}")
        return importing.bring_over(books.store, url, OWNER_PASSWORD)

    name = server.ledger(INSTALLER)
    with relayed(server.port) as relay:
        bring(relay, name)
        bursts = relay.bursts
    nothing, everything = 0, 0
    for point in points(bursts):
        name = server.ledger(INSTALLER)
        with server.owner(name) as owner:
            before = contents(owner)
        with relayed(server.port) as relay:
            relay.at_burst[point] = lambda relay=relay: break_off(server, relay)  # type: ignore[misc]
            try:
                bring(relay, name)
                ended = True
            except AppError:
                ended = False
        with server.owner(name) as owner:
            is_as_before = contents(owner) == before
        nothing += is_as_before
        everything += not is_as_before
        assert not (ended and is_as_before)
        with relayed(server.port) as relay:
            if is_as_before:
                bring(relay, name)
            else:
                with pytest.raises(BadInput, match="has been used"):
                    bring(relay, name)
        prove(server, name, records, tmp_path / f"{break_off.__name__}-{point}")
        server.drop(name)
    print(f"{nothing} imports left nothing, {everything} everything, at {bursts} bursts")  # noqa: T201
    assert nothing >= POINTS // 2


def prove(server: Server, name: str, records: int, folder: Path) -> None:
    """What arrived is whole: each record, each chain, and the files."""
    with server.owner(name) as owner:
        assert owner.execute("SELECT count(*) - 1 FROM metercalc.record").fetchone() == (records,)
        assert owner.execute("SELECT metercalc.broken_links()").fetchone() == (0,)
        assert damage(owner) == []
    ledger = shared.open_at(name, folder, at=server)
    ledger.sign_in(INSTALLER, PASSWORD)
    assert ledger.verify(results=True).problems == ()
    ledger.close()


def test_a_broken_installation_that_is_not_taken_up_lets_nobody_charge(server: Server) -> None:
    with relayed(server.port) as relay:
        install_through(relay, "to_count")
        bursts = relay.bursts
    for point in points(bursts)[4:-2:3]:
        name = f"left_{point}"
        with relayed(server.port) as relay:
            relay.at_burst[point] = relay.cut
            with pytest.raises(AppError):
                install_through(relay, name)
        ledger = shared.open_at(name, Path(server.folder / name), at=server)
        with pytest.raises(AppError):
            ledger.sign_in(ANN, PASSWORD)
        ledger.close()
        server.drop(name)
