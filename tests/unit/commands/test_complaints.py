"""What is wrong with the words of a command is said in the person's language, whichever Python says it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.commands import grammar
from desktop.commands.complaints import told
from desktop.language.sentences import LANGUAGES, SOURCE, speak
from desktop.system import spoken
from desktop.terms.errors import BadInput

WRONG = [
    (["records"], "Diese Argumente fehlen: --user"),
    (["delete", "--user", "a"], "Diese Argumente fehlen: ID"),
    (["balance", "--user"], "Argument --user: Ein Wert wird erwartet"),
    (["balance", "--user", "a", "--bogus"], "Unbekannte Argumente: --bogus"),
    (["eval", "1", "--user", "a", "--json=1"], "Das Argument --json nimmt keinen Wert an, angegeben war „1“"),
    (["set-role", "a", "king", "--user", "a"], "Argument ROLE: „king“ steht nicht zur Wahl. Möglich sind user, admin"),
]


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak(SOURCE)


def complaint(words: list[str]) -> str:
    with pytest.raises(BadInput) as caught:
        grammar.parse(words)
    return str(caught.value)


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_it_is_said_in_german(words: list[str], said: str) -> None:
    spoken.choose("de")
    assert complaint(words).startswith(f"{said}. Siehe: metercalc")


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != SOURCE])
def test_no_word_of_argparse_is_left_in_any_language(code: str) -> None:
    english = [complaint(words) for words, _ in WRONG]
    spoken.choose(code)
    for words, (wrong, _) in zip(english, WRONG, strict=True):
        said = complaint(wrong)
        assert said != words
        assert not any(word in said for word in ("required", "expected", "unrecognized", "ignored", "invalid choice"))


@pytest.mark.parametrize(
    "message",
    [
        "argument ROLE: invalid choice: 'king' (choose from 'user', 'admin')",  # 3.11
        "argument ROLE: invalid choice: 'king' (choose from user, admin)",  # 3.13
        "argument ROLE: invalid choice: 'king', maybe you meant 'user'? (choose from user, admin)",  # 3.14
    ],
)
def test_each_python_says_it_in_its_own_way(message: str) -> None:
    assert told(message) == "Argument ROLE: invalid choice “king”. Choose from user, admin"


def test_what_is_not_known_stays() -> None:
    assert told("argument --x: some new trouble") == "Argument --x: some new trouble"
    assert told("argument X: expected at least one argument") == "Argument X: expected at least one argument"
