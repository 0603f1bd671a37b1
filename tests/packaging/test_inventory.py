"""The frozen folder's licences and its bill of materials are whole: what is of unknown origin is no part of it."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import peewee
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def inventory() -> Any:
    """packaging/inventory.py, and packaging/sbom.py beside it: no package, so that nothing shadows PyPI's."""
    pytest.importorskip("PyInstaller", reason="its bootloader is a part of every frozen program")
    sys.path.insert(0, str(ROOT / "packaging"))
    yield import_module("inventory")
    sys.path.remove(str(ROOT / "packaging"))


def test_a_file_of_unknown_origin_is_refused_by_name(inventory: Any, tmp_path: Path) -> None:
    stray = tmp_path / "libstray.so"
    stray.touch()
    with pytest.raises(LookupError, match=str(stray)):
        inventory.parts([("libstray.so", str(stray))], ROOT)


def test_each_part_has_its_version_its_files_and_the_text_of_its_licence(inventory: Any) -> None:
    sources = [("peewee.py", peewee.__file__), ("", json.__file__), ("resources/config.toml", str(ROOT / "resources"))]
    parts = {part.name: part for part in inventory.parts(sources, ROOT)}
    assert set(parts) == {"peewee", "Python", "pyinstaller"}
    assert parts["peewee"].version == peewee.__version__
    assert parts["peewee"].files == {"peewee.py"}
    assert all(text.read_text(encoding="utf-8") for part in parts.values() for text in part.texts)


def test_the_bill_names_every_file_once_and_is_the_same_each_time(inventory: Any, tmp_path: Path) -> None:
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal" / "peewee.py").write_text("what it holds")
    (tmp_path / "metercalc").write_text("the program")
    parts = inventory.parts([("peewee.py", peewee.__file__)], ROOT)
    bill = import_module("sbom").document(tmp_path, parts, "1.0.0")
    assert bill == import_module("sbom").document(tmp_path, parts, "1.0.0")
    components = [bill["metadata"]["component"], *bill["components"]]
    files = {file["name"]: file["hashes"][0]["content"] for each in components for file in each.get("components", [])}
    assert files == {
        "metercalc": hashlib.sha256(b"the program").hexdigest(),
        "_internal/peewee.py": hashlib.sha256(b"what it holds").hexdigest(),
    }
