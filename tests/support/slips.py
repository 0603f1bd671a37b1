"""What a person may write by hand, gone wrong: configurations, variables, flags, paths and window states, by lot.

A slip stays in its sandbox: its paths are relative, or lead to where nothing can be made.
"""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.system import resources

KEYS = {
    "database": ("url",),
    "account": ("default_balance",),
    "costs": ("addition", "division", "square_root"),
    "records": ("page_size", "page_sizes"),
    "random": ("url", "quota_url", "length", "classes", "block", "timeout", "contact", "fallback"),
    "security": ("minimum_password_length", "idle_lock_minutes"),
    "logging": ("level", "keep"),
}
VALUES = (
    "", " ", "0", "-1", "1", "25", "1e9", "1" * 30, "9" * 5000, "1.005", "1,000.00", "٣", "NaN", "inf", "true", "[]",
    '""', "'", '"', "[1, 2", "{a = 1}", "[[[[" * 400, "2026-11-27", "DEBUG", "digits,upper", "https://", "http://x",
    "https://user:pass@host/", "http://[::1", "https://" + "a" * 3000, "a@b", "a@b.c", "\\", "\\u0000", "é", "√4",
    "\u202e", "\ufeff", "x" * 4000, "%s%n", "$HOME", "${PATH}", "`id`", "=1+1", "café" * 50,
)  # fmt: skip
PATHS = (
    ".", "..", "data", "data/", "data/config.toml", "config.toml", "window.ini", "logs", "logs/metercalc.log",
    "metercalc.db", "metercalc.key", "metercalc.anchor", "metercalc.db-wal", "other.db", "other/ledger.db", "nobody",
    "fifo", "loop", "loop/x.db", "socket", "folder", "empty", "noise", "text.txt", "dangling", "config.toml/x.db",
    "/", "/dev/null", "/dev/full", "/dev/zero", "/proc/self/mem", "/proc/version", "~nobody-of-this-name",
    "~/ledger.db", "a" * 255, "a" * 4000, "a/" * 300 + "b", "a/" * 4000 + "b", "  ", ":memory:", "sqlite:///ledger.db", "sqlite://x",
    "sqlite:///", "sqlite:////", "file:ledger.db", "postgresql://", "postgresql://user@", "mysql://x", "ledger?mode=ro",
    "café.db", "\u202eledger.db", "line\nbreak.db", "-x", "--", "a b.db", "ledger.metercalc-backup", "C:\\ledger.db",
)  # fmt: skip
WORDS = (
    "--data-dir", "--config", "--json", "--user", "--password-stdin", "--request-id", "--max-cost", "--reason",
    "--search", "--operation", "--from", "--to", "--sort", "--page", "--per-page", "--trash", "--format", "--version",
    "--help", "-h", "--", "-", "-1", "--data-dir=", "--conf", "ann@example.org", "1+1", "csv", "date", "-date",
)  # fmt: skip
SIGNED_IN = ("--user", "ann@example.org", "--password-stdin")
ASKING = (
    ("verify",), ("verify", "--json"), ("balance", *SIGNED_IN), ("records", *SIGNED_IN), ("eval", "1+1", *SIGNED_IN),
    ("users", *SIGNED_IN),
)  # fmt: skip
MAKING = (("init",), ("register", "new@example.org", "--password-stdin"))


@dataclass
class Slip:
    """One run of the command line: its words and variables, and what lies in the sandbox before it."""

    words: list[str]
    environ: dict[str, str] = field(default_factory=dict)
    prepare: list[tuple[str, bytes | str]] = field(default_factory=list)  # files in the data folder; a str is a kind
    data_dir: str | None = "data"

    def line(self) -> list[str]:
        """All the words of the command line."""
        return [*([] if self.data_dir is None else ["--data-dir", self.data_dir]), *self.words]


def draw(lots: random.Random) -> Slip:
    """One slip of the pen."""
    kinds: tuple[Callable[[random.Random], Slip], ...] = (
        _configuration, _configuration, _variables, _flags, _places, _side_files,
    )  # fmt: skip
    return lots.choice(kinds)(lots)


