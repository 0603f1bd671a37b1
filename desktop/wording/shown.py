"""How a record's facts are shown as text, for the eye and for the search alike. It formats; it asks nothing."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.arithmetic.table import OPERATIONS
from desktop.terms.days import local, offset_where_repeated
from desktop.terms.values import OperationType, Verification

OPERATION_NAMES: Mapping[OperationType, str] = {row.type: row.name for row in OPERATIONS.values()}


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


def explain_verification(verification: Verification) -> str:
    """The outcome of a proof in plain words."""
    problems = counted(len(verification.problems), "problem")
    records, users = counted(verification.records, "record"), counted(verification.users, "user")
    if not verification.complete:
        return f"Stopped after {records}; {problems} so far."
    if not verification.problems:
        anchor = f" The anchor is of {shown_date(verification.anchored_at)}." if verification.anchored_at else ""
        return f"The ledger is proved: {records} of {users}, no problem.{anchor}"
    return f"{problems} in {records}. Do not trust the balances."


def counted(number: int, noun: str) -> str:
    """A number of things: "1 record", "2,000 records"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
