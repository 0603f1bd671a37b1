"""Replaying the journal for the proof: each entry in its turn, and the states that it leaves. It reads only.

The states are compared with the rows that hold them: accounts and prices here, the visibility of records in the pass
over the records (`hidden`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, forms, journal
from desktop.models.embedded.storage.operations import Operations

Found = Callable[[str, int, int, str], None]
"""Takes what is wrong: the rule, the user's id, the record's id, and a sentence."""

_BATCH = 500


@dataclass(slots=True)
class States:
    """What the journal leaves: the last digest of each account and price, when each hidden record was deleted, which
    records are credits that somebody put in, and the last note on each record that has had one.
    """

    entries: int = 0
    last: bytes = b""
    accounts: dict[int, bytes] = field(default_factory=dict)
    prices: dict[int, bytes] = field(default_factory=dict)
    hidden: dict[int, tuple[int, int]] = field(default_factory=dict)  # record: whose, when
    credits: dict[int, int] = field(default_factory=dict)  # record: whose
    notes: dict[int, tuple[int, str]] = field(default_factory=dict)  # record: whose, the text


def replay(
    database: SqliteDatabase,
    key: bytes,
    found: Found,
    passed: Callable[[int, bytes], None],
    cancelled: Callable[[], bool],
) -> States:
    """Go through the journal from its first entry; `passed(number, hash)` is told of each."""
    states = States(last=chain.genesis(key, chain.NO_USER))
    cursor = database.execute_sql(f"SELECT {journal.COLUMNS}, hash FROM journal ORDER BY number")
    encode, mac = forms.ENTRY.encode, chain.mac(key)
    while (rows := cursor.fetchmany(_BATCH)) and not cancelled():
        for row in rows:
            number, user_id, subject, _, date, kind, detail, state, hash = row
            states.entries += 1
            if number != states.entries:
                found("L6", 0, 0, say("Entry {number} of the journal is missing.", number=states.entries))
                states.entries = number
            if mac(encode(*row[:-1]) + states.last) != hash:
                found(
                    "L6",
                    user_id,
                    0,
                    say(
                        "Entry {number} of the journal ({kind}) is not the one that was written.",
                        number=number,
                        kind=kind,
                    ),
                )
            states.last = hash
            passed(number, hash)
            if kind in journal.KINDS:
                _apply(states, kind, user_id, subject, date, detail, state)
            else:
                found(
                    "L6",
                    user_id,
                    0,
                    say("Entry {number} of the journal is of a kind that the program does not know.", number=number),
                )
    return states


def _apply(states: States, kind: str, user_id: int, subject: int, date: int, detail: str, state: bytes) -> None:
    match kind:
        case journal.ACCOUNT:
            states.accounts[user_id] = state
        case journal.PRICE:
            states.prices[subject] = state
        case journal.DELETED:
            states.hidden[subject] = (user_id, date)
        case journal.RESTORED:
            states.hidden.pop(subject, None)
        case journal.CREDIT:
            states.credits[subject] = user_id
        case journal.NOTE:
            states.notes[subject] = (user_id, detail)


def check_credits(database: SqliteDatabase, states: States, found: Found) -> None:
    """Each entry of a credit is of a record that is one, and of the same person's."""
    sql = (
        "SELECT r.user_id FROM record r JOIN operation o ON o.id = r.operation_id WHERE r.id = ? AND o.type = 'credit'"
    )
    for record_id, user_id in states.credits.items():
        row = database.execute_sql(sql, (record_id,)).fetchone()
        if row is None or row[0] != user_id:
            found("L6", user_id, record_id, say("The journal has a credit there, and the record is none of theirs."))


def check_notes(database: SqliteDatabase, states: States, found: Found) -> None:
    """Compare the note on each record with the last that was written."""
    unseen = {record_id: whose for record_id, (whose, text) in states.notes.items() if text}
    for record_id, user_id, text in database.execute_sql("SELECT id, user_id, note FROM record WHERE note <> ''"):
        unseen.pop(record_id, None)
        if states.notes.get(record_id) != (user_id, text):
            found("L6", user_id, record_id, say("Its note is not the one that was last written."))
    for record_id, user_id in sorted(unseen.items()):
        found("L6", user_id, record_id, say("Its note was taken away by something else than the program."))


def check_accounts(database: SqliteDatabase, key: bytes, states: States, found: Found) -> None:
    """Compare each account with the last that the journal says of it."""
    unseen = set(states.accounts)
    for row in database.execute_sql(f"SELECT {journal.ACCOUNT_COLUMNS} FROM user"):
        unseen.discard(row[0])
        if journal.account_state(key, row) != states.accounts.get(row[0]):
            found("L6", row[0], 0, say("The e-mail, password, status or role is not the one that was last written."))
    for user_id in sorted(unseen):
        found("L6", user_id, 0, say("User {user} is missing: the journal knows of the account.", user=user_id))


def check_prices(
    database: SqliteDatabase, key: bytes, states: States, operations: Operations, found: Found
) -> list[tuple[int, int, int]]:
    """Compare each price with its entry; returns (first record, operation's id, cost), in the order of setting."""
    unseen, prices, latest = set(states.prices), [], dict.fromkeys(operations.kinds, 0)
    sql = "SELECT id, operation_id, cost, from_record, user_id, date FROM price ORDER BY id"
    for id, operation_id, cost, from_record, user_id, date in database.execute_sql(sql):
        unseen.discard(id)
        kind = operations.kinds.get(operation_id, "")
        if journal.price_state(key, id, kind, cost, from_record, user_id, date) != states.prices.get(id):
            found("L6", 0, 0, say("Price {price} ({kind}) is not the one that was written.", price=id, kind=kind))
        latest[operation_id] = cost
        prices.append((from_record, operation_id, cost))
    for id in sorted(unseen):
        found("L6", 0, 0, say("Price {price} is missing.", price=id))
    if operations.trouble:
        found("L7", 0, 0, operations.trouble)
    for operation_id, cost in operations.costs.items():
        if cost != latest.get(operation_id):
            found(
                "L4",
                0,
                0,
                say(
                    "The cost of {operation} is not its last recorded price.", operation=operations.kinds[operation_id]
                ),
            )
    return prices
