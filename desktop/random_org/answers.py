"""What random.org has answered: the strings that were asked for, a quota, or why it is neither. It asks nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop.random_org.strings import alphabet
from desktop.settings.config import RandomSettings

if TYPE_CHECKING:
    from desktop.random_org.http import Answer

QUOTE = 100
"""Characters of the server's own words that are shown."""


def parse_strings(body: bytes, settings: RandomSettings, count: int) -> tuple[str, ...] | None:
    """Exactly `count` lines of exactly the characters and the length asked for; None for anything else."""
    try:
        lines = body.decode("ascii").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return None
    line = re.compile(f"[{alphabet(settings)}]{{{settings.length}}}")
    if len(lines) != count or not all(map(line.fullmatch, lines)):
        return None
    return tuple(lines)


def parse_quota(body: bytes) -> int | None:
    """One integer, perhaps negative; None for anything else."""
    found = re.fullmatch(rb"(-?[0-9]{1,15})\s*", body)
    return int(found[1]) if found else None


def first_words(body: bytes) -> str:
    """The start of the body's first line, fit to be shown to a person."""
    line = body[: 4 * QUOTE].decode("utf-8", "replace").splitlines()[:1]
    return "".join(character for character in "".join(line) if character.isprintable())[:QUOTE]


def fault(answer: Answer, cap: int) -> str | None:
    """Why the answer cannot hold the strings, as a reason of `refusals`; None when it may."""
    if 300 <= answer.status < 400:
        return "redirect"
    if answer.encoded:
        return "encoded"
    if answer.body.startswith(b"Error:"):
        return "refused"
    if answer.status != 200:
        return "status"
    return "too_long" if len(answer.body) > cap else None
