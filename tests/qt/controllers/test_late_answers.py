"""No answer reaches anybody but the session that asked, for its present request: each is planted late, everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from desktop.controllers.exports import Export, ExportsController
from desktop.controllers.insights import InsightsController
from desktop.controllers.lane import Lane
from desktop.controllers.statements import StatementsController, Wanted
from desktop.documents.export_files import ExportFormat
from desktop.documents.statement_paper import Style
from desktop.models.embedded import accounts, backups, browsing, charges, insights, records, statements, verify
from desktop.random_org import client
from desktop.terms.charges import Statement
from desktop.terms.pages import Filters, Page, PageRequest
from tests.qt.conftest import EMAIL, PASSWORD, Program
from tests.support import windows
from tests.support.stores import store_behind

pytestmark = pytest.mark.usefixtures("cheap_passwords")

BOB = "bob@example.org"
LIMIT = 60.0
END = 2**51  # microseconds: in 2041
PRODUCTS = Filters(search=("× 3",))


class Held:
    """A function of the core that has its answer, and keeps it back until it is let go; once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> None:
        self.real = getattr(place, name)
        self.ready, self.go = threading.Event(), threading.Event()
        monkeypatch.setattr(place, name, self)

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        found = self.real(*arguments, **more)
        if not self.ready.is_set():
            self.ready.set()
            assert self.go.wait(LIMIT)
            if "progress" in more:
                more["progress"](1, 2)
        return found


@dataclass
class Desk:
    """A program with all its controllers, Ann signed in, and a folder for her files."""

    program: Program
    exports: ExportsController
    statements: StatementsController
    insights: InsightsController
    folder: Path
    said: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)

    def listen(self, *signals: str) -> None:
        """Note from now on what these signals say."""
        for name in signals:
            place, _, signal = name.partition(".")
            owner = getattr(self.program, place, None) or getattr(self, place)
            getattr(owner, signal).connect(lambda *what, name=name: self.said.append((name, what)))

    def lane(self, name: str) -> Lane:
        lane: Lane = getattr(self.program.lanes, name)
        return lane

    def settle(self, qtbot: QtBot) -> None:
        """Until each lane has done and delivered what it was given, and what that led to."""
        for name in 2 * ("write", "read", "survey", "reports", "insights", "upkeep", "network"):
            windows.settle(qtbot, self.lane(name))

    def charge(self, qtbot: QtBot, text: str) -> None:
        self.program.calculator.set_entry(text)
        with qtbot.waitSignals([self.program.calculator.charged, self.program.calculator.statement_changed]):
            self.program.calculator.evaluate()


@pytest.fixture
def desk(qtbot: QtBot, program: Program, tmp_path: Path) -> Iterator[Desk]:
    shared: dict[str, Any] = {"lanes": program.lanes, "access": program.access, "sessions": program.sessions}
    made = Desk(
        program, ExportsController(**shared), StatementsController(**shared), InsightsController(**shared), tmp_path
    )
    program.register(qtbot)
    for text in ("1+1", "2+2", "2×3"):
        made.charge(qtbot, text)
    yield made
    program.lanes.close()
    for controller in (made.exports, made.statements, made.insights):
        shiboken6.delete(controller)


def _charge(desk: Desk) -> None:
    desk.program.calculator.set_entry("4+4")
    desk.program.calculator.evaluate()


def _export(desk: Desk, filters: Filters = Filters()) -> None:  # noqa: B008  # frozen
    desk.exports.export(Export(desk.folder / "a.csv", ExportFormat(), PageRequest(filters)))


@dataclass(frozen=True)
class Question:
    """A request: the function of the core that answers it, on which lane, and all that could be said of it."""

    place: object
    function: str
    lane: str
    ask: Callable[[Desk], object]
    answers: tuple[str, ...]


