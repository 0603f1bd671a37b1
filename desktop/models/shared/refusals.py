"""What the ledger's own functions on a server refuse, by their SQLSTATEs (MC…): the errors that every ledger raises."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from desktop.language.sentences import mark, say
from desktop.models.ledger import passwords, receipts, recovery_codes
from desktop.models.shared.unreachable import DEACTIVATED
from desktop.terms.errors import (
    AppError,
    BadInput,
    NotAllowed,
    NotSignedIn,
    PasswordDue,
    RequestReused,
    SignInRefused,
    StoreDamaged,
    StoreError,
    StoreNewer,
)

OURS = "MC"  # what their SQLSTATEs begin with
CONTRADICTS = mark("The ledger contradicts itself. Nothing was stored: run metercalc verify.")

Words = Mapping[str, Any]


def of_function(state: str, error: psycopg.Error) -> AppError:
    """An error that the ledger's own functions raise; its numbers come as JSON."""
    words = _words(error)
    meaning = _RULES.get(state)
    if meaning is None:
        return StoreNewer(
            say("The ledger answers with something that this program does not know ({state}). Update it.", state=state)
        )
    found = meaning(words, error.diag.message_primary or "")
    if "order" in words:  # which of several that were sent together, from 1
        found.details["order"] = words["order"]
    return found


def _words(error: psycopg.Error) -> Words:
    try:
        found = json.loads(error.diag.message_detail or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _too_low(words: Words, _said: str) -> AppError:
    return receipts.too_low(int(words["cost"]), int(words["balance"]))


def _price_changed(words: Words, _said: str) -> AppError:
    of = receipts.above_limit if words.get("limit") == "max_cost" else receipts.price_changed
    return of(int(words["cost"]), int(words["quoted"]))


def _said_so(kind: type[AppError], sentence: str = "") -> Callable[[Words, str], AppError]:
    return lambda _, said: kind(say(sentence) if sentence else said)


_RULES: Mapping[str, Callable[[Words, str], AppError]] = {
    "MC001": _too_low,
    "MC002": _price_changed,
    "MC003": _said_so(RequestReused, mark("This request id was used for something else before.")),
    "MC004": _said_so(NotAllowed, mark("This role has no account in this ledger. Ask the administrator.")),
    "MC005": _said_so(NotSignedIn, DEACTIVATED),
    "MC006": _said_so(NotAllowed, mark("Only an administrator may do that.")),
    "MC007": _said_so(
        RequestReused,
        mark(
            "This request was given up when the server was away: nothing was charged under its id, and nothing ever "
            "will be. Send it again under another one."
        ),
    ),
    "MC008": _said_so(StoreError, mark("The server works this out to something else, so that it cannot be stored.")),
    "MC009": _said_so(BadInput),
    "MC010": lambda words, _: BadInput(
        say("There is no account with the e-mail {email}.", email=words.get("email", ""))
    ),
    "MC011": _said_so(BadInput, mark("There is an account with this e-mail already. Sign in instead.")),
    "MC012": _said_so(
        BadInput, mark("This is the last active administrator, and stays one. Make somebody else one first.")
    ),
    "MC013": _said_so(BadInput),
    "MC014": _said_so(
        StoreError, mark("A charge was sent inside another transaction, as a pooler does it. Nothing was stored.")
    ),
    "MC015": _said_so(StoreDamaged, CONTRADICTS),
    "MC016": _said_so(BadInput, mark("The balance would be beyond what the ledger can hold.")),
    "MC017": _said_so(BadInput),
    "MC019": _said_so(PasswordDue, passwords.DUE),
    "MC020": _said_so(SignInRefused, recovery_codes.REFUSED),
    "MC021": _said_so(
        StoreError,
        mark(
            "The server has no role for this account any more. Nothing was changed: ask its owner to look with "
            "metercalc server status."
        ),
    ),
    "MC018": _said_so(StoreError, mark("The server has another role of this account's name. Ask its owner.")),
}
