"""How words become arguments: what begins with a dash, what a value may be, and what is refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.commands import grammar
from desktop.commands import words as given
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column

SIGNED_IN = ["--user", "a@example.org"]


@pytest.mark.parametrize("expression", ["-5", "-5+3", "--5", "-(2)", "-sqrt(2)", "−5", "-.5", "- 5", "-√2", "-"])
def test_an_expression_that_begins_with_a_dash_is_an_expression(expression: str) -> None:
    for words in ([expression, *SIGNED_IN], [*SIGNED_IN, expression], [*SIGNED_IN, "--", expression]):
        assert grammar.parse(["eval", *words]).expression == expression


@pytest.mark.parametrize(("word", "hundredths"), [("-5", -500), ("-1,000.50", -100050), ("+5", 500), ("10.5", 1050)])
def test_an_amount_may_be_below_zero(word: str, hundredths: int) -> None:
    parsed = grammar.parse(["credit", "b@example.org", word, "--reason", "-why", *SIGNED_IN])
    assert (parsed.amount, parsed.reason) == (hundredths, "-why")


def test_a_value_may_begin_with_a_dash() -> None:
    parsed = grammar.parse(["records", *SIGNED_IN, "--sort", "-amount", "--search", "--x", "--page", "2"])
    assert (parsed.sort, parsed.search, parsed.page) == ((Column.AMOUNT, True), "--x", 2)


def test_a_missing_value_is_not_taken_from_the_next_option() -> None:
    with pytest.raises(BadInput, match="expected one argument"):
        grammar.parse(["records", "--user", "--password-stdin"])


@pytest.mark.parametrize(
    "words", [["--config", "F", "--data-dir", "D", "init"], ["init", "--data-dir", "D", "--config=F"]]
)
def test_places_stand_before_or_after_the_command(words: list[str]) -> None:
    parsed = grammar.parse(words)
    assert (parsed.data_dir, parsed.config, parsed.command) == (Path("D"), Path("F"), "init")


def test_no_command_is_the_window() -> None:
    parsed = grammar.parse([])
    assert (parsed.command, parsed.data_dir, parsed.config) == (given.WINDOW, None, None)


@pytest.mark.parametrize(
    "words",
    [
        ["eval", "1", "--json"],
        ["eval", "1", "2", *SIGNED_IN],
        ["balance", *SIGNED_IN, "--jso"],
        ["-5"],
        ["delete", *SIGNED_IN],
        ["delete", "0", *SIGNED_IN],
        ["delete", "１", *SIGNED_IN],
        ["delete", "1_0", *SIGNED_IN],
        ["set-cost", "credit", "1", *SIGNED_IN],
        ["credit", "b@example.org", "much", "--reason", "r", *SIGNED_IN],
        ["credit", "b@example.org", "1.005", "--reason", "r", *SIGNED_IN],
        ["records", *SIGNED_IN, "--from", "20260101"],
        ["records", *SIGNED_IN, "--from", "2026-W01-1"],
        ["records", *SIGNED_IN, "--operation", "additions"],
        ["records", *SIGNED_IN, "--format", "xml"],
        ["demo", "--records", "many"],
        ["init", "--data-dir", ""],
        ["eval", "1", "--user", "\udcff"],
    ],
)
def test_what_is_not_understood_is_bad_input_in_one_printable_line(words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        grammar.parse(words)
    assert refused.value.message.isprintable()


@pytest.mark.skipif(os.name == "nt", reason="words are Unicode there")
def test_words_are_utf_8_and_file_names_whatever_bytes_they_are() -> None:
    word = os.fsdecode("é÷".encode())
    assert given.decoded([word]) == ["é÷"]
    odd = os.fsdecode(b"caf\xe9")
    assert os.fsencode(given.path(given.decoded([odd])[0])) == b"caf\xe9"


def test_a_period_that_is_none_is_told_with_what_is_one() -> None:
    with pytest.raises(BadInput, match=r"“soon” is no day, month, year or time.*2026-11.*last-month"):
        grammar.parse(["records", *SIGNED_IN, "--from", "soon"])


def test_the_end_of_options_can_be_an_option_s_value() -> None:
    for words in (["init", "--config", "--"], ["init", "--config=--"]):
        assert grammar.parse(words).config == Path("--")
