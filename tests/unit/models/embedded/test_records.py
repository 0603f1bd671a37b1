"""Looking at one's own records, hiding them and showing them again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.terms.errors import BadInput, NotSignedIn
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Session
from tests.support.stores import ANN, BALANCE, NOON, PASSWORD, SECOND, Books, make_store, new_id, newest, random_charge


@pytest.fixture
def history(books: Books) -> Books:
    """Ann: 1 credit and 9 charges; Bob: 1 credit and 1 charge."""
    books.charge("1 + 2 × 3")  # two records
    books.clock.advance(3600)
    for text in ("√2.25", "10 ÷ 4", "7 - 10", "99 + 1", "1 ÷ 3"):
        books.charge(text)
    books.clock.advance(3600)
    charges.charge(books.store, books.ann, random_charge("aB3dE6gH"))
    books.charge("99 + 1")
    books.charge("5 + 5", books.bob)
    return books


def look(books: Books, filters: Filters | None = None, session: Session | None = None, **more: object) -> Page:
    """A page of Ann's, or of whose session it is."""
    request = PageRequest(filters or Filters(), **{"size": 100, **more})  # type: ignore[arg-type]
    return records.page(books.store, session or books.ann, request)


def shown(page: Page) -> list[str]:
    """The records of a page in few words, in order."""
    return [entry.operands or entry.response for entry in page.entries]


def search(books: Books, *texts: str) -> list[str]:
    """What a search finds, oldest first."""
    return shown(look(books, Filters(search=texts), descending=False))


ALL = ["Starting balance", "2 × 3", "1 + 6", "√2.25", "10 ÷ 4", "7 − 10", "99 + 1", "1 ÷ 3", "aB3dE6gH", "99 + 1"]


def test_everybody_sees_their_own_records_and_no_others(history: Books) -> None:
    assert shown(look(history)) == ALL[::-1]
    assert shown(look(history, session=history.bob)) == ["5 + 5", "Starting balance"]
    assert shown(look(history, session=history.admin)) == ["Starting balance"]


def test_nobody_reaches_anothers_records_by_their_ids(history: Books) -> None:
    ids = [entry.id for entry in look(history).entries]
    for thief in (history.bob, history.admin):
        assert records.delete(history.store, thief, ids) == ()
    records.delete(history.store, history.ann, ids)
    for thief in (history.bob, history.admin):
        assert records.restore(history.store, thief, ids) == ()
        assert look(history, Filters(trash=True), thief).entries == ()


def test_nothing_is_shown_hidden_or_restored_without_a_session(history: Books) -> None:
    accounts.sign_out(history.store, history.ann)
    for attempt in (
        lambda: look(history),
        lambda: records.delete(history.store, history.ann, [1]),
        lambda: records.restore(history.store, history.ann, [1]),
        lambda: next(records.stream(history.store, history.ann, Filters(), Column.DATE, descending=False)),
    ):
        with pytest.raises(NotSignedIn):
            attempt()


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param([""], ALL, id="nothing asked"),
        pytest.param(["2.25"], ["√2.25"], id="an operand"),
        pytest.param(["1.5"], ["√2.25"], id="a response"),
        pytest.param(["1 + 2 × 3"], ["1 + 6"], id="a whole expression, on its last step"),
        pytest.param(["ab3de6GH"], ["aB3dE6gH"], id="without regard to case"),
        pytest.param(["0.3333"], ["1 ÷ 3"], id="a piece"),
        pytest.param(["random"], ["aB3dE6gH"], id="an operation's name"),
        pytest.param(["Square Root"], ["√2.25"], id="one of two words"),
        pytest.param(["nowhere"], [], id="nothing"),
        pytest.param(["nowhere", "2.25"], ["√2.25"], id="any of two readings"),
        pytest.param(["−60.00"], ["aB3dE6gH"], id="an amount as shown"),
        pytest.param(["+1,000.00"], ["Starting balance"], id="a credit as shown"),
        pytest.param(["%"], [], id="a per cent sign"),
        pytest.param(["_"], [], id="an underscore"),
        pytest.param(["\\"], [], id="a backslash"),
        pytest.param(["'"], [], id="a quote"),
        pytest.param(["' OR 1=1 --"], [], id="an injection"),
        pytest.param(["1_+"], [], id="an underscore in the middle"),
        pytest.param(["\ud800"], [], id="half a surrogate pair"),
    ],
)
def test_a_search_finds_what_is_shown_and_takes_every_character_literally(
    history: Books, texts: list[str], found: list[str]
) -> None:
    assert search(history, *texts) == found


