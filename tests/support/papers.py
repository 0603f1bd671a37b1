"""Reading PDF files back."""

from __future__ import annotations

import re
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject


def pages_of(file: Path) -> list[str]:
    """The text of each page, any white space as one space."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]


def lines_as_seen(file: Path) -> list[list[tuple[float, str]]]:
    """The first page's signs by where they stand, and not by their order in the file: lines, top down, left to right.

    Each sign comes with how far from the left edge it begins, in the file's own units. Blanks are left out.
    """
    page = PdfReader(file).pages[0]
    fonts = {name: _letters(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}  # type: ignore[index]
    found: dict[int, list[tuple[float, str]]] = {}
    content = page.get_contents()
    assert content is not None
    letters: dict[int, str] = {}
    x = y = 0.0
    for operands, operator in content.operations:
        if operator == b"Tf":
            letters = fonts[operands[0]]
        elif operator == b"Tm":
            x, y = float(operands[4]), float(operands[5])
        elif operator == b"Td":
            x, y = x + float(operands[0]), y + float(operands[1])
        elif operator == b"Tj":
            sign = letters.get(int.from_bytes(operands[0].original_bytes, "big"), "?")
            if sign.strip() and sign.isprintable():
                found.setdefault(round(y), []).append((x, sign))
    return [sorted(found[at]) for at in sorted(found, reverse=True)]


def _letters(font: DictionaryObject) -> dict[int, str]:
    """Which letter each glyph of a font stands for."""
    stream = font["/ToUnicode"].get_object()
    assert isinstance(stream, StreamObject)
    table = stream.get_data().decode()
    found = {}
    for first, last, letters in re.findall(r"<(\w{4})> *<(\w{4})> *(\[[^\]]*\]|<\w+>)", table):
        for place, letter in enumerate(re.findall(r"<(\w+)>", letters)):
            text = bytes.fromhex(letter).decode("utf-16-be")
            begin = int(first, 16) + place
            end = int(last, 16) if letters.startswith("<") else begin
            for glyph in range(begin, end + 1):
                found[glyph] = text[:-1] + chr(ord(text[-1]) + glyph - begin)
    return found
