"""The catalogues say all that the code says, nothing that it no longer says, and with the same names and letters."""

from __future__ import annotations

import gettext
import importlib.util
import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message

from desktop.commands import grammar
from desktop.language.sentences import LANGUAGES, SOURCE, speak
from desktop.system import resources, spoken
from desktop.views.look.mnemonics import typed

ROOT = Path(__file__).parents[2]
OTHERS = [code for code in LANGUAGES if code != SOURCE]


@cache
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("languages", ROOT / "packaging/languages.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@cache
def sentences() -> Catalog:
    found: Catalog = maker().found()
    return found


@cache
def catalogue(code: str) -> Catalog:
    found: Catalog = maker().read(code)
    return found


@pytest.fixture
def english_again() -> Iterator[None]:
    yield
    speak(SOURCE)


def forms(message: Message) -> list[tuple[str, str]]:
    """Each translation with the English that it is of."""
    if isinstance(message.id, (tuple, list)):
        one, many = message.id
        return [(many if place else one, text) for place, text in enumerate(message.string or ())]
    return [(str(message.id), str(message.string))]


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def keys(catalog: Catalog) -> set[tuple[object, object]]:
    return {(message.context, message.id) for message in catalog if message.id}


def test_the_template_is_of_todays_code() -> None:
    assert (ROOT / "resources/languages/metercalc.pot").read_bytes() == maker().written(sentences())


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated_and_none_is_stale(code: str) -> None:
    assert keys(catalogue(code)) == keys(sentences())
    assert maker().missing(catalogue(code)) == 0
    assert not any(message.fuzzy for message in catalogue(code))


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_read_is_what_was_written(code: str) -> None:
    assert resources.path(f"languages/{code}.mo").read_bytes() == maker().compiled(catalogue(code))


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_are_the_same(code: str) -> None:
    for message in catalogue(code):
        for english, text in forms(message) if message.id else ():
            if "{" in english or "{" in text:
                # One form of a plural may say its number in words.
                spare = {"count"} if isinstance(message.id, (tuple, list)) else set()
                assert names(english) - spare <= names(text) <= names(english) | spare, text


@pytest.mark.parametrize("code", OTHERS)
def test_signs_that_mean_something_stay(code: str) -> None:
    for message in catalogue(code):
        for english, text in forms(message) if message.id else ():
            assert text.count("\n") == english.count("\n"), text
            assert (text.startswith(" "), text.endswith(" ")) == (english.startswith(" "), english.endswith(" ")), text
            assert Counter(re.findall(r"&(?=[^\s&])", text)) == Counter(re.findall(r"&(?=[^\s&])", english)), text
            assert Counter(re.findall(r"--[a-z][a-z-]+", text)) == Counter(re.findall(r"--[a-z][a-z-]+", english)), text


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.usefixtures("english_again")
def test_the_whole_help_can_be_said(code: str) -> None:
    spoken.choose(code)
    parser = grammar.parser()
    choices = [action.choices for action in parser._actions]  # noqa: SLF001 - nothing else tells the commands
    commands = [one for some in choices if isinstance(some, dict) for one in some.values()]
    texts = [parser.format_help(), *(one.format_help() for one in commands)]
    assert len(texts) > 20
    assert all("metercalc" in text for text in texts)


@pytest.mark.parametrize("code", OTHERS)
def test_every_letter_for_alt_can_be_typed_on_the_keyboard_of_its_language(code: str) -> None:
    for message in catalogue(code):
        for _, text in forms(message) if message.id else ():
            for letter in re.findall(r"&(\w)", text):
                assert letter.casefold() in typed(code), text


def test_a_letter_for_alt_stands_behind_japanese_words_in_brackets() -> None:
    for message in catalogue("ja"):
        for _, text in forms(message) if message.id else ():
            if re.search(r"&\w", text):
                assert text.isascii() or re.search(r"\(&[A-Z]\)", text), text


# A number that stands alone, is a unit's or a constant has one form; whose words agree with a count has plural forms.
_COUNTS = {
    "accounts", "before", "characters", "count", "days", "digits", "done", "given", "hours", "lines", "minutes",
    "needed", "pages", "prices", "records", "seconds", "size", "there", "times", "total", "wanted",
}  # fmt: skip
_SPARED = {
    "&Trash ({count})": "the number stands in parentheses",
    "More filters ({count})": "the number stands in parentheses",
    "A number can have {most} characters; this one has {count}.": "a constant, and a number that stands alone",
    "It works: {url} gave a string in {seconds} s.": "a unit's sign",
    "{seconds} s": "a unit's sign",
    "This computer has too little free memory to work with passwords ({needed} MB are needed): nothing can be said "
    "about this one, and it was not counted as wrong. Close other programs and try again.": "a unit's sign",
    "The account begins with {balance} credits. It gets a one-time password, which is shown here once: hand it over, "
    "and another one is chosen with it.": "money has decimals",
    "Welcome. The first account becomes the administrator and starts with {balance} credits: choose an e-mail and a "
    "password, and register.": "money has decimals",
    "The schema's version is {version} of {wanted}: run metercalc server upgrade.": "the number of a version",
    "Page {number} of {pages}": "the number of a page",
    "of {pages}": "the number of a page",
    "Its sequence number is {number} after {before}.": "the number of a record",
    "record {record} of {owner} has the sequence number {number} after {before}": "the number of a record",
    "Between {before} and {after} at character {place} an operator is missing. To multiply, write ×.": "no numbers",
    "Brought over and proved: {accounts}, {records}, {prices}.": "each is a counted sentence",
    "PostgreSQL {server}, ledger {name}, version {version} of its schema: {accounts}, {records}.": "counted before",
    "Stopped after {records}; {problems} so far.": "each is a counted sentence",
    "The ledger is proved: {records} of {users}, no problem.": "each is a counted sentence",
    "{problems} in {records}. Do not trust the balances.": "each is a counted sentence",
}
_CONSTANT = frozenset({"least", "most"})  # limits, which do not change while the program runs
_VERBS = "closes|costs|does|gives|groups|has|holds|is|lies|names|needs|says|stands|takes|was"
_NOUN = re.compile(rf"\{{(\w+)\}} (?:more )?(?!(?:{_VERBS})\b)[a-z]+s\b")


def test_what_is_counted_has_plural_forms() -> None:
    found = set()
    for message in sentences():
        if not message.id or isinstance(message.id, (tuple, list)):
            continue
        text = str(message.id)
        before_a_noun = set(_NOUN.findall(text)) - _CONSTANT
        if names(text) & _COUNTS or before_a_noun:
            found.add(text)
    assert found == set(_SPARED)


@pytest.mark.parametrize("code", [code for code in OTHERS if code in ("es", "fr", "pt_BR")])
def test_only_whole_millions_are_of_something(code: str) -> None:
    """ "1.000.000 de registros", but "5 registros": the forms are easily put the wrong way round."""
    read = resources.path(f"languages/{code}.mo")
    with read.open("rb") as file:
        spoken_there = gettext.GNUTranslations(file)
    of_something = re.compile(r"\{count\} (?:de (?!las )|d’)")
    for message in sentences():
        if isinstance(message.id, (tuple, list)):
            one, many = message.id
            assert not of_something.search(spoken_there.ngettext(one, many, 5)), message.id
    assert of_something.search(spoken_there.ngettext("{count} record", "{count} records", 2_000_000))