@pytest.mark.parametrize("reason", ["50 % off", "a_b", "back\\slash", "it's", '"quoted"', "[a-z]*?", "%_%", "Ünder"])
def test_special_characters_are_found_where_they_stand_and_nowhere_else(books: Books, reason: str) -> None:
    charges.credit(books.store, books.admin, ANN, 1_00, reason, new_id())
    charges.credit(books.store, books.admin, ANN, 1_00, "50 percent, aXb, back-slash, its", new_id())
    assert search(books, reason) == [reason]
    assert search(books, reason[1:-1]) == [reason]


def test_a_search_text_longer_than_any_record_is_answered(books: Books) -> None:
    with pytest.raises(BadInput, match="too long"):
        search(books, "x" * 100_000)
    assert search(books, "9" * 10_200) == []


@pytest.mark.parametrize(
    ("zone", "hour", "found"),
    [
        ("UTC", "2026-11-25 12:00", ["2 × 3", "1 + 6"]),
        ("UTC", "2026-11-25 14:00", ["aB3dE6gH", "99 + 1"]),
        ("Asia/Kolkata", "2026-11-25 19:30", ["aB3dE6gH", "99 + 1"]),
        ("Asia/Kolkata", "2026-11-25 14:00", []),
    ],
)
def test_a_date_is_found_as_the_person_sees_it(
    history: Books, time_zone: Callable[[str], None], zone: str, hour: str, found: list[str]
) -> None:
    time_zone(zone)
    assert search(history, hour) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(operations=frozenset({OperationType.ADDITION})), ["1 + 6", "99 + 1", "99 + 1"]),
        (Filters(operations=frozenset({OperationType.CREDIT})), ["Starting balance"]),
        (
            Filters(operations=frozenset({OperationType.DIVISION, OperationType.RANDOM_STRING})),
            ["10 ÷ 4", "1 ÷ 3", "aB3dE6gH"],
        ),
        (Filters(since=NOON, until=NOON + 1800 * SECOND), ["2 × 3", "1 + 6"]),
        (Filters(since=NOON + 5400 * SECOND), ["aB3dE6gH", "99 + 1"]),
        (Filters(search=("99",), since=NOON + 5400 * SECOND), ["99 + 1"]),
        (Filters(search=("99",), operations=frozenset({OperationType.DIVISION})), []),
        (Filters(trash=True), []),
    ],
)
def test_filters_find_just_what_they_say_and_join_by_and(history: Books, filters: Filters, found: list[str]) -> None:
    assert shown(look(history, filters, descending=False)) == found


def test_a_range_includes_its_first_moment_and_excludes_its_last(books: Books) -> None:
    books.clock.advance(60)
    moment = newest(books.charge("1 + 1")).date
    cases = {(moment, moment + 1): 1, (moment, moment): 0, (moment + 1, moment + 2): 0, (moment - 1, moment): 0}
    found = {span: look(books, Filters(since=span[0], until=span[1])).counted.count for span in cases}
    assert found == cases


@pytest.mark.parametrize("trash", [False, True])
@pytest.mark.parametrize("operations", [frozenset(), frozenset({OperationType.ADDITION, OperationType.CREDIT})])
@pytest.mark.parametrize("texts", [(), ("1",), ("99", "√"), ("nowhere",)])
def test_totals_are_those_of_the_filtered_records(
    history: Books, trash: bool, operations: frozenset[OperationType], texts: tuple[str, ...]
) -> None:
    records.delete(history.store, history.ann, [entry.id for entry in look(history).entries[::2]])
    filters = Filters(search=texts, operations=operations, trash=trash)
    page = look(history, filters)
    amounts = [entry.amount for entry in page.entries]
    spent, credited = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
    assert page.totals == Totals(len(amounts), spent, credited)
    streamed = tuple(records.stream(history.store, history.ann, filters, Column.DATE, descending=True))
    assert streamed == page.entries


@pytest.mark.parametrize(
    ("number", "found", "size"), [(1, 1, 4), (2, 2, 4), (3, 3, 2), (4, 3, 2), (10**30, 3, 2), (0, 1, 4), (-5, 1, 4)]
)
def test_a_page_past_the_end_is_the_last_one(history: Books, number: int, found: int, size: int) -> None:
    page = look(history, number=number, size=4)
    assert (page.number, len(page.entries), page.pages, page.counted.count) == (found, size, 3, 10)


@pytest.mark.parametrize("size", [1, 3, 10, 11])
@pytest.mark.parametrize("sort", Column)
def test_the_pages_together_are_the_whole_set_in_order(history: Books, sort: Column, size: int) -> None:
    whole = look(history, sort=sort).entries
    paged: list[object] = []
    for number in range(1, look(history, size=size).pages + 1):
        paged += look(history, sort=sort, size=size, number=number).entries
    assert paged == list(whole)
    assert sorted(entry.seq for entry in whole) == list(range(1, 11))


