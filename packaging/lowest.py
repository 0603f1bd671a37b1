"""The lowest versions that pyproject.toml declares, as constraints for pip. It installs nothing."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement


def lowest(project: dict[str, object]) -> list[str]:
    """`name==version` for each requirement of the program and of its tests that holds on this Python."""
    extras = project["optional-dependencies"]
    dependencies = project["dependencies"]
    assert isinstance(extras, dict)
    assert isinstance(dependencies, list)
    found = []
    for requirement in map(Requirement, [*dependencies, *extras["test"]]):
        floors = [each.version for each in requirement.specifier if each.operator == ">="]
        if floors and (requirement.marker is None or requirement.marker.evaluate()):
            found.append(f"{requirement.name}=={floors[0]}")
    return found


if __name__ == "__main__":
    sys.stdout.writelines(
        f"{line}\n" for line in lowest(tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"])
    )
