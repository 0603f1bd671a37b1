"""What can be said of operations and records on the command line: what is charged, and what is done with records."""

from __future__ import annotations

from typing import Any

from desktop.arithmetic.table import COMPUTED
from desktop.commands import arguments, words
from desktop.commands.grammar_options import AddParser, add, add_request_id
from desktop.finding.filters import FILTERS, Option
from desktop.language.sentences import mark, say
from desktop.terms.kinds import Column, OperationType

FILTER_OPTIONS = tuple(option for one in FILTERS for option in one.options)
_TYPED = " ".join((row.typed[:1] or (row.symbol,))[0] + "( )" * (row.arity == 1) for row in COMPUTED)
_EVAL = mark("""\
EXPRESSION has {typed} or {symbols}.
50% is 0.5, and 200+15% is 200 + 200 × 15 ÷ 100, with the price of its three operations.

With “-” expressions are read from standard input, one a line. Each gets one line of answer once it has been charged.
What fails is told on stderr, or on stdout with --json, and the next line is read. --max-cost then holds for each line.
With --request-id each line has an id of its own, made of that one and the line's number: the same lines sent again
are not charged again.""")


def of_eval() -> str:
    """What an expression can be made of."""
    return say(_EVAL, typed=_TYPED, symbols=" ".join(row.symbol for row in COMPUTED))


def add_calculation(add_parser: AddParser) -> None:
    """What is charged."""
    evaluate = add(
        add_parser,
        "eval",
        say("work out an expression and charge each of its operators"),
        more=of_eval(),
        signed_in=True,
    )
    evaluate.add_argument("expression", type=words.text, metavar="EXPRESSION", help=say("“-” reads them from stdin"))
    add_request_id(evaluate)
    evaluate.add_argument(
        "--max-cost", type=arguments.most, metavar="AMOUNT", help=say("refuse to charge more than this")
    )
    add_request_id(add(add_parser, "random", say("draw a random string and charge it"), signed_in=True))


def _settings(option: Option) -> dict[str, Any]:
    """What argparse is told of a filter's option."""
    if option.kind == "flag":
        return {"action": "store_true"}
    if option.kind == "some":
        return {"action": "append", "choices": option.choices, "metavar": option.metavar, "default": []}
    kinds = {"text": words.text, "since": arguments.since, "until": arguments.until}
    return {"type": kinds[option.kind], "metavar": option.metavar}


def add_records(add_parser: AddParser) -> None:
    """The records, and what can be done to one."""
    records = add(
        add_parser,
        "records",
        say("show the records, newest first"),
        more=say("table and json hold one page; csv holds all that match, or one page with --page or --per-page."),
        signed_in=True,
    )
    for option in FILTER_OPTIONS:
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
    note = add(
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
        add(add_parser, name, what, signed_in=True).add_argument("ids", type=arguments.count, metavar="ID", nargs="+")
