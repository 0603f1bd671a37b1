"""What can be said on the command line: commands, options, and their help. It carries nothing out.

It imports nothing that is slow to import: `--version` and `--help` end here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from desktop import __version__
from desktop.arithmetic.table import COMPUTED
from desktop.commands import arguments, words
from desktop.commands.arguments import Parser
from desktop.commands.words import VERSION, WINDOW
from desktop.finding.filters import FILTERS, Option
from desktop.language.sentences import LANGUAGES, mark, say
from desktop.terms.kinds import Column, OperationType, Role

_FILTERS = tuple(option for one in FILTERS for option in one.options)
_VALUED = (
    "--data-dir", "--config", "--database", "--user", "--request-id", "--max-cost", "--reason", "--sort", "--page",
    "--per-page", "--format", "--records", "--screenshots", "--language", "--what-if", "--limit", "--admin",
    *(option.flag for option in _FILTERS if option.kind != "flag"),
)  # fmt: skip
_FLAGS = (
    "--json", "--keep-text", "--dry-run", "--password-stdin", "--trust-this-machine", "--version", "--help", "-h",
    *(option.flag for option in _FILTERS if option.kind == "flag"),
)  # fmt: skip
_PRICED = tuple(kind.value for kind in OperationType if kind is not OperationType.CREDIT)

_EPILOG = mark("""\
Without a command the window opens.

exit status:
  0  done                             4  not signed in, or not allowed
  1  a fault of the program           5  trouble with the store, or verify found something
  2  bad input                        6  trouble with the network
  3  denied: the balance is too low, or the month's budget is used up
""")

_TYPED = " ".join((row.typed[:1] or (row.symbol,))[0] + "( )" * (row.arity == 1) for row in COMPUTED)
_EVAL = mark("""\
EXPRESSION has {typed} or {symbols}.
50% is 0.5, and 200+15% is 200 + 200 × 15 ÷ 100, with the price of its three operations.

With “-” expressions are read from standard input, one a line. Each gets one line of answer once it has been charged.
What fails is told on stderr, or on stdout with --json, and the next line is read. --max-cost then holds for each line.
With --request-id each line has an id of its own, made of that one and the line's number: the same lines sent again
are not charged again.""")

_CREDIT_FILE = mark("""\
FILE is CSV with an e-mail, an amount and a reason on each line; all of it is carried out, or nothing. A line that was
carried out before is not again, whichever file it stands in: a further credit needs another reason.""")

_ACTIONS = ("install", "upgrade", "status", "import")
_SERVER = mark("""\
install  make database, schema, roles and the first administrator, each where it is missing
upgrade  bring the schema up to this program's version
status   say what there is, and which lines of pg_hba.conf let members in without SCRAM or TLS
import   bring every account, record, price and request of a store to a ledger that is not in use yet

URL names the server's owner. With --password-stdin the owner's password is the first line of standard input, and with
install the administrator's new one is the second.""")

__all__ = ["VERSION", "WINDOW", "parse", "parser"]

AddParser = Callable[..., Parser]


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command and its arguments; `command` is `WINDOW` where none is named. Raises `BadInput`.

    `--help` and `--version` answer here and raise `SystemExit`.
    """
    ready = arguments.prepared(argv, _FLAGS, _VALUED)
    whole = parser()
    whole.set_defaults(command=WINDOW)
    verbose = "--verbose" in ready and "--version" in ready
    parsed = whole.parse_args([word for word in ready if not (verbose and word == "--version")])
    if verbose:
        parsed.command = VERSION
    elif parsed.verbose:
        whole.error(say("--verbose goes with --version"))
    return parsed


def parser() -> Parser:
    """All that can be said: what the manual and the shells' completions are made from too."""
    parser = Parser(
        prog="metercalc",
        description=say("A pay-per-use calculator with a ledger that can be proved."),
        epilog=say(_EPILOG),
    )
    parser.add_argument("--version", action="version", version=f"metercalc {__version__}", help=say("say the version"))
    parser.add_argument(
        "--verbose", action="store_true", help=say("with --version: also what it runs on, and where its files lie")
    )
    _add_places(parser, default=None)
    _add_commands(parser)
    return parser


def _add_commands(parser: Parser) -> None:
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=say("commands"))
    groups = (
        _add_calculation,
        _add_accounts,
        _add_recovery,
        _add_administration,
        _add_records,
        _add_settings,
        _add_store,
        _add_server,
        _add_demo,
    )
    for add_group in groups:
        add_group(commands.add_parser)


def _add_places(parser: Parser, *, default: object) -> None:
    parser.add_argument(
        "--data-dir", type=words.path, metavar="DIR", default=default, help=say("keep everything in DIR")
    )
    parser.add_argument(
        "--config", type=words.path, metavar="FILE", default=default, help=say("the configuration file")
    )
    parser.add_argument(
        "--database",
        type=words.text,
        metavar="URL",
        default=default,
        help=say("the ledger: a path, or postgresql://host/database"),
    )


