"""What is charged, credited and refused, and that each request happens at most once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import accounts, charges, groups
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.entries import Refused
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Run
from desktop.models.embedded.verify import verify
from desktop.models.ledger import receipts
from desktop.terms.charges import Charge, Receipt, Step
from desktop.terms.errors import (
    BadInput,
    BalanceTooLow,
    ChargeUnknown,
    NotAllowed,
    NotSignedIn,
    PriceChanged,
    RequestReused,
    StoreDamaged,
    StoreFull,
    StoreLocked,
)
from desktop.terms.kinds import OperationType, Status
from desktop.terms.people import Session
from tests.support.stores import (
    ANN,
    BALANCE,
    BOB,
    COSTS,
    PASSWORD,
    Books,
    charge_for,
    drain,
    in_processes,
    make_store,
    new_id,
    random_charge,
    raw,
    repeat,
    tamper,
)
from tests.support.waiting import PATIENCE_S

ADD = COSTS[OperationType.ADDITION]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(ADD + 1, 1, id="one hundredth more"),
        pytest.param(ADD, 0, id="equal to the cost"),
        pytest.param(ADD - 1, None, id="one hundredth short"),
        pytest.param(0, None, id="nothing left"),
    ],
)
def test_a_balance_equal_to_the_cost_is_enough_and_one_hundredth_less_is_not(
    books: Books, before: int, after: int | None
) -> None:
    books.set_balance(before)
    records = books.records()
    if after is not None:
        receipt = books.charge("2 + 3")
        assert (receipt.result, receipt.cost, receipt.balance) == ("5", ADD, after)
        assert books.records() == [*records, (len(records) + 1, "2 + 3", "5", ADD, after)]
    else:
        with pytest.raises(BalanceTooLow):
            books.charge("2 + 3")
        assert books.records() == records
    assert books.balance() == (before if after is None else after)


def test_a_denial_names_cost_balance_and_shortfall(books: Books) -> None:
    books.set_balance(ADD - 1)
    with pytest.raises(BalanceTooLow) as denied:
        books.charge("2 + 3")
    assert denied.value.details == {"cost": ADD, "balance": ADD - 1, "shortfall": 1}
    assert all(amount in denied.value.message for amount in ("10.00", "9.99", "0.01"))
    assert "Nothing was charged" in denied.value.for_charge()


@pytest.mark.parametrize("operation", [kind for kind in OperationType if kind in COSTS])
def test_each_operation_takes_its_own_price(books: Books, operation: OperationType) -> None:
    texts = {
        OperationType.ADDITION: "0.1 + 0.2",
        OperationType.SUBTRACTION: "5 - 7",
        OperationType.MULTIPLICATION: "6 × 7",
        OperationType.DIVISION: "1 ÷ 3",
        OperationType.SQUARE_ROOT: "√2.25",
    }
    charge = charge_for(texts[operation]) if operation in texts else random_charge("aB3dE6gH")
    receipt = charges.charge(books.store, books.ann, charge)
    (entry,) = receipt.entries
    assert (entry.operation, entry.amount, entry.user_balance) == (operation, COSTS[operation], receipt.balance)
    assert books.balance() == BALANCE - COSTS[operation]
    assert (entry.response, entry.exact, entry.source) == (
        charge.result,
        operation is not OperationType.DIVISION,
        charge.steps[0].source,
    )


def test_an_expression_is_charged_step_by_step_in_evaluation_order(books: Books) -> None:
    receipt = books.charge("(1 + 2) × √16 - 10 ÷ 4")
    assert [(entry.step, entry.operands, entry.response, entry.amount) for entry in receipt.entries] == [
        (1, "1 + 2", "3", 10_00),
        (2, "√16", "4", 50_00),
        (3, "3 × 4", "12", 30_00),
        (4, "10 ÷ 4", "2.5", 40_00),
        (5, "12 − 2.5", "9.5", 20_00),
    ]
    assert (receipt.cost, receipt.balance, receipt.result) == (150_00, BALANCE - 150_00, "9.5")
    assert [entry.user_balance for entry in receipt.entries][-1] == books.balance()
    assert [bool(entry.expression) for entry in receipt.entries] == [False] * 4 + [True]


@pytest.mark.parametrize(("balance", "goes"), [(40_00, True), (39_99, False), (30_00, False), (10_00, False)])
def test_an_expression_is_all_or_nothing(books: Books, balance: int, goes: bool) -> None:
    books.set_balance(balance)
    before = books.count()
    if goes:
        books.charge("1 + 2 × 3")
    else:
        with pytest.raises(BalanceTooLow):
            books.charge("1 + 2 × 3")
    assert (books.balance(), books.count()) == ((0, before + 2) if goes else (balance, before))


@pytest.mark.parametrize("text", ["5", "-5", "(((1.50)))"])
def test_an_entry_without_operators_is_free_even_with_an_empty_balance(books: Books, text: str) -> None:
    books.set_balance(0)
    before = books.count()
    receipt = books.charge(text)
    assert (receipt.cost, receipt.entries, receipt.balance) == (0, (), 0)
    assert books.count() == before


def test_a_free_entry_still_needs_a_session(books: Books) -> None:
    accounts.sign_out(books.store, books.ann)
    with pytest.raises(NotSignedIn):
        books.charge("5")


@pytest.mark.parametrize("text", ["2 + 3", "1 + 2 × 3", "-(2 + 3)", "--(2 + 3)", "-(√9)", "1 ÷ 3"])
def test_the_same_request_again_answers_the_same_and_charges_nothing(books: Books, text: str) -> None:
    request_id = new_id()
    first = books.charge(text, request_id=request_id)
    balance, count = books.balance(), books.count()
    again = books.charge(text, request_id=request_id)
    found = charges.find(books.store, books.ann, request_id)
    assert (books.balance(), books.count()) == (balance, count)
    assert not first.repeated
    for receipt in (again, found):
        assert receipt is not None
        assert receipt.repeated
        assert (receipt.entries, receipt.cost, receipt.result, receipt.exact) == (
            first.entries,
            first.cost,
            first.result,
            first.exact,
        )


@pytest.mark.parametrize("form", [str.upper, lambda text: "{" + text + "}", lambda text: text.replace("-", "")])
def test_a_request_id_means_the_same_however_it_is_written(books: Books, form: Callable[[str], str]) -> None:
    request_id = new_id()
    books.charge("2 + 3", request_id=request_id)
    assert books.charge("2 + 3", request_id=form(request_id)).repeated


def test_a_random_string_sent_again_is_the_one_sold_first(books: Books) -> None:
    request_id = new_id()
    charges.charge(books.store, books.ann, random_charge("firstOne", request_id))
    again = charges.charge(books.store, books.ann, random_charge("otherOne", request_id))
    assert (again.result, again.repeated, books.balance()) == ("firstOne", True, BALANCE - 60_00)


def test_the_same_request_is_answered_even_when_nothing_is_left_and_the_price_is_another(books: Books) -> None:
    request_id = new_id()
    books.set_balance(ADD)
    books.charge("2 + 3", request_id=request_id, quoted=ADD)
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 99_00)
    assert books.charge("2 + 3", request_id=request_id, quoted=ADD).result == "5"
    assert books.balance() == 0


@pytest.mark.parametrize("other", ["2 + 4", "3 + 2", "2 - 3", "2 + 3 + 1", "-(2 + 3)", "√4"])
def test_the_same_request_id_with_other_content_is_refused(books: Books, other: str) -> None:
    request_id = new_id()
    books.charge("2 + 3", request_id=request_id)
    balance, count = books.balance(), books.count()
    with pytest.raises(RequestReused):
        books.charge(other, request_id=request_id)
    assert (books.balance(), books.count()) == (balance, count)


def test_the_request_id_of_another_user_is_as_good_as_new(books: Books) -> None:
    """Ids are each person's own: nobody can find out, or take away, another's."""
    request_id = new_id()
    books.charge("2 + 3", request_id=request_id)
    assert charges.find(books.store, books.bob, request_id) is None
    receipt = books.charge("2 + 4", books.bob, request_id=request_id)
    assert (receipt.result, receipt.repeated, books.balance(books.bob)) == ("6", False, BALANCE - 10_00)
    for session, result in ((books.ann, "5"), (books.bob, "6")):
        found = charges.find(books.store, session, request_id)
        assert found is not None
        assert found.result == result


@pytest.mark.parametrize("text", ["", "1", "not-a-uuid", "01234567-89ab-cdef-0123-456789abcdeg", "\ud800" * 32])
def test_a_request_id_that_is_no_uuid_is_refused(books: Books, text: str) -> None:
    with pytest.raises(BadInput):
        charges.charge(books.store, books.ann, Charge(text, charge_for("1 + 1").steps, "1 + 1", "2"))
    assert charges.find(books.store, books.ann, new_id()) is None


@pytest.mark.parametrize(("now", "quoted"), [(11_00, 10_00), (9_00, 10_00), (0, 10_00), (10_00, 0)])
def test_a_changed_price_is_refused_with_the_new_one(books: Books, now: int, quoted: int) -> None:
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, now)
    with pytest.raises(PriceChanged) as refused:
        books.charge("2 + 3", quoted=quoted)
    assert refused.value.details == {"cost": now, "quoted": quoted}
    assert books.balance() == BALANCE
    assert books.charge("2 + 3", quoted=now).cost == now


@pytest.mark.parametrize(("most", "goes"), [(10_00, True), (10_01, True), (9_99, False), (0, False)])
def test_nothing_costs_more_than_the_caller_allows(books: Books, most: int, goes: bool) -> None:
    if goes:
        assert books.charge("2 + 3", max_cost=most).cost == ADD
    else:
        with pytest.raises(PriceChanged):
            books.charge("2 + 3", max_cost=most)
    assert books.balance() == BALANCE - (ADD if goes else 0)


def test_a_charge_without_a_response_is_a_bug_and_takes_nothing(books: Books) -> None:
    empty = Charge(new_id(), (Step(OperationType.ADDITION, ("1", "1"), ""),), "1 + 1", "")
    with pytest.raises(ValueError, match="response"):
        charges.charge(books.store, books.ann, empty)
    assert books.balance() == BALANCE


def test_an_account_deactivated_in_mid_session_pays_for_nothing_more(books: Books) -> None:
    books.charge("1 + 1")
    accounts.set_status(books.store, books.admin, ANN, Status.INACTIVE)
    count = books.count()
    with pytest.raises(NotSignedIn):
        books.charge("2 + 2")
    accounts.set_status(books.store, books.admin, ANN, Status.ACTIVE)
    with pytest.raises(NotSignedIn):  # the old session does not come back
        books.charge("2 + 2")
    assert books.count() == count


def test_a_session_made_up_by_hand_pays_for_nothing(books: Books) -> None:
    for forged in (Session("", books.bob.user_id, BOB), Session(books.ann.token, books.bob.user_id, BOB)):
        with pytest.raises(NotSignedIn):
            books.charge("1 + 1", forged)
    assert books.balance(books.bob) == BALANCE


def test_two_threads_on_one_balance_never_bring_it_below_zero(books: Books) -> None:
    books.set_balance(10 * ADD)
    paid: list[int] = []
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def spend() -> None:
        books.store.connect()
        start.wait(PATIENCE_S)
        try:
            for _ in range(10):
                paid.append(books.charge("1 + 1").balance)
        except BalanceTooLow as denied:
            failed.append(denied)
        finally:
            books.store.disconnect()

    threads = [threading.Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(paid) == [n * ADD for n in range(10)]
    assert books.balance() == 0
    assert len(failed) in (1, 2)


def test_two_processes_on_one_balance_never_bring_it_below_zero(books: Books) -> None:
    books.set_balance(25 * ADD + 5)
    outcomes = in_processes(drain, (books.store.file, "1 + 1", 20), (books.store.file, "1 + 1", 20))
    assert [errors for _, errors in outcomes] == [[], []]
    assert sum(paid for paid, _ in outcomes) == 25
    assert books.balance() == 5


def test_two_processes_with_the_same_requests_charge_each_once(books: Books) -> None:
    ids = [new_id() for _ in range(30)]
    books.set_balance(40 * ADD)
    assert in_processes(repeat, (books.store.file, ids), (books.store.file, ids[::-1])) == [[], []]
    assert books.balance() == 10 * ADD


def test_a_charge_stored_although_its_commit_failed_is_shown_as_charged(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_commits(books, monkeypatch, stored=True)
    receipt = books.charge("2 + 3")
    assert (receipt.result, receipt.repeated, books.balance()) == ("5", False, BALANCE - ADD)


def test_a_charge_lost_in_its_commit_is_reported_as_not_charged(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_commits(books, monkeypatch, stored=False)
    with pytest.raises(StoreFull) as failed:
        books.charge("2 + 3")
    assert "Nothing was charged" in failed.value.for_charge()
    assert books.balance() == BALANCE
    assert books.charge("2 + 3").balance == BALANCE - ADD  # and the connection works again


def test_a_charge_that_cannot_be_read_back_is_called_unknown(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_commits(books, monkeypatch, stored=True)

    def broken() -> None:
        raise StoreFull("The disk is gone.")

    with monkeypatch.context() as patch:
        patch.setattr(books.store, "reconnect", broken)
        request_id = new_id()
        with pytest.raises(ChargeUnknown) as unknown:
            books.charge("2 + 3", request_id=request_id)
    assert "not known" in unknown.value.for_charge()
    books.store.reconnect()
    assert books.charge("2 + 3", request_id=request_id).repeated
    assert books.balance() == BALANCE - ADD


def test_a_charge_that_a_damaged_store_refuses_is_reported_as_not_charged(open_books: Callable[[], Books]) -> None:
    books = open_books()
    tamper(books.store.file, "DELETE FROM user WHERE id = 2")
    with pytest.raises(StoreDamaged) as refused:
        books.charge("1 + 1")
    assert "Nothing was charged" in refused.value.for_charge()


def test_a_charge_that_got_no_turn_to_commit_is_reported_as_not_charged(
    books: Books, opened: Callable[[Path], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without WAL a reader keeps a writer from committing: a long verification, say."""
    monkeypatch.setattr(sqlite, "wal_is_sound", lambda _: False)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.1)
    books.store.close()
    store, reader = opened(books.store.file), opened(books.store.file)
    session = accounts.sign_in(store, ANN, PASSWORD)
    with reader.reading() as database:
        database.execute_sql("SELECT count(*) FROM record").fetchall()
        with pytest.raises(StoreLocked) as failed:
            charges.charge(store, session, charge_for("1 + 1"))
    assert "Nothing was charged" in failed.value.for_charge()
    assert charges.charge(store, session, charge_for("1 + 1")).balance == BALANCE - ADD


