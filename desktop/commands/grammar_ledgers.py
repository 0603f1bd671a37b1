"""What can be said of whole ledgers on the command line: their settings, a store, a server, and the demo's."""

from __future__ import annotations

from desktop.commands import arguments, words
from desktop.commands.grammar_options import AddParser, add, add_password
from desktop.language.sentences import LANGUAGES, mark, say

_ACTIONS = ("install", "upgrade", "status", "import")
_SERVER = mark("""\
install  make database, schema, roles and the first administrator, each where it is missing
upgrade  bring the schema up to this program's version
status   say what there is, and which lines of pg_hba.conf let members in without SCRAM or TLS
import   bring every account, record, price and request of a store to a ledger that is not in use yet

URL names the server's owner. With --password-stdin the owner's password is the first line of standard input, and with
install the administrator's new one is the second.""")


def add_settings(add_parser: AddParser) -> None:
    """Showing the settings, and setting one."""
    settings = add(
        add_parser,
        "settings",
        say("show the settings, or set one"),
        more=say("What is set goes into the configuration file; its comments stay as they are."),
    )
    settings.add_argument("name", type=words.text, metavar="NAME", nargs="?", help=say("such as records.page_size"))
    settings.add_argument(
        "value", type=words.text, metavar="VALUE", nargs="?", help=say("what it is to be from now on")
    )


def add_store(add_parser: AddParser) -> None:
    """Making, proving and saving a store."""
    add(add_parser, "init", say("make the configuration and the store; what is there already is never touched"))
    verify = add(
        add_parser,
        "verify",
        say("prove the ledger, and name each record that breaks it"),
        more=say("On a server, with --user: one's own records, and everybody's for an administrator."),
    )
    verify.add_argument(
        "--results", action="store_true", help=say("work each computed record out again too; this takes longer")
    )
    verify.add_argument("--user", type=words.text, metavar="EMAIL", help=say("who signs in for it, for a server"))
    add_password(verify)
    add(add_parser, "backup", say("write a checked backup of the store")).add_argument(
        "file", type=words.path, metavar="FILE"
    )
    add(add_parser, "restore-backup", say("put a backup in the store's place; the store is kept aside")).add_argument(
        "file", type=words.path, metavar="FILE"
    )


def add_server(add_parser: AddParser) -> None:
    """A ledger on a server, for the server's owner."""
    server = add(
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
    add_password(server)


def add_demo(add_parser: AddParser) -> None:
    """A ledger that is thrown away."""
    demo = add(add_parser, "demo", say("open the window on a throw-away store with records; needs no network"))
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
