"""What a charge costs where a ledger has 10,000 records and where it has millions: by turns, on one server."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.benchmarks.support import report
from tests.support.postgres import Server, running
from tests.support.stores import ADMIN, ANN

pytestmark = pytest.mark.benchmark

SMALL, LARGE = 10_000, int(os.environ.get("METERCALC_RECORDS", "3000000"))
PEOPLE, ROUNDS, CHARGES = 8, 9, 150
_STEP = '{"operation": "addition", "operands": ["0.1", "0.2"], "response": "0.3", "exact": true, "source": "computed"}'
_CHARGE = f"SELECT 1 FROM metercalc.charge(gen_random_uuid(), 1, NULL, '0.1 + 0.2', '[{_STEP}]')"

# Records as they are but for their hashes, which nobody proves here; their accounts go on behind them.
_FILL = """INSERT INTO metercalc.record
    SELECT 2 + n / {each}, 2 + n % {each}, 100 + n, 1, 1,
    1000, 1700000000000000 + n, NULL, gen_random_uuid(), 1, 2, true, 'addition', 'computed',
    n || ' + 0.5', n || '.5', n || ' + 0.5', sha256(int8send(n))
    FROM generate_series(0, {each} * {people} - 1) AS n"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that waits for its disk."""
    with running("shared_buffers = 512MB", "max_wal_size = 8GB", "maintenance_work_mem = 512MB") as found:
        yield found


def grown(server: Server, records: int) -> str:
    """A ledger with so many records, of eight people."""
    database = server.ledger(ADMIN, ANN, *(f"desk{number}@example.org" for number in range(PEOPLE - 1)))
    with server.owner(database) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("SET synchronous_commit = off")
        owner.execute("SELECT metercalc.put_price('addition', 1, 1)")
        owner.execute("DROP INDEX metercalc.record_request")
        owner.execute(_FILL.format(each=records // PEOPLE, people=PEOPLE))
        owner.execute("CREATE UNIQUE INDEX record_request ON metercalc.record (account_id, request_id, step)")
        owner.execute(
            """UPDATE metercalc.account AS a SET balance = 10^12, seq = r.seq, date = r.date
            FROM (SELECT account_id, max(seq) AS seq, max(date) AS date FROM metercalc.record GROUP BY 1) AS r
            WHERE r.account_id = a.id"""
        )
        owner.execute("SELECT setval('metercalc.record_number', %s)", [records + 1000])
        owner.execute("VACUUM ANALYZE metercalc.record")
        owner.execute("CHECKPOINT")
    return database


def charging(member: Any) -> float:
    """Seconds of a round of charges."""
    begun = time.perf_counter()
    for _ in range(CHARGES):
        member.execute(_CHARGE)
    return time.perf_counter() - begun


def test_a_charge_costs_no_more_among_millions(server: Server) -> None:
    begun = time.perf_counter()
    small, large = grown(server, SMALL), grown(server, LARGE)
    built = time.perf_counter() - begun
    with server.member(small, ANN) as few, server.member(large, ANN) as many, server.owner(large) as owner:
        (size,) = owner.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone()
        charging(few)
        charging(many)
        ratios = [charging(many) / charging(few) for _ in range(ROUNDS)]
    report(
        f"a charge among {LARGE:,} records ({size}, made in {built:.0f} s)",
        f"{statistics.median(ratios):.2f} of one among {SMALL:,} ({', '.join(f'{r:.2f}' for r in ratios)})",
        "1.3",
    )
    assert statistics.median(ratios) < 2
