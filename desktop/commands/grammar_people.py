"""What can be said of accounts on the command line: one's own, and everybody's for administrators."""

from __future__ import annotations

from desktop.commands import arguments, words
from desktop.commands.grammar_options import AddParser, add, add_password, add_request_id
from desktop.language.sentences import mark, say
from desktop.terms.kinds import OperationType, Role

_PRICED = tuple(kind.value for kind in OperationType if kind is not OperationType.CREDIT)


_CREDIT_FILE = mark("""\
FILE is CSV with an e-mail, an amount and a reason on each line; all of it is carried out, or nothing. A line that was
carried out before is not again, whichever file it stands in: a further credit needs another reason.""")


def add_accounts(add_parser: AddParser) -> None:
    """Making an account, and what somebody does with their own."""
    register = add(
        add_parser,
        "register",
        say("make an account; the first one of a store is its administrator"),
        more=say("On a server an administrator does it: with --user ADMIN, whose password comes before the new one."),
    )
    register.add_argument("email", type=words.text, metavar="EMAIL")
    register.add_argument("--user", type=words.text, metavar="ADMIN", help=say("the administrator, for a server"))
    add_password(register)
    add(
        add_parser,
        "balance",
        say("say the balance"),
        more=say(
            "What is left of the month's budget, and the warning of a low balance, go to stderr where they are set."
        ),
        signed_in=True,
    )
    add(
        add_parser,
        "change-password",
        say("choose another password"),
        more=say("With --password-stdin the second line of standard input is the new password."),
        signed_in=True,
    )


def add_recovery(add_parser: AddParser) -> None:
    """The way back into an account whose password is lost."""
    add(add_parser, "recovery-code", say("make a code that replaces a lost password once"), signed_in=True)
    recover = add(
        add_parser,
        "recover",
        say("choose a new password by a recovery code"),
        more=say("With --password-stdin the first line of standard input is the code, the second the new password."),
    )
    recover.add_argument("email", type=words.text, metavar="EMAIL")
    recover.add_argument("--password-stdin", action="store_true", help=say("read the code and the password from stdin"))


def add_administration(add_parser: AddParser) -> None:
    """What only administrators may do with accounts."""
    add(add_parser, "users", say("list the accounts; for administrators"), signed_in=True)
    invite = add(
        add_parser, "invite", say("make an account with a one-time password; for administrators"), signed_in=True
    )
    invite.add_argument("email", type=words.text, metavar="EMAIL")
    add(
        add_parser, "reset-password", say("give somebody a one-time password; for administrators"), signed_in=True
    ).add_argument("email", type=words.text, metavar="EMAIL")
    role = add(
        add_parser,
        "set-role",
        say("make an account an administrator's or a user's; for administrators"),
        signed_in=True,
    )
    role.add_argument("email", type=words.text, metavar="EMAIL")
    role.add_argument("role", choices=tuple(kind.value for kind in Role), metavar="ROLE", help=say("admin or user"))
    for name, what in (
        ("activate", say("let an account sign in again; for administrators")),
        ("deactivate", say("keep an account from signing in; for administrators")),
    ):
        add(add_parser, name, what, signed_in=True).add_argument("email", type=words.text, metavar="EMAIL")


def add_credits(add_parser: AddParser) -> None:
    """What only administrators may put into accounts."""
    credit = add(add_parser, "credit", say("put credit into an account; for administrators"), signed_in=True)
    credit.add_argument("email", type=words.text, metavar="EMAIL")
    credit.add_argument(
        "amount", type=arguments.amount, metavar="AMOUNT", help=say("below zero to take out what was wrong")
    )
    credit.add_argument("--reason", type=words.text, metavar="TEXT", required=True, help=say("stands in the record"))
    add_request_id(credit)
    many = add(
        add_parser,
        "credit-file",
        say("put credit into many accounts; for administrators"),
        more=say(_CREDIT_FILE),
        signed_in=True,
    )
    many.add_argument("file", type=words.path, metavar="FILE")
    many.add_argument("--dry-run", action="store_true", help=say("say what it would come to, and credit nothing"))


def add_prices(add_parser: AddParser) -> None:
    """What only administrators may see of prices and of each other, and set."""
    prices = add(
        add_parser, "prices", say("show the prices, and who set them when; for administrators"), signed_in=True
    )
    prices.add_argument(
        "--what-if",
        type=arguments.price,
        action="append",
        default=[],
        metavar="TYPE=AMOUNT",
        help=say("what last month would have cost at this price; more than once for several"),
    )
    log = add(add_parser, "admin-log", say("show what administrators did, newest first"), signed_in=True)
    log.add_argument("--limit", type=arguments.count, metavar="N", default=200, help=say("how much of it (200)"))
    cost = add(
        add_parser, "set-cost", say("set what an operation costs from now on; for administrators"), signed_in=True
    )
    cost.add_argument("operation", choices=_PRICED, metavar="TYPE", help=", ".join(_PRICED))
    cost.add_argument("amount", type=arguments.amount, metavar="AMOUNT")
