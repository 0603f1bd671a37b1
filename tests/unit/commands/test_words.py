"""The start of the window without the grammar: it means what the grammar means by the same words."""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID

import pytest

from desktop.commands import grammar
from desktop.commands import words as given
from desktop.system.request_ids import new_request_id
from desktop.terms.errors import BadInput
from tests.support.command_line import ROOT

SLOW = ("desktop.commands.grammar", "desktop.terms.charges", "uuid", "socket", "json", "platformdirs")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--data-dir", "D"],
        ["--data-dir=D", "--config", "F"],
        ["--database", "postgresql://h/d?x=1", "--data-dir=a=b"],
        ["--config=~/F", "--config", "G"],
    ],
)
def test_places_alone_mean_the_window_as_the_grammar_has_it(words: list[str]) -> None:
    found = given.of_window(words)
    assert found is not None
    assert found | {"command": given.WINDOW, "verbose": False} == vars(grammar.parse(words))


@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["--help"],
        ["--data-dir"],
        ["--data-dir", "--config", "F"],
        ["--data-dir", "D", "balance"],
        ["--config", "--"],
        ["--config=--"],
        ["--data-dir", "-D"],
        ["--dat=D"],
        ["--", "--data-dir", "D"],
    ],
)
def test_all_else_is_left_to_the_grammar(words: list[str]) -> None:
    assert given.of_window(words) is None


def test_a_place_without_a_name_is_refused_in_the_same_sentence() -> None:
    with pytest.raises(BadInput) as by_grammar:
        grammar.parse(["--data-dir="])
    with pytest.raises(BadInput) as alone:
        given.of_window(["--data-dir="])
    assert alone.value.message == by_grammar.value.message


def test_what_the_sign_in_dialog_does_without_is_not_imported_before_it() -> None:
    code = "import sys, desktop.cli, desktop.commands.window; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(SLOW).isdisjoint(ended.stdout.split())


def test_an_id_is_a_random_uuid() -> None:
    first, second = new_request_id(), new_request_id()
    assert first != second
    assert str(UUID(first)) == first
    assert UUID(first).version == 4
