"""The administrators' requests: people, credits, prices, the log. It shows nothing, and decides nothing.

What changes something runs on the lane that writes and is followed by a fresh look at whatever it may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.background import Lanes
from desktop.controllers.lane import Lane
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.finding import periods
from desktop.language.sentences import mark, say
from desktop.system import logs
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError, BadInput
from desktop.terms.kinds import OperationType, Role, Status
from desktop.terms.people import Account, CreditCheck, CreditOrder, Deed, Person, PriceSet, Session
from desktop.terms.reports import OperationSum

DEEDS_AT_ONCE = 200

_STANDING = {
    (Role.ADMIN, Status.ACTIVE): mark("{email} is an administrator, and active."),
    (Role.ADMIN, Status.INACTIVE): mark("{email} is an administrator, and inactive."),
    (Role.USER, Status.ACTIVE): mark("{email} is a user, and active."),
    (Role.USER, Status.INACTIVE): mark("{email} is a user, and inactive."),
}


@dataclass(frozen=True, slots=True)
class Invited:
    """An account that was made, and its one-time password, which nobody is told again."""

    account: Account
    password: str


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices that hold, in hundredths, and all that were set, the newest first."""

    present: Mapping[OperationType, int]
    history: tuple[PriceSet, ...]


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """What a file has: orders, and the lines that could not be read, each with why."""

    file: Path
    orders: tuple[CreditOrder, ...]
    troubles: tuple[tuple[int, str], ...]


