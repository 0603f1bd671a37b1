"""The parts of a proof that follow no chain: the schema, where chains end, counts of failed sign-ins, the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import attempts
from desktop.models.embedded.in_order import Head
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.storage import migrations
from desktop.models.embedded.witnesses import Anchors

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


def check_ends(heads: Mapping[int, Head], balances: Mapping[int, int], anchors: Anchors, problems: Problems) -> None:
    """Compare where each user's chain ends with the balance, and with what the anchors know of that chain alone."""
    for user_id, head in heads.items():
        name = problems.usernames.get(user_id, say("user {number}", number=user_id))
        if balances.get(user_id) != head.balance:
            message = say("The balance of {owner} is not that of the last record.", owner=name)
            problems.found("L1", user_id, 0, message)
        if head.seq == 0:
            message = say("{owner} has no records, not even the starting balance.", owner=name)
            problems.found("L2", user_id, 0, message)
        anchors.compare_length(user_id, head.seq, name)
    for user_id in anchors.users - heads.keys():
        problems.found("L6", user_id, 0, say("User {user} is missing with all records.", user=user_id))


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