def _fail_commits(books: Books, monkeypatch: pytest.MonkeyPatch, *, stored: bool) -> None:
    """Let the next commit fail as on a full disk, with the row on the disk or without."""
    commit = sqlite.commit

    def failing(run: Run) -> Any:
        monkeypatch.setattr(sqlite, "commit", commit)
        if stored:
            commit(run)
        error = sqlite.sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr(sqlite, "commit", failing)


CREDITS = [
    pytest.param(50_00, BALANCE + 50_00, id="money in"),
    pytest.param(1, BALANCE + 1, id="one hundredth"),
    pytest.param(-BALANCE, 0, id="all of it out"),
    pytest.param(-BALANCE - 1, BalanceTooLow, id="one hundredth more than there is"),
    pytest.param(0, BadInput, id="nothing"),
    pytest.param(receipts.MAX_MONEY, BadInput, id="beyond what the ledger can hold"),
    pytest.param(receipts.MAX_MONEY - BALANCE, receipts.MAX_MONEY, id="just what the ledger can hold"),
    pytest.param(10**30, BadInput, id="beyond any integer of SQLite"),
]


@pytest.mark.parametrize(("amount", "after"), CREDITS)
def test_a_credit_moves_the_balance_or_changes_nothing(books: Books, amount: int, after: Any) -> None:
    before = books.records()
    if isinstance(after, int):
        receipt = charges.credit(books.store, books.admin, ANN.upper(), amount, " A  reason ", new_id())
        assert receipt.balance == books.balance() == after
        assert books.records() == [*before, (len(before) + 1, "A reason", "", -amount, after)]
    else:
        with pytest.raises(after):
            charges.credit(books.store, books.admin, ANN, amount, "A reason", new_id())
        assert (books.balance(), books.records()) == (BALANCE, before)