class AdministrationController(QObject):
    """Each request ends in its signal or in `failed`. `done` says in words what was changed."""

    people_found = Signal(object)  # tuple[Person, ...]
    invited = Signal(object)  # Invited
    orders_read = Signal(object)  # OrdersRead
    credits_checked = Signal(object)  # tuple[CreditCheck, ...]
    credited = Signal(object)  # tuple[Receipt, ...]
    prices_found = Signal(object)  # Prices
    usage_found = Signal(object)  # last month's: Mapping[OperationType, OperationSum]
    deeds_found = Signal(object, bool)  # tuple[Deed, ...], and whether they follow those that were shown
    changed = Signal(str)  # something was, in words
    failed = Signal(object)  # Failure

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("administration_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions

    @property
    def starting_balance(self) -> int:
        """What somebody who is invited begins with, in hundredths."""
        return self._access.config.account.default_balance

    @Slot()
    def look(self) -> None:
        """Read everything anew."""
        self.look_at_people()
        self.look_at_prices()
        self.look_at_deeds()

    @Slot()
    def look_at_people(self) -> None:
        """Ends in `people_found`."""
        self._read(_people, self._on_people)

    @Slot()
    def look_at_prices(self) -> None:
        """Ends in `prices_found`, and later in `usage_found`: counting a month's records may take long."""
        self._read(_prices, self._on_prices)
        self._ask(self._lanes.reports, _last_month, self._on_usage, replace=True)

    @Slot()
    def look_at_deeds(self, before: int = 0) -> None:
        """The newest, or those before one; ends in `deeds_found`."""
        self._read(partial(_deeds, before=before), partial(self._on_deeds, before))

    @Slot(str)
    def invite(self, email: str) -> None:
        """Make an account with a one-time password; ends in `invited`."""
        self._write(partial(_invite, email=email, balance=self.starting_balance), self._on_invited)

    @Slot(str)
    def reset_password(self, email: str) -> None:
        """Give somebody a one-time password; ends in `invited`."""
        self._write(partial(_reset_password, email=email), self._on_reset)

    @Slot(str, object)
    def set_status(self, email: str, status: Status) -> None:
        """Let somebody sign in, or keep them from it; ends in `changed`."""
        self._write(partial(_set_status, email=email, status=status), self._on_account)

    @Slot(str, object)
    def set_role(self, email: str, role: Role) -> None:
        """Make somebody an administrator, or a user; ends in `changed`."""
        self._write(partial(_set_role, email=email, role=role), self._on_account)

    @Slot(object, object)
    def set_cost(self, operation: OperationType, cost: int) -> None:
        """Set a price from now on; ends in `changed`."""
        self._write(partial(_set_cost, operation=operation, cost=cost), self._on_cost)

    @Slot(object, object)
    def read_orders(self, file: Path, fmt: NumberFormat) -> None:
        """Read a file of credits; ends in `orders_read`."""
        self._lanes.files.submit(
            partial(_read_orders, file, fmt),
            done=self._on_orders,
            failed=self._on_failed,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def check_credits(self, orders: Sequence[CreditOrder]) -> None:
        """What orders would come to; ends in `credits_checked`."""
        self._read(partial(_check_credits, orders=tuple(orders)), self._on_checked)

    @Slot(object)
    def credit(self, orders: Sequence[CreditOrder]) -> None:
        """Carry them out, all or none; ends in `credited`."""
        self._write(partial(_credit, orders=tuple(orders)), self._on_credited)

    def _read(self, work: Callable[..., Any], done: Callable[..., object]) -> None:
        self._ask(self._lanes.read, work, done, replace=True)

    def _write(self, work: Callable[..., Any], done: Callable[..., object]) -> None:
        self._ask(self._lanes.write, work, done)

    def _ask(self, lane: Lane, work: Callable[..., Any], done: Callable[..., object], *, replace: bool = False) -> None:
        if not self._sessions.is_signed_in:
            return
        lane.submit(
            partial(work, self._access, self._sessions.session),
            done=done,
            failed=self._on_failed,
            replace=replace,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def _on_people(self, people: tuple[Person, ...]) -> None:
        self.people_found.emit(people)

    @Slot(object)
    def _on_prices(self, prices: Prices) -> None:
        self.prices_found.emit(prices)

    @Slot(object)
    def _on_usage(self, usage: Mapping[OperationType, OperationSum]) -> None:
        self.usage_found.emit(usage)

    def _on_deeds(self, before: int, deeds: tuple[Deed, ...]) -> None:
        self.deeds_found.emit(deeds, bool(before))

    @Slot(object)
    def _on_orders(self, read: OrdersRead) -> None:
        self.orders_read.emit(read)

    @Slot(object)
    def _on_checked(self, checks: tuple[CreditCheck, ...]) -> None:
        self.credits_checked.emit(checks)

    @Slot(object)
    def _on_reset(self, invited: Invited) -> None:
        self.invited.emit(invited)
        self._after(say("{email} has a one-time password.", email=invited.account.username))

    @Slot(object)
    def _on_invited(self, invited: Invited) -> None:
        self.invited.emit(invited)
        self._after(say("{email} is invited.", email=invited.account.username))

    @Slot(object)
    def _on_account(self, account: Account) -> None:
        self._after(say(_STANDING[account.role, account.status], email=account.username))

    @Slot(object)
    def _on_cost(self, told: str) -> None:
        self._after(told)

    @Slot(object)
    def _on_credited(self, receipts: tuple[Receipt, ...]) -> None:
        self.credited.emit(receipts)
        self._after("")

    def _after(self, told: str) -> None:
        self.changed.emit(told)
        self.look()

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)


def _people(access: StoreAccess, session: Session) -> tuple[Person, ...]:
    return access.ledger.people(session)


def _prices(access: StoreAccess, session: Session) -> Prices:
    present = access.ledger.balance_and_prices(session).prices
    return Prices(present, access.ledger.price_history(session))


def _last_month(access: StoreAccess, session: Session) -> Mapping[OperationType, OperationSum]:
    since, until = (of("last-month", date.today()) for of in (periods.beginning, periods.ending))
    try:
        return access.ledger.usage(session, since or 0, until or 0)
    except BadInput:  # a server's ledger does not tell
        return {}


def _deeds(access: StoreAccess, session: Session, *, before: int) -> tuple[Deed, ...]:
    try:
        return access.ledger.deeds(session, before=before, limit=DEEDS_AT_ONCE)
    except BadInput:  # a server's ledger does not tell
        return ()


def _invite(access: StoreAccess, session: Session, *, email: str, balance: int) -> Invited:
    from desktop.models.ledger import passwords

    password = passwords.one_time()
    return Invited(access.ledger.invite(session, email, password, starting_balance=balance), password)


def _reset_password(access: StoreAccess, session: Session, *, email: str) -> Invited:
    from desktop.models.ledger import passwords

    password = passwords.one_time()
    return Invited(access.ledger.reset_password(session, email, password), password)


def _set_status(access: StoreAccess, session: Session, *, email: str, status: Status) -> Account:
    return access.ledger.set_status(session, email, status)


def _set_role(access: StoreAccess, session: Session, *, email: str, role: Role) -> Account:
    return access.ledger.set_role(session, email, role)


def _set_cost(access: StoreAccess, session: Session, *, operation: OperationType, cost: int) -> str:
    from desktop.arithmetic.money import said_money
    from desktop.wording.shown import OPERATION_NAMES

    access.ledger.set_cost(session, operation, cost)
    name = say(OPERATION_NAMES[operation])
    return say("{operation} costs {amount} from now on.", operation=name, amount=said_money(cost))


def _read_orders(file: Path, fmt: NumberFormat) -> OrdersRead:
    from desktop.documents import credit_files

    found = credit_files.read(file, fmt)
    return OrdersRead(file, found.orders, found.troubles)


def _check_credits(
    access: StoreAccess, session: Session, *, orders: tuple[CreditOrder, ...]
) -> tuple[CreditCheck, ...]:
    return access.ledger.check_credits(session, orders)


def _credit(access: StoreAccess, session: Session, *, orders: tuple[CreditOrder, ...]) -> tuple[Receipt, ...]:
    return access.ledger.credit_all(session, orders)
