"""What the source archive and the wheel hold: the project, all of it and nothing else."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from desktop import __version__

APPLICATION_ID = "org.metercalc.metercalc"
ROOT = Path(__file__).parents[2]
# What lies in a developer's tree and looks like the project to a pattern that is not anchored.
LYING_ABOUT = (
    "venv/lib/python3.11/site-packages/other/desktop/__init__.py",
    "venv/lib/python3.11/site-packages/other/tests/test_other.py",
    "venv/lib/python3.11/site-packages/other/pyproject.toml",
    "old/README.md",
    "build/lib/desktop/__init__.py",
    "dist/metercalc/metercalc",
    "desktop/__pycache__/cli.cpython-311.pyc",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A copy of the project as it is committed, and the names of its files."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, timeout=180, check=False)
    names = {name for name in listing.stdout.decode().split("\0") if (ROOT / name).is_file() and name}
    if "pyproject.toml" not in names:
        pytest.skip("what belongs to the project is known where its history is: this tree was unpacked")
    copy = tmp_path_factory.mktemp("project") / "metercalc"
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    return copy, names


def test_the_source_archive_is_exactly_the_project(project: tuple[Path, set[str]], tmp_path: Path) -> None:
    tree, names = project
    for name in LYING_ABOUT:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("")
    (archive,) = SdistBuilder(str(tree)).build(directory=str(tmp_path))
    with tarfile.open(archive) as members:
        top = f"{Path(archive).name.removesuffix('.tar.gz')}/"
        held = {member.name.removeprefix(top) for member in members if not member.isdir()}
    assert held == names | {"PKG-INFO"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the wheel puts below the prefix it is installed to, by name."""
    folder = tmp_path_factory.mktemp("wheel")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(wheel) as members:
        return {
            name.partition(".data/data/")[2]: members.read(name)
            for name in members.namelist()
            if ".data/data/" in name and not name.endswith("/")
        }


def test_the_wheel_installs_its_entry_in_the_menu_and_in_software_centres(installed: dict[str, bytes]) -> None:
    for folder, name in (
        ("share/applications", f"{APPLICATION_ID}.desktop"),
        ("share/metainfo", f"{APPLICATION_ID}.metainfo.xml"),
    ):
        assert installed[f"{folder}/{name}"] == (ROOT / "resources" / name).read_bytes()


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64, 128, 256, 512])
def test_the_wheel_installs_the_icon_in_the_themes_sizes(installed: dict[str, bytes], size: int) -> None:
    picture = installed[f"share/icons/hicolor/{size}x{size}/apps/{APPLICATION_ID}.png"]
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (size, size)
    assert installed[f"share/icons/hicolor/scalable/apps/{APPLICATION_ID}.svg"].startswith(b"<svg")


def test_installed_it_neither_shadows_nor_is_shadowed_by_another_package_called_desktop(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as members:
        members.extractall(site)
    assert {each.name for each in site.iterdir() if "-" not in each.name} == {"metercalc"}
    (site / "desktop").mkdir()
    (site / "desktop" / "__init__.py").write_text("WHOSE = 'another'")

    def told(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-P", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        ).stdout

    assert told("-c", "import desktop; print(desktop.WHOSE)") == "another\n"
    assert told("-m", "metercalc", "--version") == f"metercalc {__version__}\n"
    told("-m", "metercalc", "--data-dir", str(tmp_path / "data"), "init")
    assert (tmp_path / "data" / "metercalc.db").is_file()


def test_two_builds_of_the_same_tree_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    built = []
    for name in ("one", "two"):
        (source,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path / name))
        (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path / name), versions=["standard"])
        built.append((Path(source).read_bytes(), Path(wheel).read_bytes()))
    assert built[0] == built[1]
