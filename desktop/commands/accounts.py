"""The commands about accounts, an administrator's among them. Who may do what is the core's to decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from desktop.arithmetic.money import format_money, plain_money
from desktop.commands import receipts
from desktop.commands.run import Command, Run
from desktop.commands.tables import aligned
from desktop.documents.exports import utc_text
from desktop.language.sentences import say, say_in
from desktop.models.ledger import emails
from desktop.models.ledger.registering import check_new
from desktop.models.ledger.standing import standing
from desktop.models.open_ledger import is_there
from desktop.terms.kinds import OperationType, Status
from desktop.terms.people import Account
from desktop.wording.shown import shown_moment
from desktop.wording.spending import budget_text, request_text, warning_text, whom_to_ask


def register(run: Run) -> int:
    """`register`: make an account, and the ledger with it, which is said: most likely the first, or a slip."""
    arguments, file = run.arguments, run.places.store_file
    asked_by = _password(run) if arguments.user else ""
    password = _password(run, confirmed=True, what=say("New password") if arguments.user else "")
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
        say(
            "Registered {person} ({role}) with a balance of {amount}.",
            person=account.username,
            role=account.role.value,
            amount=format_money(account.balance),
        ),
        *([say("A new ledger was made for it: {file}.", file=file)] if made else []),
    )


def _password(run: Run, *, confirmed: bool = False, what: str = "") -> str:
    return run.input.password(from_stdin=run.arguments.password_stdin, confirmed=confirmed, what=what)


def balance(run: Run) -> int:
    """`balance`: the plain amount; what is left of the month's budget, and a warning, where they were asked for."""
    with run.signed_in() as (ledger, session):
        account = ledger.account(session)
        spending = standing(ledger, session, run.config.spending, date.today())
    amount = plain_money(account.balance)
    document: dict[str, object] = {"user": account.username, "balance": amount}
    if spending.budget:
        run.output.note(f"{budget_text(spending)}.")
        document |= {
            "budget": plain_money(spending.budget),
            "spent_this_month": plain_money(spending.spent),
            "budget_left": plain_money(spending.budget - spending.spent),
        }
    if warning := warning_text(account.balance, spending):
        run.output.note(f"{warning} {whom_to_ask(spending)}".strip())
        run.output.note(request_text(account.username, spending))
        document |= {"warning_level": plain_money(spending.warning_level)}
    return run.answer(document, amount)


def users(run: Run) -> int:
    """`users`: every account, and when it was last active."""
    with run.signed_in() as (ledger, session):
        people = ledger.people(session)
    rows = [
        (
            _marked(person.account.username),
            person.account.role.value,
            say("invited") if person.invited else person.account.status.value,
            format_money(person.account.balance),
            shown_moment(person.active_at) if person.active_at else say_in("a time", "never"),
        )
        for person in people
    ]
    table = aligned((say("user"), say("role"), say("status"), say("balance"), say("last active")), rows, right={3})
    documents = [
        _document(person.account)
        | {
            "invited": person.invited,
            "last_active": utc_text(person.active_at) if person.active_at else None,
            "looks_like": emails.looks_like(person.account.username) or None,
        }
        for person in people
    ]
    return run.answer({"users": documents}, *table)


def change_password(run: Run) -> int:
    """`change-password`: the present password, and then the new one, on two lines."""
    arguments = run.arguments
    old = run.input.password(from_stdin=arguments.password_stdin)
    with run.ledger() as ledger:
        session = ledger.sign_in(arguments.user, old)
        new = run.input.password(from_stdin=arguments.password_stdin, confirmed=True, what=say("New password"))
        minimum = run.config.security.minimum_password_length
        ledger.change_password(session, old, new, minimum_length=minimum)
    return run.answer({"user": session.username}, say("The password of {person} is changed.", person=session.username))


def recovery_code(run: Run) -> int:
    """`recovery-code`: a code with which a lost password can be replaced, in place of an earlier one."""
    password = run.input.password(from_stdin=run.arguments.password_stdin)
    with run.ledger() as ledger:
        session = ledger.sign_in(run.arguments.user, password)
        code = ledger.new_recovery_code(session, password)
    return run.answer(
        {"user": session.username, "recovery_code": code},
        say(
            "{code} is the recovery code of {person}: keep it, it is not told again.",
            code=code,
            person=session.username,
        ),
        say("It replaces a lost password once, with metercalc recover. Earlier codes are void."),
    )


def recover(run: Run) -> int:
    """`recover`: the recovery code, and then a new password, on two lines."""
    arguments = run.arguments
    code = run.input.password(from_stdin=arguments.password_stdin, what=say("Recovery code"))
    new = run.input.password(from_stdin=arguments.password_stdin, confirmed=True, what=say("New password"))
    with run.ledger() as ledger:
        ledger.recover(arguments.email, code, new, minimum_length=run.config.security.minimum_password_length)
    user = emails.kept_form(arguments.email)
    return run.answer(
        {"user": user},
        say("The password of {person} is changed, and the code is used up.", person=user),
        say("metercalc recovery-code makes another one."),
    )


def _marked(username: str) -> str:
    """An e-mail, with a warning where its letters are not what they look like."""
    seen = emails.looks_like(username)
    return say("{person} (not {other})", person=username, other=seen) if seen else username


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
    told = say(
        "{amount} for {person}: the balance is {balance}.",
        amount=credited,
        person=arguments.email,
        balance=format_money(receipt.balance),
    )
    return run.answer(
        {"user": emails.kept_form(arguments.email)} | receipts.document(receipt),
        f"{told} {say('That was done before, and not again.')}" if receipt.repeated else told,
    )


def set_cost(run: Run) -> int:
    """`set-cost`: what an operation costs from now on."""
    operation, cost = OperationType(run.arguments.operation), run.arguments.amount
    with run.signed_in() as (ledger, session):
        ledger.set_cost(session, operation, cost)
    return run.answer(
        {"operation": operation.value, "cost": plain_money(cost)},
        say("{operation} costs {amount} from now on.", operation=operation.value, amount=format_money(cost)),
    )


def _set_status(run: Run, status: Status) -> int:
    with run.signed_in() as (ledger, session):
        account = ledger.set_status(session, run.arguments.email, status)
    return run.answer(
        _document(account), say("{person} is {status}.", person=account.username, status=say(account.status.value))
    )


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
    "change-password": change_password,
    "recovery-code": recovery_code,
    "recover": recover,
    "users": users,
    "activate": activate,
    "deactivate": deactivate,
    "credit": credit,
    "set-cost": set_cost,
}
