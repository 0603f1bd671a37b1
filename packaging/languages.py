"""Keeps the catalogues of resources/languages: finds the sentences in the code, brings every language up to them.

Run it when a sentence has changed: .venv/bin/python packaging/languages.py
It writes metercalc.pot, merges it into each language's .po (what is no longer said goes, what is new is left empty;
nothing is guessed), compiles each .mo, and says how many sentences each language lacks.
A new language: add it to `LANGUAGES` in desktop/language/sentences.py, run this, translate its .po, run this again.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from desktop.language.sentences import LANGUAGES, SOURCE  # noqa: E402 - found by the line above

FOLDER = ROOT / "resources/languages"
# Which of a function's arguments are sentences: the context's place, None without one, then the places of the forms.
SPEAKERS: Mapping[str, tuple[int | None, int, int | None]] = {
    "say": (None, 0, None),
    "mark": (None, 0, None),
    "say_many": (None, 0, 1),
    "say_in": (0, 1, None),
}
_COMMENT = "# Translators:"
_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the same catalogue gives the same bytes on any day


def found() -> Catalog:
    """Every sentence of the code, with the files that say it; no dates, so that the same code gives the same bytes."""
    catalog = Catalog(
        project="Metercalc", header_comment="# The sentences of Metercalc. Made by packaging/languages.py"
    )
    for file in sorted((ROOT / "desktop").rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        place = file.relative_to(ROOT).as_posix()
        for context, message, comments in said_in(source):
            catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalog


def said_in(source: str) -> Iterator[tuple[str | None, str | tuple[str, str], list[str]]]:
    """The sentences of a module: context, sentence or the two forms of one, and what translators are told of it.

    Read from the syntax tree: Babel's own reader warns of each f-string among the values, which are no sentences.
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in SPEAKERS:
            continue
        context, one, many = (None if at is None else _literal(node, at) for at in SPEAKERS[node.func.id])
        if one:
            yield context, (one, many) if many else one, _comments(lines, node.lineno - 1)


def _literal(call: ast.Call, at: int) -> str | None:
    """An argument where it is a literal: a variable's sentence is marked where it stands."""
    argument = call.args[at] if at < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def _comments(lines: Sequence[str], at: int) -> list[str]:
    """The comment for translators right above a line, over as many lines as it takes."""
    told: list[str] = []
    while at > 0 and lines[at - 1].strip().startswith("#"):
        at -= 1
        told.insert(0, lines[at].strip().removeprefix("#").strip())
    begun = next((place for place, line in enumerate(told) if line.startswith(_COMMENT[2:])), None)
    return [] if begun is None else [" ".join(told[begun:]).removeprefix(_COMMENT[2:]).strip()]


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
            if before and before.pluralizable != message.pluralizable:
                before = None  # it has become a counted sentence, or is one no more
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
    """The same as the program reads it: what is not translated is left out, so that it is said in English."""
    kept = Catalog(locale=catalog.locale, project="Metercalc", creation_date=_DAY, revision_date=_DAY, fuzzy=False)
    for message in catalog:
        if message.id and _is_translated(message):
            kept.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    mofile.write_mo(out, kept)
    return out.getvalue()


def missing(catalog: Catalog) -> int:
    """How many sentences a language lacks, forms of a plural counted as one."""
    return sum(1 for message in catalog if message.id and not _is_translated(message))


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


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
        (FOLDER / f"{code}.mo").write_bytes(compiled(read(code)))
        lacking += missing(catalog)
        sys.stdout.write(f"{code}: {missing(catalog)} of {len(sentences)} to translate\n")
    return lacking


if __name__ == "__main__":
    main()
