"""The records browser's engine: whatever it is asked, it answers as a plain list of the records would."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from desktop.arithmetic.money import format_money, plain_money
from desktop.arithmetic.ordering import number_key
from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.browsing import (
    bitmaps,
    blocks,
    browser,
    builders,
    building,
    by_date,
    contents,
    grouping,
    index_file,
    lines,
    orders,
    places,
    plain,
    reading,
    search,
    sorting,
    standing,
    texts,
    upkeep,
    walks,
)
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.system import team
from desktop.system.turns import turn
from desktop.terms.charges import Entry
from desktop.terms.errors import BadInput, Cancelled
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.wording.shown import shown_date
from tests.support.stores import ANN, Books, charge_for, make_store, new_id, random_charge, tamper

TEXTS = (
    "1", "5", "0.", "12", "2.5", ".00", "10.00", "−10.00", "-10.00", "+1", "1,0", "1000.00", "2026-11", "11-2",
    "12:0", " 12:", "add", "Square root", "CREDIT", "√", "×", "÷ 3", "33333", "%", "_", "'", '"', "ä", "É", "é",
    "zürich", "東京", "\0", "a\0", "\ud800", "top-up", "TOP", "3 + 4", "no such text", "e", "-", ":", ",", "🧾",
    "2023-11-14 ", "2025-11", "3-11-14 1", "-9 1", ":15:", "11 2",
    "CAFÉ", "cafe\u0301", "cafe", "österreich", "O\u0308STERREICH", "STRASSE", "straße", "Σ", "ς",
)  # fmt: skip
REASONS = (
    "Top-up 7", "zürich É 東京", "100 % _ '\"", "🧾 receipt", "Ä ä", "x" * 150, "Café Österreich", "cafe\u0301",
    "Straße", "ΟΔΟΣ οδος", "on 2023-11-14 at 10:15:00, 7-9", "room 11 2, 2023-11",
)  # fmt: skip
ENTRIES = ("1 + 2", "3 + 4 × 5", "10 ÷ 3", "√2.25", "0.1 + 0.2", "7 - 9", "12.5 × 4", "(1 + 2) × 3 - 4", "100 - 0.01")


class Model:
    """Every record of one user as the ledger has them, filtered and sorted as the words of the contract say."""

    def __init__(self, store: Store, user_id: int) -> None:
        from desktop.models.embedded.storage import entries

        sql = f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? ORDER BY r.seq"
        self.entries = entries.entries_of(store.database.execute_sql(sql, (user_id,)).fetchall())

    def found(self, filters: Filters) -> list[Entry]:
        return [entry for entry in self.entries if self._is_meant(entry, filters)]

    def _is_meant(self, entry: Entry, filters: Filters) -> bool:
        amount, search = -entry.amount, [text for text in filters.search if text]
        return (
            (entry.deleted_at is not None) == filters.trash
            and (not filters.operations or entry.operation in filters.operations)
            and (filters.since is None or entry.date >= filters.since)
            and (filters.until is None or entry.date < filters.until)
            and (filters.least is None or amount >= filters.least)
            and (filters.most is None or amount <= filters.most)
            and (not search or any(_shows(entry, text) for text in search))
        )

    def sorted(self, filters: Filters, sort: Column, *, descending: bool) -> list[Entry]:
        return sorted(self.found(filters), key=lambda entry: (_key(entry, sort), entry.seq), reverse=descending)

    def page(self, request: PageRequest) -> Page:
        found = self.sorted(request.filters, request.sort, descending=request.descending)
        pages = max(1, -(-len(found) // request.size))
        number = min(max(1, request.number), pages)
        spent = sum(entry.amount for entry in found if entry.operation is not OperationType.CREDIT)
        credited = sum(-entry.amount for entry in found if entry.operation is OperationType.CREDIT)
        start = (number - 1) * request.size
        return Page(request, tuple(found[start : start + request.size]), number, Totals(len(found), spent, credited))


def _shows(entry: Entry, text: str) -> bool:
    wanted = _lower(text.encode(errors="replace").decode())
    shown = (
        entry.operands, entry.response, entry.expression, shown_date(entry.date), format_money(entry.user_balance),
        format_money(-entry.amount, signed=True), plain_money(-entry.amount),
    )  # fmt: skip
    named = text.casefold() in entry.operation.value.replace("_", " ")
    return named or any(wanted in _lower(part) for part in shown)


def _lower(text: str) -> str:
    return normalize("NFC", normalize("NFD", text).casefold())


def _key(entry: Entry, sort: Column) -> Any:
    return {
        Column.DATE: entry.date,
        Column.OPERATION: entry.operation.value,
        Column.OPERANDS: entry.operands.encode(),
        Column.RESPONSE: number_key(entry.response),
        Column.AMOUNT: entry.amount,
        Column.BALANCE: entry.user_balance,
    }[sort]


SMALL: dict[Any, dict[str, int]] = {
    places: {"CHUNK_BITS": 6, "PART_BITS": 3},
    browser: {"INLINE": 40, "_AT_ONCE": 4, "_TOO_MANY": 6, "_TOO_MANY_OF_ALL": 6, "_FIRST_ROWS": 9},
    bitmaps: {"_PAGE": 5, "_SMALL": 24, "_ROOM": 900},
    grouping: {"_AT_ONCE": 7},
    contents: {"_AMOUNTS": 3},
    blocks: {"BLOCK": 16, "STRETCH": 3},
    orders: {"_LATE": 5, "_KNOWN": 30},
    search: {"_SCATTERED": 1, "_ONE_BY_ONE": 3},
    texts: {"ENOUGH": 1, "_TOLD": 3, "_DATES_ENOUGH": 2},
    sorting: {"_PIECE": 7, "_ABREAST": 2},
    reading: {"AT_ONCE": 20},
    upkeep: {"_INTO_ORDERS": 50},
    by_date: {"_WAYS": 3, "_AT_ONCE": 4},
    walks: {"_FEW": 4, "_FEW_IN_ONE": 2, "_AT_LENGTH": 2, "_SMALL": 20},
}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks, parts and blocks of a few records, so that some hundred cross all their borders."""
    for module, values in SMALL.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


