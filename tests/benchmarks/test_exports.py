"""Exports of a big store side by side with a bare `csv.writer` over a bare cursor, and the memory they take.

The speed is per record: 200,000 of them say what a million would, and are built in seconds.
"""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.documents.export_files import ExportFormat, write_batches
from desktop.models.embedded import accounts, records
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters
from desktop.terms.people import Session
from tests.benchmarks.build_store import ANN, COSTS, PASSWORD, build
from tests.benchmarks.support import paired, report

RECORDS = 200_000
ROUNDS = 5


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    file = build(tmp_path_factory.mktemp("big"), RECORDS)
    with closing(open_store(file, costs=COSTS)) as store:
        yield store, accounts.sign_in(store, ANN, PASSWORD)


def export(store: Store, session: Session, file: Path, kind: str) -> int:
    """As the controller does it."""
    told: list[int] = []
    rows = records.batches(store, session, Filters(), Column.DATE, descending=True)
    return write_batches(file, ExportFormat(kind), rows, progress=told.append, cancelled=lambda: False)


def bare(store: Store, session: Session, file: Path) -> None:
    """The same rows, unchanged, by the least that can write them."""
    cursor = store.database.connection().execute(
        f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? AND r.deleted_at IS NULL"
        " ORDER BY r.seq DESC",
        (session.user_id,),
    )
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(cursor)


REACH = {"csv": ">= 0.67", "json": ">= 0.6", "xlsx": ">= 0.35"}


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", REACH)
def test_exports_against_a_bare_writer_over_a_bare_cursor(
    opened: tuple[Store, Session], tmp_path: Path, kind: str
) -> None:
    mine, other = paired(
        lambda: export(*opened, tmp_path / f"a.{kind}", kind), lambda: bare(*opened, tmp_path / "b"), rounds=ROUNDS
    )
    report(f"records to {kind.upper()} against a bare csv.writer", f"{other / mine:.2f}", REACH[kind])


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_memory_while_exporting_does_not_grow_with_the_records(
    opened: tuple[Store, Session], tmp_path: Path, kind: str
) -> None:
    tracemalloc.start()
    export(*opened, tmp_path / f"a.{kind}", kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report(f"most memory of Python's while exporting to {kind}", f"{peak / 2**20:.1f} MB", "<= 10 MB")
    assert peak < 10 * 2**20
