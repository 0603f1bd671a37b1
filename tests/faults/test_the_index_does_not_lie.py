"""The browse index is derived, and never trusted: whatever becomes of its file, answers are the ledger's own.

Bits flipped, blocks overwritten, rows taken out, moved, or put back from an older state, and what a power cut leaves of
a file that is written without syncs: what is wrong with it costs time, and nothing else.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.browsing import (
    bitmaps,
    blocks,
    browser,
    contents,
    index_file,
    orders,
    places,
    reading,
    seals,
    sorting,
    upkeep,
)
from desktop.models.embedded.storage import sqlite
from desktop.models.ledger import passwords
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Session
from tests.faults.support.runs import figures
from tests.support.stores import ANN, PASSWORD, charge_for, cheap_hasher, make_store

# Chunks, parts and blocks of a few records, so that some hundred fill every kind of row.
SMALL: dict[Any, dict[str, int]] = {
    places: {"CHUNK_BITS": 6, "PART_BITS": 3},
    bitmaps: {"_PAGE": 20, "_SMALL": 24},
    contents: {"_AMOUNTS": 3},
    blocks: {"BLOCK": 16, "STRETCH": 3},
    orders: {"_LATE": 8},
    sorting: {"_PIECE": 7, "_ABREAST": 2},
    reading: {"AT_ONCE": 20},
    upkeep: {"_INTO_ORDERS": 50},
}
ASKED = (
    PageRequest(size=25),
    PageRequest(sort=Column.AMOUNT, number=2, size=25),
    PageRequest(Filters(search=("1",)), sort=Column.OPERANDS, size=25),
    PageRequest(Filters(search=("7 +",)), size=25),
    PageRequest(Filters(trash=True), size=25),
)
Answers = list[tuple[tuple[Entry, ...], object]]


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap_hasher())
        for module, values in SMALL.items():
            for name, value in values.items():
                patch.setattr(module, name, value)
        yield


class Indexed:
    """A store whose index is whole, and what it answers; earlier states of the index's files."""

    def __init__(self, file: Path) -> None:
        self.store = make_store(file)
        accounts.register(self.store, ANN, PASSWORD, starting_balance=10_000_000_00)
        self.session: Session = accounts.sign_in(self.store, ANN, PASSWORD)
        self.index = index_file.file_of(file, self.session.user_id)
        self.states: list[dict[str, bytes]] = []
        self._spend(150)
        self._spend(60)
        mine = [entry.id for entry in records.page(self.store, self.session, PageRequest(size=200)).entries]
        records.delete(self.store, self.session, mine[5:40])
        self._catch_up()
        records.restore(self.store, self.session, mine[5:20])
        self._spend(10)
        self.answers = self.ask()

    def _spend(self, count: int) -> None:
        for number in range(count):
            charges.charge(self.store, self.session, charge_for(f"{number % 37} + {number}"))
        self._catch_up()

    def _catch_up(self) -> None:
        assert records.catch_up(self.store, self.session)
        self.leave()
        with closing(sqlite.sqlite3.connect(str(self.index))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.states.append(self.files())

    def leave(self) -> None:
        """Let go of the index, as a program that ends."""
        while self.store.beside:
            self.store.beside.popitem()[1].close()

    def files(self) -> dict[str, bytes]:
        """The index's files as they lie there."""
        return {file.name: file.read_bytes() for file in self.index.parent.glob(f"{self.index.name}*")}

    def put(self, files: dict[str, bytes]) -> None:
        """Have these files lie there, and none else."""
        self.leave()
        shutil.rmtree(self.index.parent)
        self.index.parent.mkdir(mode=0o700)
        for name, content in files.items():
            (self.index.parent / name).write_bytes(content)

    def ask(self) -> Answers:
        """What a person asks for: pages with their totals, and all that an export would hold."""
        pages = [records.page(self.store, self.session, request) for request in ASKED]
        exported = tuple(records.stream(self.store, self.session, Filters(search=("1",)), Column.DATE, descending=True))
        return [*((page.entries, page.totals) for page in pages), (exported, None)]

    def lies(self) -> bool:
        """Whether it answers otherwise than the ledger: at once, or after its check and its upkeep."""
        if self.ask() != self.answers:
            return True
        self.leave()
        records.catch_up(self.store, self.session, check=True)
        return self.ask() != self.answers


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    """For all tests: each puts the files of the index there that it begins with, and the ledger stays as it is."""
    made = Indexed(tmp_path_factory.mktemp("indexed") / "store.db")
    yield made
    made.leave()
    made.store.close()


def flipped(content: bytes, choose: random.Random) -> bytes:
    """One bit turned round."""
    changed = bytearray(content)
    changed[choose.randrange(len(changed))] ^= 1 << choose.randrange(8)
    return bytes(changed)


def overwritten(content: bytes, choose: random.Random) -> bytes:
    """Half a kilobyte of something else: zeros, another place of the file, or noise."""
    size = 512
    at, other = (choose.randrange(max(1, len(content) // size)) * size for _ in range(2))
    block = choose.choice((bytes(size), content[other : other + size], choose.randbytes(size)))
    return content[:at] + block + content[at + size :]


def count_lies(indexed: Indexed, hurt: Callable[[], dict[str, bytes]], times: int) -> int:
    """How many of so many hurt indexes answered wrongly; a crash ends the test."""
    lies = 0
    for _ in range(times):
        indexed.put(hurt())
        lies += indexed.lies()
    return lies


def hurts(indexed: Indexed, choose: random.Random, how: Callable[[bytes, random.Random], bytes]) -> Any:
    """Makes states of the newest index with its main file hurt."""
    newest, name = indexed.states[-1], indexed.index.name
    return lambda: newest | {name: how(newest[name], choose)}


@figures("times", 10, 10_000)
def test_a_flipped_bit_changes_no_answer(indexed: Indexed, choose: random.Random, times: int) -> None:
    assert count_lies(indexed, hurts(indexed, choose, flipped), times) == 0


@figures("times", 10, 2_000)
def test_an_overwritten_block_changes_no_answer(indexed: Indexed, choose: random.Random, times: int) -> None:
    assert count_lies(indexed, hurts(indexed, choose, overwritten), times) == 0


def test_the_harness_finds_an_index_that_is_believed(
    indexed: Indexed, choose: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals.Seals, "opened", lambda _self, _table, _number, _writing, row: row[0][16:])
    lies = 0
    for _ in range(1_000):
        indexed.put(edited(indexed, choose))
        try:
            lies += indexed.lies()
        except Exception:  # noqa: BLE001  # without seals it may stumble as well as lie
            lies += 1
        if lies:
            return
    pytest.fail("the harness missed an index without seals")


def edited(indexed: Indexed, choose: random.Random) -> dict[str, bytes]:
    """The newest index after somebody's edit of its rows: taken out, moved, doubled, or of an older state."""
    newest, older = indexed.states[-1], choose.choice(indexed.states[:-1])
    indexed.put(newest)
    other = indexed.index.with_name("older")
    other.write_bytes(older[indexed.index.name])
    with closing(sqlite.sqlite3.connect(str(indexed.index), isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS older", (str(other),))
        names = [name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        table = choose.choice(names)
        column = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
        key, value = column[0][1], column[1][1]
        one = f"(SELECT {key} FROM main.{table} ORDER BY random() LIMIT 1)"
        statement = choose.choice(
            (
                f"DELETE FROM main.{table} WHERE {key} = {one}",
                f"DELETE FROM main.{table}",
                f"UPDATE main.{table} SET {value} = (SELECT {value} FROM main.{table} ORDER BY random() LIMIT 1) "
                f"WHERE {key} = {one}",
                f"REPLACE INTO main.{table} SELECT * FROM older.{table}",
                f"REPLACE INTO main.{table} SELECT * FROM older.{table} ORDER BY random() LIMIT 1",
            )
        )
        connection.execute(statement)
        connection.execute("DETACH older")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    other.unlink()
    return indexed.files()


@figures("times", 6, 3_000)
def test_an_edited_row_changes_no_answer(indexed: Indexed, choose: random.Random, times: int) -> None:
    assert count_lies(indexed, lambda: edited(indexed, choose), times) == 0


def torn(indexed: Indexed, choose: random.Random) -> dict[str, bytes]:
    """As a power cut may leave a file without syncs: of each block, what some moment had, and perhaps not the end."""
    name, size = indexed.index.name, choose.choice((512, 4096, 16384))
    contents = [state[name] for state in indexed.states]
    longest = max(map(len, contents))
    pieces = []
    for at in range(0, longest, size):
        having = [content for content in contents if len(content) > at]
        pieces.append(choose.choice(having[-2:])[at : at + size].ljust(min(size, longest - at), b"\0"))
    whole = b"".join(pieces)
    return {name: whole[: len(whole) - choose.choice((0, 0, 0, size, 5 * size))]}


@figures("times", 5, 400)
def test_a_torn_index_changes_no_answer(indexed: Indexed, choose: random.Random, times: int) -> None:
    assert count_lies(indexed, lambda: torn(indexed, choose), times) == 0


def test_without_the_stores_own_key_there_is_no_index(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    indexed.leave()
    monkeypatch.setattr(indexed.store, "key_is_own", False)
    assert indexed.ask() == indexed.answers
    assert not records.catch_up(indexed.store, indexed.session, check=True)
    assert not isinstance(indexed.store.beside.get(("browser", indexed.session.user_id)), browser.Browser)
