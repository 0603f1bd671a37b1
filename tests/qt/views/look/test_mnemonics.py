"""Letters with Alt for words that come from elsewhere can be typed, in every language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.language.sentences import LANGUAGES, speak
from desktop.system import spoken
from desktop.views.look.mnemonics import lettered, letters_of, typed, unlettered


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("en", ["Language", "Log", "Length"], ["&Language", "L&og", "L&ength"]),
        ("de", ["Über", "Übrig"], ["&Über", "Ü&brig"]),
        ("pl", ["Żeton", "Śledź"], ["Ż&eton", "Ś&ledź"]),
        (
            "ja",
            ["言語", "文字の大きさ", "random.org への連絡先"],
            ["言語(&A)", "文字の大きさ(&B)", "&random.org への連絡先"],
        ),
        ("ar", ["اللغة", "الأرقام"], ["&اللغة", "ا&لأرقام"]),
        ("ar", ["CSV"], ["CSV(&ض)"]),
    ],
)
def test_the_letter_is_one_that_the_keyboard_has(code: str, words: list[str], expected: list[str]) -> None:
    spoken.choose(code)
    assert lettered(words) == expected
    assert [unlettered(word) for word in lettered(words)] == words


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_setting_has_a_letter_of_its_own(code: str) -> None:
    from desktop.language.sentences import say
    from desktop.wording.settings import _WORDS, PAGES

    spoken.choose(code)
    for _, names in PAGES:
        letters = letters_of(lettered(say(_WORDS[name].label) for name in names)).casefold()
        assert len(letters) == len(set(letters)) == len(names)
        assert set(letters) <= set(typed(code))


def test_letters_that_are_taken_are_left_to_their_owners() -> None:
    assert lettered(["Save"], taken="sa") == ["Sa&ve"]
    assert lettered(["Sa"], taken="sa") == ["Sa"]
