"""The parts of a proof that need no chain: the schema, counts of failed sign-ins, and what SQLite finds in the file."""

from __future__ import annotations

from collections.abc import Sequence

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import attempts
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.storage import migrations

_TWICE = "SELECT user_id, request_id, step, max(id) FROM record NOT INDEXED GROUP BY 1, 2, 3 HAVING count(*) > 1"


def check_schema(database: SqliteDatabase, problems: Problems) -> None:
    """Compare the schema with the one that the program makes, and say so in `problems` where it is."""
    found, known = migrations.version(database), migrations.SCHEMA_VERSION
    if found != known:
        version = say("The schema version is {version}, not {known}.", version=found, known=known)
        problems.found("L7", 0, 0, version)
    present, expected = migrations.schema_of(database), migrations.expected_schema()
    problems.schema_is_ours = present == expected
    for name, sql in expected.items():
        if present.get(name) != sql:
            problems.found("L7", 0, 0, say("{name} is missing or not as the program made it.", name=name))
    for name in present.keys() - expected.keys():
        problems.found("L7", 0, 0, say("{name} was not made by the program.", name=name))


def check_attempts(database: SqliteDatabase, key: bytes, problems: Problems) -> None:
    """Compare each count of failed sign-ins with its mark."""
    for row in database.execute_sql("SELECT failures, last, wait, name, mark FROM sign_in_failure"):
        if attempts.mark(key, *row[:-1]) != row[-1]:
            changed = say("A count of failed sign-ins was changed by something else than the program.")
            problems.found("L6", 0, 0, changed)


def check_structure(database: SqliteDatabase, seen: Sequence[str], problems: Problems) -> None:
    """Tell what SQLite has `seen` in the file, and look for requests that stand there twice where it could not."""
    for finding in seen:
        problems.found("L7", 0, 0, say("SQLite finds: {finding}.", finding=finding))
    # Where the schema's unique index stands and is sound, no request can be in the table twice.
    if problems.schema_is_ours and not seen:
        return
    for user_id, request_id, step, record_id in database.execute_sql(_TWICE):
        twice = say("Step {step} of request {request} stands more than once.", step=step, request=request_id)
        problems.found("L5", user_id, record_id, twice)
