"""Catalogues for tests, made on the spot of a few sentences each."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages import mofile
from babel.messages.catalog import Catalog

from desktop.system import resources


def compiled(code: str, sentences: Mapping[str, str]) -> bytes:
    """A compiled catalogue of a language that says these."""
    catalog = Catalog(locale=code)
    for message, said in sentences.items():
        catalog.add(message, said)
    out = io.BytesIO()
    mofile.write_mo(out, catalog)
    return out.getvalue()


def provide(patch: pytest.MonkeyPatch, folder: Path, code: str, sentences: Mapping[str, str]) -> None:
    """Have the program find this catalogue in place of its own."""
    file = folder / f"{code}.mo"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(compiled(code, sentences))
    own = resources.path
    patch.setattr(resources, "path", lambda name: file if name == f"languages/{code}.mo" else own(name))
