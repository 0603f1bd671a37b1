"""The commands about the store as a whole: making, proving, backing up and restoring it. Nobody signs in for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from desktop.commands.run import Command, Run
from desktop.documents.exports import utc_text
from desktop.language.sentences import say, say_many
from desktop.models.ledger.protocol import Ledger
from desktop.models.open_ledger import check_restorable, is_backup, is_there, proves_for_people
from desktop.models.open_ledger import restore_backup as restore_ledger
from desktop.terms.errors import BadInput, StoreDamaged
from desktop.terms.reports import Verification
from desktop.wording.shown import explain_verification

FOUND_PROBLEMS = 5


def init(run: Run) -> int:
    """`init`: make what is missing, and say where everything lies."""
    config_file, ledger = run.places.config_file, run.places.ledger
    store_made = not is_there(run.places)
    config_made = run.prepare()
    with run.ledger(make=True):
        pass
    return run.answer(
        {
            "config": {"path": str(config_file), "made": config_made},
            "store": {"path": ledger, "made": store_made},
            "logs": {"path": str(run.places.log_dir)},
        },
        f"{say('Configuration: {place}', place=config_file)} ({_made(config_made)})",
        say("Server: {place} (not looked at)", place=ledger)
        if run.places.server
        else f"{say('Store: {place}', place=ledger)} ({_made(store_made)})",
        say("Logs: {place}", place=run.places.log_dir),
    )


def verify_command(run: Run) -> int:
    """`verify`: prove the ledger; the status says whether it holds."""
    with _proving(run) as (ledger, is_refused):
        try:
            outcome = ledger.verify(results=run.arguments.results, progress=_progress(run))
        finally:
            run.output.progress("")
    problems = [f"{p.rule}  {_where(p.username, p.record_id)}{p.message}" for p in outcome.problems]
    run.answer(_document(outcome), *problems, explain_verification(outcome))
    return FOUND_PROBLEMS if outcome.problems or is_refused else 0


@contextmanager
def _proving(run: Run) -> Iterator[tuple[Ledger, bool]]:
    """The ledger, with whoever proves it signed in, and whether that was refused since the ledger does not hold.

    Then it is proved all the same: a sign-in names the first thing that is wrong, a proof all of them. Raises
    `BadInput` where somebody must sign in, and is not named.
    """
    if run.arguments.user is not None:
        password = run.input.password(from_stdin=run.arguments.password_stdin)
        with run.ledger() as ledger:
            try:
                ledger.sign_in(run.arguments.user, password)
            except StoreDamaged as error:
                run.output.note(error.message)
                yield ledger, True
            else:
                yield ledger, False
        return
    if proves_for_people(run.places):
        raise BadInput(say("On a server somebody proves the ledger: add --user EMAIL, an administrator for all of it."))
    with run.ledger() as ledger:
        yield ledger, False


def back_up(run: Run) -> int:
    """`backup`: a checked copy."""
    target: Path = run.arguments.file.absolute()
    if os.path.isdir(target):  # Path's own raises for a name that is too long
        raise BadInput(say("A backup cannot take the place of {file}. Choose another file.", file=target))
    with run.ledger() as ledger:
        try:
            problems = ledger.verify(anchored=False, progress=_progress(run)).problems
        finally:
            run.output.progress("")
        if problems:
            raise StoreDamaged(
                say_many(
                    "The ledger fails {count} check ({rule}: {problem}) A backup of it would be refused when it is "
                    "needed: nothing was written.",
                    "The ledger fails {count} checks ({rule}: {problem}) A backup of it would be refused when it is "
                    "needed: nothing was written.",
                    len(problems),
                    rule=problems[0].rule,
                    problem=problems[0].message,
                )
            )
        ledger.back_up(target, keep=[run.places.config_file, run.places.settings_file])
    return run.answer({"backup": str(target)}, say("Backed up to {file}.", file=target))


def restore_backup(run: Run) -> int:
    """`restore-backup`: put a proved backup in the store's place."""
    check_restorable(run.places)
    file: Path = run.arguments.file
    if not os.path.isfile(file):
        raise BadInput(say("There is no file {file}.", file=file))
    if not is_backup(file):
        raise StoreDamaged(say("{file} is not a Metercalc backup. Nothing was replaced.", file=file))
    run.prepare()
    try:
        kept = restore_ledger(run.places, run.config, file, progress=_progress(run))
    finally:
        run.output.progress("")
    restored = say("Restored {store} from {file}.", store=run.places.store_file, file=file)
    aside = (
        say("The store that was replaced is kept in {folder}.", folder=kept)
        if kept
        else say("There was no store before.")
    )
    return run.answer(
        {"store": str(run.places.store_file), "kept": str(kept) if kept else None},
        f"{restored} {aside}",
    )


def _document(outcome: Verification) -> dict[str, object]:
    return {
        "ok": not outcome.problems and outcome.complete,
        "complete": outcome.complete,
        "records": outcome.records,
        "users": outcome.users,
        "changes": outcome.changes,
        "anchored_at": utc_text(outcome.anchored_at) if outcome.anchored_at else None,
        "problems": [
            {"rule": p.rule, "user": p.username, "record_id": p.record_id or None, "message": p.message}
            for p in outcome.problems
        ],
    }


def _where(username: str, record_id: int) -> str:
    if record_id and username:
        return f"{say('record {id} of {person}', id=record_id, person=username)}: "
    if record_id:
        return f"{say('record {id}', id=record_id)}: "
    return f"{username}: " if username else ""


def _made(made: bool) -> str:
    return say("made now") if made else say("was there already")


def _progress(run: Run) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        run.output.progress(say_many("{done} of {count} record", "{done} of {count} records", total, done=f"{done:,}"))

    return show


COMMANDS: Mapping[str, Command] = {
    "init": init,
    "verify": verify_command,
    "backup": back_up,
    "restore-backup": restore_backup,
}
