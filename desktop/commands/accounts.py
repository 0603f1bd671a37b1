"""The commands about accounts, an administrator's among them. Who may do what is the core's to decide."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.arithmetic.money import format_money, plain_money
from desktop.commands.calculation import receipt_document
from desktop.commands.run import Command, Run
from desktop.commands.tables import aligned
from desktop.models.ledger import emails
from desktop.models.ledger.registering import check_new
from desktop.models.open_ledger import is_there
from desktop.terms.values import Account, OperationType, Status


def register(run: Run) -> int:
    """`register`: make an account, and the ledger with it, which is said: most likely the first, or a slip."""
    arguments, file = run.arguments, run.places.store_file
    asked_by = _password(run) if arguments.user else ""
    password = _password(run, confirmed=True)
    minimum_length = run.config.security.minimum_password_length
    check_new(arguments.email, password, minimum_length=minimum_length)
    made = not is_there(run.places)
    run.prepare()
    with run.ledger(make=True) as ledger:
        if arguments.user:
            ledger.sign_in(arguments.user, asked_by)
        account = ledger.register(
            arguments.email,
            password,
            starting_balance=run.config.account.default_balance,
            minimum_length=minimum_length,
        )
    return run.answer(
        _document(account) | ({"ledger_made": str(file)} if made else {}),
        f"Registered {account.username} ({account.role}) with a balance of {format_money(account.balance)}.",
        *([f"A new ledger was made for it: {file}."] if made else []),
    )


def _password(run: Run, *, confirmed: bool = False) -> str:
    return run.input.password(from_stdin=run.arguments.password_stdin, confirmed=confirmed)


def balance(run: Run) -> int:
    """`balance`: the plain amount."""
    with run.signed_in() as (ledger, session):
        account = ledger.account(session)
    amount = plain_money(account.balance)
    return run.answer({"user": account.username, "balance": amount}, amount)


def users(run: Run) -> int:
    """`users`: every account."""
    with run.signed_in() as (ledger, session):
        found = ledger.users(session)
    rows = [(_marked(a.username), a.role.value, a.status.value, format_money(a.balance)) for a in found]
    table = aligned(("user", "role", "status", "balance"), rows, right={3})
    documents = [_document(account) | {"looks_like": emails.looks_like(account.username) or None} for account in found]
    return run.answer({"users": documents}, *table)


def _marked(username: str) -> str:
    """An e-mail, with a warning where its letters are not what they look like."""
    seen = emails.looks_like(username)
    return f"{username} (not {seen})" if seen else username


def activate(run: Run) -> int:
    """`activate`: let an account sign in again."""
    return _set_status(run, Status.ACTIVE)


def deactivate(run: Run) -> int:
    """`deactivate`: keep an account from signing in."""
    return _set_status(run, Status.INACTIVE)


def credit(run: Run) -> int:
    """`credit`: put money into an account."""
    arguments = run.arguments
    with run.signed_in() as (ledger, session):
        receipt = ledger.credit(session, arguments.email, arguments.amount, arguments.reason, run.asked.request_id)
    credited = format_money(-receipt.entries[0].amount, signed=True)
    again = " That was done before, and not again." if receipt.repeated else ""
    return run.answer(
        {"user": emails.kept_form(arguments.email)} | receipt_document(receipt),
        f"{credited} for {arguments.email}: the balance is {format_money(receipt.balance)}.{again}",
    )


def set_cost(run: Run) -> int:
    """`set-cost`: what an operation costs from now on."""
    operation, cost = OperationType(run.arguments.operation), run.arguments.amount
    with run.signed_in() as (ledger, session):
        ledger.set_cost(session, operation, cost)
    return run.answer(
        {"operation": operation.value, "cost": plain_money(cost)},
        f"{operation} costs {format_money(cost)} from now on.",
    )


def _set_status(run: Run, status: Status) -> int:
    with run.signed_in() as (ledger, session):
        account = ledger.set_status(session, run.arguments.email, status)
    return run.answer(_document(account), f"{account.username} is {account.status}.")


def _document(account: Account) -> dict[str, object]:
    return {
        "user": account.username,
        "role": account.role.value,
        "status": account.status.value,
        "balance": plain_money(account.balance),
    }


COMMANDS: Mapping[str, Command] = {
    "register": register,
    "balance": balance,
    "users": users,
    "activate": activate,
    "deactivate": deactivate,
    "credit": credit,
    "set-cost": set_cost,
}
