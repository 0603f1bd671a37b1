"""Promise 16: nobody sees, changes or learns of another user's records, through whatever door of the core or command.

Bob tries each function of the core that takes a session with all he might know of Ann: ids, request ids, her e-mail;
and each with a session that is not his, or none. A function without an attempt here fails the test.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase
from pytestqt.qtbot import QtBot

from desktop import models
from desktop.controllers.sessions import SessionController
from desktop.models.embedded import (
    accounts,
    administration,
    charges,
    groups,
    insights,
    records,
    recovery,
    spending,
    statements,
)
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage.store import Opened, Store
from desktop.models.ledger.standing import standing
from desktop.settings.config import SpendingSection
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError, NotAllowed
from desktop.terms.kinds import Column, OperationType, Role, Status
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Account, CreditOrder, Session
from tests.faults.support.ledgers import cheap_passwords, enter
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.old_stores import facts
from tests.qt.conftest import Program as Controllers
from tests.qt.conftest import make_program, take_apart
from tests.support.command_line import Program
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, charge_for, make_store, new_id, store_behind

# What only Ann's records hold; none of it may come back to Bob.
CANARIES = ("31337", "62674", "424242", "987654")
ANNS_BALANCE = 987_654_32
END = 2**62

Attempt = Callable[[Store, Session, "Loot"], object]


class Loot:
    """What Bob knows of Ann."""

    def __init__(self, store: Store) -> None:
        ann = enter(store, ANN)
        self.charge = charge_for("31337 + 31337", new_id())
        charges.charge(store, ann, self.charge)
        charges.charge(store, ann, charge_for("424242 × 1"))
        (self.hidden,) = records.delete(store, ann, [self._ids(store, ann)[0]])
        self.ids = [*self._ids(store, ann), self.hidden]
        self.everything = Filters(search=("3",))

    @staticmethod
    def _ids(store: Store, ann: Session) -> list[int]:
        return [entry.id for entry in records.page(store, ann, PageRequest()).entries]


def never() -> bool:
    """Nobody cancels."""
    return False


def quiet(done: int, total: int) -> None:
    """Nobody looks at the progress."""


DOORS: dict[str, Attempt] = {
    "accounts.sign_out": lambda store, bob, _: accounts.sign_out(store, bob),
    "accounts.current": lambda store, bob, _: accounts.current(store, bob),
    "accounts.require": lambda store, bob, _: accounts.require(store, store.database, bob),
    "accounts.change_password": lambda store, bob, _: accounts.change_password(store, bob, "x" * 9, "another one 8"),
    "accounts.users": lambda store, bob, _: accounts.users(store, bob),
    "accounts.set_status": lambda store, bob, _: accounts.set_status(store, bob, ANN, Status.INACTIVE),
    "accounts.administrators": lambda store, bob, _: accounts.administrators(store, bob),
    "accounts.invite": lambda store, bob, _: accounts.invite(store, bob, "new@a.org", "x" * 12, starting_balance=1),
    "accounts.set_role": lambda store, bob, _: accounts.set_role(store, bob, BOB, Role.ADMIN),
    "recovery.new_code": lambda store, bob, _: recovery.new_code(store, bob, "difference engine"),
    "recovery.reset_password": lambda store, bob, _: recovery.reset_password(store, bob, ANN, "x" * 12),
    "administration.people": lambda store, bob, _: administration.people(store, bob),
    "administration.price_history": lambda store, bob, _: administration.price_history(store, bob),
    "administration.usage": lambda store, bob, _: administration.usage(store, bob, 0, END),
    "administration.deeds": lambda store, bob, _: administration.deeds(store, bob, before=0, limit=99),
    "charges.check_credits": lambda store, bob, _: charges.check_credits(store, bob, [CreditOrder(ANN, -1, "A try")]),
    "charges.credit_all": lambda store, bob, _: charges.credit_all(store, bob, [CreditOrder(BOB, 1, "A try")]),
    "spending.spent": lambda store, bob, _: spending.spent(store, bob, 0),
    "standing.standing": lambda store, bob, _: standing(
        EmbeddedLedger(store), bob, SpendingSection(1, 1, True), date.today()
    ),
    "charges.statement": lambda store, bob, _: charges.statement(store, bob),
    "charges.charge": lambda store, bob, loot: charges.charge(store, bob, charge_for("1 + 1", loot.charge.request_id)),
    "charges.find": lambda store, bob, loot: charges.find(store, bob, loot.charge.request_id),
    "charges.check_covered": lambda store, bob, _: charges.check_covered(store, bob, ANNS_BALANCE - 1_000_00),
    "charges.credit": lambda store, bob, _: charges.credit(store, bob, ANN, -1, "A try", new_id()),
    "charges.set_cost": lambda store, bob, _: charges.set_cost(store, bob, OperationType.ADDITION, 0),
    "groups.charge_together": lambda store, bob, loot: _raised(
        groups.charge_together(
            store, bob, [charge_for("1 + 1", loot.charge.request_id), charge_for("2 + 2")], seconds=1
        )
    ),
    "records.page": lambda store, bob, loot: [
        records.page(store, bob, PageRequest(filters)) for filters in (Filters(), Filters(trash=True), loot.everything)
    ],
    "records.first_look": lambda store, bob, _: records.first_look(store, bob, PageRequest(), cancelled=never),
    "records.catch_up": lambda store, bob, _: records.catch_up(store, bob, progress=quiet, cancelled=never),
    "records.totals": lambda store, bob, loot: records.totals(store, bob, loot.everything),
    "records.operation_counts": lambda store, bob, _: records.operation_counts(store, bob, Filters()),
    "records.trash_count": lambda store, bob, _: records.trash_count(store, bob),
    "records.stream": lambda store, bob, _: list(records.stream(store, bob, Filters(), Column.DATE, descending=True)),
    "records.batches": lambda store, bob, _: list(records.batches(store, bob, Filters(), Column.DATE, descending=True)),
    "records.delete": lambda store, bob, loot: records.delete(store, bob, loot.ids),
    "records.restore": lambda store, bob, loot: records.restore(store, bob, loot.ids),
    "records.set_note": lambda store, bob, loot: records.set_note(store, bob, loot.ids[0], "Mine"),
    "insights.insights": lambda store, bob, _: insights.insights(
        store, bob, Filters(), progress=quiet, cancelled=never
    ),
    "statements.statement": lambda store, bob, _: _consumed(statements.statement(store, bob, 0, END)),
}
ADMINS = {
    "accounts.users", "accounts.set_status", "accounts.set_role", "accounts.invite", "administration.people",
    "recovery.reset_password",
    "administration.price_history", "administration.usage", "administration.deeds", "charges.credit",
    "charges.check_credits", "charges.credit_all", "charges.set_cost",
}  # fmt: skip
# What answers as if there were nothing, and what says no more than that an id is taken.
EMPTY = {"records.delete": (), "records.restore": (), "records.trash_count": 0}


def _raised(outcomes: list[Receipt | AppError]) -> list[Receipt | AppError]:
    """What each came to; a refusal as every other door gives it."""
    for refusal in (outcome for outcome in outcomes if isinstance(outcome, AppError)):
        raise refusal
    return outcomes


def _consumed(opened: AbstractContextManager[tuple[Any, Any]]) -> list[object]:
    with opened as (report, read):
        return [report, *read()]


def doors() -> set[str]:
    """Each public function of the core that takes a session."""
    found = set()
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        for name, function in vars(importlib.import_module(module.name)).items():
            known = inspect.isfunction(function) and function.__module__ == module.name
            if known and not name.startswith("_") and "session" in inspect.signature(function).parameters:
                found.add(f"{module.name.rpartition('.')[2]}.{name}")
    return found


def try_all(channel: Channel, file: str, plant: str) -> list[str]:
    """Job: as Bob, go to every door; returns what leaked, changed or opened."""
    cheap_passwords()
    store = make_store(Path(file))
    for email, balance in ((ADMIN, 0), (ANN, ANNS_BALANCE), (BOB, 1_000_00)):
        accounts.register(store, email, PASSWORD, starting_balance=balance)
    loot = Loot(store)
    _plant(plant)
    before, wrong = _anns(file, store), []
    for name, attempt in DOORS.items():
        bob = enter(store, BOB)
        answer = _answer(attempt, store, bob, loot)
        told = f"{answer!r} {getattr(answer, 'details', '')}"
        if any(canary in told for canary in CANARIES):
            wrong.append(f"{name} told {told}")
        if name in ADMINS and not isinstance(answer, NotAllowed):
            wrong.append(f"{name} is open to everybody: {answer!r}")
        if name in EMPTY and answer != EMPTY[name]:
            wrong.append(f"{name} answered {answer!r}")
        for what, forged in _forged(store, bob).items():
            answer = _answer(attempt, store, forged, loot)
            if name != "accounts.sign_out" and not isinstance(answer, NotAllowed):
                wrong.append(f"{name} lets in {what}: {answer!r}")
        if _anns(file, store) != before:
            wrong.append(f"{name} changed what is Ann's")
            before = _anns(file, store)
    store.close()
    return wrong


def _forged(store: Store, bob: Session) -> dict[str, Session]:
    ended = enter(store, BOB)
    del store.sessions[ended.token]
    ann, token = bob.user_id - 1, bob.token if store.sessions.get(bob.token) else enter(store, BOB).token
    return {
        "Bob's token with Ann's id": Session(token, ann, ANN),
        "no token": Session("", ann, ANN),
        "a made-up token": Session("made-up", ann, ANN),
        "an ended session": ended,
    }


def _answer(attempt: Attempt, store: Store, session: Session, loot: Loot) -> object:
    try:
        return attempt(store, session, loot)
    except AppError as error:
        return error


def _anns(file: str, store: Store) -> list[object]:
    found = facts(Path(file))
    run = store.database.execute_sql
    users = "SELECT username, password, role, status, balance FROM user WHERE username = ?"
    hers = "SELECT r.* FROM record r JOIN user u ON u.id = user_id WHERE username = ? ORDER BY r.id"
    return [found["hidden"], *run(users, (ANN,)).fetchall(), *run(hers, (ANN,)).fetchall()]


def _plant(plant: str) -> None:
    patch, execute = pytest.MonkeyPatch(), SqliteDatabase.execute_sql
    if plant == "delete without its user":
        others = " AND user_id = ? AND deleted_at"

        def for_all(database: SqliteDatabase, sql: str, params: Any = None) -> Any:
            return execute(database, sql.replace(others, " AND ? AND deleted_at"), params)

        patch.setattr(SqliteDatabase, "execute_sql", for_all)
    if plant == "a session that is believed":

        def believe(
            store: Store, database: SqliteDatabase, session: Session, role: Role | None = None, **_: bool
        ) -> Account:
            row = database.execute_sql("SELECT username, balance FROM user WHERE id = ?", (session.user_id,)).fetchone()
            return Account(session.user_id, row[0], Role.ADMIN, Status.ACTIVE, row[1])

        patch.setattr(accounts, "require", believe)


def test_every_door_of_the_core_has_its_attempt() -> None:
    assert doors() == set(DOORS)


def test_no_door_of_the_core_opens_to_another_users_records(nursery: Nursery, folder: Path) -> None:
    for number, plant in enumerate(("delete without its user", "a session that is believed")):
        assert nursery.run(try_all, file=str(folder / f"planted {number}.db"), plant=plant), f"missed: {plant}"

    assert nursery.run(try_all, file=str(folder / "store.db"), plant="") == []


def test_no_command_opens_to_another_users_records(tmp_path: Path, cheap_passwords: None) -> None:
    program = Program.with_people(tmp_path)
    anns = program.here(ANN, "eval", "31337 + 31337", "--json").json
    request_id, record_id = anns["request_id"], str(anns["steps"][0]["record_id"])
    before = facts(tmp_path / "metercalc.db")
    attempts: tuple[tuple[list[str], int | None], ...] = (
        (["delete", record_id], None),
        (["restore", record_id], None),
        (["records", "--search", "31337", "--json"], None),
        (["records", "--trash", "--format", "csv"], None),
        (["balance"], None),
        (["eval", "1 + 1", "--request-id", request_id, "--json"], 0),  # ids are each person's own
        (["random", "--request-id", request_id, "--json"], None),
        (["credit", ANN, "-1", "--reason", "A try"], 4),
        (["users"], 4),
        (["activate", ANN], 4),
        (["deactivate", ANN], 4),
        (["set-cost", "addition", "0"], 4),
        (["note", record_id, "Mine"], 2),
        (["invite", "new@example.org"], 4),
        (["set-role", BOB, "admin"], 4),
        (["prices"], 4),
        (["admin-log"], 4),
    )
    for words, status in attempts:
        outcome = program.here(BOB, *words)
        assert "62674" not in outcome.out + outcome.err, words
        assert status is None or outcome.status == status, (words, outcome)
    after = facts(tmp_path / "metercalc.db")
    assert [after["records"][: len(before["records"])], after["hidden"]] == [before["records"], before["hidden"]]


@pytest.mark.parametrize("planted", [True, False])
def test_no_controller_opens_to_another_users_records(
    qtbot: QtBot, tmp_path: Path, cheap_passwords: None, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """Ann signs out, Bob signs in to the same program, and asks for all he might know of her."""
    program = make_program(tmp_path / "data")
    try:
        program.register(qtbot, ANN)
        program.calculator.set_entry("31337+31337")
        with qtbot.waitSignal(program.calculator.charged) as charged:
            program.calculator.evaluate()
        ids = tuple(entry.id for entry in charged.args[0].entries)
        with qtbot.waitSignal(program.records.page_changed):
            program.records.show(PageRequest(Filters(search=("31337",))))
        program.sessions.sign_out()
        with qtbot.waitSignal(program.calculator.recalled):  # what is under way in Bob's name ends before the fault
            program.register(qtbot, BOB)
        if planted:
            anns = Session(program.sessions.session.token, program.sessions.session.user_id - 1, ANN)
            store_behind(program.access.ledger).sessions[anns.token] = Opened(anns.user_id, 1)
            monkeypatch.setattr(SessionController, "session", anns)  # one that is not Bob's, and is believed
        assert _told(qtbot, program, ids) is planted
    finally:
        take_apart(program)


def _told(qtbot: QtBot, program: Controllers, ids: tuple[int, ...]) -> bool:
    """Whether any of the controllers tells Bob what only Ann's records hold, or changes one of them."""
    records = program.records
    answers: list[object] = []
    for signal, act in (
        (records.deleted, lambda: records.delete(ids)),
        (records.restored, lambda: records.restore(ids)),
        (records.page_changed, records.refresh),
        (records.page_changed, lambda: records.show(PageRequest(Filters(search=("31337",))))),
        (records.page_changed, lambda: records.show(PageRequest(Filters(trash=True)))),
        (program.calculator.statement_changed, program.calculator.refresh),
    ):
        with qtbot.waitSignal(signal) as answer:
            act()
        answers += answer.args
    return "62674" in repr(answers) or any(answers[:2])  # the sum; what was asked for comes back in any case
