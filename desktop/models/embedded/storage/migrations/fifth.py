"""Schema version 5: a note on a record, and the administrators' deeds found without reading the journal. Frozen.

A note is a state, as visibility is: the journal has each that was written, the record carries the last one.
"""

from __future__ import annotations

from desktop.models.embedded.storage.migrations.upgrade import Upgrade

_CHANGES = (
    "ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX record_noted ON record (user_id, seq) WHERE note <> ''",
    "CREATE INDEX journal_recovery ON journal (user_id, number) WHERE kind = 'recovery'",
    "CREATE INDEX journal_deeds ON journal (number) WHERE kind IN ('account', 'price', 'credit')",
)


def take_notes(upgrade: Upgrade) -> None:
    """Version 5."""
    for statement in _CHANGES:
        upgrade.database.execute_sql(statement)
