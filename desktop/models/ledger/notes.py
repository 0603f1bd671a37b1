"""Notes beside records: what one can be. It writes none."""

from __future__ import annotations

from desktop.terms.errors import BadInput

MAX_NOTE = 200


def normal_note(text: str) -> str:
    """A note as it is kept: one line, "" for none. Raises `BadInput`."""
    note = " ".join(text.split())
    if len(note) > MAX_NOTE:
        raise BadInput(f"The note has {len(note):,} characters; it can have {MAX_NOTE}. It was not changed.")
    unseen = next((letter for letter in note if not letter.isprintable()), "")
    if unseen:
        raise BadInput(f"The note has a character in it that cannot be seen (U+{ord(unseen):04X}). It was not changed.")
    return note
