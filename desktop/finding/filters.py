"""The filters: one object each, with everything that the program knows of it but its widget. It reads no record.

A further filter is an object in `FILTERS`, and a widget in `views.filters.widgets` under the object's name. What it is
set to stands in `Filters.more` under its name, unless `Filters` gets a field for it. The ledger, the index,
sums, exports, saved filters and the command line follow from the object. The index answers only what all of its
filters have a `plan` for; anything else is asked of the ledger itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.arithmetic.table import OPERATIONS
from desktop.finding.searching import folded, operations_named, readings
from desktop.language.sentences import mark, say, say_in
from desktop.terms import days
from desktop.terms.errors import BadInput
from desktop.terms.kinds import OperationType
from desktop.wording.shown import operation_name, shown_date

if TYPE_CHECKING:
    from desktop.terms.pages import Filters

Arguments = Mapping[str, Any]
"""The command line's words, by the name of their option."""

Clause = tuple[str, list[object]]
"""A condition in SQL on `record r` and `operation o`, and its values."""


_APART = frozenset("\0\x1f")  # controls, which no record's text holds; SQLite's functions end a text at the first


@dataclass(frozen=True, slots=True)
class Option:
    """How a filter is asked for on the command line: the option, the name of its word, and what kind of word it is."""

    flag: str
    name: str
    kind: Literal["text", "since", "until", "flag", "some"]
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()  # of which "some" takes any number, one at a time


@dataclass(frozen=True, slots=True)
class Plan:
    """What filters mean to the index. None lets everything through; of `texts` any may be in a record.

    `named` are the operations whose names have one of the texts: names depend on the language, the index does not.
    """

    operations: frozenset[OperationType] | None = None
    amount: Callable[[int], bool] | None = None  # as the record has it: above zero for a charge
    since: int | None = None
    until: int | None = None
    texts: tuple[str, ...] = ()
    named: frozenset[OperationType] = frozenset()
    trash: bool = False


Planned = Callable[["Filters", Plan], Plan]
"""Narrows a plan down further."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. `fields` are its fields of `Filters`; without any, its value is in `Filters.more` under its name.

    `where` and `words` are asked only while it is set. `widget` is "" for one that is no part of the filter bar.
    """

    name: str
    where: Callable[[Filters], Clause]
    words: Callable[[Filters, NumberFormat], str]
    fields: tuple[str, ...] = ()
    plan: Planned | None = None
    widget: str = ""
    options: tuple[Option, ...] = ()
    take: Callable[[Filters, Arguments], Filters] = lambda filters, _: filters


def chosen(filters: Filters) -> Iterator[Filter]:
    """Those that are set. Raises LookupError for a field that no filter knows: it would be left out in silence."""
    names = {name for name, _ in filters.more}
    changed = {field.name for field in fields(filters) if getattr(filters, field.name) != field.default} - {"more"}
    for one in FILTERS:
        if one.name in names or not changed.isdisjoint(one.fields):
            yield one
        names.discard(one.name)
        changed.difference_update(one.fields)
    if names or changed:
        raise LookupError(f"no filter knows {', '.join(sorted(names | changed))}")


def where(user_id: int, filters: Filters) -> Clause:
    """Filters as SQL, on the records of one user."""
    clauses, values = ["r.user_id = ?"], list[object]([user_id])
    if not filters.trash:
        clauses.append("r.deleted_at IS NULL")
    for one in chosen(filters):
        clause, more = one.where(filters)
        clauses.append(clause)
        values.extend(more)
    return " AND ".join(clauses), values


def plan_of(filters: Filters) -> Plan | None:
    """What filters mean to the index, or None where one of them means nothing to it."""
    plan = Plan()
    for one in chosen(filters):
        if one.plan is None:
            return None
        plan = one.plan(filters, plan)
    return plan


def described(filters: Filters, number_format: NumberFormat = PLAIN) -> str:
    """The filters that are set, in words for a heading; "" for none."""
    return ", ".join(one.words(filters, number_format) for one in chosen(filters))


def from_words(arguments: Arguments, filters: Filters) -> Filters:
    """The command line's filters, put into those given. Raises `BadInput`."""
    for one in FILTERS:
        filters = one.take(filters, arguments)
    return filters


def more_of(filters: Filters, name: str) -> Any:
    """What a filter without a field is set to; None while it is not."""
    return dict(filters.more).get(name)


def with_more(filters: Filters, name: str, value: object) -> Filters:
    """Set a filter without a field; None takes it off. The value must be hashable."""
    others = {key: found for key, found in filters.more if key != name}
    return replace(filters, more=tuple(sorted((others if value is None else others | {name: value}).items())))


def _search_where(filters: Filters) -> Clause:
    clauses, values = ["0"], list[object]()
    for text in filters.search:
        if text and _APART.isdisjoint(text):
            clause, more = _contains(text)
            clauses.append(clause)
            values.extend(more)
    return f"({' OR '.join(clauses)})" if any(filters.search) else "1", values


def _search_plan(filters: Filters, plan: Plan) -> Plan:
    named = frozenset(operation for text in filters.search if text for operation in operations_named(text))
    return replace(plan, texts=filters.search, named=named)


