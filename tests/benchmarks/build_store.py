"""Builds a store of any size that `metercalc verify` proves: chain, prices, deletions, anchor. For benchmarks only.

    python -m tests.benchmarks.build_store DIR --records 10000000

Ninety-one of a hundred records are Ann's, one of her ninety-one is deleted; the rest belongs to five others. Request
ids ascend, so that the unique index is appended to. The same records come each time, but for the key and the hashes.
Ten million take about five minutes and 4 GB.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from desktop.models.embedded import accounts
from desktop.models.embedded.storage import chain, forms, journal, migrations, sqlite
from desktop.models.embedded.storage.entries import Head
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import OperationType, Source

ANN, PASSWORD = "ann@example.org", "correct horse 7"
OTHERS = tuple(f"other{number}@example.org" for number in range(5))
PRICES = (10_00, 12_50, 15_00, 20_00, 25_00, 60_00)
COSTS: dict[OperationType, int] = dict(
    zip((kind for kind in OperationType if kind is not OperationType.CREDIT), PRICES, strict=True)
)
START = 100_000_00
FIRST = 1_700_000_000_000_000  # 2023-11-14, UTC microseconds
BETWEEN = 10_000_000  # microseconds from one record to the next, on average

_BATCH = 20_000
_INSERT = """INSERT INTO record (id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash, deleted_at, form)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_EXACT = Context(prec=34)


@dataclass(slots=True)
class _User:
    id: int
    seq: int
    balance: int
    hash: bytes


def build(folder: Path, records: int, *, seed: int = 2207) -> Path:
    """Make `folder`/metercalc.db with so many records; returns its path."""
    file = folder / "metercalc.db"
    with closing(open_store(file, costs=COSTS)) as store:
        for email in (ANN, *OTHERS):
            accounts.register(store, email, PASSWORD, starting_balance=START)
        users = []
        for user_id in range(1, len(OTHERS) + 2):
            head = Head.of(store.database, user_id)
            users.append(_User(user_id, head.seq, head.balance, head.hash))
        store.disconnect()  # the journal's mode can only be changed by who is alone
        _fill(store, users, records, random.Random(seed))
        store.connect()
        with store.writing() as database:
            hidden = "SELECT id, user_id, deleted_at FROM record WHERE deleted_at IS NOT NULL ORDER BY deleted_at"
            for id, user_id, date in database.execute_sql(hidden).fetchall():
                entry = {"user_id": user_id, "subject": id, "actor_id": user_id, "date": date}
                journal.write(store, database, journal.DELETED, **entry)
        store.write_anchor(anew=True)
    return file


def _fill(store: Store, users: list[_User], records: int, chance: random.Random) -> None:
    with closing(sqlite.sqlite3.connect(str(store.file), isolation_level=None)) as connection:
        for name, value in (("journal_mode", "off"), ("synchronous", 0), ("cache_size", -400_000)):
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        triggers = {name: sql for name, sql in migrations.expected_schema().items() if name.startswith("trigger ")}
        for name in triggers:
            connection.execute(f"DROP {name}")
        rows, batch = _rows(store.key, users, records, chance), []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                connection.executemany(_INSERT, batch)
                batch.clear()
        connection.executemany(_INSERT, batch)
        for user in users:
            connection.execute("UPDATE user SET balance = ? WHERE id = ?", (user.balance, user.id))
        for sql in triggers.values():
            connection.execute(sql)
        connection.execute("COMMIT")


def _rows(key: bytes, users: list[_User], records: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    mac, kinds = chain.mac(key), list(OperationType)
    date, request, step, others = FIRST, 0, 0, users[1:]
    user, before, sum_so_far = users[0], "", ""
    for record_id in range(len(users) + 1, records + 1):
        amount = chance.random()
        date += int(2 * BETWEEN * amount)
        if step == 1 and sum_so_far:  # the second step of an expression
            step, number = 2, 0
        else:
            request, step = request + 1, 1
            user = users[0] if chance.random() < 0.91 else others[request % len(others)]
            number = chance.choices((0, 1, 2, 3, 4, 5), (25, 20, 20, 15, 8, 12))[0]
        operands, response = _calculation(number, chance)
        price, source = PRICES[number], Source.RANDOM_ORG.value if number == 5 else Source.COMPUTED.value
        expression = operands
        if step == 2:
            right = _cents(chance.randrange(100, 30_000))
            operands, expression = f"{sum_so_far} + {right}", f"{before} + {right}"
            response, sum_so_far = _plain(Decimal(sum_so_far) + Decimal(right)), ""
        elif user.balance < 100_00:
            number, price, source = 6, -chance.randrange(1_000_00, 90_000_00, 50), Source.LEDGER.value
            operands, response, expression = f"Top-up {record_id % 997}", "", ""
        elif number < 2 and chance.random() < 0.2:
            before, sum_so_far, expression = operands, response, ""
        user.seq, user.balance = user.seq + 1, user.balance - price
        request_id = f"{request:08x}-0000-4000-8000-{request:012x}"
        exact = 0 if number == 3 and len(response) > 30 else 1
        form = forms.RECORD.encode(
            record_id, step, user.id, user.seq, price, user.balance, exact, date,
            request_id, kinds[number].value, source, operands, response, expression,
        )  # fmt: skip
        user.hash = mac(form + user.hash)
        deleted_at = date + 60_000_000 if chance.random() < 1 / 91 else None
        yield (
            record_id, request_id, step, number + 1, user.id, user.seq, price, user.balance, operands, response,
            expression, exact, source, date, user.hash, deleted_at, forms.VERSION,
        )  # fmt: skip


def _calculation(number: int, chance: random.Random) -> tuple[str, str]:
    """Operands as they are shown, and the response, of one operation."""
    left, right = int(chance.random() ** 3 * 500_000) + 100, int(chance.random() ** 2 * 20_000) + 100
    if number == 0:
        return f"{_cents(left)} + {_cents(right)}", _cents(left + right)
    if number == 1:
        return f"{_cents(left)} − {_cents(right)}", _cents(left - right)
    if number == 2:
        factor = right % 48 + 2
        return f"{factor} × {_cents(left)}", _cents(factor * left)
    if number == 3:
        divisor = right % 23 + 2
        return f"{_cents(left)} ÷ {divisor}", _plain(_EXACT.divide(Decimal(left).scaleb(-2), Decimal(divisor)))
    if number == 4:
        return f"√{left}", _plain(_EXACT.sqrt(Decimal(left)))
    return "", "".join(chance.choices(_LETTERS, k=8))


def _cents(hundredths: int) -> str:
    text = f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
    return text.rstrip("0").rstrip(".")


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def main() -> None:
    """The documented command."""
    parser = argparse.ArgumentParser(description="Build a big store that can be proved, for benchmarks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000_000)
    given = parser.parse_args()
    started = time.perf_counter()
    file = build(given.folder, given.records)
    took, size = time.perf_counter() - started, file.stat().st_size
    print(json.dumps({"store": str(file), "bytes": size, "seconds": round(took, 1), "user": ANN}))  # noqa: T201


if __name__ == "__main__":
    main()
