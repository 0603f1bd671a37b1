"""Which language is meant, out of what systems call theirs."""

from __future__ import annotations

import pytest

from desktop.language.choosing import matching, of_environment, of_names
from desktop.language.sentences import is_right_to_left


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("de", "de"), ("de_AT.UTF-8", "de"), ("de-CH", "de"), ("pt", "pt_BR"), ("pt_PT", "pt_BR"), ("pt-BR", "pt_BR"),
        ("ja_JP.EUC-JP", "ja"), ("ar_EG@latin", "ar"), ("C", "en"), ("POSIX", "en"), ("C.UTF-8", "en"), ("en_GB", "en"),
        ("nl_NL", None), ("", None), ("DE", "de"),
    ],
)  # fmt: skip
def test_a_locale_is_matched_with_a_language(name: str, code: str | None) -> None:
    assert matching(name) == code


def test_the_first_that_there_is_is_taken_and_english_else() -> None:
    assert of_names(["nl-NL", "fr-FR", "de-DE"]) == "fr"
    assert of_names(["nl-NL"]) == "en"
    assert of_names([]) == "en"


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "es_ES.UTF-8"}, "es"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "nl:pl:fr"}, "pl"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "nl"}, "de"),
        ({"LANG": "C", "LANGUAGE": "pl"}, "en"),
        ({"LANGUAGE": "pl"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
    ],
)
def test_the_environment_is_read_as_gettext_reads_it(environment: dict[str, str], code: str) -> None:
    assert of_environment(environment) == code


@pytest.mark.parametrize("name", ["he_IL.UTF-8", "fa_IR.UTF-8"])
def test_a_language_without_a_catalogue_is_english_from_left_to_right(name: str) -> None:
    code = of_environment({"LANG": name})
    assert code == "en"
    assert not is_right_to_left(code)  # the layout goes with what is spoken


def test_the_direction_of_a_language() -> None:
    assert [is_right_to_left(name) for name in ("ar", "ar_EG", "fa-IR", "he", "de", "pt_BR", "ja")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip
