"""The commands by which administrators look after others. Who may do what is the core's to decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from desktop.arithmetic.money import format_money, plain_money
from desktop.commands import receipts
from desktop.commands.run import Command, Run
from desktop.commands.tables import aligned
from desktop.documents import credit_files
from desktop.documents.exports import utc_text
from desktop.finding import periods
from desktop.language.sentences import say, say_in, say_many
from desktop.models.ledger import passwords
from desktop.models.ledger.protocol import Ledger
from desktop.terms.errors import BadInput
from desktop.terms.kinds import OperationType, Role
from desktop.terms.people import CreditCheck, Deed, Session
from desktop.terms.reports import OperationSum
from desktop.wording.administration import deed_text, forecast_text, forecast_total, orders_text
from desktop.wording.shown import operation_name, shown_moment

_LAST_MONTH = "last-month"


def invite(run: Run) -> int:
    """`invite`: an account with a one-time password, which is told here and never again."""
    password = passwords.one_time()
    with run.signed_in() as (ledger, session):
        balance = run.config.account.default_balance
        account = ledger.invite(session, run.arguments.email, password, starting_balance=balance)
    return run.answer(
        {
            "user": account.username,
            "role": account.role.value,
            "status": account.status.value,
            "balance": plain_money(account.balance),
            "one_time_password": password,
        },
        say(
            "Invited {person} with a balance of {amount}.",
            person=account.username,
            amount=format_money(account.balance),
        ),
        _handed_over(password),
    )


def reset_password(run: Run) -> int:
    """`reset-password`: a one-time password for who has lost theirs, told here and never again."""
    password = passwords.one_time()
    with run.signed_in() as (ledger, session):
        account = ledger.reset_password(session, run.arguments.email, password)
    return run.answer(
        {"user": account.username, "one_time_password": password},
        say("{person} is signed out everywhere, and the old password is void.", person=account.username),
        _handed_over(password),
    )


def _handed_over(password: str) -> str:
    return say(
        "The one-time password is {password}: hand it over, it is told this once. Another is to be chosen with it.",
        password=password,
    )


def _on_line(line: int, trouble: str) -> str:
    return say("Line {line}: {trouble}", line=line, trouble=trouble)


def _before(count: int) -> list[str]:
    told = say_many("{count} had been carried out before.", "{count} had been carried out before.", count, count=count)
    return [told] if count else []


def set_role(run: Run) -> int:
    """`set-role`: make somebody an administrator, or a user again."""
    with run.signed_in() as (ledger, session):
        account = ledger.set_role(session, run.arguments.email, Role(run.arguments.role))
    return run.answer(
        {"user": account.username, "role": account.role.value, "status": account.status.value},
        say("{person} is an administrator.", person=account.username)
        if account.role is Role.ADMIN
        else say("{person} is a user.", person=account.username),
    )


def credit_file(run: Run) -> int:
    """`credit-file`: credit for many, all or nothing, each line once however often the file is given."""
    found = credit_files.read(run.arguments.file)
    with run.signed_in() as (ledger, session):
        checks = ledger.check_credits(session, found.orders)
        troubles = [*found.troubles, *((check.order.line, check.trouble) for check in checks if check.trouble)]
        if run.arguments.dry_run:
            return _preview(run, checks, sorted(troubles))
        if troubles:
            said = " ".join(_on_line(line, trouble) for line, trouble in sorted(troubles)[:3])
            more = say("Nothing was credited: --dry-run tells every line.")
            raise BadInput(f"{said} {more}", lines=len(troubles))
        given = ledger.credit_all(session, found.orders)
    new = [receipt for receipt in given if not receipt.repeated]
    amount = -sum(receipt.cost for receipt in new)
    before = len(given) - len(new)
    return run.answer(
        {
            "credited": len(new),
            "credited_before": before,
            "amount": plain_money(amount),
            "receipts": [receipts.document(receipt) | {"repeated": receipt.repeated} for receipt in given],
        },
        " ".join((f"{orders_text(len(new), amount)}.", *_before(before))),
    )


def _preview(run: Run, checks: tuple[CreditCheck, ...], troubles: list[tuple[int, str]]) -> int:
    rows = [
        (
            str(check.order.line),
            check.order.email,
            format_money(check.order.amount, signed=True),
            "" if check.trouble else format_money(check.balance_after),
            say("carried out on {date}", date=shown_moment(check.done_at)) if check.done_at else check.order.reason,
        )
        for check in checks
        if not check.trouble
    ]
    new = [check for check in checks if not check.trouble and not check.done_at]
    amount = sum(check.order.amount for check in new)
    documents = [
        {
            "line": check.order.line,
            "user": check.order.email,
            "amount": plain_money(check.order.amount),
            "reason": check.order.reason,
            "balance_after": plain_money(check.balance_after),
            "done": bool(check.done_at),
            "trouble": check.trouble or None,
        }
        for check in checks
    ]
    return run.answer(
        {"orders": documents, "troubles": [{"line": line, "message": said} for line, said in troubles]},
        *aligned((say("line"), say("user"), say("amount"), say("balance after"), say("reason")), rows, right={0, 2, 3}),
        *(_on_line(line, said) for line, said in troubles),
        f"{orders_text(len(new), amount)}. {say('Nothing was credited.')}",
    )


def prices(run: Run) -> int:
    """`prices`: those that hold, all that were set, and what last month would have cost at others."""
    supposed = dict(run.arguments.what_if)
    with run.signed_in() as (ledger, session):
        present = dict(ledger.balance_and_prices(session).prices)
        history = ledger.price_history(session)
        usage = _last_month(ledger, session)
    would_be = present | supposed
    spent, would = forecast_total(usage, would_be)
    rows = [(operation_name(kind), format_money(cost)) for kind, cost in present.items()]
    told = [
        (
            shown_moment(one.date),
            operation_name(one.operation),
            format_money(one.cost),
            one.username or say_in("set by", "configuration"),
        )
        for one in history
    ]
    return run.answer(
        {
            "prices": {kind.value: plain_money(cost) for kind, cost in present.items()},
            "history": [
                {
                    "operation": one.operation.value,
                    "cost": plain_money(one.cost),
                    "date": utc_text(one.date),
                    "user": one.username or None,
                    "from_record": one.from_record,
                }
                for one in history
            ],
            "last_month": {
                kind.value: {"count": used.count, "spent": plain_money(used.amount)} for kind, used in usage.items()
            },
            "last_month_spent": plain_money(spent),
            "last_month_would_be": plain_money(would),
        },
        *aligned((say("operation"), say("price")), rows, right={1}),
        "",
        *aligned((say_in("a column", "since"), say("operation"), say("price"), say("set by")), told, right={2}),
        *(("", *_what_if(supposed, usage, spent, would)) if supposed else ()),
    )


def _what_if(
    supposed: Mapping[OperationType, int], usage: Mapping[OperationType, OperationSum], *sums: int
) -> list[str]:
    lines = [
        say(
            "{operation} at {price}: {forecast}",
            operation=operation_name(kind),
            price=format_money(cost),
            forecast=forecast_text(usage.get(kind), cost),
        )
        for kind, cost in supposed.items()
    ]
    spent, would = map(format_money, sums)
    return [*lines, say("All of last month: {spent}; it would have been {would}.", spent=spent, would=would)]


def _last_month(ledger: Ledger, session: Session) -> Mapping[OperationType, OperationSum]:
    since, until = (of(_LAST_MONTH, date.today()) for of in (periods.beginning, periods.ending))
    assert since is not None
    assert until is not None
    return ledger.usage(session, since, until)


def admin_log(run: Run) -> int:
    """`admin-log`: what administrators did, the newest first."""
    with run.signed_in() as (ledger, session):
        found = ledger.deeds(session, limit=run.arguments.limit)
    rows = [(shown_moment(deed.date), deed.actor, deed_text(deed)) for deed in found]
    return run.answer(
        {"deeds": [_document(deed) for deed in found]}, *aligned((say("date"), say("who"), say("what")), rows)
    )


def _document(deed: Deed) -> dict[str, object]:
    return {
        "number": deed.number,
        "date": utc_text(deed.date),
        "who": deed.actor,
        "what": deed.kind.value,
        "user": deed.whom or None,
        "detail": deed.detail,
        "operation": None if deed.operation is None else deed.operation.value,
        "amount": plain_money(deed.amount),
        "before": plain_money(deed.before),
    }


COMMANDS: Mapping[str, Command] = {
    "invite": invite,
    "reset-password": reset_password,
    "set-role": set_role,
    "credit-file": credit_file,
    "prices": prices,
    "admin-log": admin_log,
}
