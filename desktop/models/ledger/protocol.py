"""What may be asked of a ledger, whatever keeps it. Windows and commands know no other door to the money.

Values are frozen, money is in hundredths of a credit, dates are UTC microseconds. What a person can meet is raised as
an `AppError`; every method also raises the `StoreError` with which the ledger could not be read or written. Whatever
takes a session raises `NotSignedIn` for one that holds no longer, and answers about that person's account alone.

`progress(done, total)` is told now and then, on the calling thread; what takes `cancelled` asks it at least every 50 ms
and raises `Cancelled` once it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from desktop.terms.charges import Charge, Entry, RawRecord, Reader, Receipt, Statement
from desktop.terms.errors import AppError
from desktop.terms.kinds import Column, OperationType, Role, Status
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Account, CreditCheck, CreditOrder, Deed, Person, PriceSet, Session
from desktop.terms.reports import Insights, OperationSum, StatementReport, Verification

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]


def silent(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def never() -> bool:
    """A request that nobody cancels."""
    return False


class People(Protocol):
    """Accounts, and who is signed in. The first account is an administrator's, with nobody signed in before it."""

    def is_empty(self) -> bool:
        """Whether there is no account yet."""

    def register(self, email: str, password: str, *, starting_balance: int, minimum_length: int) -> Account:
        """Make an account. Raises `BadInput` for an address or password that will not do, or an address in use."""

    def register_and_sign_in(
        self, email: str, password: str, *, starting_balance: int, minimum_length: int
    ) -> tuple[Account, Session]:
        """Both or neither; without the waits that failed sign-ins of an unknown address have led to."""

    def sign_in(self, email: str, password: str) -> Session:
        """Raises `SignInRefused`, saying no more than that, with `wait_seconds` where the ledger makes people wait.

        Raises `StoreDamaged` where the records are not those that were given before; `verify` answers all the same.
        """

    def sign_out(self, session: Session) -> None:
        """End a session; one that has ended stays so."""

    def account(self, session: Session) -> Account:
        """The session's own account as it is now."""

    def administrators(self, session: Session) -> tuple[str, ...]:
        """The e-mails of those who may put credit in, for anybody who is signed in."""

    def change_password(self, session: Session, old: str, new: str, *, minimum_length: int) -> None:
        """Ends every other session of the account, in every program, at its next request. Raises `BadInput`."""

    def new_recovery_code(self, session: Session, password: str) -> str:
        """A code in place of an earlier one, told this once, with which a lost password can be replaced, once."""

    def recover(self, email: str, code: str, new: str, *, minimum_length: int) -> None:
        """Choose a new password by a recovery code; ends the account's sessions. Raises `SignInRefused`, `BadInput`.

        Unknown and wrong are refused alike, and where the ledger makes people wait, both do as failed sign-ins.
        """

    def users(self, session: Session) -> tuple[Account, ...]:
        """Every account, for administrators. Raises `NotAllowed`."""

    def set_status(self, session: Session, email: str, status: Status) -> Account:
        """For administrators; deactivating ends the account's sessions, and the last administrator stays."""


