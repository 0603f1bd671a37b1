"""What commands have in common on the command line: how one is added, where its files lie, who signs in."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.commands import arguments, words
from desktop.commands.arguments import Parser
from desktop.language.sentences import say

AddParser = Callable[..., Parser]


def add_places(parser: Parser, *, default: object) -> None:
    """Where the files lie, before a command and behind it."""
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


def add(add_parser: AddParser, name: str, summary: str, *, more: str = "", signed_in: bool = False) -> Parser:
    """A command with what every one takes. `more` is for its own help; `signed_in`, somebody must be."""
    description = f"{summary[:1].upper()}{summary[1:]}."
    parser = add_parser(name, help=summary, description=f"{description}\n\n{more}" if more else description)
    # SUPPRESS: what stands before the command is not overwritten by what does not stand after it.
    add_places(parser, default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=say("answer with a JSON object"))
    if signed_in:
        parser.add_argument("--user", type=words.text, metavar="EMAIL", required=True, help=say("who signs in"))
        add_password(parser)
    return parser


def add_password(parser: Parser) -> None:
    """That the password comes from a pipe."""
    parser.add_argument(
        "--password-stdin", action="store_true", help=say("the first line of standard input is the password")
    )


def add_request_id(parser: Parser) -> None:
    """The id under which it is carried out once."""
    parser.add_argument(
        "--request-id",
        type=arguments.request_id,
        metavar="UUID",
        help=say("the same id again gives the same answer and charges nothing"),
    )