def test_a_credit_sent_again_is_given_once_and_with_other_content_refused(books: Books) -> None:
    request_id = new_id()
    charges.credit(books.store, books.admin, ANN, 5_00, "Refund", request_id)
    again = charges.credit(books.store, books.admin, ANN, 5_00, "Refund", request_id)
    assert (again.repeated, again.balance) == (True, BALANCE + 5_00)
    for email, amount, reason in ((ANN, 6_00, "Refund"), (ANN, 5_00, "Other")):
        with pytest.raises(RequestReused):
            charges.credit(books.store, books.admin, email, amount, reason, request_id)
    with pytest.raises(RequestReused):
        books.charge("1 + 1", request_id=request_id)
    assert (books.balance(), books.balance(books.bob)) == (BALANCE + 5_00, BALANCE)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "zero\x00", "half \ud800"])
def test_a_credit_needs_a_readable_reason(books: Books, reason: str) -> None:
    with pytest.raises(BadInput):
        charges.credit(books.store, books.admin, ANN, 5_00, reason, new_id())
    assert books.balance() == BALANCE


def test_only_an_administrator_credits_and_sets_costs(books: Books) -> None:
    with pytest.raises(NotAllowed):
        charges.credit(books.store, books.ann, ANN, 5_00, "For me", new_id())
    with pytest.raises(NotAllowed):
        charges.set_cost(books.store, books.ann, OperationType.ADDITION, 0)
    assert books.balance() == BALANCE
    assert charges.statement(books.store, books.ann).prices == COSTS


