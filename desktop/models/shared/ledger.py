"""The `Ledger` that a PostgreSQL server keeps: each method asks the module that knows. It holds no rule."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from desktop.language.sentences import mark, say
from desktop.models.ledger import emails, receipts
from desktop.models.ledger.protocol import Cancel, Progress, never, silent
from desktop.models.shared import history, proving
from desktop.models.shared.administration import Administration
from desktop.models.shared.browsing import Browsing
from desktop.models.shared.budgets import Budgets
from desktop.models.shared.charges import Charges
from desktop.models.shared.connections import Connections
from desktop.models.shared.copies import Copies
from desktop.models.shared.people import People
from desktop.models.shared.records import Records
from desktop.models.shared.recovering import Recovery
from desktop.models.shared.remembered import Memories, Memory
from desktop.models.shared.rows import entry_of
from desktop.models.shared.sessions import Sessions, Signed
from desktop.models.shared.watch import Watch
from desktop.terms.charges import Charge, Entry, RawRecord, Reader, Receipt, Statement
from desktop.terms.errors import AppError, BadInput, StoreReadOnly
from desktop.terms.kinds import Column, OperationType, Role, Status
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Account, CreditCheck, CreditOrder, Deed, Person, PriceSet, Session
from desktop.terms.reports import Insights, OperationSum, StatementReport, Verification

log = logging.getLogger(__name__)

_BACKED_UP = mark(
    "A ledger on a server is backed up with the server's own tools (pg_dump, or base backups with continuous "
    "archiving). Ask its owner."
)


COPIED_FROM = 2_000  # records: of fewer the server tells anything at once


class SharedLedger:
    """A ledger on a server. `words` are libpq's, `server` is how it is called in front of a person.

    `remembered` is the folder in which this program keeps the last links that it was given; `every_s` is how often it
    asks at most whether others have written. In the folder `copies` lie copies of the signed-in people's records, where
    they have as many as `copied_from`.
    """

    def __init__(
        self,
        words: Mapping[str, str],
        *,
        server: str,
        ledger_name: str,
        remembered: Path,
        copies: Path | None = None,
        copied_from: int = COPIED_FROM,
        every_s: float = 0.0,
    ) -> None:
        self._connections = Connections(dict(words), server)
        self._sessions = Sessions(self._connections)
        self._remembered = remembered
        self._memories = Memories(remembered, "")
        self._people = People(self._sessions, ledger_name, self._remember)
        self._recovery = Recovery(self._sessions, self._people, ledger_name)
        self._watch = Watch(self._sessions, every_s)
        self._charges = Charges(self._sessions, self._memory, lambda: self._people.key, self._watch)
        self._administration = Administration(self._sessions, self._people)
        self._records = Records(self._sessions)
        self._budgets = Budgets(self._charges, self._people, self._records)
        self._copies = Copies(copies, copied_from)
        self._browsing = Browsing(self._sessions, self._records, self._copies, self._identity, self._people.ask)
        self._read_only = ""

    def _identity(self) -> tuple[str, bytes]:
        return self._people.ledger_id, self._people.key

    def _remember(self, ledger_id: str) -> Memories:
        if self._memories.ledger_id != ledger_id:
            self._memories = Memories(self._remembered, ledger_id)
        return self._memories

    def _memory(self, account_id: int) -> Memory:
        return self._memories.of(account_id)

    def connect(self, *, reading: bool = False, cancelled: Cancel = never) -> None:
        self._connections.enter(reading=reading, cancelled=cancelled)

    def disconnect(self) -> None:
        self._copies.leave()
        self._connections.leave()

    def interrupt_reader(self) -> None:
        self._connections.interrupt()

    def close(self) -> None:
        self._sessions.end_all()
        self._people.doubted = None
        try:
            self._memories.write()
        except AppError as error:  # a full disk must not keep the program from ending
            log.error("what was given was not remembered: %s", error.message)
        finally:
            self._copies.close()
            self._connections.leave()

    def is_empty(self) -> bool:
        return False  # a ledger is installed with its first administrator

    def register(self, email: str, password: str, *, starting_balance: int, minimum_length: int) -> Account:
        return self._people.register(email, password, starting_balance=starting_balance, minimum_length=minimum_length)

    def register_and_sign_in(
        self, email: str, password: str, *, starting_balance: int, minimum_length: int
    ) -> tuple[Account, Session]:
        return self._people.register_and_sign_in(
            email, password, starting_balance=starting_balance, minimum_length=minimum_length
        )

    def sign_in(self, email: str, password: str) -> Session:
        return self._people.sign_in(email, password)

    def sign_out(self, session: Session) -> None:
        self._sessions.end(session.user_id)
        self.note_witness()

    def account(self, session: Session) -> Account:
        return self._people.account(self._sessions.require(session))

    def change_password(self, session: Session, old: str, new: str, *, minimum_length: int) -> None:
        signed = self._sessions.require(session, choosing=True)
        self._people.change_password(session, signed, old, new, minimum_length=minimum_length)

    def users(self, session: Session) -> tuple[Account, ...]:
        return self._people.users(self._sessions.require(session))

    def set_status(self, session: Session, email: str, status: Status) -> Account:
        return self._people.set_status(self._sessions.require(session), email, status)

    def administrators(self, session: Session) -> tuple[str, ...]:
        return self._administration.administrators(self._sessions.require(session))

    def new_recovery_code(self, session: Session, password: str) -> str:
        return self._recovery.new_code(self._writing(session), password)

    def recover(self, email: str, code: str, new: str, *, minimum_length: int) -> None:
        self._recovery.recover(email, code, new, minimum_length=minimum_length)

    def people(self, session: Session) -> tuple[Person, ...]:
        return self._administration.people(self._sessions.require(session))

    def invite(self, session: Session, email: str, password: str, *, starting_balance: int) -> Account:
        return self._people.invite(self._writing(session), email, password, starting_balance=starting_balance)

    def reset_password(self, session: Session, email: str, password: str) -> Account:
        return self._administration.reset_password(self._writing(session), email, password)

    def set_role(self, session: Session, email: str, role: Role) -> Account:
        return self._administration.set_role(self._writing(session), email, role)

    def check_credits(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
        return self._administration.check_credits(self._sessions.require(session), orders)

    def credit_all(self, session: Session, orders: Sequence[CreditOrder]) -> tuple[Receipt, ...]:
        return self._administration.credit_all(self._writing(session), orders)

    def price_history(self, session: Session) -> tuple[PriceSet, ...]:
        return self._administration.price_history(self._sessions.require(session))

    def usage(self, session: Session, since: int, until: int) -> Mapping[OperationType, OperationSum]:
        return self._administration.usage(self._sessions.require(session), since, until)

    def deeds(self, session: Session, *, before: int = 0, limit: int = 200) -> tuple[Deed, ...]:
        return self._administration.deeds(self._sessions.require(session), before=before, limit=limit)

    def balance_and_prices(self, session: Session) -> Statement:
        return self._people.statement(self._sessions.require(session))

    def charge(self, session: Session, charge: Charge) -> Receipt:
        signed = self._writing(session)
        if not charge.steps:
            balance = self._people.account(signed).balance
            return Receipt(charge.request_id, 0, balance, charge.result, charge.exact, ())
        if charge.budget is not None:
            self._budgets.check(signed, charge, charge.budget)
        return self._charges.charge(signed, charge)

    def charge_together(
        self, session: Session, charges: Sequence[Charge], *, seconds: float
    ) -> Sequence[Receipt | AppError]:
        """Each by itself: the server stores every charge on its own, and what waits is bounded by time."""
        end, outcomes = time.monotonic() + seconds, list[Receipt | AppError]()
        for charge in charges:
            try:
                outcomes.append(self.charge(session, charge))
            except AppError as error:
                outcomes.append(error)
            if time.monotonic() > end:
                break
        return outcomes

    def find(self, session: Session, request_id: str) -> Receipt | None:
        return self._charges.find(self._sessions.require(session), request_id)

    def check_covered(self, session: Session, cost: int) -> None:
        balance = self.account(session).balance
        if cost > balance:
            raise receipts.too_low(cost, balance)

    def spent(self, session: Session, since: int) -> int:
        return self._records.spent(self._sessions.require(session), since)

    def credit(self, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
        return self._charges.credit(self._writing(session), emails.kept_form(email), amount, reason, request_id)

    def set_cost(self, session: Session, operation: OperationType, cost: int) -> None:
        self._charges.set_cost(self._writing(session), operation, cost)

    def page(self, session: Session, request: PageRequest) -> Page:
        return self._browsing.page(self._sessions.require(session), request)

    def first_look(
        self, session: Session, request: PageRequest, *, checked: bool = True, cancelled: Cancel = never
    ) -> tuple[Page, bool]:
        signed = self._sessions.require(session)
        return self._browsing.first_look(signed, request, checked=checked, cancelled=cancelled)

    def catch_up(
        self, session: Session, *, check: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> bool:
        signed = self._sessions.require(session)
        remembered, refuse = self._history(signed), self._refuse(signed)

        def noted(seq: int, link: bytes) -> None:
            remembered.note(seq, link, refuse)

        is_up = self._browsing.catch_up(signed, noted, check=check, progress=progress, cancelled=cancelled)
        known = remembered.extend(self._people.length(signed), refuse, lambda _: not cancelled())
        self._memories.write()
        return is_up and known

    def totals(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Totals:
        return self._browsing.totals(self._sessions.require(session), filters, progress, cancelled)

    def operation_counts(
        self, session: Session, filters: Filters, *, cancelled: Cancel = never
    ) -> Mapping[OperationType, int]:
        return self._browsing.operation_counts(self._sessions.require(session), filters, cancelled)

    def trash_count(self, session: Session) -> int:
        return self._browsing.trash_count(self._sessions.require(session))

    def stream(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[Entry, None, None]:
        with closing(self.batches(session, filters, sort, descending=descending)) as batches:
            for batch in batches:
                yield from map(entry_of, batch)

    def batches(
        self, session: Session, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[list[RawRecord], None, None]:
        return self._browsing.batches(self._sessions.require(session), filters, sort, descending=descending)

    def delete(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        return self._mark(session, ids, deleted=True)

    def restore(self, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        return self._mark(session, ids, deleted=False)

    def set_note(self, session: Session, record_id: int, text: str) -> Entry:
        signed = self._writing(session)
        entry = self._records.set_note(signed, record_id, text)
        self._watch.note_own(signed.user_id, changes=1)
        return entry

    def insights(
        self, session: Session, filters: Filters, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> Insights:
        return self._browsing.insights(self._sessions.require(session), filters, progress, cancelled)

    def statement(
        self, session: Session, since: int, until: int, *, progress: Progress = silent, cancelled: Cancel = never
    ) -> AbstractContextManager[tuple[StatementReport, Reader]]:
        return self._browsing.statement(self._sessions.require(session), since, until, progress, cancelled)

    def verify(
        self, *, anchored: bool = True, results: bool = False, progress: Progress = silent, cancelled: Cancel = never
    ) -> Verification:
        """What those who are signed in can prove: an administrator everything, anybody else their own records.

        Who was refused because the history was rewritten can still prove: so that all of it is named.
        """
        running = self._sessions.running()
        signed = self._sessions.administrator() or next(iter(running), None) or self._people.doubted
        if signed is None:  # nobody to ask for: nothing is said about a ledger that nobody looked at
            return Verification((), 0, 0, 0.0, complete=False)
        memories = self._memories if anchored else None
        outcome = proving.prove(
            self._sessions, signed, self._people.key, memories, results=results, progress=progress, cancelled=cancelled
        )
        self._memories.write()
        return outcome

    def prove_since(self, *, progress: Progress = silent, cancelled: Cancel = never) -> Verification:
        """All of it: what a program was given is looked at again at each sign-in besides."""
        return self.verify(progress=progress, cancelled=cancelled)

    def prove_slice(self, *, cancelled: Cancel = never) -> Verification | None:
        return None

    def refuse_charges(self) -> None:
        self._read_only = self._read_only or (
            say("The ledger fails its checks (Help, Verify ledger). Nothing can be charged. Ask the server's owner.")
        )

    @property
    def can_only_be_read(self) -> bool:
        return bool(self._read_only)

    def trouble(self) -> str:
        return self._read_only or self._watch.trouble()

    def others_have_written(self) -> bool:
        return self._watch.others_have_written()

    def note_witness(self) -> None:
        self._memories.write()

    def back_up(self, target: Path, *, keep: Sequence[Path] = (), cancelled: Cancel = never) -> None:
        raise BadInput(say(_BACKED_UP))

    def back_up_daily(self, *, cancelled: Cancel = never) -> Path | None:
        return None

    def _mark(self, session: Session, ids: Sequence[int], *, deleted: bool) -> tuple[int, ...]:
        signed = self._writing(session)
        changed = self._records.mark(signed, ids, deleted=deleted)
        self._watch.note_own(signed.user_id, changes=len(changed))
        return changed

    def _writing(self, session: Session) -> Signed:
        """Who is signed in, where anything may be written."""
        signed = self._sessions.require(session)
        if self._read_only:
            raise StoreReadOnly(self._read_only, reason=self._read_only)
        return signed

    def _history(self, signed: Signed) -> history.History:
        memory = self._memories.of(signed.user_id)
        return history.History(memory, signed.user_id, self._people.key, self._people.ask(signed))

    def _refuse(self, signed: Signed) -> history.Found:
        return history.refuse(self._connections.server, self._memories.file(signed.user_id), signed.username)
