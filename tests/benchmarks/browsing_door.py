"""The records browser on a big store, at the controller's door: `python -m tests.benchmarks.browsing_door DIR`.

Real lanes, store and controllers, no window. It says one JSON object: for each kind of request the milliseconds of
each, from `show` to the signal with the answer.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, SignalInstance, Slot

from desktop.arithmetic.money import format_money
from desktop.models.embedded.storage import sqlite
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest
from desktop.wording.shown import shown_date
from tests.benchmarks.build_store import ANN, FIRST, PASSWORD
from tests.qt.conftest import Program, make_program

REQUESTS = 200
ABSENT = ("zqxj", "qq", "77777777777", "no such text", "~", "9 + 9 + 9 + 9")


class Waiter(QObject):
    """Waits for one signal, and knows when it came."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = QEventLoop()
        self.value: object = None
        self.at = 0.0

    @Slot(object)
    def take(self, value: object = None) -> None:
        """What the signal is connected to."""
        self.at, self.value = time.perf_counter(), value
        self._loop.quit()

    def milliseconds(self, signal: SignalInstance, act: Callable[[], object]) -> float:
        """How long it took from the act to the signal."""
        connection = signal.connect(self.take)
        started = time.perf_counter()
        act()
        self._loop.exec()
        signal.disconnect(connection)
        return (self.at - started) * 1000


class Door:
    """The controllers of somebody who is signed in."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self.records = program.records
        self.waiter = Waiter()
        self.chance = random.Random(2207)
        self.samples = list(_samples(folder, self.chance))

    def page(self, request: PageRequest) -> float:
        """Milliseconds to the page."""
        return self.waiter.milliseconds(self.records.page_changed, lambda: self.records.show(request))

    def totals(self, request: PageRequest) -> float:
        """Milliseconds to the page and then to its totals."""
        to_page = self.page(request)
        assert isinstance(self.waiter.value, Page)
        if self.waiter.value.totals is not None:
            return to_page
        return to_page + self.waiter.milliseconds(self.records.totals_changed, lambda: None)

    def figures(self) -> Iterator[tuple[str, list[float]]]:
        """All requests of the table."""
        yield "the very first page", [self.page(PageRequest())]
        assert isinstance(self.waiter.value, Page)
        last = self.waiter.value.pages
        for name, number in (
            ("first", lambda: 1),
            ("last", lambda: last),
            ("90,000", lambda: min(90_000, last)),
            ("random", lambda: self.chance.randint(1, last)),
        ):
            yield f"date order, {name} page", [self.page(self._any_way(number=number())) for _ in range(REQUESTS)]
        for name, number in (("first", lambda: 1), ("last", lambda: last)):
            yield f"other orders, {name} page", self._in_orders(number)
        yield "other orders, random deep page", self._in_orders(lambda: self.chance.randint(1, last))
        searches = [self._search() for _ in range(REQUESTS)]
        yield "search, first rows, date order", [self.page(replace(one, sort=Column.DATE)) for one in searches]
        yield "search, first rows, other orders", [self.page(one) for one in (self._search() for _ in range(REQUESTS))]
        yield "exact totals under search and filters", [self.totals(one) for one in searches]
        yield from self._after_changes()

    def _any_way(self, **changes: object) -> PageRequest:
        return replace(PageRequest(descending=self.chance.random() < 0.5), **changes)  # type: ignore[arg-type]

    def _in_orders(self, number: Callable[[], int]) -> list[float]:
        orders = [column for column in Column if column is not Column.DATE]
        return [self.page(self._any_way(sort=orders[n % len(orders)], number=number())) for n in range(REQUESTS)]

    def _search(self) -> PageRequest:
        chance, length = self.chance, self.chance.randint(1, 20)
        source = chance.choice(chance.choice(self.samples))
        start = chance.randrange(max(1, len(source) - length + 1))
        text = source[start : start + length].strip() or "1"
        if chance.random() < 0.15:
            text = chance.choice(ABSENT)
        since = FIRST + chance.randrange(900) * 86_400_000_000
        filters = Filters(
            search=(text,),
            operations=frozenset(chance.sample(list(OperationType), chance.choice((0, 0, 0, 1, 2)))),
            since=chance.choice((None, None, since)),
            until=chance.choice((None, None, since + chance.randrange(1, 200) * 86_400_000_000)),
            least=chance.choice((None, None, None, 20_00)),
            most=chance.choice((None, None, None, 20_00)),
            trash=chance.random() < 0.1,
        )
        orders = [column for column in Column if column is not Column.DATE]
        return PageRequest(filters, chance.choice(orders), chance.random() < 0.5)

    def _after_changes(self) -> Iterator[tuple[str, list[float]]]:
        self.page(PageRequest())
        added: list[float] = []
        deleted: list[float] = []
        restored: list[float] = []
        undone: list[float] = []
        calculator, records = self.program.calculator, self.records
        for number in range(REQUESTS // 4):
            calculator.set_entry(f"{number} + 1")
            self.waiter.milliseconds(calculator.charged, calculator.evaluate)
            added.append(self.waiter.milliseconds(records.page_changed, records.refresh))
            assert isinstance(self.waiter.value, Page)
            chosen = tuple(entry.id for entry in self.waiter.value.entries[:3])
            for act, signal, times in (
                (lambda ids=chosen: records.delete(ids), records.deleted, deleted),
                (lambda ids=chosen: records.restore(ids), records.restored, restored),
                (records.undo, records.deleted, undone),
                (records.undo, records.restored, undone),
            ):
                self.waiter.milliseconds(signal, act)  # the page is asked for when the change is told
                times.append(self.waiter.milliseconds(records.page_changed, lambda: None))
        yield "first page after a new record", added
        yield "first page after a delete", deleted
        yield "first page after a restore", restored
        yield "first page after an undo", undone


def _samples(folder: Path, chance: random.Random) -> Iterator[list[str]]:
    """What is shown of some records."""
    with closing(sqlite.sqlite3.connect(f"file:{folder}/metercalc.db?mode=ro", uri=True)) as connection:
        (last,) = connection.execute("SELECT max(seq) FROM record WHERE user_id = 1").fetchone()
        for _ in range(300):
            operands, response, balance, date, name = connection.execute(
                "SELECT r.operands, r.operation_response, r.user_balance, r.date, o.type FROM record r "
                "JOIN operation o ON o.id = r.operation_id WHERE user_id = 1 AND seq = ?",
                (chance.randint(1, last),),
            ).fetchone()
            shown = [operands, response, shown_date(date), format_money(balance), name.replace("_", " "), "−10.00"]
            yield [text for text in shown if text]


def main(folder: Path) -> None:
    """Sign in, ask everything, and say how long it took."""
    application = QCoreApplication(sys.argv[:1])
    program = make_program(folder)
    waiter = Waiter()
    waiter.milliseconds(program.sessions.signed_in, lambda: program.sessions.sign_in(ANN, PASSWORD))
    print(json.dumps(dict(Door(program, folder).figures())))  # noqa: T201  # what the benchmark reads
    program.lanes.close()
    del application


if __name__ == "__main__":
    main(Path(sys.argv[1]))