QUESTIONS = {
    "balance": Question(
        charges,
        "statement",
        "read",
        lambda desk: desk.program.calculator.refresh(),
        ("calculator.statement_changed", "calculator.failed"),
    ),
    "page": Question(
        records,
        "first_look",
        "read",
        lambda desk: desk.program.records.show(PageRequest()),
        ("records.page_changed", "records.failed"),
    ),
    "totals": Question(
        records,
        "totals",
        "read",
        lambda desk: desk.program.records.show(PageRequest(PRODUCTS)),
        ("records.totals_changed", "records.counting"),
    ),
    "trash": Question(
        records,
        "trash_count",
        "read",
        lambda desk: desk.program.records.show(PageRequest()),
        ("records.trash_changed",),
    ),
    "counts": Question(
        records,
        "operation_counts",
        "read",
        lambda desk: desk.program.records.show(PageRequest()),
        ("records.counts_changed",),
    ),
    "index": Question(
        records,
        "catch_up",
        "upkeep",
        lambda desk: desk.program.records.show(PageRequest()),
        ("records.indexing",),
    ),
    "deletion": Question(
        records,
        "delete",
        "write",
        lambda desk: desk.program.records.delete((1, 2)),
        ("records.deleted", "records.undo_changed", "records.failed"),
    ),
    "note": Question(
        records,
        "set_note",
        "write",
        lambda desk: desk.program.records.set_note(1, "", "Rent"),
        ("records.noted", "records.undo_changed", "records.failed"),
    ),
    "charge": Question(
        charges, "charge", "write", _charge, ("calculator.charged", "calculator.denied", "calculator.failed")
    ),
    "price of a random string": Question(
        charges,
        "check_covered",
        "write",
        lambda desk: desk.program.calculator.draw_random(),
        ("calculator.drawing_changed", "calculator.failed"),
    ),
    "random string": Question(
        client.RandomOrg,
        "draw",
        "network",
        lambda desk: desk.program.calculator.draw_random(),
        ("calculator.charged", "calculator.failed"),
    ),
    "password": Question(
        accounts,
        "change_password",
        "write",
        lambda desk: desk.program.sessions.change_password(PASSWORD, "analytical engine"),
        ("sessions.password_changed", "sessions.failed"),
    ),
    "export": Question(records, "batches", "reports", _export, ("exports.exported", "exports.failed")),
    "export's progress": Question(records, "totals", "reports", _export, ("exports.progress", "exports.failed")),
    "statement": Question(
        statements,
        "statement",
        "reports",
        lambda desk: desk.statements.make(Wanted(0, END, Style())),
        ("statements.ready", "statements.saved", "statements.progress", "statements.failed"),
    ),
    "insights": Question(
        insights,
        "insights",
        "insights",
        lambda desk: desk.insights.open(Filters()),
        ("insights.changed", "insights.progress", "insights.failed"),
    ),
    "picture": Question(
        Path,
        "resolve",
        "reports",
        lambda desk: desk.insights.keep(lambda: desk.folder.resolve()),
        ("insights.kept", "insights.failed"),
    ),
    "proof": Question(
        verify,
        "verify",
        "survey",
        lambda desk: desk.program.store.verify(),
        ("store.verified", "store.verify_progress", "store.verify_failed"),
    ),
    "backup": Question(
        backups,
        "back_up",
        "survey",
        lambda desk: desk.program.store.back_up(str(desk.folder / "a.metercalc-backup")),
        ("store.backed_up", "store.failed"),
    ),
}
AT_ONCE = {name: question for name, question in QUESTIONS.items() if question.lane != "write"}  # beside a sign-in


def _of_the_next(said: tuple[str, tuple[object, ...]]) -> bool:
    """Whether it is what Bob asked for himself, by signing in."""
    return isinstance(said[1][0], Statement) and said[1][0].account.username == BOB


def _draw(_org: object, number: int, **_more: object) -> tuple[str, ...]:
    return tuple(f"secret{number}" for _ in range(number))


def _ask(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, question: Question) -> Held:
    """Ask, and wait until the answer is there and kept back; the window's thread has dealt with what led to it."""
    if question.function == "draw":
        monkeypatch.setattr(client.RandomOrg, "draw", _draw)
    if question.function == "catch_up":
        monkeypatch.setattr(browsing, "needs_upkeep", lambda *_given, **_more: True)
    held = Held(monkeypatch, question.place, question.function)
    if question.function in ("resolve", "draw"):  # methods
        monkeypatch.setattr(question.place, question.function, lambda *given, **more: held(*given, **more))
    question.ask(desk)
    qtbot.waitUntil(held.ready.is_set)
    return held


