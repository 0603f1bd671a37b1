"""What is left out of the frozen folder is nothing that a file in it is linked to, and nothing that Qt asks of ICU."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import PySide6
import pytest

ROOT = Path(__file__).parents[2]
# For each language in turn: words in order, in numbers' order too, a time zone's names, letters made large.
ASKED = """
from PySide6.QtCore import QCollator, QDateTime, QLocale, QTimeZone
WORDS = "zebra Äpfel apfel ñandú nandu llama chico côte coté łódź lodz あ ア 亜 漢 字 ا ب ت 10 9 œ ß ss".split()
zone = QTimeZone(b"Europe/Berlin")
for code in "en de es fr pt_BR pl ja ar zh tr ko".split():
    locale = QLocale(code)
    order = QCollator(locale)
    for numeric in (False, True):
        order.setNumericMode(numeric)
        print(code, sorted(WORDS, key=order.sortKey))
    print([zone.displayName(QTimeZone.TimeType.DaylightTime, kind, locale) for kind in QTimeZone.NameType])
    print(locale.toUpper("istanbul"), locale.toLower("ISTANBUL"))
"""


@pytest.fixture(scope="module", autouse=True)
def packaging_on_the_path() -> Any:
    sys.path.insert(0, str(ROOT / "packaging"))
    yield
    sys.path.remove(str(ROOT / "packaging"))


LINKED = {
    "/site/QtCore.abi3.so": {"libQt6Core.so.6"},
    "/site/libQt6Core.so.6": {"libicuuc.so.73", "libc.so.6"},
    "/site/libicuuc.so.73": {"libc.so.6"},
    "/usr/libatspi.so.0": {"libXi.so.6"},
    "/usr/libXi.so.6": {"libatspi.so.0"},
    "/site/libQt6Qml.so.6": {"libQt6Core.so.6"},
    "/usr/libpython3.11.so.1.0": set(),
}
FOLDER = [
    ("PySide6/QtCore.abi3.so", "/site/QtCore.abi3.so", "EXTENSION"),
    ("PySide6/Qt/lib/libQt6Core.so.6", "/site/libQt6Core.so.6", "BINARY"),
    ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
    ("PySide6/Qt/lib/libicuuc.so.73", "/site/libicuuc.so.73", "BINARY"),
    ("libpython3.11.so.1.0", "/usr/libpython3.11.so.1.0", "BINARY"),
]
IDLE = [
    ("libatspi.so.0", "/usr/libatspi.so.0", "BINARY"),
    ("libXi.so.6", "/usr/libXi.so.6", "BINARY"),
    ("PySide6/Qt/lib/libQt6Qml.so.6", "/site/libQt6Qml.so.6", "BINARY"),
    ("libQt6Qml.so.6", "PySide6/Qt/lib/libQt6Qml.so.6", "SYMLINK"),
]


def test_a_library_that_only_idle_ones_are_linked_to_is_left_out() -> None:
    libraries = import_module("libraries")
    assert libraries.in_use([*IDLE, *FOLDER], LINKED.__getitem__) == FOLDER


def test_a_library_that_is_wanted_and_not_there_is_named_with_who_wants_it() -> None:
    libraries = import_module("libraries")
    without = [entry for entry in FOLDER if "icuuc" not in entry[0]]
    given = "libc.so.6".__eq__
    assert libraries.missing(FOLDER, given, LINKED.__getitem__) == {}
    told = libraries.missing(without, given, LINKED.__getitem__)
    assert told == {"libicuuc.so.73": {"PySide6/Qt/lib/libQt6Core.so.6"}}


def icu_of_qt() -> Path:
    """ICU's data beside Qt, or the test is skipped: not on every system is there one, nor what can cut it."""
    found = list((Path(PySide6.__file__).parent / "Qt" / "lib").glob("libicudata.so.*"))
    if not found or not all(shutil.which(tool) for tool in ("objcopy", "as", "ld")):
        pytest.skip("no ICU beside Qt, or no binutils")
    return found[0]


def told(library: Path) -> str:
    """What Qt says with this ICU's data in place of its own."""
    return subprocess.run(
        [sys.executable, "-c", ASKED],
        env={**os.environ, "LD_PRELOAD": str(library), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    ).stdout


def test_with_what_is_left_of_icu_words_and_time_zones_are_as_with_all_of_it(tmp_path: Path) -> None:
    whole = icu_of_qt()
    slim = import_module("icu").slim(whole, tmp_path)
    assert slim.stat().st_size < whole.stat().st_size / 2
    answers = told(whole)
    assert len(set(re.findall(r"(?m)^\w+ \[.*", answers))) > 11, "the languages differ"
    assert told(slim) == answers


def test_what_is_no_data_of_icu_is_refused() -> None:
    icu = import_module("icu")
    with pytest.raises(LookupError):
        icu.packed(bytes(64))
    with pytest.raises(LookupError):
        icu.slim(Path("libQt6Core.so.6"), Path())
