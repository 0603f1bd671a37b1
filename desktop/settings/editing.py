"""Owns changes of the configuration file: only what was asked for changes, comments and all else stay.

A file is replaced whole or not at all, by one program at a time, and only where it can be read and what came of it
says exactly what was meant. A file that is broken is never written over.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.language.sentences import say
from desktop.settings import config, sources
from desktop.settings.keys import AT_START, KEYS, NEW_STORE, reader_of
from desktop.system import resources
from desktop.system.private_files import create_private, read_whole, real_place, write_private
from desktop.system.turns import TurnNotCome, turn
from desktop.terms.errors import ConfigError
from desktop.terms.settings import Change, Effect, Origin, Setting

_MOST_BYTES = 100_000
_PATIENCE_S = 5.0
_BOM = "\ufeff"
_SHIPPED = "config.toml"


def settings(file: Path, environ: Mapping[str, str], overrides: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every setting in the order of the shipped file, as all sources say it. Raises `ConfigError`."""
    defaults = {(given.section, given.key): given for given in sources.from_file(resources.path(_SHIPPED), KEYS)}
    in_file = {(given.section, given.key): given for given in sources.from_file(file, KEYS)}
    for given in in_file.values():
        config.read(given)
    spoken = {(given.section, given.key): given for given in config.spoken(environ, overrides)}
    for given in spoken.values():
        config.read(given, as_text=True)
    return tuple(_setting(given, in_file.get(place), spoken.get(place)) for place, given in defaults.items())


def save(file: Path, changes: Sequence[Change]) -> None:
    """Write some values into the file, which is made where there is none.

    Raises `ConfigError`, and leaves the file as it is: for a value that is not accepted, a file that cannot be read
    or written, and a value that somebody else has changed since it was seen.
    """
    wanted = {(change.section, change.key): _accepted(change) for change in changes}
    config.ensure_file(file)
    with _turn(file):
        present = {(given.section, given.key): given for given in sources.from_file(file, KEYS)}
        for given in present.values():
            config.read(given)
        for change in changes:
            _check_unchanged(file, change, present.get((change.section, change.key)))
        text = _read(file)
        changed = _changed(file, text, wanted)
        _check(file, text, changed, wanted)
        try:
            write_private(file, changed.encode())
        except OSError as error:
            said = say("{file}: cannot be written: {reason}. Nothing was saved.", file=file, reason=error.strerror)
            raise ConfigError(said, file=str(file)) from error


def as_text(value: Any) -> str:
    """A value of TOML as the environment would have it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _setting(shipped: sources.Given, given: sources.Given | None, said: sources.Given | None) -> Setting:
    section, key = place = shipped.section, shipped.key
    reader = reader_of(section, key)
    origin = Origin.DEFAULT if given is None else Origin.FILE
    locked_by = ""
    if said is not None:
        variable = f"{sources.PREFIX}{section}_{key}".upper()
        from_environment = variable in said.origin
        origin = Origin.ENVIRONMENT if from_environment else Origin.COMMAND_LINE
        locked_by = variable if from_environment else said.origin
    in_force = said or given or shipped
    effect = Effect.START if place in AT_START else Effect.NEW_STORE if place in NEW_STORE else Effect.NOW
    return Setting(
        section=section,
        key=key,
        shape=reader.shape,
        accepts=reader.accepts(),
        default=as_text(shipped.value),
        value=as_text(in_force.value),
        in_file=None if given is None else as_text(given.value),
        origin=origin,
        locked_by=locked_by,
        effect=effect,
    )


def _accepted(change: Change) -> Any:
    """The change's value as TOML has it. Raises `ConfigError`."""
    if change.section not in KEYS or change.key not in KEYS[change.section]:
        names = ", ".join(f"{section}.{key}" for section in KEYS for key in KEYS[section])
        name = f"{change.section}.{change.key}"
        raise ConfigError(say("{name} is no setting. The settings are {names}.", name=name, names=names))
    given = sources.Given(say("not saved"), change.section, change.key, change.value)
    config.read(given, as_text=True)
    reader = reader_of(change.section, change.key)
    return reader.from_text(change.value)


