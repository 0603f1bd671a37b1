"""No language is cut on any screen, large or small: none that ships, and none whose sentences are a third longer."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from desktop.language.sentences import LANGUAGES

_ROOT = Path(__file__).parents[2]
_SCRIPT = _ROOT / "tests/support/every_screen.py"
_KEPT = re.compile(r"(\{[^}]*\}|&.|\s+)")
_ACCENTED = str.maketrans("aeiouyAEIOUYcnCN", "äéîöúÿÄÉÎÖÚŸçñÇÑ")

SIZES = ("1920x1080", "800x600")

pytestmark = pytest.mark.faults


def longer(sentence: str) -> str:
    """A sentence a third longer, with accents, its placeholders and its letter for Alt as they were."""
    parts = [part if _KEPT.fullmatch(part) else part.translate(_ACCENTED) for part in _KEPT.split(sentence)]
    text = "".join(parts)
    return f"{text}{'·~' * round(len(sentence) / 6)}" if sentence.strip() else text


def pseudo(folder: Path) -> Path:
    """A compiled catalogue of such sentences."""
    spec = importlib.util.spec_from_file_location("languages", _ROOT / "packaging/languages.py")
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    made = Catalog(locale="de")
    for message in maker.found():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(map(longer, forms))
            made.add(message.id, said if len(said) > 1 else said[0], context=message.context)
    file = folder / "pseudo.mo"
    file.write_bytes(maker.compiled(made))
    return file


def cut_on_any_screen(folder: Path, code: str, size: str, *catalogue: str) -> dict[str, list[str]]:
    environ = os.environ | {"HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, str(_SCRIPT), str(folder), code, size, *catalogue]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert len(told) > 20
    return {name: widgets for name, widgets in told.items() if widgets}


@pytest.mark.parametrize("size", SIZES)
def test_a_language_a_third_longer_is_nowhere_cut(tmp_path: Path, size: str) -> None:
    assert cut_on_any_screen(tmp_path, "de", size, str(pseudo(tmp_path))) == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_that_ships_is_nowhere_cut(tmp_path: Path, code: str, size: str) -> None:
    assert cut_on_any_screen(tmp_path, code, size) == {}
