"""Where configuration values come from: files, the environment, the command line; it knows no key and reads no value.

`Known` says which sections and keys there are. Every source gives `Given` values, each of a known key, or raises
`ConfigError`, which names the source, the key, and what is accepted.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from desktop.language.sentences import say
from desktop.system.private_files import read_whole
from desktop.terms.errors import ConfigError

PREFIX = "METERCALC_"
_SHOWN = 80
_MOST_BYTES = 100_000  # the shipped file has 3,000
# tomllib takes seconds for a key of 3,000 parts, and eight times as long for twice as many.
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){50}""")

Known = Mapping[str, Iterable[str]]


class Given(NamedTuple):
    """One value as `origin` gives it: as TOML has it from a file, as text from elsewhere."""

    origin: str
    section: str
    key: str
    value: object

    def refused(self, accepted: str, reason: str = "") -> ConfigError:
        """The error that says that this value is not accepted, for which reason where one is told, and what is."""
        return _refused(self.origin, f"[{self.section}] {self.key}", self.value, accepted, reason)


def from_file(file: Path, known: Known) -> Iterator[Given]:
    """What a configuration file gives; nothing where there is none."""
    for section, table in _parsed(file).items():
        if section not in known:
            raise _unknown(str(file), f"[{section}]", say("the sections {names}", names=", ".join(known)))
        if not isinstance(table, dict):
            accepted = say("a section, written [{section}] on a line of its own", section=section)
            raise _refused(str(file), section, table, accepted)
        for key, value in table.items():
            if key not in known[section]:
                keys = say("the keys {names}", names=", ".join(known[section]))
                raise _unknown(str(file), f"[{section}] {key}", keys)
            yield Given(str(file), section, key, value)


def from_environment(environ: Mapping[str, str], known: Known) -> Iterator[Given]:
    """What the variables METERCALC_<SECTION>_<KEY> give, as text. Other names may be anybody's and are left alone."""
    names = _variables(known)
    for name in sorted(environ.keys() & names):
        yield Given(say("the environment variable {name}", name=name), *names[name], environ[name])


def misspelt_variables(environ: Mapping[str, str], known: Known) -> list[str]:
    """The names that begin as a section's variables do and are none: most likely a slip. Their values are secret."""
    sections = "|".join(section.upper() for section in known)
    begun = re.compile(f"{PREFIX}({sections})_[A-Z0-9_]*")
    return sorted(name for name in environ.keys() - _variables(known) if begun.fullmatch(name))


def _variables(known: Known) -> dict[str, tuple[str, str]]:
    return {f"{PREFIX}{section}_{key}".upper(): (section, key) for section in known for key in known[section]}


def from_command_line(overrides: Mapping[str, str], known: Known, origin: str = "") -> Iterator[Given]:
    """What "section.key" on the command line, or wherever `origin` says, gives as text."""
    origin = origin or say("the command line")
    names = {f"{section}.{key}": (section, key) for section in known for key in known[section]}
    for name, text in overrides.items():
        if name not in names:
            raise _unknown(origin, name, say("<section>.<key>, one of {names}", names=", ".join(names)))
        yield Given(origin, *names[name], text)


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        # Editors on Windows put a byte order mark at the start, which TOML does not allow.
        text = read_whole(file, _MOST_BYTES).decode("utf-8-sig")
        if deep := _deep_key(text):
            line = text.count("\n", 0, deep) + 1
            message = say("{file}, line {line}: a key cannot have so many parts.", file=file, line=line)
            raise ConfigError(message, file=str(file), line=line)
        return _loaded(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = say("{file}: cannot be read: {reason}.", file=file, reason=error.strerror)
        raise ConfigError(message, file=str(file)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = say("{file}, line {line}: this is not text in UTF-8. Save the file as UTF-8.", file=file, line=line)
        raise ConfigError(message, file=str(file), line=line) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _not_toml(file, error) from error


# Most files are the shipped one, word for word, and the start reads both.
@functools.lru_cache(maxsize=1)
def _deep_key(text: str) -> int | None:
    """Where a key has too many parts, if anywhere."""
    found = _DEEP_KEY.search(text)
    return found and found.start()


@functools.lru_cache(maxsize=1)
def _loaded(text: str) -> Mapping[str, Any]:
    """What a text says; nobody changes it."""
    return tomllib.loads(text, parse_float=Decimal)


def _not_toml(file: Path, error: Exception) -> ConfigError:
    """A syntax error with its line; Python's own limits on digits and depth, which come here too, name none."""
    if not isinstance(error, tomllib.TOMLDecodeError):
        return ConfigError(say("{file}: a number is too long, or lists are too deep.", file=file), file=str(file))
    found = re.search(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$", str(error))
    line = found[1] if found else None
    where = say("{file}, line {line}", file=file, line=line) if line else say("{file}, at its end", file=file)
    what = str(error)[: found.start()] if found else str(error)
    message = say("{where}: this is not TOML: {what}.", where=where, what=what)
    return ConfigError(message, file=str(file), line=int(line) if line else None)


def _refused(origin: str, key: str, value: object, accepted: str, reason: str = "") -> ConfigError:
    shown = quoted(value)
    if reason:
        message = say(
            "{origin}: {key} = {value} is not accepted: {reason} Accepted: {accepted}.",
            origin=origin,
            key=key,
            value=shown,
            reason=reason,
            accepted=accepted,
        )
    else:
        message = say(
            "{origin}: {key} = {value} is not accepted. Accepted: {accepted}.",
            origin=origin,
            key=key,
            value=shown,
            accepted=accepted,
        )
    return ConfigError(message, file=origin, key=key, value=shown, accepted=accepted)


def _unknown(origin: str, key: str, accepted: str) -> ConfigError:
    """The error about a name; the value of what nobody knows may be a secret and is not repeated."""
    message = say("{origin}: {key} is not known. Accepted: {accepted}.", origin=origin, key=key, accepted=accepted)
    return ConfigError(message, file=origin, key=key, accepted=accepted)


def quoted(value: object) -> str:
    """A value as a message shows it: on one line, and shortened."""
    import json  # late: only trouble is quoted

    try:
        written = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:  # tables in tables, as deep as a key has dots
        written = "{…}"
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