class Walk:
    """Ann's records as they change at random, and questions about them."""

    def __init__(self, books: Books, chance: random.Random) -> None:
        self.books = books
        self.chance = chance
        self.other = make_store(books.store.file)  # another program, which has only this connection
        self.other_session = accounts.sign_in(self.other, ANN, "correct horse 7")
        self.store, self.session = books.store, books.ann
        books.set_balance(10_000_000_00)

    def step(self) -> None:
        self.chance.choices(
            (self.charge, self.credit, self.mark, self.index, self.spoil, self.clock, self.ask),
            (6, 2, 4, 2, 0.5, 1, 10),
        )[0]()

    def charge(self) -> None:
        store, session = self.chance.choice(((self.store, self.session), (self.other, self.other_session)))
        for _ in range(self.chance.choice((1, 1, 5, 30))):
            if self.chance.random() < 0.3:
                text = "".join(self.chance.choices("aAbB01zZ", k=8))
                charges.charge(store, session, random_charge(text))
            else:
                charges.charge(store, session, charge_for(self.chance.choice(ENTRIES)))

    def credit(self) -> None:
        amount = self.chance.choice((1, 999_99, 1_234_56, -50, 1_000_00))
        charges.credit(self.store, self.books.admin, ANN, amount, self.chance.choice(REASONS), new_id())

    def mark(self) -> None:
        last = self.books.records()[-1][0]
        ids = self.store.database.execute_sql(
            "SELECT id FROM record WHERE user_id = ? AND seq > ? ORDER BY random() LIMIT ?",
            (self.session.user_id, self.chance.choice((0, last - 10)), self.chance.choice((1, 5, 60))),
        ).fetchall()
        change = self.chance.choice((records.delete, records.delete, records.restore))
        change(self.store, self.session, [id for (id,) in ids])

    def index(self) -> None:
        records.catch_up(self.store, self.session)

    def clock(self) -> None:
        self.books.clock.advance(self.chance.choice((-4000, 60, 86_400, 3_000_000)))

    def spoil(self) -> None:
        file = index_file.file_of(self.store.file, self.session.user_id)
        if not file.exists():
            return
        if self.chance.random() < 0.5:
            file.unlink()
            for suffix in ("-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        else:  # while the program is not running
            self.store.disconnect()
            with file.open("r+b") as out:
                out.seek(self.chance.randrange(0, max(1, file.stat().st_size - 4000)))
                out.write(self.chance.randbytes(4000))
            self.store.connect()
            records.catch_up(self.store, self.session, check=True)

    def filters(self) -> Filters:
        chance, dates = self.chance, [row[0] for row in self.store.database.execute_sql("SELECT date FROM record")]
        texts = [*TEXTS, *(part for row in self.books.records()[-20:] for part in (row[1][2:9], row[2][:5]) if part)]
        return Filters(
            search=tuple(chance.sample(texts, chance.choice((0, 0, 1, 1, 1, 2)))),
            operations=frozenset(chance.sample(list(OperationType), chance.choice((0, 0, 0, 1, 3)))),
            since=chance.choice((None, None, chance.choice(dates))),
            until=chance.choice((None, None, chance.choice(dates))),
            least=chance.choice((None, None, None, -20_00)),
            most=chance.choice((None, None, None, -10_00, 999_99)),
            trash=chance.random() < 0.25,
        )

    def ask(self) -> None:
        filters, chance = self.filters(), self.chance
        model = Model(self.store, self.session.user_id)
        for _ in range(3):
            sort, descending = chance.choice(list(Column)), chance.random() < 0.5
            request = PageRequest(
                filters, sort, descending, chance.choice((1, 1, 2, 3, 999)), chance.choice((1, 3, 25))
            )
            self.compare(request, model)
        assert records.totals(self.store, self.session, filters) == model.page(PageRequest(filters)).totals
        counts = Counter(entry.operation for entry in model.found(_any_operation(filters)))
        assert records.operation_counts(self.store, self.session, filters) == counts
        stream = records.stream(self.store, self.session, filters, sort, descending=descending)
        assert list(stream) == model.sorted(filters, sort, descending=descending)

    def compare(self, request: PageRequest, model: Model) -> None:
        wanted = model.page(request)
        looked, _ = records.first_look(self.store, self.session, request, cancelled=lambda: False)
        assert (looked.entries, looked.number) == (wanted.entries, wanted.number), request
        assert looked.totals in (None, wanted.totals), request
        assert records.page(self.store, self.session, request) == wanted, request


def _any_operation(filters: Filters) -> Filters:
    from dataclasses import replace

    return replace(filters, operations=frozenset())


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What was logged, for the tests that spoil an index."""
    return caplog


@pytest.mark.usefixtures("small_parts", "quiet")
@pytest.mark.parametrize(
    "seed",
    [
        *range(4),
        *(
            pytest.param(seed, marks=pytest.mark.faults)
            for seed in range(4, int(os.environ.get("METERCALC_BROWSING_SEEDS", "12")))
        ),
    ],
)
def test_every_page_order_and_total_is_that_of_the_plain_list(books: Books, seed: int) -> None:
    walk = Walk(books, random.Random(seed))
    try:
        for _ in range(60):
            walk.step()
    finally:
        walk.other.close()


def _charges(books: Books, count: int) -> None:
    books.set_balance(10_000_000_00)
    for number in range(count):
        books.charge(f"{number} + 1")


def _catch_up(books: Books) -> bool:
    return records.catch_up(books.store, books.ann)


def _index_of(books: Books) -> Path:
    return index_file.file_of(books.store.file, books.ann.user_id)


def test_an_index_is_private_and_no_part_of_the_proof(books: Books) -> None:
    _charges(books, 5)
    assert _catch_up(books)
    file = _index_of(books)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert books.problems() == ()


def test_a_charge_leaves_the_index_as_it_is(books: Books) -> None:
    _charges(books, 5)
    _catch_up(books)
    with closing(index_file.IndexFile(books.store, books.ann.user_id, make=False)) as file:
        before = file.marks()
        books.charge("1 + 1")
        assert file.marks() == before
    assert records.page(books.store, books.ann, PageRequest()).entries[0].operands == "1 + 1"


def test_an_index_of_another_past_is_made_again(books: Books) -> None:
    _charges(books, 5)
    _catch_up(books)
    with closing(index_file.IndexFile(books.store, books.ann.user_id, make=False)) as file:
        marks = file.marks()
        marks.hash = b"another store's" + bytes(17)
        marks.changes += 1
        file.set_marks(marks)
    assert records.page(books.store, books.ann, PageRequest()).counted.count == 7
    assert not _index_of(books).exists()
    assert _catch_up(books)
    assert records.page(books.store, books.ann, PageRequest()).counted.count == 7


def test_another_time_zone_makes_the_index_anew(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _charges(books, 5)
    _catch_up(books)
    monkeypatch.setattr(standing, "zone", lambda: "elsewhere")
    books.store.disconnect()
    books.store.connect()
    assert records.page(books.store, books.ann, PageRequest()).counted.count == 7
    assert not _index_of(books).exists()


def test_an_index_of_an_earlier_version_is_served_by_the_ledger_while_it_is_made_anew(books: Books) -> None:
    _charges(books, 5)
    _catch_up(books)
    books.store.disconnect()
    with closing(sqlite.sqlite3.connect(str(_index_of(books)))) as connection:
        connection.execute(f"PRAGMA user_version = {index_file.VERSION - 1}")
    books.store.connect()
    request = PageRequest(Filters(search=("1",)), Column.AMOUNT)
    before, is_due = records.first_look(books.store, books.ann, request)
    assert is_due
    assert _catch_up(books)
    after, is_due = records.first_look(books.store, books.ann, request)
    assert (after.entries, is_due) == (before.entries, False)
    assert len(after.entries) == 7


def test_nothing_is_asked_any_further_once_nobody_waits(books: Books) -> None:
    _charges(books, 5)
    with pytest.raises(Cancelled):
        records.first_look(books.store, books.ann, PageRequest(Filters(search=("1",))), cancelled=lambda: True)


def test_what_is_not_finished_goes_on_where_it_stopped(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _charges(books, 5)
    looks = iter((False, True))  # the records are taken in, the orders are not made
    assert not records.catch_up(books.store, books.ann, cancelled=lambda: next(looks))
    assert _catch_up(books)
    assert records.page(books.store, books.ann, PageRequest(sort=Column.AMOUNT)).counted.count == 7


@pytest.mark.parametrize("how", ["together", "killed", "none to be had"])
def test_processes_make_the_index_that_one_makes(books: Books, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    _charges(books, 30)
    records.delete(books.store, books.ann, [entry.id for entry in _newest(books)[:7]])
    monkeypatch.setattr(building, "WORTH_IT", 0)
    monkeypatch.setattr(building, "processors", lambda: 2)
    hire, answers = team.hire, list[object]()

    def hired(hands: team.Team, *given: Any) -> None:
        if how == "none to be had":
            raise OSError("no more processes")
        hire(hands, *given)
        if how == "killed":
            next(reversed(hands.values())).kill()

    def noted(one: Connection) -> object:
        answer: object = received(one)
        if answer is not builders.STILL_AT_IT:
            answers.append(answer)
        return answer

    received = Connection.recv
    monkeypatch.setattr(building, "hire", hired)
    monkeypatch.setattr(Connection, "recv", noted)
    assert _catch_up(books)
    assert len(answers) == (2 + len(lines.SORT_KEYS) if how == "together" else 0)
    model = Model(books.store, books.ann.user_id)
    for sort in Column:
        for filters in (Filters(), Filters(trash=True), Filters(search=("1",))):
            request = PageRequest(filters, sort, size=50)
            assert records.first_look(books.store, books.ann, request)[1] is False
            assert records.page(books.store, books.ann, request) == model.page(request)
    left = {file.name for file in _index_of(books).parent.iterdir()}
    assert not [name for name in left if index_file.SORTING in name]


def test_two_programs_do_not_make_one_index_at_once(books: Books) -> None:
    _charges(books, 5)
    with closing(index_file.IndexFile(books.store, books.ann.user_id, make=True)) as file:
        held = file.file.with_name(f"{file.file.name}-turn")
        held.touch()
        with turn(held, 0):
            assert not _catch_up(books)
    assert _catch_up(books)


def _newest(books: Books) -> tuple[Entry, ...]:
    return records.page(books.store, books.ann, PageRequest(size=50)).entries


def test_a_text_that_no_record_can_hold_is_refused(books: Books) -> None:
    with pytest.raises(BadInput):
        records.page(books.store, books.ann, PageRequest(Filters(search=("1" * 60_000,))))


@pytest.mark.parametrize("indexed", [False, True], ids=["ledger", "index"])
@pytest.mark.parametrize("exact", [False, True])
def test_an_order_by_date_follows_the_dates_though_a_clock_was_set_back(
    books: Books, indexed: bool, exact: bool
) -> None:
    for number, seconds in enumerate((0, 60, -3600, 0, 7200)):
        books.clock.advance(seconds)
        books.charge(f"{number} + 1")
    request = PageRequest(Filters(operations=frozenset({OperationType.ADDITION})), Column.DATE, descending=False)
    if indexed:
        assert _catch_up(books)
        page = records.page(books.store, books.ann, request)
        later = records.page(books.store, books.ann, replace(request, number=2, size=2))
        assert [entry.operands for entry in later.entries] == ["0 + 1", "1 + 1"]
    else:
        page = plain.page(books.store.database, books.ann.user_id, request, exact=exact)
    in_order = ["2 + 1", "3 + 1", "0 + 1", "1 + 1", "4 + 1"]
    assert [entry.operands for entry in page.entries] == in_order
    for filters in (request.filters, replace(request.filters, search=("+ 1",))):
        stream = records.stream(books.store, books.ann, filters, Column.DATE, descending=True)
        assert [entry.operands for entry in stream] == in_order[::-1]


@pytest.mark.parametrize(
    "set_back",
    [
        {70: -4_000},
        {0: 90_000, 1: -90_000},
        {90: -5_000},
        dict.fromkeys(range(0, 91, 3), -60),
        dict.fromkeys(range(91), -1e-6) | {48: -60 - 1e-6, 49: 60 - 1e-6},  # all of one date, but for one among them
    ],
    ids=["once", "at the very beginning", "at the very end", "again and again", "for a moment"],
)
def test_dates_are_followed_wherever_a_clock_was_set_back(
    books: Books, small_parts: None, set_back: dict[int, float]
) -> None:
    for number in range(91):
        books.clock.advance(set_back.get(number, 60))
        books.charge(f"{number} + 1")
    assert _catch_up(books)
    books.clock.advance(-1_000)
    books.charge("91 + 1")  # the index does not have it yet
    addition = Filters(operations=frozenset({OperationType.ADDITION}))
    for filters in (addition, Filters(search=("+ 1",)), Filters(search=("7",)), Filters(search=("7 + 1",))):
        for descending, size in ((False, 200), (True, 200), (False, 7), (True, 7)):
            request = PageRequest(filters, Column.DATE, descending, size=size)
            assert records.page(books.store, books.ann, request) == Model(books.store, books.ann.user_id).page(request)


def test_a_name_that_stands_in_a_text_too_is_found_in_both(books: Books, small_parts: None) -> None:
    for number in range(40):
        books.charge(f"{number} + 1")
    for reason in ("an addition", "ad add ddi dit iti tio ion on", "additions"):
        charges.credit(books.store, books.admin, ANN, 1_00, reason, new_id())
    assert _catch_up(books)
    request = PageRequest(Filters(search=("addition",)), Column.BALANCE, size=200)
    page, _ = records.first_look(books.store, books.ann, request)
    assert page.entries == Model(books.store, books.ann.user_id).page(request).entries
    assert len(page.entries) == 42


@pytest.mark.parametrize("text", ["7777", "77777", "7" * 34, "7" * 35, "0000", "1111"])
def test_a_digit_again_and_again_is_found_where_it_stands(books: Books, text: str) -> None:
    for entry in ("7777 + 1", "77777 + 1", "777 + 7777", "7770777 + 1", f"{'7' * 35} + 0", "1 ÷ 9", "100000 − 1"):
        books.charge(entry)
    assert _catch_up(books)
    request = PageRequest(Filters(search=(text,)), size=50)
    assert records.page(books.store, books.ann, request) == Model(books.store, books.ann.user_id).page(request)


@pytest.mark.parametrize("sort", [Column.DATE, Column.BALANCE])
def test_what_dates_are_full_of_is_found_in_texts_too(books: Books, sort: Column) -> None:
    for number in range(30):
        books.clock.advance(4_321)
        books.charge(f"{number} + 1")
    shown = [shown_date(entry.date) for entry in Model(books.store, books.ann.user_id).entries]
    for reason in (f"of {shown[7]}", "7-9, 12:30", f"room 1{shown[9][9:16]}", "11 2"):
        charges.credit(books.store, books.admin, ANN, 1_00, reason, new_id())
    assert _catch_up(books)
    present = shown[7], shown[7][3:15], shown[9][9:16], "7-9,", "11 2", "12:30", shown[3][8:], shown[3][:13], ":00:0"
    absent = "1026-", f"1{shown[7][1:13]}", f"{shown[7][5:18]}x", f"{shown[8][8:17]}61"
    for text in present + absent:
        request = PageRequest(Filters(search=(text,)), sort, size=200)
        wanted = Model(books.store, books.ann.user_id).page(request)
        page, _ = records.first_look(books.store, books.ann, request)
        assert page.entries == wanted.entries
        assert records.page(books.store, books.ann, request) == wanted
        assert bool(page.entries) == (text in present), text


def test_amounts_that_only_deleted_records_have_are_found_in_the_trash(books: Books) -> None:
    for amount in (3_00, 4_00):
        charges.credit(books.store, books.admin, ANN, amount, f"of {amount}", new_id())
    (entry,) = records.page(books.store, books.ann, PageRequest(Filters(search=("of 300",)))).entries
    records.delete(books.store, books.ann, [entry.id])
    assert _catch_up(books)
    for text in ("", "of 300"):
        request = PageRequest(Filters(search=(text,), most=3_00, least=3_00, trash=True))
        assert records.page(books.store, books.ann, request).entries
        assert records.first_look(books.store, books.ann, replace(request, sort=Column.BALANCE))[0].entries


def test_a_stretch_knows_the_records_that_came_after_it_was_written(books: Books, small_parts: None) -> None:
    for count in (40, 3, 1, 20, 2):
        for number in range(count):
            books.charge(f"{number % 7} + {count}")
        assert _catch_up(books)
        for sort, descending in product((Column.OPERANDS, Column.BALANCE), (False, True)):
            request = PageRequest(Filters(search=(" + ",)), sort, descending, size=200)
            page, _ = records.first_look(books.store, books.ann, request)
            assert page.entries == Model(books.store, books.ann.user_id).page(request).entries


def test_a_record_of_no_operation_has_no_place_in_an_index(open_books: Callable[[], Books]) -> None:
    books = open_books()
    books.charge("1 + 2")
    books.store.disconnect()
    tamper(books.store.file, "PRAGMA foreign_keys = 0", "UPDATE record SET operation_id = 99 WHERE seq = 2")
    books.store.connect()
    with pytest.raises(IndexDamaged, match="no operation"):
        list(reading.read_columns(books.store, books.ann.user_id, range(1, 3)))
