"""Letters with Alt for words that come from elsewhere, and which of them can be typed. It knows no menu."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from desktop.language.sentences import spoken

_LETTER, _BEHIND = r"&(\w)", r"\s*\(&\w\)"  # compiled when they are needed

# The letters of a language's keyboard that need no other key beside Alt. Elsewhere, and where none is named: a to z.
_BASIC = string.ascii_lowercase
_OWN = {"de": "äöüß", "es": "ñ", "fr": "éèçàù", "pt_BR": "ç"}
_INSTEAD = {"ar": "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ"}


def typed(code: str) -> str:
    """The letters that somebody who writes this language can press with Alt, in lower case."""
    return _INSTEAD.get(code, _BASIC + _OWN.get(code, ""))


def lettered(words: Iterable[str], *, taken: str = "") -> list[str]:
    """The words with "&" before a letter that no other one has and that is not in `taken`, as long as there is one.

    Where a word has no letter that can be typed, one stands behind it in brackets, as Japanese programs have it.
    """
    used = set(taken.casefold())
    free = typed(spoken())
    found = []
    for word in words:
        places = [at for at, letter in enumerate(word) if letter.casefold() in free]
        place = next((at for at in places if word[at].casefold() not in used), None)
        behind = next((letter for letter in free if letter not in used), None)
        if place is not None:
            used.add(word[place].casefold())
            found.append(f"{word[:place]}&{word[place:]}")
        elif behind is not None and not any(letter.casefold() in free for letter in word):
            used.add(behind)
            found.append(f"{word}(&{behind.upper()})")
        else:
            found.append(word)
    return found


def letters_of(texts: Iterable[str]) -> str:
    """The letters that these texts, as menus and buttons have them, use with Alt."""
    return "".join(found[1] for text in texts if (found := re.search(_LETTER, text)))


def unlettered(text: str) -> str:
    """A menu's or a button's text as it is read: without "&", and without "(&S)", as some languages have it behind."""
    return (re.sub(_BEHIND, "", text) if "(&" in text else text).replace("&", "")