def furnish(folder: Path) -> None:
    """What a path may lead to by mistake."""
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to("loop")
    (folder / "dangling").symlink_to("not-there")
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    (folder / "noise").write_bytes(random.Random(1).randbytes(5000))
    (folder / "text.txt").write_text("Dear diary\n" * 20)
    here = os.getcwd()
    os.chdir(folder)  # a socket's name can have a hundred bytes
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    os.chdir(here)


def put(file: Path, content: bytes | str) -> None:
    """Have this content there, or a thing of this kind."""
    file.unlink(missing_ok=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
        file.chmod(0o600)
    elif content == "fifo":
        os.mkfifo(file)
    elif content == "folder":
        file.mkdir()
    else:
        file.symlink_to(content)


def _configuration(lots: random.Random) -> Slip:
    kind = lots.random()
    if kind < 0.1:
        content: bytes | str = lots.choice(("fifo", "folder", "config.toml", "not-there", "/dev/null", "/dev/zero"))
    elif kind < 0.5:
        content = _lines(lots).encode("utf-8", "surrogatepass")
    else:
        content = damaged(lots, resources.path("config.toml").read_bytes())
    return Slip(list(lots.choice(ASKING)), prepare=[("config.toml", content)])


def _lines(lots: random.Random) -> str:
    lines = []
    for _ in range(lots.randint(1, 6)):
        section = lots.choice(list(KEYS))
        name = lots.choice([section, section, section, f"{section}.{'.a' * 2000}"[:-1], "[" + section + "]", ""])
        key = lots.choice([*KEYS[section], "colour", f"{KEYS[section][0]}.{'a.' * lots.choice((1, 3000))}b", '"', ""])
        value = lots.choice((*VALUES, *PATHS))
        lines.append(f"[{name}]\n{key} = " + lots.choice((f'"{value}"', f"'{value}'", value, f"[{value}]", "")))
    return lots.choice(("\n", "\r\n", "\r", "\n\n#")).join(lines)


def damaged(lots: random.Random, content: bytes) -> bytes:
    """The content after a few slips: letters changed, lines doubled or gone, the wrong encoding, half of it."""
    for _ in range(lots.randint(1, 4)):
        lines = content.split(b"\n")
        place = lots.randrange(len(lines))
        kind = lots.randrange(8)
        if kind == 0:
            del lines[place]
        elif kind == 1:
            lines.insert(place, lots.choice(lines))
        elif kind == 2:
            lines[place] = lines[place].partition(b"=")[0] + b"= " + lots.choice(VALUES).encode()
        elif kind == 3:
            lines = lines[: place + 1]
        elif kind == 4:
            encoding = lots.choice(("utf-16", "utf-8-sig", "latin-1"))
            lines = [b"\n".join(lines).decode("utf-8", "replace").encode(encoding, "replace")]
        elif kind == 5:
            lines.insert(place, lots.randbytes(lots.choice((1, 40, 400))))
        elif lines[place]:
            at = lots.randrange(len(lines[place]))
            lines[place] = lines[place][:at] + bytes([lots.choice(b"\0\"'[]={}.,#x1-\\\xff\xc3")]) + lines[place][at:]
        content = b"\n".join(lines)
    return content


def _variables(lots: random.Random) -> Slip:
    given = {}
    for _ in range(lots.randint(1, 3)):
        section = lots.choice(list(KEYS))
        name = lots.choice([*KEYS[section], "colour"])
        value = lots.choice(PATHS if name == "url" and section == "database" else VALUES)
        given[f"METERCALC_{section}_{name}".upper()] = value.replace("\0", "").replace("\ud800", "")
    return Slip(list(lots.choice((*ASKING, *MAKING))), environ=given)


def _flags(lots: random.Random) -> Slip:
    words = list(lots.choice((*ASKING, *MAKING, ("backup", "copy"), ("restore-backup", "noise"), ("delete", "1"))))
    for _ in range(lots.randint(1, 4)):
        new = lots.choice((lots.choice(WORDS), lots.choice(VALUES), lots.choice(WORDS) + "=" + lots.choice(VALUES)))
        words.insert(lots.randint(0, len(words)), new.replace("\0", ""))
    if lots.random() < 0.3:
        del words[lots.randrange(len(words))]
    # Without a command the window would open.
    return Slip(words if any(word.isalpha() for word in words) else ["verify", *words])


def _places(lots: random.Random) -> Slip:
    path = lots.choice(PATHS).replace("\0", "")
    kind = lots.randrange(5)
    if kind == 0:
        return Slip(list(lots.choice((*ASKING, *MAKING))), data_dir=path)
    if kind == 1:
        return Slip([*lots.choice((*ASKING, *MAKING)), "--config", path])
    if kind == 2:
        return Slip(["backup", path])
    if kind == 3:
        return Slip(["restore-backup", path])
    return Slip(list(lots.choice((*ASKING, *MAKING))), environ={"METERCALC_DATABASE_URL": path})


def _side_files(lots: random.Random) -> Slip:
    name = lots.choice(("metercalc.key", "metercalc.anchor"))
    content = lots.choice(
        (b"", b"\n", b"00" * 32, b"zz" * 32, b"x" * 5000, b"{}", b"[]", b"null", b'{"version": 2}', b"\xff\xfe",
         b"[" * 9000, b'{"version": 2, "date": 1e999, "chains": {"1": [1, "00"]}, "mac": "00"}', lots.randbytes(64),
         "fifo", "folder", "metercalc.key", "not-there")
    )  # fmt: skip
    return Slip(list(lots.choice(ASKING)), prepare=[(name, content)])


WINDOW: Mapping[str, tuple[str, ...]] = {
    "General": ("saved_filters",),
    "window": ("geometry", "splitter", "on_top", "arrangement"),
    "sign_in": ("email",),
    "records": ("columns", "page_size", "sort", "descending", "more_filters"),
    "appearance": ("scheme",),
    "insights": ("geometry", "folder"),
    "export": ("format", "separator", "bom", "folder"),
    "statement": ("period", "paper", "folder"),
}
OWNER = "ada@example.org"
_FILTERS: tuple[object, ...] = (
    7, None, [], "", {}, {"search": 7, "period": []}, {"search": "x" * 5000}, {"from": "9999-99-99"},
    {"amount": [1, 2]}, {"operations": ["nothing", 3]}, {"least": "1e999", "most": None}, {"period": "?"}, [[[]]],
)  # fmt: skip
_JSON: tuple[object, ...] = (
    None, 1e300, [], {}, "text", [["date", 10**12, True]], {"order": [1, 2], "shown": 7, "widths": []},
    {"order": ["date", "date"], "shown": ["date"], "widths": {"date": -5}}, {"order": [{}], "shown": [{}]},
    {"widths": {"date": 10**30, "amount": True}}, {OWNER: 3}, {OWNER: {"mine": None, "": {"trash": 3}}},
    *({OWNER: {"mine": {"filters": each, "trash": each, "sort": each, "columns": each}}} for each in _FILTERS),
    *({OWNER: {"mine": each, "a" * 90: {"filters": each}}} for each in _FILTERS),
)  # fmt: skip
STATES = (
    *VALUES, "@ByteArray(\\x1\\xd9\\xd0\\xcb\\0\\x3)", "@Invalid()", "@Rect(0 0 0 0)", "@Variant(\\0\\0\\0\\x7f)",
    "@Size(-1 -1)", "@Point(99999999 99999999)", "@ByteArray(AAAA)", "a, b, c", ",", "[" * 3000, '{"a":' * 3000,
    *(json.dumps(each) for each in _JSON), *(json.dumps(each) for each in _JSON),
)  # fmt: skip


def draw_state(lots: random.Random, kept: bytes) -> bytes | str:
    """A window's remembered state, as a person or another program may have left it; `kept` is a sound one."""
    kind = lots.random()
    if kind < 0.04:
        return lots.choice(("fifo", "folder", "window.ini", "not-there", "/dev/null"))
    if kind < 0.3:
        return damaged(lots, kept)
    lines = []
    for group, names in WINDOW.items():
        lines.append(f"[{group}]")
        lines += [f"{name}={_ini(lots, lots.choice(STATES))}" for name in names if lots.random() < 0.5]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _ini(lots: random.Random, value: str) -> str:
    """A value as QSettings writes it, most times."""
    if value.startswith("@") or lots.random() < 0.1:
        return value
    return json.dumps(value) if value.isascii() else f'"{value}"'
