"""The errors a person can meet: each says what happened, whether anything was charged, and what to do.

Anything that is not an `AppError` is a bug of the program. Of the program it imports only how sentences are said.
"""

from __future__ import annotations

from typing import ClassVar

from desktop.language.sentences import mark, say


class AppError(Exception):
    """Expected trouble, shown in place.

    `code` is stable and machine-readable, `exit_status` is the command line's, `details` goes into the JSON answer
    (money as strings there, hundredths of a credit here).
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    charge_note: ClassVar[str] = mark("Nothing was charged.")

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def for_charge(self) -> str:
        """The message of a charge that ended in this error: it also says whether anything was charged."""
        return f"{self.message} {say(self.charge_note)}" if self.charge_note else self.message


class BadInput(AppError):
    """What was asked for cannot be understood or done as it stands."""

    code = "bad_input"
    exit_status = 2


class ExpressionError(BadInput):
    """The entry is not an expression; `position` is the 0-based character where it stopped being understood."""

    code = "expression"

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message, position=position)
        self.position = position


class OutOfBounds(BadInput):
    """Too long, too deep, or too big a number."""

    code = "out_of_bounds"


class DivisionByZero(BadInput):
    """A division by zero; nothing is charged."""

    code = "division_by_zero"


class NegativeSquareRoot(BadInput):
    """The square root of a negative number; nothing is charged."""

    code = "negative_square_root"


class PriceChanged(BadInput):
    """The quoted price no longer holds, or the cost is above what the caller allows.

    `details`: `cost` and `quoted`, in hundredths of a credit.
    """

    code = "price_changed"


class RequestReused(BadInput):
    """A request id that already stands for something else."""

    code = "request_reused"


class ConfigError(BadInput):
    """A configuration value that is not accepted: the message names file, key, value and what is accepted."""

    code = "config"


class NoDisplay(BadInput):
    """The window was asked for where there is no display."""

    code = "no_display"


class Cancelled(AppError):
    """The person gave up waiting; nothing was charged."""

    code = "cancelled"
    exit_status = 6


class BalanceTooLow(AppError):
    """The balance does not cover the cost. `details`: `cost`, `balance`, `shortfall` in hundredths of a credit."""

    code = "balance_too_low"
    exit_status = 3


class BeyondBudget(AppError):
    """It would go beyond the budget that the person set. `details`: `cost`, `budget`, `spent` in hundredths."""

    code = "beyond_budget"
    exit_status = 3


class NotAllowed(AppError):
    """Not signed in, wrong credentials, or not permitted."""

    code = "not_allowed"
    exit_status = 4


class NotSignedIn(NotAllowed):
    """No session, or one that has ended; the window goes back to the sign-in dialog."""

    code = "not_signed_in"


class PasswordDue(NotAllowed):
    """The password was given by an administrator: one's own is to be chosen before anything else."""

    code = "password_due"


class SignInRefused(NotAllowed):
    """Wrong e-mail or password, or a wait after failures (`details`: `wait_seconds`)."""

    code = "sign_in_refused"


class MachineError(AppError):
    """The computer has too little of something left: memory, open files. It says nothing about what was asked."""

    code = "machine"
    exit_status = 5


class StoreError(AppError):
    """The store cannot be read or written, or is not what it should be."""

    code = "store"
    exit_status = 5


class StoreMissing(StoreError):
    """There is no ledger where one was looked for, and none was made."""

    code = "store_missing"


class StoreForeign(StoreError):
    """What lies there is no store, and none of ours to replace: no backup is offered for it."""

    code = "store_foreign"


class StoreReadOnly(StoreError):
    """The store is open for reading only; `details`: `reason`."""

    code = "store_read_only"


class StoreFull(StoreError):
    """The disk that holds the store is full."""

    code = "store_full"


class StoreLocked(StoreError):
    """Another program kept the store busy for too long."""

    code = "store_locked"


class StoreDamaged(StoreError):
    """The store's content fails its checks."""

    code = "store_damaged"


class StoreNewer(StoreError):
    """The store was written by a newer version of the program; it is left unharmed."""

    code = "store_newer"


class ServerAway(StoreError):
    """The server that keeps the ledger cannot be reached, or has stopped answering."""

    code = "server_away"
    exit_status = 6


class ChargeGivenUp(ServerAway):
    """A request was lost with its connection, and the server has made sure that nothing comes of it any more."""

    code = "charge_given_up"


class ChargeUnknown(StoreError):
    """The store failed in the middle of a charge and cannot be asked whether it was stored."""

    code = "charge_unknown"
    charge_note = mark("Whether it was charged is not known yet: the same request, sent again, is never charged twice.")


class NetworkError(AppError):
    """random.org could not be reached, or answered with something that is not what was asked for."""

    code = "network"
    exit_status = 6
