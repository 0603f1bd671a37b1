"""One request, as a controller sees it: its ids, and what a view is told when it fails. It carries nothing out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.language.sentences import say
from desktop.system import logs
from desktop.terms.errors import AppError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that ended in an error: a sentence for the person, and the reference that stands in the log."""

    code: str
    message: str
    reference: str
    details: Mapping[str, object]
    error: AppError

    @classmethod
    def of(cls, error: AppError, reference: str) -> Failure:
        """The failure of a request that charges nothing in any case."""
        return _noted(cls(error.code, error.message, reference, error.details, error))

    @classmethod
    def of_typing(cls, error: AppError) -> Failure:
        """What cannot be read as it stands while somebody types: not worth a line in the log."""
        return cls(error.code, error.message, logs.reference.get(), error.details, error)

    @classmethod
    def of_charge(cls, error: AppError, reference: str) -> Failure:
        """The failure of a request to charge: the message also says whether anything was charged."""
        return _noted(cls(error.code, error.for_charge(), reference, error.details, error))

    @property
    def text(self) -> str:
        """The message with its reference, as it is shown."""
        # Translators: a sentence, and the number by which the log knows what happened.
        return say("{message} (reference {reference})", message=self.message, reference=self.reference)


def _noted(failure: Failure) -> Failure:
    with logs.request(failure.reference):
        log.info("a request ended in %s", failure.code)
    return failure
