"""What random strings are made of, what they cost of the quota, and how they are made where nobody is to be asked."""

from __future__ import annotations

import math
import secrets
import string

from desktop.settings.config import RandomSettings


def draw_local(settings: RandomSettings, count: int) -> tuple[str, ...]:
    """Make `count` strings of the same kind with the operating system's generator, for `fallback = "local"`."""
    characters = alphabet(settings)
    return tuple("".join(secrets.choice(characters) for _ in range(settings.length)) for _ in range(count))


def alphabet(settings: RandomSettings) -> str:
    """The characters that strings under `settings` are made of."""
    return (
        string.digits * settings.digits
        + string.ascii_uppercase * settings.upper
        + string.ascii_lowercase * settings.lower
    )


def bits(settings: RandomSettings, count: int) -> float:
    """What `count` strings take from the quota: 47.6 bits for 8 characters of 62."""
    return count * settings.length * math.log2(len(alphabet(settings)))
