"""Notes beside records: what one can be. It writes none."""

from __future__ import annotations

from desktop.language.sentences import say, say_count, say_many
from desktop.terms.errors import BadInput

MAX_NOTE = 200


def normal_note(text: str) -> str:
    """A note as it is kept: one line, "" for none. Raises `BadInput`."""
    note = " ".join(text.split())
    if len(note) > MAX_NOTE:
        raise BadInput(
            say_many(
                "The note has {count} character; it can have {most}. It was not changed.",
                "The note has {count} characters; it can have {most}. It was not changed.",
                len(note),
                most=say_count(MAX_NOTE),
            )
        )
    unseen = next((letter for letter in note if not letter.isprintable()), "")
    if unseen:
        raise BadInput(
            say(
                "The note has a character in it that cannot be seen (U+{code}). It was not changed.",
                code=f"{ord(unseen):04X}",
            )
        )
    return note
