"""The schema's numbered files, as they ship. A file that was released never changes; a change is a further file."""

from __future__ import annotations

from typing import Final

from desktop.system import resources

FILES: Final = (
    "0001_tables.sql",
    "0002_chain.sql",
    "0003_arithmetic.sql",
    "0004_charging.sql",
    "0005_roles.sql",
    "0006_people.sql",
    "0007_reading.sql",
    "0008_proving.sql",
    "0009_notes.sql",
    "0010_passwords.sql",
    "0011_administering.sql",
    "0012_quick_charges.sql",
    "0013_marks.sql",
)
VERSION: Final = len(FILES)
"""The schema's version is the number of its files."""
OLDEST_SERVED: Final = VERSION - 1
"""The oldest schema that this program works with: one back, so that desks and server need not be upgraded at once."""


def sql(number: int) -> str:
    """The file that makes a version, from 1 on."""
    return resources.text(f"server/{FILES[number - 1]}")
