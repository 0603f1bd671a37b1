"""Controllers that carry nothing out: the real ones' signals, and slots that only note what was asked."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from typing_extensions import override

from desktop.arithmetic import expressions
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.calculator import CalculatorController
from desktop.controllers.records import Ids, RecordsController
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.undoing import Act, Undoing
from desktop.terms.charges import Entry, Quote, Receipt, Statement
from desktop.terms.errors import AppError
from desktop.terms.kinds import OperationType, Role, Source, Status
from desktop.terms.pages import Page, PageRequest, Totals
from desktop.terms.people import Account, Session

REFERENCE = "ab12cd34"
SESSION = Session(token="secret", user_id=1, username="ada@example.org")
PRICES = {operation: 1000 * place for place, operation in enumerate(OperationType, 1)} | {OperationType.CREDIT: 0}
JULY = 1_751_371_200_000_000  # 2025-07-01 12:00 UTC, in microseconds


def failure(error: AppError) -> Failure:
    """An error as a controller reports it."""
    return Failure.of(error, REFERENCE)


def statement(balance: int = 100_000) -> Statement:
    """The prices, and an account with a balance in hundredths."""
    return Statement(Account(1, SESSION.username, Role.ADMIN, Status.ACTIVE, balance), PRICES)


def entry(number: int, **changes: object) -> Entry:
    """A record; by default 1 + `number`, charged 10.00."""
    facts: dict[str, object] = {
        "id": number,
        "request_id": f"00000000-0000-4000-8000-{number:012}",
        "step": 1,
        "seq": number,
        "operation": OperationType.ADDITION,
        "operands": f"1 + {number}",
        "response": str(number + 1),
        "exact": True,
        "source": Source.COMPUTED,
        "amount": 1000,
        "user_balance": 100_000 - 1000 * number,
        "date": JULY + number * 60_000_000,
        "deleted_at": None,
        "expression": "",
    }
    return Entry(**(facts | changes))  # type: ignore[arg-type]


def receipt(*entries: Entry, result: str | None = None, exact: bool = True) -> Receipt:
    """What the entries came to."""
    last = entries[-1] if entries else None
    cost = sum(one.amount for one in entries)
    balance = last.user_balance if last else 100_000
    return Receipt("id", cost, balance, result or (last.response if last else ""), exact, entries)


def page(
    entries: tuple[Entry, ...] = (), *, request: PageRequest | None = None, count: int | None = None, number: int = 1
) -> Page:
    """A page of entries, out of `count`."""
    totals = Totals(len(entries) if count is None else count, 12_340_00, 1_000_00)
    return Page(request or PageRequest(), entries, number, totals)


class FakeSessions(SessionController):
    """Somebody may be signed in; nobody is asked."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self.asked: list[tuple[str, ...]] = []
        self.locked = False

    @property
    @override
    def is_locked(self) -> bool:
        return self.locked

    @property
    @override
    def session(self) -> Session:
        return SESSION

    @override
    @Slot()
    def look_around(self) -> None:
        self.asked.append(("look_around",))

    @override
    @Slot(str, str)
    def sign_in(self, email: str, password: str) -> None:
        self.asked.append(("sign_in", email, password))

    @override
    @Slot(str, str)
    def register(self, email: str, password: str) -> None:
        self.asked.append(("register", email, password))

    @override
    @Slot(str, str)
    def change_password(self, old: str, new: str) -> None:
        self.asked.append(("change_password", old, new))

    @override
    @Slot(str)
    def make_recovery_code(self, password: str) -> None:
        self.asked.append(("make_recovery_code", password))

    @override
    @Slot(str, str, str)
    def recover(self, email: str, code: str, new: str) -> None:
        self.asked.append(("recover", email, code, new))

    @override
    @Slot()
    def sign_out(self) -> None:
        self.asked.append(("sign_out",))
        self.signed_out.emit("")

    @override
    @Slot()
    def note_activity(self) -> bool:
        self.asked.append(("note_activity",))
        return True


class FakeCalculator(CalculatorController):
    """Reads and quotes entries as the real one does, from `balance`; charging is only noted."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self.balance = 100_000
        self.number_format = NumberFormat()
        self.entry = ""
        self.asked: list[str] = []

    @override
    def set_number_format(self, number_format: NumberFormat) -> None:
        self.number_format = number_format

    @override
    @Slot(str)
    def set_entry(self, text: str) -> None:
        self.entry = text
        if not text.strip():
            self.entry_cleared.emit()
            return
        try:
            read = expressions.parse(text, self.number_format)
        except AppError as error:
            self.entry_unclear.emit(failure(error))
            return
        cost = sum(PRICES[operation] for operation in read.operations)
        self.quoted.emit(Quote(read.reading, read.operations, cost, self.balance))

    @override
    @Slot()
    def evaluate(self) -> None:
        self.asked.append(f"evaluate {self.entry}")

    @override
    @Slot()
    def draw_random(self) -> None:
        self.asked.append("draw_random")

    @override
    @Slot()
    def cancel_drawing(self) -> None:
        self.asked.append("cancel_drawing")

    @override
    @Slot()
    def refresh(self) -> None:
        self.asked.append("refresh")


class FakeRecords(RecordsController):
    """Notes the requests; a test answers with `page_changed`."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self.requests: list[PageRequest] = []
        self.asked: list[tuple[object, ...]] = []
        self._undoing = Undoing(self)
        self._undoing.changed.connect(self.undo_changed)

    @property
    def request(self) -> PageRequest:
        """The page that was asked for last."""
        return self.requests[-1]

    @override
    @Slot(object)
    def show(self, request: PageRequest) -> None:
        self.requests.append(request)

    @override
    @Slot()
    def refresh(self) -> None:
        self.asked.append(("refresh",))

    @override
    @Slot(object)
    def delete(self, ids: Ids) -> None:
        self.asked.append(("delete", ids))

    @override
    @Slot(object)
    def restore(self, ids: Ids) -> None:
        self.asked.append(("restore", ids))

    @override
    @Slot(object)
    def can_undo(self, act: Act) -> None:
        self._undoing.add(act)

    @override
    @Slot()
    def undo(self) -> None:
        self.asked.append(("undo",))
        self._undoing.undo()

    @override
    @Slot()
    def look_over_undo(self) -> None:
        self._undoing.look_over()


class FakeStore(StoreController):
    """Notes what was asked of the store."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self.asked: list[tuple[str, ...]] = []
        self._trouble = ""
        self._proved = None
        self._whole_at = 0

    @override
    @Slot()
    def verify(self) -> None:
        self.asked.append(("verify",))

    @override
    @Slot()
    def cancel_verify(self) -> None:
        self.asked.append(("cancel_verify",))

    @override
    @Slot(str)
    def back_up(self, file: str) -> None:
        self.asked.append(("back_up", file))
