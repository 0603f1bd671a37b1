"""The rooms of the house: each imports only rooms below it, nothing goes in a circle, none does another's work.

All imports count, those inside functions and those for type checking too, but only direct ones.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pytest_archon import archrule
from pytest_archon.collect import collect_imports, walk

# Top to bottom. A room is a package without the rooms named below it; modules of one room may import each other.
ROOMS = (
    "desktop.__main__",
    "desktop.cli",
    "desktop.commands.demo",
    "desktop.commands",
    "desktop.window",
    "desktop.views.main_window",
    "desktop.views.insights",
    "desktop.views.administration",
    "desktop.views.settings",
    "desktop.views.dialogs",
    "desktop.views.records",
    "desktop.views.calculator",
    "desktop.views.filters",
    "desktop.views.look",
    "desktop.controllers",
    "desktop.models.open_ledger",
    "desktop.models.server",
    "desktop.models.shared",
    "desktop.models.embedded",
    "desktop.models.embedded.browsing",
    "desktop.models.embedded.storage",
    "desktop.models.ledger",
    "desktop.random_org",
    "desktop.documents",
    "desktop.finding",
    "desktop.wording",
    "desktop.settings",
    "desktop.arithmetic",
    "desktop.terms",
    "desktop.system",
    "desktop.language",
)
# These hold rooms and nothing else, but for a docstring and the version.
CORRIDORS = ("desktop", "desktop.views", "desktop.models")

PAPER = tuple(
    f"desktop.documents.{name}"
    for name in ("lines", "pen", "sheets", "statement_pages", "statement_paper", "statement_records")
)
QT = ("PySide6*", "shiboken6*")
WIDGETS = ("PySide6.QtWidgets*", "PySide6.QtGui*")
DATABASE = ("peewee*", "playhouse*", "sqlite3*", "pysqlite3*", "psycopg*")
NETWORK = ("requests*", "urllib3*", "http*", "socket", "ssl")
IO = ("os", "pathlib", "io", "logging", "random", "time", "subprocess", "shutil", "tempfile")

KEEPERS = ("desktop.models.embedded*", "desktop.models.shared*")

# Whom it concerns, except for whom, and what they must not import.
FORBIDDEN: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("desktop.views*", (), (*DATABASE, *NETWORK)),
    ("desktop.views*", (), ("desktop.models*", "desktop.random_org*", "desktop.settings*")),
    (
        "desktop.views*",
        (),
        tuple(f"desktop.controllers.{name}" for name in ("background", "store_access", "random_strings")),
    ),
    ("desktop.window*", (), (*DATABASE, "requests*", "urllib3*", "http*")),
    # The Qt of a controller is a signal; painting a statement is the documents' work.
    ("desktop.controllers*", (), (*WIDGETS, *DATABASE, *NETWORK)),
    ("desktop.controllers.background", (), ("desktop.models*", "desktop.documents*", "desktop.random_org*")),
    ("desktop.commands*", ("desktop.commands.demo.screenshots",), (*QT, *DATABASE, "requests*", "urllib3*")),
    ("desktop.cli", (), (*QT, *DATABASE, *NETWORK)),
    # What keeps the ledger is known to the composition root of the models alone, and to the demo, which sets the clock.
    ("desktop.controllers*", (), KEEPERS),
    ("desktop.commands*", ("desktop.commands.demo*",), KEEPERS),
    ("desktop.cli", (), KEEPERS),
    ("desktop.window*", (), KEEPERS),
    ("desktop.models.shared*", (), ("peewee*", "playhouse*", "sqlite3*", "pysqlite3*")),
    ("desktop.models.embedded*", (), ("psycopg*",)),
    ("desktop.models*", (), (*QT, *NETWORK)),
    ("desktop.models.ledger*", (), DATABASE),
    ("desktop.random_org*", (), (*QT, *DATABASE)),
    ("desktop.documents*", PAPER, QT),
    ("desktop.documents*", (), ("PySide6.QtWidgets*", *DATABASE, *NETWORK)),
    ("desktop.finding*", (), (*QT, *DATABASE, *NETWORK, *IO)),
    ("desktop.wording*", (), (*QT, *DATABASE, *NETWORK, *IO)),
    ("desktop.settings*", (), (*QT, *DATABASE, *NETWORK)),
    ("desktop.arithmetic*", (), (*QT, *DATABASE, *NETWORK, *IO, "desktop.system*")),
    # Of math those two take gcd and isqrt, which know integers alone: no float comes near a number.
    ("desktop.arithmetic*", ("desktop.arithmetic.exact", "desktop.arithmetic.computing"), ("math",)),
    ("desktop.terms*", (), (*QT, *DATABASE, *NETWORK, *IO)),
    ("desktop.system*", (), (*QT, *DATABASE, *NETWORK)),
    ("desktop.language*", (), (*QT, *DATABASE, *NETWORK)),
)

# Where SQL may be written, by where the libraries that take it may be imported.
SQL_ROOMS = ("desktop.models.embedded", "desktop.models.shared")

Imports = Mapping[str, Iterable[str]]


def room_of(module: str) -> str | None:
    """The innermost room that holds a module; None where there is none."""
    rooms = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def violations(imports: Imports) -> list[str]:
    """The direct imports that go up."""
    found = []
    for importer, targets in imports.items():
        for imported in targets:
            upper, lower = room_of(importer), room_of(imported)
            if imported in imports and upper and lower and ROOMS.index(upper) > ROOMS.index(lower):
                found.append(f"{importer} imports {imported}")
    return sorted(found)


def circle(imports: Imports) -> list[str]:
    """Modules that import each other in a circle, each the one after it; empty where there is no circle."""
    done: set[str] = set()
    path: list[str] = []

    def follow(module: str) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        path.append(module)
        for imported in sorted(imports[module]):
            if imported in imports and (found := follow(imported)):
                return found
        done.add(path.pop())
        return []

    return next((found for module in sorted(imports) if (found := follow(module))), [])


def between_rooms(imports: Imports) -> dict[str, set[str]]:
    """Which room imports which others."""
    rooms: dict[str, set[str]] = {room: set() for room in ROOMS}
    for importer, targets in imports.items():
        for imported in targets:
            upper, lower = room_of(importer), room_of(imported)
            if imported in imports and upper and lower and upper != lower:
                rooms[upper].add(lower)
    return rooms


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """What each module of the program imports of it."""
    found = collect_imports("desktop", walk)
    # Each module brings in the packages around it; they hold a docstring.
    return {
        module: {name for name in targets if name != module and not module.startswith(f"{name}.")}
        for module, targets in found.items()
    }


def test_every_module_has_its_room(imports: Imports) -> None:
    assert [module for module in imports if room_of(module) is None and module not in CORRIDORS] == []


def test_every_room_is_there(imports: Imports) -> None:
    assert {room for module in imports if (room := room_of(module))} == set(ROOMS)


def test_a_module_imports_only_rooms_below_its_own(imports: Imports) -> None:
    assert violations(imports) == []


def test_no_modules_import_each_other_in_a_circle(imports: Imports) -> None:
    assert circle(imports) == []


def test_no_rooms_import_each_other_in_a_circle(imports: Imports) -> None:
    assert circle(between_rooms(imports)) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("desktop.models.embedded.charges", "desktop.controllers.calculator"),
        ("desktop.models.ledger.passwords", "desktop.models.embedded.charges"),
        ("desktop.models.embedded.storage.store", "desktop.models.embedded.browsing.state"),
        ("desktop.controllers.calculator", "desktop.views.look.theme"),
        ("desktop.arithmetic.money", "desktop.models.embedded.charges"),
        ("desktop.system.logs", "desktop.terms.errors"),
        ("desktop.random_org.client", "desktop.models.embedded.storage.store"),
        ("desktop.views.calculator.tape", "desktop.window.program"),
        ("desktop.views.look.theme", "desktop.views.filters.bar"),
        ("desktop.commands.run", "desktop.commands.demo.demo"),
    ],
)
def test_an_import_that_goes_up_would_be_found(imports: dict[str, set[str]], importer: str, imported: str) -> None:
    planted = {**imports, importer: {*imports[importer], imported}}
    assert violations(planted) == [f"{importer} imports {imported}"]


def test_a_circle_would_be_found(imports: dict[str, set[str]]) -> None:
    low, high = "desktop.models.embedded.browsing.orders", "desktop.models.embedded.browsing.state"
    assert set(circle({**imports, low: {*imports[low], high}})) == {low, high}
    rooms = between_rooms(imports)
    rooms["desktop.terms"] = {"desktop.arithmetic"}
    assert set(circle(rooms)) == {"desktop.terms", "desktop.arithmetic"}


@pytest.mark.parametrize(("modules", "exceptions", "forbidden"), FORBIDDEN)
def test_a_room_leaves_alone_what_is_not_its_own(
    modules: str, exceptions: tuple[str, ...], forbidden: tuple[str, ...]
) -> None:
    rule = archrule(modules, comment="see FORBIDDEN").match(modules)
    if exceptions:
        rule = rule.exclude(*exceptions)
    rule.should_not_import(*forbidden).check("desktop", only_direct_imports=True)


def test_only_what_keeps_a_ledger_speaks_to_a_database(imports: Imports) -> None:
    others = [
        module for module in imports if not any(module == room or module.startswith(f"{room}.") for room in SQL_ROOMS)
    ]
    rule = archrule("SQL", comment="nothing above the ledgers writes SQL").match(*others)
    rule.should_not_import(*DATABASE).check("desktop", only_direct_imports=True)


@pytest.mark.parametrize(
    "module",
    [
        "desktop.cli",
        "desktop.models.embedded.charges",
        "desktop.commands.demo.demo_data",
        "desktop.documents.exports",
    ],
)
def test_the_core_and_the_command_line_start_without_qt(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))), end='')"
    )
    root = Path(__file__).resolve().parents[1]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=180, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
