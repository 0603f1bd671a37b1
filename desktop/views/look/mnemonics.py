"""Letters with Alt for words that come from elsewhere. It knows no menu."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LETTER = re.compile(r"&(\w)")
_BEHIND = re.compile(r"\s*\(&\w\)")


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


def letters_of(texts: Iterable[str]) -> str:
    """The letters that these texts, as menus and buttons have them, use with Alt."""
    return "".join(found[1] for text in texts if (found := _LETTER.search(text)))


def unlettered(text: str) -> str:
    """A menu's or a button's text as it is read: without "&", and without "(&S)", as some languages have it behind."""
    return _BEHIND.sub("", text).replace("&", "")
