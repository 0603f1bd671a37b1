"""How trouble is told: a sentence on stderr, or a JSON object on stdout, always with the request's reference."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

from desktop.commands.terminal import Output, OutputFailed
from desktop.language.sentences import say
from desktop.system import logs
from desktop.system.request_ids import reference_of
from desktop.terms.errors import AppError, ChargeUnknown

log = logging.getLogger(__name__)

_CHARGING = frozenset({"eval", "random"})
_MONEY = frozenset({"cost", "balance", "shortfall", "quoted", "budget", "spent"})


class Asked(NamedTuple):
    """One request: the command, its id, and whether the answer is to be JSON."""

    command: str
    request_id: str
    json: bool

    @property
    def reference(self) -> str:
        """The request's id in the log and in front of the person."""
        return reference_of(self.request_id)


def show(error: AppError, asked: Asked, output: Output, *, where: str = "") -> int:
    """Tell what happened; returns the exit status. `where` says which line of several it was about."""
    message = error.for_charge() if asked.command in _CHARGING else error.message
    if asked.json and not isinstance(error, OutputFailed):
        output.document({"error": _document(error, message, asked)})
        return error.exit_status
    if isinstance(error, ChargeUnknown):
        its_id = say("Its request id is {request_id}.", request_id=asked.request_id)
        message = f"{message} {its_id}"
    output.note(f"metercalc: {where}{_with_reference(message, asked)}")
    return error.exit_status


def told(error: AppError, asked: Asked) -> str:
    """What happened, for the window: with the reference, under which it stands in the log."""
    return _with_reference(error.message, asked)


def show_bug(error: Exception, asked: Asked, output: Output, log_dir: Path) -> int:
    """Log a bug, also where there is no log yet, and tell of it in a sentence; returns the exit status."""
    logs.set_up_in_need(log_dir)
    log.error("a bug ended %s", asked.command or "the program", exc_info=error)
    message = say("This is a fault of Metercalc. The details are in {file}.", file=log_dir / logs.FILE_NAME)
    output.note(f"metercalc: {_with_reference(message, asked)}")
    if asked.json:
        output.document({"error": {"code": "bug", "message": message, "reference": asked.reference}})
    return 1


def _with_reference(message: str, asked: Asked) -> str:
    return say("{message} (reference {reference})", message=message, reference=asked.reference)


def _document(error: AppError, message: str, asked: Asked) -> dict[str, object]:
    document = {"code": error.code, "message": message, "reference": asked.reference}
    if asked.command in _CHARGING:
        document["request_id"] = asked.request_id
    return document | {name: _value(name, value) for name, value in error.details.items()}


def _value(name: str, value: object) -> object:
    if name in _MONEY and isinstance(value, int):
        from desktop.arithmetic.money import plain_money

        return plain_money(value)
    return value if value is None or isinstance(value, (bool, int, str, list)) else str(value)
