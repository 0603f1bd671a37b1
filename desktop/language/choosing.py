"""Which language is meant: the one that was set, or else the first that the system asks for and that there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desktop.language.sentences import LANGUAGES, SOURCE

SYSTEM = "system"

# The order in which POSIX and GNU gettext ask them; the first that says something decides.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def matching(name: str) -> str | None:
    """The language of `LANGUAGES` that a locale's name means ("de_AT.UTF-8", "pt-BR", "C"), or None."""
    plain = name.split(".")[0].split("@")[0].replace("-", "_")
    if plain in LANGUAGES:
        return plain
    first = plain.split("_")[0].lower()
    if plain in ("C", "POSIX"):
        return SOURCE
    return next((code for code in LANGUAGES if code.split("_")[0] == first), None)


def of_names(names: Iterable[str]) -> str:
    """The first language that there is, in the order of what is wanted; English where there is none of them."""
    return next((found for name in names if (found := matching(name))), SOURCE)


def of_environment(environment: Mapping[str, str]) -> str:
    """What the environment asks for, as GNU gettext reads it; `LANGUAGE` is heeded only beside a real locale."""
    named = [environment.get(name, "") for name in _VARIABLES]
    locale = next((name for name in named[1:] if name), "")
    if locale.split(".")[0] in ("", "C", "POSIX"):
        return SOURCE
    return of_names([*named[0].split(":"), locale] if named[0] else [locale])
