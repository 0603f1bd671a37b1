"""The layers of the design: each imports only what stands below it, and keeps its hands off what is not its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pytest_archon import archrule
from pytest_archon.collect import collect_imports, walk

# Top to bottom. Modules of one layer may import each other only where the layer is one package.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "start": ("desktop.__main__",),
    "command line": ("desktop.cli",),
    "commands": ("desktop.commands*",),
    "pictures": ("desktop.screenshots",),
    "window": ("desktop.app",),
    "parts of the window": ("desktop.reports",),
    "views": ("desktop.views*",),
    "controllers": ("desktop.controllers*",),
    "lanes": ("desktop.background", "desktop.single_instance"),
    "demo": ("desktop.demo_data",),
    "models": ("desktop.models*",),
    "paper": ("desktop.statement_paper",),
    "pages": ("desktop.statement_pages",),
    "export files": ("desktop.export_files",),
    "workbooks": ("desktop.export_xlsx",),
    "copies": ("desktop.copies",),
    "exports": ("desktop.exports",),
    "random.org": ("desktop.random_org",),
    "random.org's turn": ("desktop.random_turn",),
    "random.org's parts": ("desktop.random_http", "desktop.random_quota", "desktop.random_stock"),
    "configuration": ("desktop.config",),
    # Prices in the configuration are money: they are read as money is everywhere.
    "configuration's parts": ("desktop.config_sources", "desktop.config_values"),
    "filters": ("desktop.filters",),
    "searching": ("desktop.searching", "desktop.shown"),
    "arithmetic": ("desktop.arithmetic*",),
    "logs": ("desktop.logs",),
    "shared": (
        "desktop.ending",
        "desktop.memory",
        "desktop.private_files",
        "desktop.resources",
        "desktop.turns",
    ),
    "vocabulary": ("desktop.errors", "desktop.values"),
    "kinds": ("desktop.days", "desktop.kinds"),
    "name": ("desktop",),
}
ORDER = list(LAYERS)
QT = ("PySide6*", "shiboken6*")
DATABASE = ("peewee*", "playhouse*", "sqlite3*", "pysqlite3*")
NETWORK = ("requests*", "urllib3*", "http*", "socket", "ssl")

FORBIDDEN = [
    ("views", (*DATABASE, *NETWORK, "desktop.models*", "desktop.random*", "desktop.background", "desktop.config*")),
    ("views", ("desktop.controllers.store_access", "desktop.controllers.random_strings")),
    ("controllers", ("PySide6.QtWidgets*", "PySide6.QtGui*", *DATABASE, *NETWORK, "desktop.views*")),
    ("lanes", ("PySide6.QtWidgets*", "PySide6.QtGui*", *DATABASE, "desktop.views*", "desktop.models*")),
    ("commands", (*QT, *DATABASE, "requests*", "urllib3*")),
    ("command line", (*QT, *DATABASE, *NETWORK)),
    ("models", (*QT, *NETWORK)),
    ("demo", (*QT, *DATABASE, *NETWORK)),
    ("paper", ("PySide6.QtWidgets*", *DATABASE, *NETWORK)),
    ("pages", ("PySide6.QtWidgets*", *DATABASE, *NETWORK)),
    ("export files", (*QT, *DATABASE, *NETWORK)),
    ("workbooks", (*QT, *DATABASE, *NETWORK)),
    ("copies", (*QT, *DATABASE, *NETWORK)),
    ("exports", (*QT, *DATABASE, *NETWORK)),
    ("filters", (*QT, *DATABASE, *NETWORK)),
    ("searching", (*QT, *DATABASE, *NETWORK)),
    ("arithmetic", (*QT, *DATABASE, *NETWORK, "os", "pathlib", "io", "logging", "random", "time", "math")),
    ("random.org", (*QT, *DATABASE)),
    ("random.org's parts", (*QT, *DATABASE)),
    ("configuration", (*QT, *DATABASE, *NETWORK)),
    ("configuration's parts", (*QT, *DATABASE, *NETWORK)),
    ("logs", (*QT, *DATABASE, *NETWORK)),
    ("shared", (*QT, *DATABASE, *NETWORK)),
    ("vocabulary", (*QT, *DATABASE, *NETWORK)),
]


def layers_of(module: str) -> list[str]:
    """The layers that claim a module: it should be one."""
    return [layer for layer, patterns in LAYERS.items() if any(_is_in(module, pattern) for pattern in patterns)]


def _is_in(module: str, pattern: str) -> bool:
    name = pattern.removesuffix("*")
    return module == name or (name != pattern and module.startswith(name + "."))


def may_import(importer: str, imported: str) -> bool:
    """Whether one module of the program may import the other directly."""
    (upper,), (lower,) = layers_of(importer), layers_of(imported)
    if upper == lower:
        return LAYERS[upper][0].endswith("*")
    return ORDER.index(upper) < ORDER.index(lower)


def violations(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The direct imports that go up."""
    return sorted(
        f"{importer} imports {imported}"
        for importer, targets in imports.items()
        for imported in targets
        if imported in imports and layers_of(importer) and layers_of(imported) and not may_import(importer, imported)
    )


@pytest.fixture(scope="module")
def imports() -> Mapping[str, set[str]]:
    """What each module of the program imports, inside functions and for type checking too."""
    return collect_imports("desktop", walk)


def test_every_module_has_its_layer(imports: Mapping[str, set[str]]) -> None:
    assert {module: layers for module in imports if len(layers := layers_of(module)) != 1} == {}


def test_a_module_imports_only_what_stands_below_it(imports: Mapping[str, set[str]]) -> None:
    assert violations(imports) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("desktop.models.ledger", "desktop.controllers.calculator"),
        ("desktop.controllers.calculator", "desktop.views.theme"),
        ("desktop.arithmetic.money", "desktop.models.ledger"),
        ("desktop.errors", "desktop.values"),
        ("desktop.random_org", "desktop.models.store"),
        ("desktop.views.tape", "desktop.app"),
    ],
)
def test_an_import_that_goes_up_would_be_found(imports: Mapping[str, set[str]], importer: str, imported: str) -> None:
    planted = {**imports, importer: {*imports[importer], imported}}
    assert violations(planted) == [f"{importer} imports {imported}"]


@pytest.mark.parametrize(("layer", "forbidden"), FORBIDDEN)
def test_a_layer_keeps_its_hands_off(layer: str, forbidden: tuple[str, ...]) -> None:
    rule = archrule(layer, comment="see the table of layers in the design").match(*LAYERS[layer])
    rule.should_not_import(*forbidden).check("desktop", only_direct_imports=True)


@pytest.mark.parametrize("module", ["desktop.cli", "desktop.models.ledger", "desktop.demo_data", "desktop.exports"])
def test_the_core_and_the_command_line_start_without_qt(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))), end='')"
    )
    root = Path(__file__).resolve().parents[1]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
