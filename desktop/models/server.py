"""What the owner of a server may do with a shared ledger: install, upgrade, look it over, and bring a store to it.

The commands' door to `desktop.models.shared`, as `open_ledger` is the door to a ledger.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.language.sentences import say
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger.protocol import Progress
from desktop.models.shared import installing, reviewing
from desktop.models.shared.importing import Imported, bring_over
from desktop.models.shared.installing import Installed
from desktop.models.shared.reviewing import Review
from desktop.models.shared.urls import parse
from desktop.terms.errors import BadInput, StoreReadOnly

if TYPE_CHECKING:
    from desktop.settings.config import Config


def install(url: str, password: str, email: str, admin_password: str, config: Config) -> Installed:
    """A ledger on a server, with the configuration's prices and starting balance; raises as `installing` does."""
    return installing.install(
        parse(url),
        password,
        email,
        admin_password,
        costs=config.costs,
        starting_balance=config.account.default_balance,
        minimum_length=config.security.minimum_password_length,
    )


def upgrade(url: str, password: str) -> tuple[int, ...]:
    """Run what is missing of the schema; which versions."""
    return installing.upgrade(parse(url), password)


def review(url: str, password: str, *, local_is_trusted: bool) -> Review:
    """What there is on a server, and what of it is not sound."""
    return reviewing.review(parse(url), password, local_is_trusted=local_is_trusted)


def bring_store(url: str, password: str, file: Path, config: Config, *, progress: Progress) -> Imported:
    """A store's whole ledger to a server. Raises `BadInput` where there is none, and as `bring_over` does."""
    target = parse(url)
    if not file.is_file():
        raise BadInput(say("There is no store {file}.", file=file))
    store = open_store(file, costs=config.costs, make=False)
    with closing(store):
        if not store.key_is_own:
            raise StoreReadOnly(
                f"{store.read_only_reason} " + say("Nothing was imported: without its key a store proves nothing.")
            )
        return bring_over(store, target, password, progress=progress)
