"""Another language for a while: a few sentences of it, as a compiled catalogue has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from babel.messages import mofile
from babel.messages.catalog import Catalog

from desktop.language.sentences import SOURCE, speak


@contextmanager
def spoken(folder: Path, code: str, sentences: Mapping[str, str]) -> Iterator[None]:
    """Speak `code`, in which these English sentences have been translated and no others; English again at the end."""
    catalog = Catalog(locale=code)
    for english, said in sentences.items():
        catalog.add(english, said)
    file = folder / f"{code}.mo"
    with file.open("wb") as target:
        mofile.write_mo(target, catalog)
    speak(code, file)
    try:
        yield
    finally:
        speak(SOURCE)
