"""The memory and the last answer: numbers that are free to recall. It charges nothing; adding is an addition.

M+ with an empty memory keeps a number, which costs nothing. With something in it the entry becomes the sum, with its
price, and what that comes to is kept once it is paid.
"""

from __future__ import annotations

import re

from desktop.arithmetic.numbers import NumberFormat, format_number, localise, parse_number
from desktop.language.directions import bare
from desktop.terms.errors import AppError

WORDS = ("ans", "mr")
"""What is typed for the last answer and for the memory."""
_WORD = re.compile(rf"(?<!\w)({'|'.join(WORDS)})$", re.IGNORECASE)


class Memory:
    """Canonical numbers; "" for none."""

    def __init__(self, *, number_format: NumberFormat) -> None:
        self._format = number_format
        self._awaited = ""
        self.kept = ""
        self.answer = ""

    def forget(self) -> None:
        """Somebody else signs in."""
        self.kept = self.answer = self._awaited = ""

    def take_over(self, other: Memory, awaited: str) -> None:
        """Hold what another one holds; `awaited` is the entry that is to be kept once it is paid, as written here."""
        self.kept, self.answer, self._awaited = other.kept, other.answer, awaited

    def clear(self) -> None:
        """Keep nothing; the last answer stays."""
        self.kept = self._awaited = ""

    def value_of(self, word: str) -> str:
        """What a typed word means, as the locale writes it; "" for nothing."""
        return localise({"ans": self.answer, "mr": self.kept}.get(word.lower(), ""), self._format)

    def word_at_end(self, text: str) -> str:
        """The word of ours that a text ends with, where there is a number for it; "" for none."""
        found = _WORD.search(text)
        return found[1] if found and self.value_of(found[1]) else ""

    def add(self, text: str) -> str:
        """M+ on an entry, or on a result: the entry that is to be paid for first, or "" where it is kept already."""
        text = bare(text)
        if self.is_awaiting(text):
            return text
        number = self._number(text)
        if number and not self.kept:
            self.kept = number
            return ""
        if not self.kept:
            self._awaited = text
            return text
        plain = bool(number) and not number.startswith("-")
        self._awaited = f"{localise(self.kept, self._format)} + {text if plain else f'({text})'}"
        return self._awaited

    def is_awaiting(self, text: str) -> bool:
        """Whether what this entry comes to will be kept."""
        return bool(self._awaited) and bare(text) == self._awaited

    def leave(self) -> None:
        """The entry was changed: what it comes to is not what was to be kept."""
        self._awaited = ""

    def take(self, result: str) -> None:
        """Note what was paid for; it is kept where that is what M+ waits for."""
        self.answer = result
        if self._awaited:
            self.kept, self._awaited = result, ""

    def _number(self, text: str) -> str:
        """The canonical number that a text is; "" for what is an expression."""
        try:
            return format_number(parse_number(text, self._format))
        except AppError:
            return ""
