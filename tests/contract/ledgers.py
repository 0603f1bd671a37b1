"""The ledgers that there are. Another implementation is a line in `LEDGERS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger.protocol import Ledger
from tests.support.stores import COSTS


@dataclass(frozen=True)
class Factory:
    """`open` opens the ledger that belongs to a folder, making it where there is none; again, as another program.

    `forget` removes what of it does not go with the folder.
    """

    name: str
    open: Callable[[Path], Ledger]
    forget: Callable[[Path], None] = lambda folder: None


def _embedded(folder: Path) -> Ledger:
    store = open_store(folder / "ledger.db", costs=COSTS, remembered=folder / "remembered")
    return EmbeddedLedger(store)


def _shared(folder: Path) -> Ledger:
    from tests.support.shared import open_shared  # late: the driver and the server are an extra

    return open_shared(folder)


def _copied(folder: Path) -> Ledger:
    from tests.support.shared import open_copied

    return open_copied(folder)


def _forget_shared(folder: Path) -> None:
    from tests.support.shared import give_back

    give_back(folder)


LEDGERS = [
    Factory("embedded", _embedded),
    Factory("shared", _shared, _forget_shared),
]
# How records are looked at, besides: a shared ledger of which the desk has a copy.
COPIED = Factory("copied", _copied, _forget_shared)