@pytest.mark.parametrize("email", ["nobody@example.org", "", "'; DROP TABLE user; --", "\ud800@example.org"])
def test_nobody_unknown_is_credited(books: Books, email: str) -> None:
    with pytest.raises(BadInput):
        charges.credit(books.store, books.admin, email, 5_00, "A reason", new_id())


def test_a_new_cost_holds_from_the_next_record_on(books: Books) -> None:
    books.charge("1 + 1")
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 12_34)
    books.charge("2 + 2")
    assert [amount for *_, amount, _ in books.records()][1:] == [10_00, 12_34]
    assert charges.statement(books.store, books.ann).prices[OperationType.ADDITION] == 12_34


def test_a_store_that_lost_what_refuses_a_repeat_charges_each_request_once_all_the_same(
    open_books: Callable[[], Books],
) -> None:
    books = open_books()
    request_id = new_id()
    first = books.charge("2 + 3", request_id=request_id)
    with raw(books.store.file) as connection:  # while the program has it open
        connection.execute("DROP TRIGGER record_not_replaced")
        connection.execute("DROP INDEX record_request")
        connection.execute("CREATE INDEX record_request ON record (user_id, request_id, step)")
    again = books.charge("2 + 3", request_id=request_id)
    assert (again.entries, again.repeated, books.balance()) == (first.entries, True, BALANCE - ADD)
    both = groups.charge_together(books.store, books.ann, [charge_for("2 + 3", request_id)] * 2, seconds=60)
    assert [one.entries for one in both if isinstance(one, Receipt)] == [first.entries] * 2


