"""Keeps the catalogues of resources/languages: finds the sentences in the code, brings every language up to them.

Run it when a sentence has changed: .venv/bin/python packaging/languages.py
It writes metercalc.pot, merges it into each language's .po (what is no longer said goes, what is new is left empty;
nothing is guessed), compiles each .mo, and says how many sentences each language lacks.
A new language: add it to `LANGUAGES` in desktop/language/sentences.py, run this, translate its .po, run this again.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from desktop.language.sentences import LANGUAGES, SOURCE  # noqa: E402 - found by the line above

FOLDER = ROOT / "resources/languages"
# Which of a function's arguments are sentences; "c" marks the context.
KEYWORDS = {"say": None, "mark": None, "say_many": (1, 2), "say_in": ((1, "c"), 2)}


def found() -> Catalog:
    """Every sentence of the code, with the files that say it; no dates, so that the same code gives the same bytes."""
    catalog = Catalog(
        project="Metercalc", header_comment="# The sentences of Metercalc. Made by packaging/languages.py"
    )
    for file in sorted((ROOT / "desktop").rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        with file.open("rb") as source:
            for _, message, comments, context in extract.extract("python", source, KEYWORDS, ["Translators:"]):
                catalog.add(message, locations=[(place, None)], auto_comments=comments, context=context)
    return catalog


def read(code: str) -> Catalog:
    """A language's catalogue as it lies there; an empty one where it is new."""
    file = FOLDER / f"{code}.po"
    if not file.exists():
        return Catalog(locale=code, project="Metercalc")
    with file.open("rb") as source:
        return pofile.read_po(source, locale=code)


def merged(code: str, sentences: Catalog) -> Catalog:
    """A language's catalogue with exactly today's sentences."""
    old = read(code)
    new = Catalog(locale=code, project="Metercalc", fuzzy=False, header_comment=f"# {LANGUAGES[code]}")
    for message in sentences:
        if message.id:
            before = old.get(message.id, message.context)
            new.add(
                message.id,
                before.string if before else None,
                locations=message.locations,
                flags=message.flags,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return new


def written(catalog: Catalog) -> bytes:
    """A catalogue as text, ordered by sentence."""
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=110, sort_output=True, omit_header=False)
    # Dates and the tool's version would change the file each day.
    kept = [
        line
        for line in out.getvalue().splitlines(keepends=True)
        if not line.startswith((b'"POT-Creation', b'"PO-Revision', b'"Generated-By', b'"Last-Translator', b'"Report-'))
    ]
    return b"".join(kept)


def compiled(catalog: Catalog) -> bytes:
    """The same as the program reads it."""
    out = io.BytesIO()
    mofile.write_mo(out, catalog)
    return out.getvalue()


def missing(catalog: Catalog) -> int:
    """How many sentences a language lacks, forms of a plural counted as one."""
    return sum(1 for one in catalog if one.id and not all(one.string if one.pluralizable else [one.string]))


def main() -> int:
    """Bring all of them up to the code; returns how many sentences are missing in all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sentences = found()
    (FOLDER / "metercalc.pot").write_bytes(written(sentences))
    lacking = 0
    for code in LANGUAGES:
        if code == SOURCE:
            continue
        catalog = merged(code, sentences)
        (FOLDER / f"{code}.po").write_bytes(written(catalog))
        (FOLDER / f"{code}.mo").write_bytes(compiled(catalog))
        lacking += missing(catalog)
        print(f"{code}: {missing(catalog)} of {len(sentences)} to translate")
    return lacking


if __name__ == "__main__":
    main()
