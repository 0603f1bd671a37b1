"""Which pictures are taken, in which languages, at which sizes and into which folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.commands import grammar
from desktop.commands.demo.pictures import CONTRAST, LANGUAGES, SMALL, Pictures, planned, take_all
from desktop.language.sentences import is_right_to_left
from desktop.settings import config as configuration
from desktop.terms.errors import BadInput


def plan(folder: Path, *languages: str) -> list[Pictures]:
    config = configuration.load(folder / "config.toml", {}, {})
    return list(planned(configuration.places(folder / "data"), config, languages, folder / "pictures", 5))


def test_one_call_takes_three_languages_one_of_them_from_right_to_left_at_two_sizes(tmp_path: Path) -> None:
    sets = plan(tmp_path)
    assert len(LANGUAGES) == 3
    assert any(map(is_right_to_left, LANGUAGES))
    assert [one.folder.name for one in sets] == ["pictures", "en-800x600", "de", "de-800x600", "ar", "ar-800x600"]
    assert all({"light", "dark"} <= set(one.schemes) for one in sets)
    assert [one.folder.name for one in sets if CONTRAST in one.schemes] == ["pictures"]


def test_no_two_share_a_store_or_a_folder(tmp_path: Path) -> None:
    sets = plan(tmp_path)
    assert len({one.folder for one in sets}) == len({one.places.store_file for one in sets}) == len(sets)


def test_languages_that_are_named_are_taken_alone_and_once(tmp_path: Path) -> None:
    sets = plan(tmp_path, "ja", "fr", "ja")
    assert [(one.language, one.screen == SMALL) for one in sets] == [
        ("ja", False), ("ja", True), ("fr", False), ("fr", True),
    ]  # fmt: skip


def test_the_command_takes_no_language_that_there_is_not() -> None:
    parsed = grammar.parser().parse_args(["demo", "--screenshots", "x", "--language", "pl", "--language", "ja"])
    assert parsed.languages == ["pl", "ja"]
    with pytest.raises(BadInput, match="tlh"):
        grammar.parser().parse_args(["demo", "--screenshots", "x", "--language", "tlh"])


def test_a_place_that_can_have_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file")
    with pytest.raises(BadInput, match="no pictures in"):
        take_all(plan(tmp_path))
