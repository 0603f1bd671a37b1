"""The commands about a ledger on a server, for its owner: whose password comes first on standard input."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desktop.commands.run import Command, Run
from desktop.language.sentences import say, say_many
from desktop.models import server
from desktop.terms.errors import BadInput

NOT_SOUND = 5


def on_server(run: Run) -> int:
    """`server`: install, upgrade, status or import."""
    return _ACTIONS[run.arguments.action](run)


def _install(run: Run) -> int:
    if run.arguments.admin is None:
        raise BadInput(say("server install needs --admin EMAIL: who administers the ledger."))
    password = _password(run)
    admin_password = run.input.password(
        from_stdin=run.arguments.password_stdin,
        confirmed=True,
        what=say("New password of {person}", person=run.arguments.admin),
    )
    made = server.install(run.arguments.url, password, run.arguments.admin, admin_password, run.config)
    found = server.review(run.arguments.url, password, local_is_trusted=run.arguments.trust_this_machine)
    there = say(
        "The ledger {name} is there, version {version} of its schema.", name=made.ledger_name, version=made.version
    )
    admin = (
        say("{person} is its administrator.", person=made.admin)
        if made.admin
        else say("It had accounts already; none was made.")
    )
    run.answer(
        {
            "ledger": made.ledger_name,
            "version": made.version,
            "installed": list(made.made),
            "database_made": made.database_made,
            "admin": made.admin or None,
            "sound": not found.findings,
            "findings": list(found.findings),
        },
        f"{there} {admin}",
        *_told(found.findings),
    )
    return NOT_SOUND if found.findings else 0


def _upgrade(run: Run) -> int:
    made = server.upgrade(run.arguments.url, _password(run))
    said = say("Version {version} was installed.", version=made[-1]) if made else say("Everything was there already.")
    return run.answer({"installed": list(made)}, said)


def _status(run: Run) -> int:
    found = server.review(run.arguments.url, _password(run), local_is_trusted=run.arguments.trust_this_machine)
    run.answer(
        {
            "server": found.server,
            "ledger": found.ledger_name,
            "version": found.version,
            "wanted": found.wanted,
            "accounts": found.accounts,
            "records": found.records,
            "sound": not found.findings,
            "findings": list(found.findings),
            "advice": list(found.advice),
        },
        say(
            "PostgreSQL {server}, ledger {name}, version {version} of its schema: {accounts}, {records}.",
            server=found.server,
            name=found.ledger_name,
            version=found.version,
            accounts=say_many("{count} account", "{count} accounts", found.accounts),
            records=say_many("{count} record", "{count} records", found.records),
        ),
        *_told(found.findings),
        *found.advice,
    )
    return NOT_SOUND if found.findings else 0


def _import(run: Run) -> int:
    if run.arguments.source is None:
        raise BadInput(say("server import needs --from STORE.db: the store to bring over."))
    password = _password(run)

    def show(done: int, total: int) -> None:
        run.output.progress(say_many("{done} of {count} record", "{done} of {count} records", total, done=f"{done:,}"))

    try:
        brought = server.bring_store(run.arguments.url, password, run.arguments.source, run.config, progress=show)
    finally:
        run.output.progress("")
    return run.answer(
        {
            "accounts": brought.accounts,
            "records": brought.records,
            "prices": brought.prices,
            "notes": brought.notes,
            "passwords": dict(brought.passwords),
        },
        say(
            "Brought over and proved: {accounts}, {records}, {prices}.",
            accounts=say_many("{count} account", "{count} accounts", brought.accounts),
            records=say_many("{count} record", "{count} records", brought.records),
            prices=say_many("{count} price", "{count} prices", brought.prices),
        ),
        say("Go on with the ledger on the server; what is charged in the store from now on is not in it."),
        *([say("Each of these passwords is changed at the first sign-in:")] if brought.passwords else []),
        *(
            say("{person}  one-time password {password}", person=email, password=word)
            for email, word in brought.passwords.items()
        ),
    )


def _password(run: Run) -> str:
    return run.input.password(from_stdin=run.arguments.password_stdin, what=say("Password of the server's owner"))


def _told(findings: tuple[str, ...]) -> list[str]:
    return [*findings, say("Until that is mended it is not sound.")] if findings else []


_ACTIONS: Mapping[str, Callable[[Run], int]] = {
    "install": _install,
    "upgrade": _upgrade,
    "status": _status,
    "import": _import,
}

COMMANDS: Mapping[str, Command] = {"server": on_server}
