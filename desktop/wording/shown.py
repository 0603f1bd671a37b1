"""How a record's facts are shown as text, for the eye and for the search alike. It formats; it asks nothing."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.arithmetic.numbers import PLAIN, NumberFormat, digits_of, in_order
from desktop.arithmetic.table import OPERATIONS
from desktop.language.sentences import say, say_many
from desktop.terms.days import local, offset_where_repeated
from desktop.terms.kinds import STARTING_BALANCE, OperationType
from desktop.terms.reports import Verification

OPERATION_NAMES: Mapping[OperationType, str] = {row.type: row.name for row in OPERATIONS.values()}


def operation_name(operation: OperationType) -> str:
    """What an operation is called in the person's language."""
    return say(OPERATION_NAMES[operation])


def shown_reason(reason: str) -> str:
    """A credit's reason as it is read: the one that the program writes itself in the person's language."""
    return say(STARTING_BALANCE) if reason == STARTING_BALANCE else reason


def shown_date(microseconds: int) -> str:
    """A UTC time in the person's time zone, to the second: "2026-11-25 14:03:07"."""
    try:
        return local(microseconds).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):  # only in a damaged store, which must still be readable
        return f"? {microseconds}"


def shown_moment(microseconds: int) -> str:
    """The same for the eye: where clocks were set back and an hour came twice, with the offset that tells which.

    What is searched is `shown_date`, which has one length everywhere.
    """
    shown = shown_date(microseconds)
    return shown if shown.startswith("?") else shown + offset_where_repeated(microseconds)


def shown_minute(microseconds: int) -> str:
    """The same to the minute: "2026-11-25 14:03"."""
    shown = shown_date(microseconds)
    return shown if shown.startswith("?") else shown[:-3] + offset_where_repeated(microseconds)


def moment_text(microseconds: int, fmt: NumberFormat) -> str:
    """The same with the digits of a locale, in order inside of any text."""
    return in_order(digits_of(shown_moment(microseconds), fmt), fmt)


def explain_verification(verification: Verification, fmt: NumberFormat = PLAIN) -> str:
    """The outcome of a proof in plain words."""
    problems = say_many("{count} problem", "{count} problems", len(verification.problems))
    records = say_many("{count} record", "{count} records", verification.records)
    users = say_many("{count} user", "{count} users", verification.users)
    if not verification.complete:
        return say("Stopped after {records}; {problems} so far.", records=records, problems=problems)
    if not verification.problems:
        proved = say("The ledger is proved: {records} of {users}, no problem.", records=records, users=users)
        if not verification.anchored_at:
            return proved
        return f"{proved} {say('The anchor is of {date}.', date=moment_text(verification.anchored_at, fmt))}"
    return say("{problems} in {records}. Do not trust the balances.", problems=problems, records=records)
