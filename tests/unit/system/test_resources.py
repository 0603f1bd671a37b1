"""What ships with the program is found, is whole, and is fit for its purpose."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from desktop import __version__
from desktop.system import resources

APPLICATION_ID = "org.metercalc.metercalc"
SOURCE = Path(__file__).parents[3] / "resources"
ICONS = [
    "search",
    "trash",
    "restore",
    "undo",
    "export",
    "first",
    "previous",
    "next",
    "last",
    "clear",
    "sign-out",
    "user",
    "random",
    "sun",
    "moon",
    "info",
    "warning",
    "pin",
    "copy",
    "backup",
    "verify",
    "settings",
    "eye",
]
KNOWN_TO_ALL = [
    "password",
    "password1",
    "12345678",
    "123456789",
    "qwertyui",
    "qwerty123",
    "1q2w3e4r",
    "iloveyou",
    "letmein1",
    "11111111",
    "00000000",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "passw0rd",
    "superman",
    "trustno1",
    "qwertyuiop",
    "1qaz2wsx",
    "zaq12wsx",
    "asdfghjkl",
    "welcome1",
    "admin123",
    "abc12345",
    "changeme",
    "computer",
    "abcd1234",
    "metercalc",
    "calculator",
    "password123",
    "88888888",
    "11223344",
    "87654321",
    "asdfasdf",
    "summer2024",
]


def test_every_file_of_the_tree_is_found() -> None:
    for file in SOURCE.rglob("*.*"):
        assert resources.path(file.relative_to(SOURCE).as_posix()).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("name", ["nothing.toml", "icons", ""])
def test_a_name_that_does_not_ship_is_a_bug_that_names_it(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=re.escape(repr(name))):
        resources.path(name)


def test_the_files_inside_a_wheel_win_over_what_lies_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, content in (("desktop/_resources", "wheel"), ("resources", "source")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "both.txt").write_text(content, encoding="utf-8")
    (tmp_path / "resources" / "one.txt").write_text("source", encoding="utf-8")
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "desktop" / "system" / "resources.py"))
    assert resources.text("both.txt") == "wheel"
    assert resources.text("one.txt") == "source"


@pytest.mark.parametrize("name", ICONS)
def test_a_line_icon_is_drawn_in_the_one_colour_that_the_theme_replaces(name: str) -> None:
    drawing = ET.fromstring(resources.text(f"icons/{name}.svg"))
    assert drawing.get("viewBox") == "0 0 16 16"
    colours = {value for each in drawing.iter() for key, value in each.items() if key in ("stroke", "fill")}
    assert "#000000" in colours
    assert colours <= {"#000000", "none"}


@pytest.mark.parametrize("file", sorted((SOURCE / "icons").iterdir()), ids=lambda file: file.name)
def test_every_icon_is_a_square_drawing_that_brings_nothing_along(file: Path) -> None:
    drawing = ET.fromstring(file.read_text(encoding="utf-8"))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    left, top, width, height = drawing.get("viewBox", "").split()
    assert (left, top, width) == ("0", "0", height)
    assert not {each.tag.rpartition("}")[2] for each in drawing.iter()} & {"image", "script", "style", "text", "use"}


def test_common_passwords_are_many_lower_case_long_enough_and_sorted_once_each() -> None:
    passwords = resources.text("common_passwords.txt").splitlines()
    assert len(passwords) >= 1000
    assert passwords == sorted(set(passwords))
    assert all(each == each.lower().strip() and len(each) >= 8 for each in passwords)


@pytest.mark.parametrize("password", KNOWN_TO_ALL)
def test_the_passwords_that_everybody_knows_are_among_the_common_ones(password: str) -> None:
    assert password in resources.text("common_passwords.txt").splitlines()


def test_the_desktop_file_and_the_software_centre_name_the_same_program() -> None:
    entry = dict(line.split("=", 1) for line in resources.text(f"{APPLICATION_ID}.desktop").splitlines() if "=" in line)
    about = ET.fromstring(resources.text(f"{APPLICATION_ID}.metainfo.xml"))
    assert entry["Exec"] == about.findtext("provides/binary") == "metercalc"
    assert entry["Icon"] == about.findtext("icon") == about.findtext("id") == APPLICATION_ID
    assert entry["Name"] == about.findtext("name") == "Metercalc"
    assert entry["Comment"] == about.findtext("summary")
    assert about.findtext("launchable") == f"{APPLICATION_ID}.desktop"
    assert next(release.get("version") for release in about.iterfind("releases/release")) == __version__