def test_an_empty_set_has_one_page(history: Books) -> None:
    page = look(history, Filters(search=("nowhere",)), number=7)
    assert (page.number, page.pages, page.entries, page.totals) == (1, 1, (), Totals(0, 0, 0))


def test_the_last_page_follows_when_its_records_are_deleted(history: Books) -> None:
    last = look(history, number=3, size=4)
    records.delete(history.store, history.ann, [entry.id for entry in last.entries])
    page = look(history, number=3, size=4)
    assert (page.number, page.pages, len(page.entries)) == (2, 2, 4)


@pytest.mark.parametrize("descending", [False, True])
def test_responses_sort_as_numbers(books: Books, descending: bool) -> None:
    nines = "9" * 100
    rising = ["-" + "9" * 101, "-100", "-10", "-9", "-1.5", "-1", "0", "0.05", "0.5", "9", "10", "100", "1e100"]
    texts = {
        "-" + "9" * 101: f"-{nines} × 10 - 9",
        "1e100": f"{nines} + 1",
    }
    charges.credit(books.store, books.admin, ANN, 10_000_00, "For the test", new_id())
    for number in [*rising[::2], *rising[1::2]]:
        books.charge(texts.get(number, f"{number} + 0"))
    additions = Filters(operations=frozenset({OperationType.ADDITION, OperationType.SUBTRACTION}))
    found = [e.response for e in look(books, additions, sort=Column.RESPONSE, descending=descending).entries]
    assert found == (rising[::-1] if descending else rising)


def test_amounts_and_balances_sort_as_numbers(books: Books) -> None:
    for cost in (9, 10, 100, 1000, 99):
        charges.set_cost(books.store, books.admin, OperationType.ADDITION, cost)
        books.charge("1 + 1")
    additions = Filters(operations=frozenset({OperationType.ADDITION}))
    by_amount = look(books, additions, sort=Column.AMOUNT, descending=False)
    assert [entry.amount for entry in by_amount.entries] == [9, 10, 99, 100, 1000]
    by_balance = look(books, additions, sort=Column.BALANCE, descending=False)
    assert [entry.seq for entry in by_balance.entries] == [6, 5, 4, 3, 2]


@pytest.mark.parametrize(("sort", "descending"), list(product(Column, (False, True))))
def test_ties_keep_the_order_of_the_ledger(books: Books, sort: Column, descending: bool) -> None:
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 0)  # everything is a tie but the sequence
    for _ in range(6):
        books.charge("1 + 1")
    found = look(books, Filters(search=("1 + 1",)), sort=sort, descending=descending)
    assert [entry.seq for entry in found.entries] == list(range(7, 1, -1) if descending else range(2, 8))


def test_a_clock_set_back_orders_by_the_date_that_is_shown(books: Books) -> None:
    books.charge("1 + 1")
    books.clock.advance(-30)
    books.charge("2 + 2")
    books.charge("3 + 3")
    dates = [entry.date for entry in look(books, sort=Column.DATE, descending=False).entries]
    assert dates == sorted(dates)
    order = shown(look(books, sort=Column.DATE, descending=False))
    assert order.index("2 + 2") + 1 == order.index("3 + 3") < order.index("1 + 1")


def test_deleting_hides_a_record_and_moves_no_balance(history: Books) -> None:
    balance = history.balance()
    rows = history.records()
    newest_id, oldest_id = look(history).entries[0].id, look(history).entries[-1].id
    history.clock.now = NOON + 9_000 * SECOND
    assert records.delete(history.store, history.ann, [newest_id, oldest_id]) == (newest_id, oldest_id)
    assert shown(look(history, descending=False)) == ALL[1:-1]
    trash = look(history, Filters(trash=True), descending=False)
    assert shown(trash) == [ALL[0], ALL[-1]]
    assert {entry.deleted_at for entry in trash.entries} == {NOON + 9_000 * SECOND + 1}
    assert (history.balance(), history.records()) == (balance, rows)
    history.charge("1 + 1")  # the chain goes on behind a hidden record
    assert history.problems() == ()


def test_deleting_and_restoring_twice_is_as_good_as_once(history: Books) -> None:
    ids = [entry.id for entry in look(history).entries]
    some = ids[2:5]
    before = look(history).entries
    assert records.delete(history.store, history.ann, [*some, *some]) == tuple(some)
    marked = look(history, Filters(trash=True)).entries
    assert records.delete(history.store, history.ann, some) == ()
    assert look(history, Filters(trash=True)).entries == marked
    assert records.restore(history.store, history.ann, ids) == tuple(some)
    assert records.restore(history.store, history.ann, ids) == ()
    assert look(history).entries == before


