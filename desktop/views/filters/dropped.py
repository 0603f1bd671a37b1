"""What filters lost from one state to the next, and how that is said. It brings nothing back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.filters import chosen
from desktop.language.sentences import say, say_many
from desktop.terms.pages import Filters


def dropped(before: Mapping[str, Any], after: Mapping[str, Any], *, replaced: bool = False) -> dict[str, Any]:
    """The states of filters that are gone or have lost a part: a chip, a bound. With `replaced`, of all that differ."""
    return {
        name: state
        for name, state in before.items()
        if after.get(name) != state and (replaced or _has_lost(state, after.get(name)))
    }


def in_words(gone: Mapping[str, Any], before: Filters, after: Mapping[str, Any], number_format: NumberFormat) -> str:
    """What went, as a sentence; `before` are the filters as they were."""
    if len(gone) != 1:
        return say_many("{count} filter removed", "{count} filters removed", len(gone))
    name = next(iter(gone))
    words = next((one.words(before, number_format) for one in chosen(before) if one.name == name), name)
    quoted = words if words.startswith("“") else f"“{words}”"
    if name in after:
        return say("Filter {filter} changed", filter=quoted)
    return say("Filter {filter} removed", filter=quoted)


def _has_lost(old: Any, new: Any) -> bool:
    if new is None:
        return True
    if isinstance(old, list) and isinstance(new, list):
        return {*new} - {None} < {*old} - {None}
    if isinstance(old, dict) and isinstance(new, dict):
        return any(value is not None and new.get(key) is None for key, value in old.items())
    return False
