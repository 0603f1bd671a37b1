"""Real stores to test with: known prices and people, a clock that can be set, and tools to tamper with the file."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from desktop.arithmetic.expressions import evaluate, parse
from desktop.models.embedded import accounts, charges
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.models.ledger.protocol import Ledger
from desktop.terms.charges import Charge, Entry, Receipt, Step
from desktop.terms.errors import AppError, BalanceTooLow, SignInRefused
from desktop.terms.kinds import OperationType, Source
from desktop.terms.people import Account, Session
from desktop.terms.reports import Problem

COSTS = {
    OperationType.ADDITION: 10_00,
    OperationType.SUBTRACTION: 20_00,
    OperationType.MULTIPLICATION: 30_00,
    OperationType.DIVISION: 40_00,
    OperationType.SQUARE_ROOT: 50_00,
    OperationType.RANDOM_STRING: 60_00,
}
BALANCE = 1_000_00
ADMIN, ANN, BOB = "admin@example.org", "ann@example.org", "bob@example.org"
PASSWORD = "correct horse 7"
NOON = 1_795_608_000_000_000  # 2026-11-25T12:00:00Z in microseconds
SECOND = 1_000_000


class Clock:
    """A store's clock that stands still until it is told to move, but for one microsecond a look."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        self.now += 1
        return self.now

    def advance(self, seconds: float) -> None:
        """Move it; backwards too."""
        self.now += int(seconds * SECOND)


@dataclass(frozen=True)
class Books:
    """An open store with three people signed in."""

    store: Store
    clock: Clock
    admin: Session
    ann: Session
    bob: Session

    def charge(self, text: str, session: Session | None = None, **more: Any) -> Receipt:
        """Evaluate an entry and pay for it, as Ann unless told otherwise."""
        return charges.charge(self.store, session or self.ann, charge_for(text, **more))

    def balance(self, session: Session | None = None) -> int:
        """What the store says somebody has."""
        return accounts.current(self.store, session or self.ann).balance

    def set_balance(self, amount: int, session: Session | None = None) -> None:
        """Bring somebody's balance to an amount by a correction in the ledger."""
        who = session or self.ann
        difference = amount - self.balance(who)
        if difference:
            charges.credit(self.store, self.admin, who.username, difference, "Set for a test", new_id())

    def records(self, session: Session | None = None) -> list[tuple[int, str, str, int, int]]:
        """Somebody's records on the disk: (seq, operands, response, amount, balance after), oldest first."""
        rows = self.store.database.execute_sql(
            "SELECT seq, operands, operation_response, amount, user_balance FROM record WHERE user_id = ? ORDER BY seq",
            ((session or self.ann).user_id,),
        )
        return [tuple(row) for row in rows]

    def count(self) -> int:
        """How many records there are."""
        return int(self.store.database.execute_sql("SELECT count(*) FROM record").fetchone()[0])

    def problems(self) -> tuple[Problem, ...]:
        """What `verify` finds."""
        return verify(self.store).problems


def cheap_hasher() -> PasswordHasher:
    """argon2id with the least it can do: for tests about anything but its strength."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def new_id() -> str:
    """A request id."""
    return str(uuid.uuid4())


def charge_for(text: str, request_id: str | None = None, **more: Any) -> Charge:
    """The request that an entry makes."""
    expression = parse(text)
    outcome = evaluate(expression)
    given = {"result": outcome.result, "exact": outcome.exact, **more}
    return Charge(request_id or new_id(), outcome.steps, expression.reading, **given)


def random_charge(text: str, request_id: str | None = None, **more: Any) -> Charge:
    """The request that a drawn string makes."""
    step = Step(OperationType.RANDOM_STRING, (), text, source=Source.RANDOM_ORG)
    return Charge(request_id or new_id(), (step,), "", text, **more)


def make_store(file: Path, *, remembered: Path | None = None) -> Store:
    """A store with the known prices, made or opened."""
    return open_store(file, costs=COSTS, remembered=remembered)


def store_behind(ledger: Ledger) -> Store:
    """The store of a ledger that is kept in one."""
    assert isinstance(ledger, EmbeddedLedger)
    return ledger.store


def join(store: Store, email: str = ANN) -> Account:
    """Register somebody with the known balance."""
    return accounts.register(store, email, PASSWORD, starting_balance=BALANCE)


def assert_no_transaction(store: Store) -> None:
    """Nothing is left open on the calling thread's connection."""
    if store.database.is_closed():
        return
    assert store.database.transaction_depth() == 0
    assert not store.database.connection().in_transaction