def test_a_request_that_the_store_refuses_when_half_of_it_is_written_leaves_the_others(
    open_books: Callable[[], Books],
) -> None:
    books = open_books()
    with raw(books.store.file) as connection:
        second = "CREATE TRIGGER second BEFORE INSERT ON record WHEN NEW.step = 2"
        connection.execute(f"{second} BEGIN SELECT raise(ABORT, 'no second step'); END")
    wanted = [charge_for(text) for text in ("1 + 1", "1 + 2 × 3", "2 + 2")]
    told: list[object] = []
    while len(told) < len(wanted):
        told += groups.charge_together(books.store, books.ann, wanted[len(told) :], seconds=60)
    assert [found.result if isinstance(found, Receipt) else type(found) for found in told] == ["2", Refused, "4"]
    assert books.balance() == BALANCE - 2 * ADD
    assert [operands for _, operands, *_ in books.records()][1:] == ["1 + 1", "2 + 2"]


@pytest.mark.parametrize("costs", [(20_00, 15_00), (15_00, 20_00), (10_00, 10_00), (0, 10_00), (7_00, 0)])
def test_costs_set_twice_between_two_records_leave_the_ledger_provable(books: Books, costs: tuple[int, int]) -> None:
    books.charge("1 + 1")
    for cost in costs:
        charges.set_cost(books.store, books.admin, OperationType.ADDITION, cost)
    assert books.charge("2 + 2").cost == costs[-1]
    assert verify(books.store).problems == ()