def test_all_of_ones_records_can_be_hidden_and_shown_again(history: Books) -> None:
    ids = [entry.id for entry in look(history).entries]
    records.delete(history.store, history.ann, ids)
    assert look(history).totals == Totals(0, 0, 0)
    assert history.problems() == ()
    assert history.balance() != 0
    records.restore(history.store, history.ann, ids)
    assert shown(look(history)) == ALL[::-1]


@pytest.mark.parametrize("ids", [[], [0], [-1], [999_999], [2**63 - 1], [2**63], [10**30], [-(10**30)]])
def test_ids_of_nothing_change_nothing(history: Books, ids: list[int]) -> None:
    assert records.delete(history.store, history.ann, ids) == ()
    assert records.restore(history.store, history.ann, ids) == ()
    assert shown(look(history)) == ALL[::-1]


def test_a_stream_is_one_state_of_the_store_while_others_write(history: Books) -> None:
    stream = records.stream(history.store, history.ann, Filters(), Column.DATE, descending=False)
    first = next(stream)
    with _another(history) as other:
        other.charge("8 + 8")
    assert [first.operands, *(entry.operands or entry.response for entry in stream)] == ALL
    assert "8 + 8" in shown(look(history))


def test_a_stream_given_up_leaves_no_transaction_open(history: Books) -> None:
    stream = records.stream(history.store, history.ann, Filters(), Column.DATE, descending=False)
    next(stream)
    stream.close()
    history.charge("1 + 1")


def test_the_totals_of_everything_explain_the_balance(history: Books) -> None:
    totals = look(history).counted
    assert (totals.credited, totals.credited - totals.spent) == (BALANCE, history.balance())


def test_a_charge_appears_at_once_as_the_newest_record(history: Books) -> None:
    receipt = history.charge("12 + 30")
    assert look(history).entries[0] == newest(receipt)


@contextlib.contextmanager
def _another(books: Books) -> Iterator[Books]:
    """The same store as another program has it."""
    store = make_store(books.store.file)
    try:
        yield replace(books, store=store, ann=accounts.sign_in(store, ANN, PASSWORD))
    finally:
        store.close()


def test_operations_are_counted_under_the_other_filters_whichever_are_chosen(history: Books) -> None:
    counted = {
        OperationType.CREDIT: 1,
        OperationType.MULTIPLICATION: 1,
        OperationType.ADDITION: 3,
        OperationType.SUBTRACTION: 1,
        OperationType.DIVISION: 2,
        OperationType.SQUARE_ROOT: 1,
        OperationType.RANDOM_STRING: 1,
    }
    chosen = Filters(operations=frozenset({OperationType.DIVISION}))
    for filters in (Filters(), chosen):
        assert records.operation_counts(history.store, history.ann, filters) == counted
    found = records.operation_counts(history.store, history.ann, replace(chosen, search=("99",)))
    assert found == {OperationType.ADDITION: 2}


def test_counts_follow_deleting_and_restoring_ones_own(history: Books) -> None:
    ids = [entry.id for entry in look(history).entries[:3]]
    records.delete(history.store, history.ann, ids)
    assert records.trash_count(history.store, history.ann) == 3
    assert records.trash_count(history.store, history.bob) == 0
    assert sum(records.operation_counts(history.store, history.ann, Filters(trash=True)).values()) == 3
    assert sum(records.operation_counts(history.store, history.ann, Filters()).values()) == len(ALL) - 3
    records.restore(history.store, history.ann, ids[:2])
    assert records.trash_count(history.store, history.ann) == 1


def test_a_note_is_proved_and_each_that_was_written_stays_in_the_journal(history: Books) -> None:
    first, second = (entry.id for entry in look(history).entries[:2])
    for text in ("Paid", "Paid twice"):
        records.set_note(history.store, history.ann, first, text)
    records.set_note(history.store, history.ann, second, "Wrong")
    records.set_note(history.store, history.ann, second, "")
    assert history.problems() == ()
    written = history.store.database.execute_sql("SELECT detail FROM journal WHERE kind = 'note' ORDER BY number")
    assert [text for (text,) in written] == ["Paid", "Paid twice", "Wrong", ""]
    for record, note in ((first, "Paid"), (first, ""), (second, "Wrong")):  # each a state as it once was
        with history.store.writing() as database:
            (before,) = database.execute_sql("SELECT note FROM record WHERE id = ?", (record,)).fetchone()
            database.execute_sql("UPDATE record SET note = ? WHERE id = ?", (note, record))
        assert [(problem.rule, problem.record_id) for problem in history.problems()] == [("L6", record)]
        with history.store.writing() as database:
            database.execute_sql("UPDATE record SET note = ? WHERE id = ?", (before, record))