def _sign_in_bob(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.program.sessions.signed_in):
        desk.program.sessions.register(BOB, PASSWORD)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_comes_where_nobody_interferes(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Without it, the tests below would not show that anything was dropped."""
    held = _ask(qtbot, desk, monkeypatch, QUESTIONS[name])
    desk.listen(*QUESTIONS[name].answers)
    held.go.set()
    desk.settle(qtbot)
    assert desk.said != []


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_that_is_on_its_way_when_somebody_signs_out_reaches_nobody(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    question = QUESTIONS[name]
    held = _ask(qtbot, desk, monkeypatch, question)
    held.go.set()
    windows.run_through(desk.lane(question.lane))
    desk.listen(*question.answers)
    desk.program.sessions.sign_out()
    desk.said.clear()  # what ends at once with the session
    _sign_in_bob(qtbot, desk)
    desk.settle(qtbot)
    assert [said for said in desk.said if not _of_the_next(said)] == []
    assert desk.program.sessions.session.username == BOB


@pytest.mark.parametrize("name", AT_ONCE)
def test_an_answer_that_comes_when_somebody_else_has_signed_in_reaches_nobody(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    question = AT_ONCE[name]
    held = _ask(qtbot, desk, monkeypatch, question)
    desk.listen(*question.answers)
    desk.program.sessions.sign_out()
    desk.said.clear()
    _sign_in_bob(qtbot, desk)
    held.go.set()
    desk.settle(qtbot)
    assert [said for said in desk.said if not _of_the_next(said)] == []
    assert desk.program.sessions.session.username == BOB


def test_what_cannot_be_taken_back_is_carried_out_and_settled_for_whoever_asked(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A charge, a deletion and a backup under way when somebody signs out: done, told to nobody, found again."""
    backup = _ask(qtbot, desk, monkeypatch, QUESTIONS["backup"])
    charge = _ask(qtbot, desk, monkeypatch, QUESTIONS["charge"])
    desk.program.records.delete((1,))  # queued behind the charge
    desk.program.sessions.sign_out()
    charge.go.set()
    backup.go.set()
    _sign_in_bob(qtbot, desk)
    desk.settle(qtbot)
    desk.charge(qtbot, "1+1")  # nothing of hers keeps him waiting
    desk.settle(qtbot)
    assert (desk.folder / "a.metercalc-backup").exists()
    desk.program.sessions.sign_out()
    with qtbot.waitSignals([desk.program.sessions.signed_in, desk.program.calculator.statement_changed]):
        desk.program.sessions.sign_in(EMAIL, PASSWORD)
    with qtbot.waitSignal(desk.program.records.trash_changed) as trash:
        desk.program.records.refresh()
    assert trash.args == [1]
    with qtbot.waitSignal(desk.program.records.page_changed) as page:
        desk.program.records.refresh()
    assert page.args[0].entries[0].operands == "4 + 4"
    desk.charge(qtbot, "4+4")  # a new request: the first was settled
    with qtbot.waitSignal(desk.program.records.page_changed) as page:
        desk.program.records.refresh()
    assert [entry.operands for entry in page.args[0].entries[:2]] == ["4 + 4", "4 + 4"]


@pytest.mark.parametrize(
    ("lane", "ask", "answer", "subject"),
    [
        (
            "read",
            lambda desk, filters: desk.program.records.show(PageRequest(filters)),
            "records.page_changed",
            lambda page: page.request.filters,
        ),
        (
            "insights",
            lambda desk, filters: desk.insights.open(filters),
            "insights.changed",
            lambda found: found.filters,
        ),
        ("reports", _export, "exports.exported", lambda exported: Filters() if exported.records == 4 else PRODUCTS),
    ],
    ids=["page", "insights", "export"],
)
def test_an_answer_that_is_on_its_way_when_something_else_is_asked_for_is_dropped(
    qtbot: QtBot,
    desk: Desk,
    lane: str,
    ask: Callable[[Desk, Filters], None],
    answer: str,
    subject: Callable[[Any], Filters],
) -> None:
    desk.settle(qtbot)
    desk.listen(answer)
    ask(desk, PRODUCTS)
    windows.run_through(desk.lane(lane))
    ask(desk, Filters())
    desk.settle(qtbot)
    assert [subject(what[0]) for _, what in desk.said] == [Filters()]


def test_the_totals_under_a_page_are_its_own(qtbot: QtBot, desk: Desk) -> None:
    desk.settle(qtbot)
    shown: list[Page] = []
    totals: list[int] = []
    desk.program.records.page_changed.connect(shown.append)
    desk.program.records.totals_changed.connect(lambda found: totals.append(found.count))
    desk.program.records.show(PageRequest(PRODUCTS))  # its totals would be asked for once it is delivered
    windows.run_through(desk.lane("read"))
    desk.program.records.show(PageRequest())
    desk.settle(qtbot)
    (page,) = shown
    assert page.totals is not None
    assert [page.totals.count, *totals] == [4]


def test_a_second_press_while_a_sign_in_runs_begins_nothing(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.program.sessions.sign_out()
    held = Held(monkeypatch, accounts, "sign_in")
    desk.program.sessions.sign_in(EMAIL, PASSWORD)
    desk.program.sessions.sign_in(EMAIL, PASSWORD)
    held.go.set()
    with qtbot.waitSignal(desk.program.sessions.signed_in):
        pass
    desk.settle(qtbot)
    assert len(store_behind(desk.program.access.ledger).sessions) == 1
