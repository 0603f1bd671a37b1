"""Saving settings changes what was asked for and nothing else, whole or not at all, whoever else writes."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from desktop.settings import config, editing
from desktop.system import resources
from desktop.system.turns import turn
from desktop.terms.errors import ConfigError
from desktop.terms.settings import Change, Effect, Kind, Origin

SHIPPED = resources.text("config.toml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file as the program makes it."""
    made = tmp_path / "config.toml"
    config.ensure_file(made)
    return made


def size(value: str, seen: str | None = "25") -> Change:
    return Change("records", "page_size", seen, value)


def changed_lines(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_only_the_lines_of_the_changed_values_change(file: Path) -> None:
    changes = [
        size("50"),
        Change("random", "classes", "digits, upper, lower", "digits,lower"),
        Change("account", "default_balance", "1000.00", "5.50"),
        Change("random", "contact", "", "ann@example.org"),
    ]
    editing.save(file, changes)
    after = file.read_text()
    assert changed_lines(SHIPPED, after) == [
        'default_balance = "5.50"',
        "page_size = 50",
        'classes = ["digits", "lower"]',
        'contact = "ann@example.org"',
    ]
    assert len(after.splitlines()) == len(SHIPPED.splitlines())
    loaded = config.load(file, {}, {})
    assert (loaded.records.page_size, loaded.account.default_balance, loaded.random.upper) == (50, 550, False)


def test_a_persons_own_comments_order_and_spelling_stay(file: Path) -> None:
    file.write_text("# mine\n[random]\nlength=4   # short\n\n[records] # here\n  # why\npage_size   =   25\n# end\n")
    editing.save(file, [size("10")])
    assert file.read_text() == (
        "# mine\n[random]\nlength=4   # short\n\n[records] # here\n  # why\npage_size   =   10\n# end\n"
    )


def test_a_value_that_the_file_has_not_gets_its_comment_and_its_section(file: Path) -> None:
    file.write_text("[records]\npage_size = 25\n\n# of the strings\n[random]\nlength = 4")
    editing.save(
        file, [Change("records", "page_sizes", None, "10, 25"), Change("spending", "warning_level", None, "20")]
    )
    text = file.read_text()
    assert (
        text.index("# Records on a page at first") < text.index("page_sizes = [10, 25]") < text.index("page_size = 25")
    )
    assert "\n# of the strings\n[random]\nlength = 4\n" in text
    assert text.index("[spending]") < text.index("# A balance below this") < text.index('warning_level = "20"')
    loaded = config.load(file, {}, {})
    assert (loaded.records.page_sizes, loaded.spending.warning_level, loaded.random.length) == ((10, 25), 20_00, 4)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_files_line_ends_and_byte_order_mark_stay(file: Path, ends: str, mark: str) -> None:
    file.write_bytes(f"{mark}[records]{ends}page_size = 25{ends}".encode())
    editing.save(file, [size("10"), Change("random", "length", None, "4")])
    content = file.read_bytes().decode()
    assert content.startswith(f"{mark}[records]{ends}page_size = 10{ends}{ends}[random]{ends}")
    assert content.count("\n") == content.count(ends)
    assert config.load(file, {}, {}).random.length == 4


@pytest.mark.parametrize(
    "form", ["records.page_size = 25\n", "records = { page_size = 25 }\n", '["records"]\npage_size = 25\n']
)
def test_other_ways_to_write_the_same_are_changed_in_place(file: Path, form: str) -> None:
    file.write_text(form)
    editing.save(file, [size("10")])
    assert file.read_text() == form.replace("25", "10")


def test_a_file_that_cannot_be_changed_without_touching_more_is_left_alone(file: Path) -> None:
    file.write_text("records = { page_size = 25 }\n")
    with pytest.raises(ConfigError, match="Nothing was saved: change it with an editor"):
        editing.save(file, [Change("records", "page_sizes", None, "10, 25")])
    assert file.read_text() == "records = { page_size = 25 }\n"


@pytest.mark.parametrize(
    "broken",
    [
        "[records\n",
        "[records]\npage_size = 0\n",
        "[records]\nnot_known = 1\n",
        "[records]\npage_size = 1\npage_size = 2\n",
    ],
)
def test_a_broken_file_is_never_written_over(file: Path, broken: str) -> None:
    file.write_text(broken)
    with pytest.raises(ConfigError, match=str(file)):
        editing.save(file, [size("10")])
    with pytest.raises(ConfigError, match=str(file)):
        editing.settings(file, {}, {})
    assert file.read_text() == broken


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (size("0"), "a whole number from 1 to 1000"),
        (size("many"), "a whole number"),
        (Change("random", "url", "https://www.random.org/strings/", "http://example.org/"), "an https:// address"),
        (Change("account", "default_balance", "1000.00", "-1"), "credits with at most two decimals"),
        (Change("random", "no_such", None, "1"), "is no setting"),
    ],
)
def test_what_is_not_accepted_is_not_saved_and_the_message_says_what_is(file: Path, change: Change, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        editing.save(file, [Change("random", "length", "8", "4"), change])
    assert file.read_text() == SHIPPED


def test_a_value_that_somebody_else_changed_meanwhile_is_not_written_over(file: Path) -> None:
    editing.save(file, [size("50")])
    with pytest.raises(ConfigError, match=r'\[records\] page_size was changed .* to "50"'):
        editing.save(file, [size("10")])
    assert config.load(file, {}, {}).records.page_size == 50


def test_two_programs_that_save_at_once_lose_nothing_of_each_other(file: Path) -> None:
    keys = [("random", "length", 8), ("random", "block", 50), ("records", "page_size", 25), ("logging", "keep", 5)]

    def raise_by_one(section: str, key: str, first: int) -> None:
        for value in range(first, first + 10):
            editing.save(file, [Change(section, key, str(value), str(value + 1))])

    threads = [threading.Thread(target=raise_by_one, args=key) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {one.name: one.value for one in editing.settings(file, {}, {})}
    assert [found[f"{section}.{key}"] for section, key, _ in keys] == ["18", "60", "35", "15"]


def test_who_waits_in_vain_for_another_program_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "_PATIENCE_S", 0.0)
    editing.save(file, [size("50")])
    with turn(file.with_name(".config.toml.lock"), 1), pytest.raises(ConfigError, match="another program"):
        editing.save(file, [size("10", "50")])


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_file_stays_private_and_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere.toml"
    file.rename(kept)
    file.symlink_to(kept)
    editing.save(file, [size("50")])
    assert file.is_symlink()
    assert config.load(kept, {}, {}).records.page_size == 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [".elsewhere.toml.lock", "config.toml", "elsewhere.toml"]


def test_a_missing_file_is_made_with_all_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    editing.save(file, [Change("records", "page_size", None, "50")])
    assert changed_lines(SHIPPED, file.read_text()) == ["page_size = 50"]


def test_a_setting_says_where_it_comes_from_and_who_has_the_last_word(file: Path) -> None:
    file.write_text("[random]\nblock = 10\nlength = 4\n")
    found = {one.name: one for one in editing.settings(file, {"METERCALC_RANDOM_BLOCK": "3"}, {"random.timeout": "9"})}
    block, length, timeout = (found[f"random.{key}"] for key in ("block", "length", "timeout"))
    assert (block.value, block.in_file, block.default) == ("3", "10", "50")
    assert (block.origin, block.locked_by) == (Origin.ENVIRONMENT, "METERCALC_RANDOM_BLOCK")
    assert (length.value, length.origin, length.locked_by) == ("4", Origin.FILE, "")
    assert (timeout.value, timeout.origin, timeout.locked_by) == ("9", Origin.COMMAND_LINE, "the command line")
    assert (found["random.contact"].origin, found["random.contact"].in_file) == (Origin.DEFAULT, None)


def test_every_setting_is_described_as_a_form_needs_it(file: Path) -> None:
    found = {one.name: one for one in editing.settings(file, {}, {})}
    assert len(found) == 29
    assert (found["records.page_size"].shape.least, found["records.page_size"].shape.most) == (1, 1000)
    assert found["random.fallback"].shape.choices == ("deny", "local")
    assert found["spending.monthly_budget"].shape.kind is Kind.MONEY
    effects = [found[name].effect for name in ("records.page_size", "database.url", "costs.addition")]
    assert effects == [Effect.NOW, Effect.START, Effect.NEW_STORE]
