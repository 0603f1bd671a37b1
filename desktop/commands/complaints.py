"""What argparse says of wrong words, as sentences of ours: it says them in English, and otherwise in each Python.

They are made out only once there is something to complain of, so that nothing else takes longer. What no Python of
3.11 to 3.14 says stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from desktop.language.sentences import say


def told(message: str) -> str:
    """argparse's message without its full stop, in the person's language."""
    for pattern, sentence in _KNOWN:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence(found)
    return f"{message[:1].upper()}{message[1:]}"


def _required(found: re.Match[str]) -> str:
    return say("The following arguments are required: {arguments}", arguments=found[1])


def _unrecognized(found: re.Match[str]) -> str:
    return say("Unrecognized arguments: {arguments}", arguments=found[1])


def _one_wanted(found: re.Match[str]) -> str:
    return say("Argument {argument}: expected one argument", argument=found[1])


def _some_wanted(found: re.Match[str]) -> str:
    return say("Argument {argument}: expected at least one argument", argument=found[1])


def _none_wanted(found: re.Match[str]) -> str:
    return say("Argument {argument} takes no value, and “{value}” was given", argument=found[1], value=found[2])


def _no_choice(found: re.Match[str]) -> str:
    argument, value, choices = found.groups()
    return say(
        "Argument {argument}: invalid choice “{value}”. Choose from {choices}",
        argument=argument,
        value=value,
        choices=choices.replace("'", ""),
    )


_KNOWN: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    ("the following arguments are required: (.+)", _required),
    ("unrecognized arguments: (.+)", _unrecognized),
    ("argument (.+?): expected one argument", _one_wanted),
    ("argument (.+?): expected at least one argument", _some_wanted),
    ("argument (.+?): ignored explicit argument ['\"](.*)['\"]", _none_wanted),
    # 3.14 may ask in between whether another one was meant.
    (r"argument (.+?): invalid choice: ['\"](.*?)['\"](?:, maybe you meant .*)? \(choose from (.*)\)", _no_choice),
)
