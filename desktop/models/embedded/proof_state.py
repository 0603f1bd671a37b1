"""How far the ledger has been proved by this program on this machine, kept under the ledger's key. It proves nothing.

The file lies where the program remembers the last links, away from the store. An older one put back only means that
more is proved; one that was not written under the key counts for nothing, and all is proved.
"""

from __future__ import annotations

import hmac
import json
import logging
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import make_folder, read_whole, write_private

log = logging.getLogger(__name__)

_MOST = 10_000  # bytes of the file; more is none


@dataclass(frozen=True, slots=True)
class ProofState:
    """All of the ledger was proved at `whole_at`, and its records up to `proved` then or since.

    The next whole proof has come as far as record `walked`; `heads` is the sum of the marks of the chains' ends there.
    """

    whole_at: int
    proved: int
    walked: int = 0
    heads: int = 0


def read(store: Store) -> ProofState | None:
    """The state, None where there is none that can be relied on."""
    file = _file(store)
    if file is None:
        return None
    try:
        *values, mac = json.loads(read_whole(file, _MOST))
        state = ProofState(*(int(value, 16) for value in values))
        genuine = hmac.compare_digest(bytes.fromhex(mac), _mac(store.key, values))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return state if genuine else None


def write(store: Store, state: ProofState) -> None:
    """Keep a state. Where that cannot be done it is logged: then more is proved the next time."""
    file = _file(store)
    if file is None or store.read_only_reason is not None:
        return
    values = [f"{value:x}" for value in astuple(state)]
    try:
        make_folder(file.parent)
        write_private(file, json.dumps([*values, _mac(store.key, values).hex()]).encode() + b"\n")
    except OSError as error:
        log.warning("how far the ledger is proved could not be kept: %s", error)


def _file(store: Store) -> Path | None:
    if store.remembered is None or not store.has_key:
        return None
    return store.remembered / f"{chain.digest(store.key, b'proved').hex()[:24]}.proof"


def _mac(key: bytes, values: list[str]) -> bytes:
    if len(values) != len(fields(ProofState)):
        raise ValueError("another form")
    return chain.digest(key, forms.PROOF.encode(",".join(values)))
