"""What can be said on the command line: commands, options, and their help. It carries nothing out.

It imports nothing that is slow to import: `--version` and `--help` end here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from desktop import __version__
from desktop.commands import arguments
from desktop.commands import grammar_ledgers as ledgers
from desktop.commands import grammar_people as people
from desktop.commands import grammar_records as records
from desktop.commands.arguments import Parser
from desktop.commands.grammar_options import add_places
from desktop.commands.words import VERSION, WINDOW
from desktop.language.sentences import mark, say

_VALUED = (
    "--data-dir", "--config", "--database", "--user", "--request-id", "--max-cost", "--reason", "--sort", "--page",
    "--per-page", "--format", "--records", "--screenshots", "--language", "--what-if", "--limit", "--admin",
    *(option.flag for option in records.FILTER_OPTIONS if option.kind != "flag"),
)  # fmt: skip
_FLAGS = (
    "--json", "--keep-text", "--dry-run", "--password-stdin", "--trust-this-machine", "--version", "--help", "-h",
    *(option.flag for option in records.FILTER_OPTIONS if option.kind == "flag"),
)  # fmt: skip

_EPILOG = mark("""\
Without a command the window opens.

exit status:
  0  done                             4  not signed in, or not allowed
  1  a fault of the program           5  trouble with the store, or verify found something
  2  bad input                        6  trouble with the network
  3  denied: the balance is too low, or the month's budget is used up
""")

__all__ = ["VERSION", "WINDOW", "parse", "parser"]


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
    add_places(parser, default=None)
    _add_commands(parser)
    return parser


def _add_commands(parser: Parser) -> None:
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=say("commands"))
    groups = (
        records.add_calculation,
        people.add_accounts,
        people.add_recovery,
        people.add_administration,
        people.add_credits,
        people.add_prices,
        records.add_records,
        ledgers.add_settings,
        ledgers.add_store,
        ledgers.add_server,
        ledgers.add_demo,
    )
    for add_group in groups:
        add_group(commands.add_parser)