def _add(add_parser: AddParser, name: str, summary: str, *, more: str = "", signed_in: bool = False) -> Parser:
    description = f"{summary[:1].upper()}{summary[1:]}."
    parser = add_parser(name, help=summary, description=f"{description}\n\n{more}" if more else description)
    # SUPPRESS: what stands before the command is not overwritten by what does not stand after it.
    _add_places(parser, default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=say("answer with a JSON object"))
    if signed_in:
        parser.add_argument("--user", type=words.text, metavar="EMAIL", required=True, help=say("who signs in"))
        _add_password(parser)
    return parser


def _add_password(parser: Parser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help=say("the first line of standard input is the password")
    )


def _add_request_id(parser: Parser) -> None:
    parser.add_argument(
        "--request-id",
        type=arguments.request_id,
        metavar="UUID",
        help=say("the same id again gives the same answer and charges nothing"),
    )


def _of_eval() -> str:
    """What an expression can be made of."""
    return say(_EVAL, typed=_TYPED, symbols=" ".join(row.symbol for row in COMPUTED))


def _add_calculation(add_parser: AddParser) -> None:
    evaluate = _add(
        add_parser,
        "eval",
        say("work out an expression and charge each of its operators"),
        more=_of_eval(),
        signed_in=True,
    )
    evaluate.add_argument("expression", type=words.text, metavar="EXPRESSION", help=say("“-” reads them from stdin"))
    _add_request_id(evaluate)
    evaluate.add_argument(
        "--max-cost", type=arguments.most, metavar="AMOUNT", help=say("refuse to charge more than this")
    )
    _add_request_id(_add(add_parser, "random", say("draw a random string and charge it"), signed_in=True))


def _add_accounts(add_parser: AddParser) -> None:
    register = _add(
        add_parser,
        "register",
        say("make an account; the first one of a store is its administrator"),
        more=say("On a server an administrator does it: with --user ADMIN, whose password comes before the new one."),
    )
    register.add_argument("email", type=words.text, metavar="EMAIL")
    register.add_argument("--user", type=words.text, metavar="ADMIN", help=say("the administrator, for a server"))
    _add_password(register)
    _add(
        add_parser,
        "balance",
        say("say the balance"),
        more=say(
            "What is left of the month's budget, and the warning of a low balance, go to stderr where they are set."
        ),
        signed_in=True,
    )
    _add(
        add_parser,
        "change-password",
        say("choose another password"),
        more=say("With --password-stdin the second line of standard input is the new password."),
        signed_in=True,
    )


def _add_recovery(add_parser: AddParser) -> None:
    _add(add_parser, "recovery-code", say("make a code that replaces a lost password once"), signed_in=True)
    recover = _add(
        add_parser,
        "recover",
        say("choose a new password by a recovery code"),
        more=say("With --password-stdin the first line of standard input is the code, the second the new password."),
    )
    recover.add_argument("email", type=words.text, metavar="EMAIL")
    recover.add_argument("--password-stdin", action="store_true", help=say("read the code and the password from stdin"))


