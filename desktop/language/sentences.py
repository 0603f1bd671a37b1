"""Every sentence that a person meets goes through here: `say("Charged {amount}.", amount=amount)`.

The English sentence is the key (GNU gettext); `packaging/languages.py` finds them in the code by the names of these
functions, so the first argument is always a literal. What is named in a sentence is put in by name, never joined to
it: languages differ in their order. A whole number is written in the person's digits; others come written by `figures`
and `say_count`, or formatted.

A module's constants are read before a language is chosen: they are marked with `mark` and said where they are shown.
This module imports nothing of the program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

# By the language's name in its own words, as a list of languages shows it. Each but the first has a catalogue.
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pt_BR": "Português (Brasil)",
    "pl": "Polski",
    "ja": "日本語",
    "ar": "العربية",
}
SOURCE = "en"
# A right-to-left language, by its code's first part; those that a locale may have beside the ones above.
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "ku"})

_PLURALS_TRIED = 200  # numbers: rules go by the last two digits
_FIRST_STRONG, _END = "\u2068", "\u2069"


class _Spoken:
    """What is spoken at present. One for the process: a sentence is said wherever trouble is met, in any thread."""

    code = SOURCE
    catalogue: NullTranslations = NullTranslations()
    count: Callable[[int], str] = staticmethod("{:,}".format)
    figures: Callable[[str], str] = staticmethod(str)


def speak(code: str, catalogue: Path | None = None) -> None:
    """From now on speak the language `code`, whose compiled catalogue (GNU .mo) is `catalogue`; English has none.

    Raises `OSError` where the catalogue cannot be read or is none; the language stays what it was. What of it cannot
    be used is found here: its head, its encoding and its rule of plurals.
    """
    if catalogue is None:
        _Spoken.code, _Spoken.catalogue = code, NullTranslations()
        return
    try:
        with catalogue.open("rb") as file:
            found = GNUTranslations(file)
        for number in range(_PLURALS_TRIED):
            found.ngettext("", "", number)
    except (ValueError, LookupError, ArithmeticError, TypeError, struct.error) as error:
        raise OSError(f"{catalogue} is no catalogue: {error}") from error  # gettext's own errors, whatever is broken
    _Spoken.code, _Spoken.catalogue = code, found


def write_counts(count: Callable[[int], str] | None, written: Callable[[str], str] | None = None) -> None:
    """Have counts written like this from now on, and other figures (canonical text of a number or an expression) like
    that; None is as the command line has them: 1,234 and "1.5 ÷ 0".
    """
    _Spoken.count = staticmethod(count or "{:,}".format)
    _Spoken.figures = staticmethod(written or str)


def say_count(number: int) -> str:
    """How many, as it stands in a sentence: grouped, in the person's digits."""
    return _Spoken.count(number)


def figures(text: str) -> str:
    """Canonical text of a number or an expression, as it stands in a sentence: in the person's digits and marks."""
    return _Spoken.figures(text)


def spoken() -> str:
    """The code of the language in use, one of `LANGUAGES`."""
    return _Spoken.code


def is_right_to_left(code: str) -> bool:
    """Whether a language, or a locale's name ("ar_EG"), is written from right to left."""
    return code.replace("-", "_").split("_")[0] in _RIGHT_TO_LEFT


def mark(message: str) -> str:
    """A sentence that is said later, by `say(…)`: returned as it is, found by the catalogue's maker."""
    return message


def say(message: str, /, **values: object) -> str:
    """A sentence in the person's language, `{name}`s filled in. Without values braces stand for themselves."""
    # To gettext the empty sentence is the catalogue's head.
    return _filled(_Spoken.catalogue.gettext(message), message, values) if message else ""


def say_in(context: str, message: str, /, **values: object) -> str:
    """The same for a word that means two things in English: `context` tells translators which ("verb", "a column")."""
    return _filled(_Spoken.catalogue.pgettext(context, message), message, values)


def say_many(one: str, many: str, number: int, /, **values: object) -> str:
    """The form that goes with `number`: `say_many("{count} record", "{count} records", 3)`.

    `{count}` is the number as `say_count` has it, unless it is given.
    """
    values.setdefault("count", say_count(number))
    chosen = _Spoken.catalogue.ngettext(one, many, number)
    return _filled(chosen, one if number == 1 else many, values)


def _filled(message: str, source: str, values: dict[str, object]) -> str:
    if not values:
        return message
    mirrored = is_right_to_left(_Spoken.code)
    values = {name: _written(value, mirrored) for name, value in values.items()}
    try:
        return message.format(**values)
    except (LookupError, ValueError, AttributeError, TypeError, MemoryError):  # a slip in a catalogue hides nothing
        return source.format(**values)


def _written(value: object, mirrored: bool) -> object:
    """What is put into a right-to-left sentence keeps its own direction, and the sentence keeps its order around it."""
    if type(value) is int:
        return figures(str(value))
    if not mirrored or isinstance(value, int | float):
        return value
    text = str(value)  # of a path or an error too
    return f"{_FIRST_STRONG}{text}{_END}" if text else text