class Charges(Protocol):
    """What costs something, and what is put in."""

    def balance_and_prices(self, session: Session) -> Statement:
        """The account, its balance and the prices at one moment."""

    def charge(self, session: Session, charge: Charge) -> Receipt:
        """Pay for steps, all or nothing, once a request id: asked again, it answers with what was made then.

        Raises `BalanceTooLow`, `BeyondBudget`, `PriceChanged`, `RequestReused` for other steps under a known id, and
        `ChargeUnknown` where nobody can say whether it was made: the same request is safe to be sent again.
        """

    def charge_together(
        self, session: Session, charges: Sequence[Charge], *, seconds: float
    ) -> Sequence[Receipt | AppError]:
        """`charge` for several in their order, stored together: what each came to, or what it was refused with.

        As many as come within so many seconds, and at least one; the others are to be asked for again.
        """

    def find(self, session: Session, request_id: str) -> Receipt | None:
        """What a request of this person came to; None where there was none."""

    def check_covered(self, session: Session, cost: int) -> None:
        """Raises `BalanceTooLow` where a cost could not be paid now."""

    def spent(self, session: Session, since: int) -> int:
        """What the account was charged since a moment, deleted records too, in hundredths."""

    def credit(self, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
        """Put money in, or with a negative amount take some out, for administrators; once a request id."""

    def set_cost(self, session: Session, operation: OperationType, cost: int) -> None:
        """What an operation costs from the next record on, for administrators. Old records keep their price."""


class Administration(Protocol):
    """What administrators see and do. Each method raises `NotAllowed` for whoever is none."""

    def people(self, session: Session) -> tuple[Person, ...]:
        """Every account, by e-mail, and when it was last used."""

    def invite(self, session: Session, email: str, password: str, *, starting_balance: int) -> Account:
        """Make an account with a one-time password. Raises `BadInput` as `register` does.

        Its sessions answer nothing but `change_password`, with `PasswordDue`, before it is changed.
        """

    def reset_password(self, session: Session, email: str, password: str) -> Account:
        """Give somebody else a one-time password, as `invite` does. Raises `BadInput` for one's own account."""

    def set_role(self, session: Session, email: str, role: Role) -> Account:
        """Make an account an administrator's, or a user's; the last active administrator stays one: `BadInput`."""

    def check_credits(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
        """What orders would come to, each in turn. Nothing is written."""

    def credit_all(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[Receipt, ...]:
        """Carry out orders, all or none, each once however often the same orders are given.

        Raises what `credit` does, naming the line; after a `StoreError` the same orders are safe to be given again.
        """

    def price_history(self, session: Session) -> tuple[PriceSet, ...]:
        """Every price that was set, the newest first: when, by whom."""

    def usage(self, session: Session, since: int, until: int) -> Mapping[OperationType, OperationSum]:
        """How often each operation was charged to anybody in a period, `until` exclusive, and what that came to."""

    def deeds(self, session: Session, *, before: int = 0, limit: int = 200) -> tuple[Deed, ...]:
        """What administrators did to others, the newest first: credits, prices, accounts. Before a deed's number."""


class Records(Protocol):
    """One's own records."""

    def page(self, session: Session, request: PageRequest) -> Page:
        """A page with its totals."""

    def first_look(
        self, session: Session, request: PageRequest, *, checked: bool = True, cancelled: Cancel = never
    ) -> tuple[Page, bool]:
        """A page as quickly as it can be had, without totals that take longer; and whether `catch_up` is due."""

    def catch_up(
        self, session: Session, *, check: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> bool:
        """Bring up what pages are answered from; whether it is all there. `check`, also go through what is there."""

    def totals(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Totals:
        """What the filtered records come to."""

    def operation_counts(
        self, session: Session, filters: Filters, *, cancelled: Cancel = never
    ) -> Mapping[OperationType, int]:
        """How many records each operation has under the other filters."""

    def trash_count(self, session: Session) -> int:
        """How many deleted records there are."""

    def stream(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[Entry, None, None]:
        """Every filtered record in order, from one state of the ledger, which is held until it is closed."""

    def batches(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[list[RawRecord], None, None]:
        """The same as rows, some hundreds at a time."""

    def delete(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        """Hide records; answers with those that were hidden now. Others' are as unknown as those that never were."""

    def restore(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        """Show hidden records again; answers with those that were shown now."""

    def set_note(self, session: Session, record_id: int, text: str) -> Entry:
        """Write a note beside a record, in place of the one there, which stays in the journal; "" takes it away.

        The record and its price stay as they are. Raises `BadInput` for a note that will not do, or no record of one's
        own.
        """

    def insights(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Insights:
        """What the filtered records tell over time."""

    def statement(
        self, session: Session, since: int, until: int, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> AbstractContextManager[tuple[StatementReport, Reader]]:
        """The account statement from `since` to `until`, exclusive, and a reader of its records in their order.

        All comes from one state of the ledger, which is held until the context ends."""


class Upkeep(Protocol):
    """The ledger as a whole: its proof, its state, its copies. Nobody needs a session for them."""

    def verify(
        self, *, anchored: bool = True, results: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> Verification:
        """Prove the ledger; cancelled, it answers with what it found so far.

        `anchored`, also against its witnesses; `results`, also that each result follows from its operands.
        """

    def prove_since(self, *, progress: Progress = silent, cancelled: Cancel = never) -> Verification:
        """Prove what came since the last proof; all of it where there was none, or where anything is amiss."""

    def prove_slice(self, *, cancelled: Cancel = never) -> Verification | None:
        """Go on with the next proof of the whole, a small part at a time; None where that part holds, else `verify`."""

    def refuse_charges(self) -> None:
        """From now on this program only reads: the ledger does not prove."""

    @property
    def can_only_be_read(self) -> bool:
        """Whether every write is refused."""

    def trouble(self) -> str:
        """What is the matter right now, in a sentence; "" when all is well. Always asked on one thread."""

    def others_have_written(self) -> bool:
        """Whether other programs have since this was asked last. Always asked on the thread that writes."""

    def note_witness(self) -> None:
        """Write down how far the chains have come, so that a part cut off later is missed."""

    def back_up(self, target: Path, *, keep: Sequence[Path] = (), cancelled: Cancel = never) -> None:
        """Write a checked copy; never over the files to `keep`."""

    def back_up_daily(self, *, cancelled: Cancel = never) -> Path | None:
        """The day's copy where there is none yet."""


class Ledger(People, Charges, Administration, Records, Upkeep, Protocol):
    """An open ledger. Each thread that asks it is connected first, and asks on a connection of its own."""

    def connect(self, *, reading: bool = False, cancelled: Cancel = never) -> None:
        """Connect the calling thread; `reading`, for what can be interrupted. Its statements heed `cancelled`."""

    def disconnect(self) -> None:
        """Close the calling thread's connection, if it has one."""

    def interrupt_reader(self) -> None:
        """Stop the statement that runs on the reading connection; from any thread."""

    def close(self) -> None:
        """End all sessions, and close the calling thread's connection."""