def _add_administration(add_parser: AddParser) -> None:
    _add(add_parser, "users", say("list the accounts; for administrators"), signed_in=True)
    invite = _add(
        add_parser, "invite", say("make an account with a one-time password; for administrators"), signed_in=True
    )
    invite.add_argument("email", type=words.text, metavar="EMAIL")
    _add(
        add_parser, "reset-password", say("give somebody a one-time password; for administrators"), signed_in=True
    ).add_argument("email", type=words.text, metavar="EMAIL")
    role = _add(
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
        _add(add_parser, name, what, signed_in=True).add_argument("email", type=words.text, metavar="EMAIL")
    credit = _add(add_parser, "credit", say("put credit into an account; for administrators"), signed_in=True)
    credit.add_argument("email", type=words.text, metavar="EMAIL")
    credit.add_argument(
        "amount", type=arguments.amount, metavar="AMOUNT", help=say("below zero to take out what was wrong")
    )
    credit.add_argument("--reason", type=words.text, metavar="TEXT", required=True, help=say("stands in the record"))
    _add_request_id(credit)
    many = _add(
        add_parser,
        "credit-file",
        say("put credit into many accounts; for administrators"),
        more=say(_CREDIT_FILE),
        signed_in=True,
    )
    many.add_argument("file", type=words.path, metavar="FILE")
    many.add_argument("--dry-run", action="store_true", help=say("say what it would come to, and credit nothing"))
    prices = _add(
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
    log = _add(add_parser, "admin-log", say("show what administrators did, newest first"), signed_in=True)
    log.add_argument("--limit", type=arguments.count, metavar="N", default=200, help=say("how much of it (200)"))
    cost = _add(
        add_parser, "set-cost", say("set what an operation costs from now on; for administrators"), signed_in=True
    )
    cost.add_argument("operation", choices=_PRICED, metavar="TYPE", help=", ".join(_PRICED))
    cost.add_argument("amount", type=arguments.amount, metavar="AMOUNT")


def _settings(option: Option) -> dict[str, Any]:
    """What argparse is told of a filter's option."""
    if option.kind == "flag":
        return {"action": "store_true"}
    if option.kind == "some":
        return {"action": "append", "choices": option.choices, "metavar": option.metavar, "default": []}
    kinds = {"text": words.text, "since": arguments.since, "until": arguments.until}
    return {"type": kinds[option.kind], "metavar": option.metavar}


def _add_records(add_parser: AddParser) -> None:
    records = _add(
        add_parser,
        "records",
        say("show the records, newest first"),
        more=say("table and json hold one page; csv holds all that match, or one page with --page or --per-page."),
        signed_in=True,
    )
    for option in _FILTERS:
        records.add_argument(
            option.flag, dest=option.name, help=say(option.help, kinds=", ".join(OperationType)), **_settings(option)
        )
    records.add_argument(
        "--sort",
        type=arguments.order,
        metavar="[-]COLUMN",
        help=say("one of {names}; of amount, a charge is above 0", names=", ".join(Column)),
    )
    records.add_argument("--page", type=arguments.count, metavar="N", help=say("which page, from 1 on"))
    records.add_argument("--per-page", type=arguments.count, metavar="N", help=say("records a page"))
    records.add_argument("--format", choices=("table", "csv", "json"), metavar="FORM", help=say("table, csv or json"))
    records.add_argument(
        "--keep-text",
        action="store_true",
        help=say("csv for a spreadsheet: an apostrophe before text that it could take for a number or a date"),
    )
    note = _add(
        add_parser,
        "note",
        say("write a note beside a record; the record stays as it is"),
        more=say(
            "A new note takes the place of the one before, which stays in the journal. An empty TEXT takes it away."
        ),
        signed_in=True,
    )
    note.add_argument("id", type=arguments.count, metavar="ID")
    note.add_argument("text", type=words.text, metavar="TEXT")
    for name, what in (
        ("delete", say("put records into the Trash; the balance stays as it is")),
        ("restore", say("take records out of the Trash; the balance stays as it is")),
    ):
        _add(add_parser, name, what, signed_in=True).add_argument("ids", type=arguments.count, metavar="ID", nargs="+")


def _add_settings(add_parser: AddParser) -> None:
    settings = _add(
        add_parser,
        "settings",
        say("show the settings, or set one"),
        more=say("What is set goes into the configuration file; its comments stay as they are."),
    )
    settings.add_argument("name", type=words.text, metavar="NAME", nargs="?", help=say("such as records.page_size"))
    settings.add_argument(
        "value", type=words.text, metavar="VALUE", nargs="?", help=say("what it is to be from now on")
    )


def _add_store(add_parser: AddParser) -> None:
    _add(add_parser, "init", say("make the configuration and the store; what is there already is never touched"))
    verify = _add(
        add_parser,
        "verify",
        say("prove the ledger, and name each record that breaks it"),
        more=say("On a server, with --user: one's own records, and everybody's for an administrator."),
    )
    verify.add_argument(
        "--results", action="store_true", help=say("work each computed record out again too; this takes longer")
    )
    verify.add_argument("--user", type=words.text, metavar="EMAIL", help=say("who signs in for it, for a server"))
    _add_password(verify)
    _add(add_parser, "backup", say("write a checked backup of the store")).add_argument(
        "file", type=words.path, metavar="FILE"
    )
    _add(add_parser, "restore-backup", say("put a backup in the store's place; the store is kept aside")).add_argument(
        "file", type=words.path, metavar="FILE"
    )


def _add_server(add_parser: AddParser) -> None:
    server = _add(
        add_parser,
        "server",
        say("keep one ledger for many desks on a PostgreSQL server; for its owner"),
        more=say(_SERVER),
    )
    server.add_argument("action", choices=_ACTIONS, metavar="ACTION", help=", ".join(_ACTIONS))
    server.add_argument(
        "url", type=words.text, metavar="URL", help=say("like postgresql://postgres@db.example.org/ledger")
    )
    server.add_argument("--admin", type=words.text, metavar="EMAIL", help=say("install: who administers the ledger"))
    server.add_argument(
        "--from", dest="source", type=words.path, metavar="STORE", help=say("import: the store to bring over")
    )
    server.add_argument(
        "--trust-this-machine",
        action="store_true",
        help=say("say nothing of how this very machine lets people in; for a test"),
    )
    _add_password(server)


def _add_demo(add_parser: AddParser) -> None:
    demo = _add(add_parser, "demo", say("open the window on a throw-away store with records; needs no network"))
    demo.add_argument("--records", type=arguments.count, metavar="N", default=200, help=say("how many (200)"))
    demo.add_argument("--screenshots", type=words.path, metavar="DIR", help=say("take pictures of the window instead"))
    demo.add_argument(
        "--language",
        dest="languages",
        action="append",
        choices=tuple(LANGUAGES),
        default=[],
        metavar="CODE",
        help=say("pictures in this language alone (en, de and ar); more than once for several"),
    )