def _contains(text: str) -> Clause:
    """Whether the text stands in anything that is shown, without regard to case."""
    wanted = folded(text).encode(errors="replace").decode()  # half a surrogate pair is no text to SQLite
    shown = (
        # In one, apart: a call costs more than what it does.
        "folded(r.operands || char(31) || r.operation_response || char(31) || r.expression || char(31) || r.note)",
        "shown_money(-r.amount, 1)",
        "plain_money(-r.amount)",
        "shown_money(r.user_balance, 0)",
        "shown_date(r.date)",
    )
    clauses = [f"instr({column}, ?)" for column in shown]
    values: list[object] = [wanted] * len(shown)
    named = operations_named(text)
    if named:
        clauses.append(f"o.type IN ({', '.join('?' * len(named))})")
        values.extend(operation.value for operation in named)
    return f"({' OR '.join(clauses)})", values


def _operations_where(filters: Filters) -> Clause:
    return f"o.type IN ({', '.join('?' * len(filters.operations))})", [
        operation.value for operation in sorted(filters.operations)
    ]


def _operations_words(filters: Filters, _: NumberFormat) -> str:
    among = (operation_name(row.type) for row in OPERATIONS.values() if row.type in filters.operations)
    return say_in("between alternatives", " or ").join(among)


def _operations_plan(filters: Filters, plan: Plan) -> Plan:
    among = filters.operations if plan.operations is None else plan.operations & filters.operations
    return replace(plan, operations=among)


def _take_operations(filters: Filters, arguments: Arguments) -> Filters:
    return replace(filters, operations=frozenset(map(OperationType, arguments["operation"])))


def _range(column: str, least: int | None, below: str, most: int | None) -> Clause:
    found = [(f"{column} {sign} ?", bound) for sign, bound in ((">=", least), (below, most)) if bound is not None]
    return " AND ".join(clause for clause, _ in found), [bound for _, bound in found]


def _period_plan(filters: Filters, plan: Plan) -> Plan:
    since = [moment for moment in (plan.since, filters.since) if moment is not None]
    until = [moment for moment in (plan.until, filters.until) if moment is not None]
    return replace(plan, since=max(since, default=None), until=min(until, default=None))


def _period_words(filters: Filters, _: NumberFormat) -> str:
    found = []
    if filters.since is not None:
        found.append(say("from {date}", date=_edge(filters.since)))
    if filters.until is not None:
        found.append(say("up to {date}", date=_edge(filters.until - 1, last=True)))
    return " ".join(found)


def _edge(moment: int, *, last: bool = False) -> str:
    """The day that begins with a moment, or whose last one it is; the time itself where it is in the midst."""
    day = days.local(moment).date()
    whole = days.end_of(day) == moment + 1 if last else days.start_of(day) == moment
    return day.isoformat() if whole else shown_date(moment)


def _take_period(filters: Filters, arguments: Arguments) -> Filters:
    since, until = arguments["since"], arguments["until"]
    if since is not None and until is not None and since >= until:
        raise BadInput(say("--from is later than --to: nothing lies between them."))
    return replace(filters, since=since, until=until)


def _amount_plan(filters: Filters, plan: Plan) -> Plan:
    low = -math.inf if filters.most is None else -filters.most  # what is shown is what became of the balance
    high, before = math.inf if filters.least is None else -filters.least, plan.amount

    def is_within(amount: int) -> bool:  # asked for thousands of amounts
        return low <= amount <= high and (before is None or before(amount))

    return replace(plan, amount=is_within)


def _amount_words(filters: Filters, number_format: NumberFormat) -> str:
    bounds = filters.least, filters.most
    least, most = (None if bound is None else format_money(bound, number_format, signed=True) for bound in bounds)
    if least == most:
        return say("amounts of {amount}", amount=least)
    if least is None:
        return say("amounts of at most {amount}", amount=most)
    if most is None:
        return say("amounts of at least {amount}", amount=least)
    return say("amounts of at least {least} and of at most {most}", least=least, most=most)


FILTERS: tuple[Filter, ...] = (
    Filter(
        "search",
        _search_where,
        lambda filters, _: f"“{next(filter(None, filters.search), '')}”",
        fields=("search",),
        plan=_search_plan,
        widget="search",
        options=(Option("--search", "search", "text", mark("what shall stand in a record"), "T"),),
        take=lambda filters, arguments: replace(filters, search=readings(arguments["search"] or "")),
    ),
    Filter(
        "operations",
        _operations_where,
        _operations_words,
        fields=("operations",),
        plan=_operations_plan,
        widget="operations",
        options=(
            Option(
                "--operation", "operation", "some", mark("more than once for several; {kinds}"), "TYPE",
                tuple(kind.value for kind in OperationType),
            ),
        ),
        take=_take_operations,
    ),
    Filter(
        "period",
        lambda filters: _range("r.date", filters.since, "<", filters.until),
        _period_words,
        fields=("since", "until"),
        plan=_period_plan,
        widget="period",
        options=(
            Option(
                "--from", "since", "since", mark("from 2026-11-25, 2026-11, 2026-11-25T14:30, last-month on"), "DATE",
            ),
            Option("--to", "until", "until", mark("up to such a day, month or time, itself included"), "DATE"),
        ),
        take=_take_period,
    ),
    Filter(
        "amount",
        lambda filters: _range("-r.amount", filters.least, "<=", filters.most),
        _amount_words,
        fields=("least", "most"),
        plan=_amount_plan,
        widget="amount",
    ),
    Filter(
        "trash",
        lambda _: ("r.deleted_at IS NOT NULL", []),
        lambda filters, _: say("in the Trash"),
        fields=("trash",),
        plan=lambda filters, plan: replace(plan, trash=True),
        options=(Option("--trash", "trash", "flag", mark("those that were deleted")),),
        take=lambda filters, arguments: replace(filters, trash=arguments["trash"]),
    ),
)  # fmt: skip
