"""The `Ledger` that SQLite keeps in a file: each method asks the module that knows. It holds no rule."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded import (
    accounts,
    administration,
    backups,
    charges,
    gradual,
    groups,
    health,
    records,
    recovery,
    spending,
)
from desktop.models.embedded import insights as tellings
from desktop.models.embedded import statements as reports
from desktop.models.embedded import verify as proving
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger.protocol import Cancel, Progress, never, silent
from desktop.terms.charges import Charge, Entry, RawRecord, Reader, Receipt, Statement
from desktop.terms.errors import AppError
from desktop.terms.kinds import Column, OperationType, Role, Status
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Account, CreditCheck, CreditOrder, Deed, Person, PriceSet, Session
from desktop.terms.reports import Insights, OperationSum, StatementReport, Verification


class EmbeddedLedger:
    """An open `store`. `options` are the command line's that lead to it, for the advice on a ledger that fails."""

    def __init__(self, store: Store, options: str = "") -> None:
        self.store = store
        self._options = options
        self._watch = health.Watch()
        self._others = health.Others()

    def connect(self, *, reading: bool = False, cancelled: Cancel = never) -> None:
        sqlite.give_up_when(cancelled)
        self.store.connect(reading=reading)

    def disconnect(self) -> None:
        self.store.disconnect()

    def interrupt_reader(self) -> None:
        self.store.interrupt_reader()

    def close(self) -> None:
        self.store.close()

    def is_empty(self) -> bool:
        return accounts.is_empty(self.store)

    def register(self, email: str, password: str, *, starting_balance: int, minimum_length: int) -> Account:
        return accounts.register(
            self.store, email, password, starting_balance=starting_balance, minimum_length=minimum_length
        )

    def register_and_sign_in(
        self, email: str, password: str, *, starting_balance: int, minimum_length: int
    ) -> tuple[Account, Session]:
        return accounts.register_and_sign_in(
            self.store, email, password, starting_balance=starting_balance, minimum_length=minimum_length
        )

    def sign_in(self, email: str, password: str) -> Session:
        return accounts.sign_in(self.store, email, password)

    def sign_out(self, session: Session) -> None:
        accounts.sign_out(self.store, session)

    def account(self, session: Session) -> Account:
        return accounts.current(self.store, session)

    def administrators(self, session: Session) -> tuple[str, ...]:
        return accounts.administrators(self.store, session)

    def change_password(self, session: Session, old: str, new: str, *, minimum_length: int) -> None:
        accounts.change_password(self.store, session, old, new, minimum_length=minimum_length)

    def new_recovery_code(self, session: Session, password: str) -> str:
        return recovery.new_code(self.store, session, password)

    def recover(self, email: str, code: str, new: str, *, minimum_length: int) -> None:
        recovery.recover(self.store, email, code, new, minimum_length=minimum_length)

    def users(self, session: Session) -> tuple[Account, ...]:
        return accounts.users(self.store, session)

    def set_status(self, session: Session, email: str, status: Status) -> Account:
        return accounts.set_status(self.store, session, email, status)

    def balance_and_prices(self, session: Session) -> Statement:
        return charges.statement(self.store, session)

    def charge(self, session: Session, charge: Charge) -> Receipt:
        return charges.charge(self.store, session, charge)

    def charge_together(
        self, session: Session, charges: Sequence[Charge], *, seconds: float
    ) -> Sequence[Receipt | AppError]:
        return groups.charge_together(self.store, session, charges, seconds=seconds)

    def find(self, session: Session, request_id: str) -> Receipt | None:
        return charges.find(self.store, session, request_id)

    def check_covered(self, session: Session, cost: int) -> None:
        charges.check_covered(self.store, session, cost)

    def spent(self, session: Session, since: int) -> int:
        return spending.spent(self.store, session, since)

    def credit(self, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
        return charges.credit(self.store, session, email, amount, reason, request_id)

    def set_cost(self, session: Session, operation: OperationType, cost: int) -> None:
        charges.set_cost(self.store, session, operation, cost)

    def people(self, session: Session) -> tuple[Person, ...]:
        return administration.people(self.store, session)

    def invite(self, session: Session, email: str, password: str, *, starting_balance: int) -> Account:
        return accounts.invite(self.store, session, email, password, starting_balance=starting_balance)

    def reset_password(self, session: Session, email: str, password: str) -> Account:
        return recovery.reset_password(self.store, session, email, password)

    def set_role(self, session: Session, email: str, role: Role) -> Account:
        return accounts.set_role(self.store, session, email, role)

    def check_credits(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
        return charges.check_credits(self.store, session, orders)

    def credit_all(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[Receipt, ...]:
        return charges.credit_all(self.store, session, orders)

    def price_history(self, session: Session) -> tuple[PriceSet, ...]:
        return administration.price_history(self.store, session)

    def usage(self, session: Session, since: int, until: int) -> Mapping[OperationType, OperationSum]:
        return administration.usage(self.store, session, since, until)

    def deeds(self, session: Session, *, before: int = 0, limit: int = 200) -> tuple[Deed, ...]:
        return administration.deeds(self.store, session, before=before, limit=limit)

    def page(self, session: Session, request: PageRequest) -> Page:
        return records.page(self.store, session, request)

    def first_look(
        self, session: Session, request: PageRequest, *, checked: bool = True, cancelled: Cancel = never
    ) -> tuple[Page, bool]:
        return records.first_look(self.store, session, request, checked=checked, cancelled=cancelled)

    def catch_up(
        self, session: Session, *, check: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> bool:
        return records.catch_up(self.store, session, check=check, progress=progress, cancelled=cancelled)

    def totals(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Totals:
        return records.totals(self.store, session, filters, progress=progress, cancelled=cancelled)

    def operation_counts(
        self, session: Session, filters: Filters, *, cancelled: Cancel = never
    ) -> Mapping[OperationType, int]:
        return records.operation_counts(self.store, session, filters, cancelled=cancelled)

    def trash_count(self, session: Session) -> int:
        return records.trash_count(self.store, session)

    def stream(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[Entry, None, None]:
        return records.stream(self.store, session, filters, sort, descending=descending)

    def batches(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[list[RawRecord], None, None]:
        return records.batches(self.store, session, filters, sort, descending=descending)

    def delete(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        return records.delete(self.store, session, ids)

    def restore(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        return records.restore(self.store, session, ids)

    def set_note(self, session: Session, record_id: int, text: str) -> Entry:
        return records.set_note(self.store, session, record_id, text)

    def insights(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Insights:
        return tellings.insights(self.store, session, filters, progress=progress, cancelled=cancelled)

    def statement(
        self, session: Session, since: int, until: int, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> AbstractContextManager[tuple[StatementReport, Reader]]:
        return reports.statement(self.store, session, since, until, progress=progress, cancelled=cancelled)

    def verify(
        self, *, anchored: bool = True, results: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> Verification:
        if not anchored:
            return proving.verify(self.store, anchored=False, results=results, progress=progress, cancelled=cancelled)
        return gradual.prove_whole(self.store, results=results, progress=progress, cancelled=cancelled)

    def prove_since(self, *, progress: Progress = silent, cancelled: Cancel = never) -> Verification:
        return gradual.prove_since(self.store, progress=progress, cancelled=cancelled)

    def prove_slice(self, *, cancelled: Cancel = never) -> Verification | None:
        return gradual.prove_slice(self.store, cancelled=cancelled)

    def refuse_charges(self) -> None:
        if self.store.read_only_reason is None:  # what is said already has its own way out
            offer = backups.offer(self.store.file, self._options)
            self.store.make_read_only(
                say("The ledger fails its checks (Help, Verify ledger). Nothing can be charged.") + f" {offer}"
            )

    @property
    def can_only_be_read(self) -> bool:
        return self.store.read_only_reason is not None

    def trouble(self) -> str:
        return self._watch.look(self.store)

    def others_have_written(self) -> bool:
        return self._others.have_written(self.store)

    def note_witness(self) -> None:
        self.store.write_anchor()

    def back_up(self, target: Path, *, keep: Sequence[Path] = (), cancelled: Cancel = never) -> None:
        backups.back_up(self.store, target, keep=keep, cancelled=cancelled)

    def back_up_daily(self, *, cancelled: Cancel = never) -> Path | None:
        return None if self.can_only_be_read else backups.back_up_daily(self.store, cancelled=cancelled)