@pytest.mark.parametrize(
    ("operation", "cost"),
    [
        (OperationType.CREDIT, 1_00),
        (OperationType.ADDITION, -1),
        (OperationType.ADDITION, receipts.MAX_MONEY + 1),
    ],
)
def test_a_cost_that_cannot_be_is_refused(books: Books, operation: OperationType, cost: int) -> None:
    with pytest.raises(BadInput):
        charges.set_cost(books.store, books.admin, operation, cost)
    assert charges.statement(books.store, books.ann).prices == COSTS


def test_an_operation_at_no_cost_is_recorded_all_the_same(books: Books) -> None:
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 0)
    books.set_balance(0)
    receipt = books.charge("2 + 3")
    assert (receipt.cost, receipt.result, len(receipt.entries)) == (0, "5", 1)


def test_what_was_charged_is_there_for_the_next_program(books: Books) -> None:
    request_id = new_id()
    first = books.charge("2 + 3", request_id=request_id)
    books.store.close()
    store = make_store(books.store.file)
    try:
        session = accounts.sign_in(store, ANN, PASSWORD)
        found = charges.find(store, session, request_id)
        assert found is not None
        assert found.entries == first.entries
        assert charges.statement(store, session).account.balance == BALANCE - ADD
    finally:
        store.close()


def test_a_thousand_digits_are_kept_in_full(books: Books) -> None:
    number = "9" * 100
    receipt = books.charge(" × ".join([number] * 4))
    assert receipt.result == str(int(number) ** 4)
    assert books.records()[-1][2] == receipt.result


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", "needs a reason"),
        (" \t\n ", "needs a reason"),
        ("x" * 201, "201 characters; it can have 200"),
        ("a\x1b[31mb", r"cannot be seen \(U\+001B\)"),
        ("a\u202eb", r"cannot be seen \(U\+202E\)"),
    ],
)
def test_what_is_wrong_with_a_reason_is_named(books: Books, reason: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        charges.credit(books.store, books.admin, ANN, 100, reason, new_id())
