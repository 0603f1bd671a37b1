"""A sentence is said in the language that was chosen, or in English: never not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import mofile
from babel.messages.catalog import Catalog

from desktop.language.sentences import SOURCE, mark, say, say_in, say_many, speak, spoken
from tests.support.catalogues import compiled


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak(SOURCE)


def catalogue(folder: Path, code: str, *sentences: tuple[str | tuple[str, str], str | tuple[str, ...], str]) -> Path:
    """A compiled catalogue of (sentence, translation, context)."""
    made = Catalog(locale=code)
    for sentence, translation, context in sentences:
        made.add(sentence, translation, context=context or None)
    out = io.BytesIO()
    mofile.write_mo(out, made)
    file = folder / f"{code}.mo"
    file.write_bytes(out.getvalue())
    return file


def test_english_needs_no_catalogue() -> None:
    assert spoken() == "en"
    assert say("Charged {amount} to {person}.", amount="1.00", person="ann") == "Charged 1.00 to ann."
    assert say("A {brace} alone") == "A {brace} alone"
    assert say_many("{count} record", "{count} records", 1) == "1 record"
    assert say_many("{count} record", "{count} records", 2000) == "2,000 records"
    assert say_in("a verb", "Open") == "Open"
    assert mark("Later") == "Later"


def test_a_catalogue_says_it_with_its_plurals_and_contexts(tmp_path: Path) -> None:
    file = catalogue(
        tmp_path,
        "pl",
        ("Charged {amount} to {person}.", "Konto {person}: pobrano {amount}.", ""),
        (("{count} record", "{count} records"), ("{count} wpis", "{count} wpisy", "{count} wpisów"), ""),
        ("Open", "Otwórz", "a verb"),
        ("Open", "Otwarte", "a state"),
    )
    speak("pl", file)
    assert say("Charged {amount} to {person}.", amount="1.00", person="ann") == "Konto ann: pobrano 1.00."
    assert [say_many("{count} record", "{count} records", n) for n in (1, 3, 5)] == ["1 wpis", "3 wpisy", "5 wpisów"]
    assert (say_in("a verb", "Open"), say_in("a state", "Open")) == ("Otwórz", "Otwarte")
    assert say("Nobody translated this.") == "Nobody translated this."
    assert say("") == ""


def test_a_slip_in_a_catalogue_hides_nothing(tmp_path: Path) -> None:
    slips = ("Es kostet {preis}.", "Es kostet {amount", "Es kostet {0}.", "Es kostet {amount.x}.")
    for number, slip in enumerate(slips):
        folder = tmp_path / str(number)
        folder.mkdir()
        speak("de", catalogue(folder, "de", ("It costs {amount}.", slip, "")))
        assert say("It costs {amount}.", amount="2.00") == "It costs 2.00."


def test_what_is_put_into_a_right_to_left_sentence_keeps_its_own_direction(tmp_path: Path) -> None:
    speak("ar", catalogue(tmp_path, "ar", ("{what} costs {amount}.", "{amount} ثمن {what}.", "")))
    assert say("{what} costs {amount}.", what="3 − 8", amount="1.00") == "\u20681.00\u2069 ثمن \u20683 − 8\u2069."


def test_no_catalogue_is_an_error_and_the_language_stays(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nothing\.mo"):
        speak("de", tmp_path / "nothing.mo")
    broken = tmp_path / "broken.mo"
    broken.write_bytes(b"no catalogue")
    with pytest.raises(OSError, match="magic"):
        speak("de", broken)
    assert spoken() == SOURCE


@pytest.mark.parametrize("length", [0, 3, 8, 19, 24, 60])
def test_a_catalogue_that_is_cut_off_is_none(tmp_path: Path, length: int) -> None:
    file = tmp_path / "de.mo"
    file.write_bytes(compiled("de", {"Sign in": "Anmelden"})[:length])
    with pytest.raises(OSError, match=r".*"):
        speak("de", file)


@pytest.mark.parametrize(
    ("was", "now"), [(b"n != 1", b"1 // 0"), (b"n != 1", b"n / 0 "), (b"charset=utf-8", b"charset=xyz-8")]
)
def test_a_catalogue_whose_head_is_broken_is_none(tmp_path: Path, was: bytes, now: bytes) -> None:
    whole = compiled("de", {"Sign in": "Anmelden"})
    assert was in whole
    file = tmp_path / "de.mo"
    file.write_bytes(whole.replace(was, now))
    with pytest.raises(OSError, match=r".*"):
        speak("de", file)
