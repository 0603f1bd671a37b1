"""Reading PDF files back."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfReader


def pages_of(file: Path) -> list[str]:
    """The text of each page, any white space as one space."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(file).pages]
