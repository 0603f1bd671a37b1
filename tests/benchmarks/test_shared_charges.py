"""Charges a second on PostgreSQL, beside pgbench's TPC-B on the same server in the same run: ratios, never seconds.

Both wait for the disk. A charge is one statement, checked, worked out again and chained; TPC-B is five that are not.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.models.shared import urls
from tests.benchmarks.support import report
from tests.support.postgres import OWNER, OWNER_PASSWORD, Server, binaries, running
from tests.support.stores import PASSWORD

pytestmark = pytest.mark.benchmark

SECONDS, ROUNDS, DESKS = 8, 3, 64
_STEP = '{"operation": "addition", "operands": ["0.1", "0.2"], "response": "0.3", "exact": true, "source": "computed"}'
_CHARGE = f"SELECT * FROM metercalc.charge(gen_random_uuid(), 1, NULL, '0.1 + 0.2', '[{_STEP}]');\n"


def pgbench() -> str:
    """pgbench: the server's own, or the system's. Skips where there is none."""
    own = binaries() / "pgbench"
    found = str(own) if own.exists() else shutil.which("pgbench")
    if found is None:
        pytest.skip("pgbench is not installed")
    return found


class Bench:
    """A durable server with a ledger of many desks, and pgbench's own tables."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.script = folder / "charge.sql"
        self.script.write_text(_CHARGE)
        emails = [f"desk{number}@example.org" for number in range(DESKS)]
        self.database = server.ledger(*emails)
        self.roles = [urls.role_name(self.database, email) for email in emails]
        with server.owner(self.database) as owner:
            owner.execute("SET ROLE metercalc_owner")
            owner.execute("SELECT metercalc.put_price('addition', 1, 1)")
            owner.execute("UPDATE metercalc.account SET balance = 10^12")  # nobody verifies these
        with server.owner() as owner:
            owner.execute("CREATE DATABASE tpcb")
        self._run(OWNER, OWNER_PASSWORD, "-i", "-s", str(DESKS), "-q", "tpcb")

    def tpcb(self, clients: int, *, scale_one: bool = False) -> float:
        """TPC-B transactions a second."""
        threads = str(min(clients, 2))
        words = ("-b", "tpcb-like", "-M", "prepared", "-n", "-T", str(SECONDS), "-c", str(clients), "-j", threads)
        return _rate(self._run(OWNER, OWNER_PASSWORD, *words, *(("-D", "scale=1") if scale_one else ()), "tpcb"))

    def charges(self, clients: int) -> float:
        """Charges a second of that many desks, on eight people's accounts where there are more."""
        people = min(clients, 8)
        return sum(self._at_once([(self.roles[number], clients // people) for number in range(people)]))

    def one_wallet(self, clients: int) -> float:
        """Charges a second of that many desks of one person (a role has sixteen connections at most)."""
        return sum(self._at_once([(self.roles[0], clients)]))

    def _at_once(self, desks: list[tuple[str, int]]) -> Iterator[float]:
        started = [
            subprocess.Popen(
                self._words(role, "-f", str(self.script), "-M", "prepared", "-n", "-T", str(SECONDS), "-c", str(count),
                            "-j", "1", self.database),
                env=_env(PASSWORD), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for role, count in desks
        ]  # fmt: skip
        for process in started:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            yield _rate(out)

    def _words(self, user: str, *words: str) -> list[str]:
        return [pgbench(), "-h", "127.0.0.1", "-p", str(self.server.port), "-U", user, *words]

    def _run(self, user: str, password: str, *words: str) -> str:
        found = subprocess.run(
            self._words(user, *words), env=_env(password), check=True, capture_output=True, text=True, timeout=300
        )
        return found.stdout


def _env(password: str) -> dict[str, str]:
    return os.environ | {"PGPASSWORD": password}


def _rate(out: str) -> float:
    found = re.search(r"tps = ([0-9.]+)", out)
    assert found is not None, out
    return float(found[1])


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A server that waits for its disk."""
    with running("shared_buffers = 512MB", "max_wal_size = 4GB") as server:
        yield Bench(server, tmp_path_factory.mktemp("bench"))


def _ratio(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, list[int], list[int]]:
    pairs = [(ours(), theirs()) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    return ratio, [round(mine) for mine, _ in pairs], [round(other) for _, other in pairs]


@pytest.mark.parametrize(("clients", "wanted"), [(1, 1.1), (4, 0.9), (16, 0.9), (64, 0.9)])
def test_charges_against_tpcb(bench: Bench, clients: int, wanted: float) -> None:
    ratio, ours, theirs = _ratio(lambda: bench.charges(clients), lambda: bench.tpcb(clients))
    report(f"charges, {clients} desks", f"{ratio:.2f} of TPC-B ({ours} against {theirs} a second)", f"{wanted}")
    assert ratio > 0.4


@pytest.mark.parametrize("clients", [1, 4, 16])
def test_one_wallet_against_tpcb(bench: Bench, clients: int) -> None:
    ratio, ours, theirs = _ratio(lambda: bench.one_wallet(clients), lambda: bench.tpcb(clients, scale_one=True))
    report(f"one wallet, {clients} desks", f"{ratio:.2f} of TPC-B ({ours} against {theirs} a second)", "0.4")
    assert ratio > 0.2