def _check_unchanged(file: Path, change: Change, given: sources.Given | None) -> None:
    shipped = sources.from_file(resources.path(_SHIPPED), KEYS)
    default = next(as_text(one.value) for one in shipped if (one.section, one.key) == (change.section, change.key))
    found = default if given is None else as_text(given.value)
    if found != (default if change.seen is None else change.seen):
        key = f"[{change.section}] {change.key}"
        raise ConfigError(
            say(
                "{key} was changed in {file} meanwhile, to {value}. Nothing was saved: look at the settings again.",
                key=key,
                file=file,
                value=sources.quoted(found),
            ),
            file=str(file),
            key=key,
        )


@contextlib.contextmanager
def _turn(file: Path) -> Iterator[None]:
    """Keep other programs from changing the file meanwhile. The file itself is replaced: its lock lies beside it."""
    lock = real_place(file)
    lock = lock.with_name(f".{lock.name}.lock")
    try:
        with contextlib.suppress(FileExistsError):
            create_private(lock)
        with turn(lock, _PATIENCE_S):
            yield
    except TurnNotCome as error:
        said = say("{file}: another program is changing it. Nothing was saved: try again.", file=file)
        raise ConfigError(said, file=str(file)) from error
    except OSError as error:
        said = say("{file}: {reason}. Nothing was saved.", file=lock, reason=error.strerror)
        raise ConfigError(said, file=str(file)) from error


def _read(file: Path) -> str:
    try:
        return read_whole(file, _MOST_BYTES).decode()
    except OSError as error:
        said = say("{file}: cannot be read: {reason}.", file=file, reason=error.strerror)
        raise ConfigError(said, file=str(file)) from error


def _changed(file: Path, text: str, wanted: Mapping[tuple[str, str], Any]) -> str:
    """The file's text with other values: those that are there in their places, the others behind their heading."""
    import tomlkit  # late: 20 ms that only a change needs

    mark = _BOM if text.startswith(_BOM) else ""
    try:
        document = tomlkit.parse(text.removeprefix(_BOM))
    except (tomlkit.exceptions.TOMLKitError, RecursionError) as error:
        raise _beyond(file) from error
    missing = []
    for (section, key), value in wanted.items():
        table = document.get(section)
        if table is not None and key in table:
            table[key] = value
        else:
            missing.append((section, key))
    result = tomlkit.dumps(document)
    for section, key in missing:
        result = _with_line(result, section, f"{key} = {_written(wanted[section, key])}", _comment_of(section, key))
    return mark + result


def _with_line(text: str, section: str, line: str, comment: str) -> str:
    """The text with a line and its comment at the head of a section, which is made at the end where there is none."""
    end = "\r\n" if "\r\n" in text else "\n"
    added = "".join(f"{one}{end}" for one in (*comment.splitlines(), line))
    heading = re.search(rf"(?m)^[ \t]*\[[ \t]*{section}[ \t]*\][^\n]*(\n|\Z)", text)
    if heading is None:
        before = text if not text or text.endswith("\n") else text + end
        return f"{before}{end if before else ''}[{section}]{end}{added}"
    before = text[: heading.end()]
    return f"{before if before.endswith(chr(10)) else before + end}{added}{text[heading.end() :]}"


def _comment_of(section: str, key: str) -> str:
    """The shipped file's comment right above a key: who reads the file later finds the same words."""
    lines: list[str] = []
    inside = False
    for line in resources.text(_SHIPPED).splitlines():
        if line.startswith("["):
            inside, lines = line == f"[{section}]", []
        elif line.startswith("#"):
            lines.append(line)
        elif inside and line.startswith(f"{key} ="):
            return "\n".join(lines)
        elif not line:
            lines = []
    return ""


def _written(value: Any) -> str:
    import tomlkit

    return str(tomlkit.item(value).as_string())


def _check(file: Path, before: str, after: str, wanted: Mapping[tuple[str, str], Any]) -> None:
    """Raises `ConfigError` unless the new text says what the old one did, but for what was wanted."""
    expected = _parsed(before)
    for (section, key), value in wanted.items():
        expected.setdefault(section, {})[key] = value
    try:
        said = _parsed(after)
    except ValueError:
        said = {}
    if said != expected or len(after.encode()) > _MOST_BYTES:
        raise _beyond(file)


def _beyond(file: Path) -> ConfigError:
    return ConfigError(
        say(
            "{file}: it is written in a way that the program cannot change without touching more than was asked for. "
            "Nothing was saved: change it with an editor.",
            file=file,
        ),
        file=str(file),
    )


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix(_BOM), parse_float=Decimal)