@contextlib.contextmanager
def raw(file: Path) -> Iterator[Any]:
    """A connection as any other program would open one: no pragmas, no functions, autocommit."""
    connection = sqlite.sqlite3.connect(str(file), isolation_level=None, timeout=180)
    try:
        yield connection
    finally:
        connection.close()


def tamper(file: Path, *statements: str | tuple[str, Sequence[object]]) -> None:
    """Change a store behind the program's back: triggers dropped, the statements run, triggers put back."""
    with raw(file) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(sql, values)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")


def newest(receipt: Receipt) -> Entry:
    """The last record of a receipt."""
    return receipt.entries[-1]


@functools.cache
def _processes() -> Any:
    """Where new processes come from: one that has this loaded and nothing else begun, where there can be such a one."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def in_processes(work: Callable[..., object], *arguments: Sequence[object]) -> list[Any]:
    """Run a function of a module in one new process for each argument list, all let go at once; their answers."""
    context = _processes()
    start, answers = context.Barrier(len(arguments)), context.Queue()
    processes = [
        context.Process(target=_in_process, args=(work, given, number, start, answers))
        for number, given in enumerate(arguments)
    ]
    for process in processes:
        process.start()
    try:
        found = sorted((answers.get(timeout=180) for _ in processes), key=lambda answer: answer[0])
    finally:
        for process in processes:
            process.join(timeout=180)
        answers.close()
        answers.join_thread()
        for process in processes:
            process.close()
    return [answer for _, answer in found]


def _in_process(work: Callable[..., object], given: Sequence[object], number: int, start: Any, answers: Any) -> None:
    answer = None
    try:
        start.wait(timeout=180)
        answer = work(*given)
    finally:  # None for a process that failed: nobody need wait for it
        answers.put((number, answer))


def drain(file: Path, text: str, wanted: int) -> tuple[int, list[str]]:
    """Sign Ann in and charge one entry over and over until it is denied: how often it went through, other errors."""
    store = make_store(file)
    paid, errors = 0, []
    try:
        session = accounts.sign_in(store, ANN, PASSWORD)
        for _ in range(wanted):
            try:
                charges.charge(store, session, charge_for(text))
                paid += 1
            except BalanceTooLow:
                pass
            except AppError as error:
                errors.append(error.code)
    finally:
        store.close()
    return paid, errors


def repeat(file: Path, ids: Sequence[str]) -> list[str]:
    """Sign Ann in and send one request for each id: the codes of what failed."""
    store = make_store(file)
    errors = []
    try:
        session = accounts.sign_in(store, ANN, PASSWORD)
        for request_id in ids:
            try:
                charges.charge(store, session, charge_for("1 + 1", request_id))
            except AppError as error:
                errors.append(error.code)
    finally:
        store.close()
    return errors


def create(file: Path) -> tuple[str, int]:
    """Make or open a store: its key, and how many prices it has."""
    store = make_store(file)
    try:
        count = store.database.execute_sql("SELECT count(*) FROM price").fetchone()[0]
        return store.key.hex(), int(count)
    finally:
        store.close()


def sign_in_often(file: Path, password: str, times: int) -> list[str]:
    """Try to sign Ann in some times: "in", "refused", "wait", or what went wrong."""
    store, answers = make_store(file), []
    for _ in range(times):
        try:
            accounts.sign_in(store, ANN, password)
            answers.append("in")
        except SignInRefused as error:
            answers.append("wait" if "wait_seconds" in error.details else "refused")
        except AppError as error:
            answers.append(error.code)
    store.close()
    return answers
