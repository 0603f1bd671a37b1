"""Letters with Alt for words that come from elsewhere. It knows no menu."""

from __future__ import annotations

from collections.abc import Iterable


def lettered(words: Iterable[str], *, taken: str = "") -> list[str]:
    """The words with "&" before a letter that no other one has and that is not in `taken`, as long as there is one."""
    used = set(taken.casefold())
    found = []
    for word in words:
        place = next((at for at, letter in enumerate(word) if letter.isalnum() and letter.casefold() not in used), None)
        if place is None:
            found.append(word)
            continue
        used.add(word[place].casefold())
        found.append(f"{word[:place]}&{word[place:]}")
    return found
