"""The command about settings through the real program: what is set, from where, and setting it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


def test_settings_are_listed_and_one_is_said_without_making_anything(program: Program) -> None:
    listed = program.run("settings", "--json")
    found = {one["setting"]: one for one in listed.json["settings"]}
    assert (found["records.page_size"]["value"], found["records.page_size"]["from"]) == ("25", "default")
    assert found["spending.beyond_budget"]["accepts"] == 'one of "tell", "refuse"'
    assert program.run("settings", "random.length").out == "8\n"
    assert not program.folder.exists()


def test_a_setting_is_set_in_the_file_and_holds_for_the_next_command(program: Program) -> None:
    ended = program.run("settings", "records.page_size", "50")
    assert (ended.status, ended.out) == (0, "records.page_size is 50 from now on.\n")
    assert "page_size = 50\n" in (program.folder / "config.toml").read_text()
    assert program.run("settings", "records.page_size").out == "50\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("records.page_size", "0"), "a whole number from 1 to 1000"),
        (("records.no_such", "1"), "is no setting. The settings are database.url"),
        (("random.fallback", "never"), 'one of "deny", "local"'),
    ],
)
def test_what_is_not_accepted_is_told_and_not_saved(program: Program, words: tuple[str, ...], said: str) -> None:
    ended = program.run("settings", *words)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


def test_what_the_environment_gives_cannot_be_set(program: Program) -> None:
    ended = program.run("settings", "random.block", "9", METERCALC_RANDOM_BLOCK="3")
    assert ended.status == 2
    assert "set by METERCALC_RANDOM_BLOCK, which has the last word" in ended.err
