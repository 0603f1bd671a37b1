"""ICU's data as Qt uses it: the order of words and the names of time zones. The rest of its library is left out.

Qt's Core calls ICU's collators, calendars and converters alone (`nm -D libQt6Core.so.6`). Of its 32 MB of data half is
names of languages, currencies and units, and rules for breaking lines and for other scripts: nothing reads them. The
converters' tables are another 5 MB: Qt reads UTF-8, UTF-16 and Latin 1 without them, and no text comes in others.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

LIBRARY = re.compile(r"libicudata\.so\.([0-9]+)$")

# Folders of the data, with a table for each language.
_UNUSED_FOLDERS = {"brkitr", "curr", "lang", "rbnf", "region", "translit", "unit"}
# Tables of converters, names of characters, profiles of stringprep, normal forms that no collator asks for.
_UNUSED_FILES = re.compile(r".*\.cnv|unames\.icu|uemoji\.icu|ulayout\.icu|.*\.spp|.*\.cfu|nfkc.*\.nrm|uts46\.nrm")

# As ICU reads it: the length of a header that has its kind at 12, then a table, whose places count from its start.
_HEADER, _COUNT, _ENTRY = struct.Struct("=H"), struct.Struct("=I"), struct.Struct("=2I")
_KIND, _KIND_AT, _ALIGNED = b"CmnD", 12, 16

_SOURCE = """
.section .rodata
.balign {aligned}
.globl {symbol}
.type {symbol}, %object
{symbol}:
.incbin "{data}"
.size {symbol}, . - {symbol}
.section .note.GNU-stack, "", %progbits
"""


def slim(library: Path, folder: Path) -> Path:
    """The same library with what Qt uses alone, made in `folder` by binutils.

    Raises LookupError where it is no data of ICU, CalledProcessError when a tool fails.
    """
    version = LIBRARY.search(library.name)
    if version is None:
        raise LookupError(f"{library} is no data of ICU")
    folder.mkdir(parents=True, exist_ok=True)
    data, source, compiled, made = (folder / name for name in ("icu.dat", "icu.s", "icu.o", library.name))
    _run("objcopy", "-O", "binary", "--only-section=.rodata", library, data)
    data.write_bytes(packed(data.read_bytes()))
    source.write_text(_SOURCE.format(symbol=f"icudt{version[1]}_dat", data=data, aligned=_ALIGNED))
    _run("as", "-o", compiled, source)
    _run("ld", "-shared", "-soname", library.name, "-o", made, compiled)
    return made


def packed(data: bytes) -> bytes:
    """ICU's data without what is unused. Raises LookupError where it is none."""
    if data[_KIND_AT : _KIND_AT + len(_KIND)] != _KIND:
        raise LookupError("this is no data of ICU")
    (start,) = _HEADER.unpack_from(data)
    kept = [(name, content) for name, content in _items(data[start:]) if is_used(name.decode())]
    return data[:start] + _joined(kept)


def is_used(name: str) -> bool:
    """Whether Qt may ask for what is called so: `icudt73l/coll/de.res`."""
    _package, *folders, file = name.split("/")
    return not (_UNUSED_FOLDERS.intersection(folders) or _UNUSED_FILES.fullmatch(file))


def _items(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    (count,) = _COUNT.unpack_from(table)
    places = list(_ENTRY.iter_unpack(table[_COUNT.size : _COUNT.size + count * _ENTRY.size]))
    ends = [begin for _name, begin in places[1:]] + [len(table)]
    for (name, begin), end in zip(places, ends, strict=True):
        yield table[name : table.index(b"\0", name)], table[begin:end]


def _joined(items: list[tuple[bytes, bytes]]) -> bytes:
    """The table of them, in the order they come in, which must be that of their names: ICU halves it to find one."""
    names, contents, entries = bytearray(), bytearray(), bytearray()
    after_entries = _COUNT.size + len(items) * _ENTRY.size
    first = after_entries + sum(len(name) + 1 for name, _content in items)
    first += -first % _ALIGNED
    for name, content in items:
        entries += _ENTRY.pack(after_entries + len(names), first + len(contents))
        names += name + b"\0"
        contents += content + bytes(-len(content) % _ALIGNED)
    head = _COUNT.pack(len(items)) + entries + names
    return bytes(head + bytes(first - len(head)) + contents)


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True)
