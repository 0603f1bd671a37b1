"""Owns the configuration and where the program's files lie; it must not guess, nor touch what a person wrote.

The commented file in resources/ is the only place of the defaults. Over it lie, in this order, the person's file, the
environment (METERCALC_<SECTION>_<KEY>), and the command line.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import platformdirs

from desktop.settings import sources
from desktop.settings import values as kinds
from desktop.system import resources
from desktop.system.private_files import make_folder, require_regular, write_private
from desktop.terms.errors import BadInput, ConfigError
from desktop.terms.kinds import OperationType

_NAME = "config.toml"
_LONGEST_SIDE = "-journal"  # the longest that is put behind a store's name
_MOST_BYTES = 500  # SQLite takes 512 (MAX_PATHNAME), with what it puts behind the name
_NO_STORE = {
    errno.EISDIR: "is a folder",
    errno.EINVAL: "is no regular file",
    errno.ENOTDIR: "lies in what is no folder",
    errno.ENAMETOOLONG: "is too long a name for a file, or for those beside it",
    errno.ELOOP: "is a link that leads to itself",
}
_CLASSES = ("digits", "upper", "lower")
_PRICED = tuple(operation for operation in OperationType if operation is not OperationType.CREDIT)

_READERS: Mapping[str, Mapping[str, kinds.Reader]] = {
    "database": {"url": kinds.database_url()},
    "account": {"default_balance": kinds.money()},
    "costs": {operation.value: kinds.money() for operation in _PRICED},
    "records": {"page_size": kinds.whole(1, 1000), "page_sizes": kinds.wholes(1, 1000)},
    "random": {
        "url": kinds.web_address(),
        "quota_url": kinds.web_address(),
        "length": kinds.whole(1, 20),
        "classes": kinds.some_of(*_CLASSES),
        "block": kinds.whole(1, 10_000),
        "timeout": kinds.whole(1, 600),
        "contact": kinds.email(),
        "fallback": kinds.one_of("deny", "local"),
    },
    "security": {
        "minimum_password_length": kinds.whole(8, 1024),
        "idle_lock_minutes": kinds.whole(0, 1440),
    },
    "logging": {"level": kinds.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "keep": kinds.whole(2, 100)},
}


@dataclass(frozen=True, slots=True)
class DatabaseSection:
    """`url` is "", a path, sqlite:///path or a server's, as it was written; `Places.with_database` takes it apart."""

    url: str


@dataclass(frozen=True, slots=True)
class AccountSection:
    """`default_balance`, in hundredths of a credit, is what a new account starts with."""

    default_balance: int


@dataclass(frozen=True, slots=True)
class RecordsSection:
    """Records on a page at first, and the sizes to choose from: ascending, `page_size` among them."""

    page_size: int
    page_sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RandomSettings:
    """How random strings are drawn: `block` at once, each `length` characters long, within `timeout` seconds.

    At least one of the classes is on. `contact` may be "". `fallback` is for when random.org gives nothing.
    """

    url: str
    quota_url: str
    length: int
    digits: bool
    upper: bool
    lower: bool
    block: int
    timeout: int
    contact: str
    fallback: Literal["deny", "local"]


@dataclass(frozen=True, slots=True)
class SecuritySection:
    """`idle_lock_minutes` is 0 where the window never locks."""

    minimum_password_length: int
    idle_lock_minutes: int


@dataclass(frozen=True, slots=True)
class LoggingSection:
    """The level's name as `logging` has it, and how many files are kept."""

    level: str
    keep: int


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be configured, checked. `costs`, hundredths of a credit, has every operation but credit."""

    database: DatabaseSection
    account: AccountSection
    costs: Mapping[OperationType, int]
    records: RecordsSection
    random: RandomSettings
    security: SecuritySection
    logging: LoggingSection


@dataclass(frozen=True, slots=True)
class Places:
    """Where the program's files lie; nothing of it need exist.

    `remembered_dir` is away from the store's folder where the system has a place for it: what the program remembers
    of a store does not come back there with an older copy of the folder. `options` are those by which a command finds
    them again, with a space behind each. `server` is the address of the server that keeps the ledger, "" where a store
    does.
    """

    config_file: Path
    data_dir: Path
    store_file: Path
    log_dir: Path
    settings_file: Path
    remembered_dir: Path
    options: str = ""
    server: str = ""

    @property
    def ledger(self) -> str:
        """Where the ledger is, for a person to read."""
        return self.server or str(self.store_file)

    def with_database(self, database: DatabaseSection) -> Places:
        """The same places with the store where the configuration has it; relative paths start at `data_dir`.

        Raises `ConfigError` where the program has something else there.
        """
        if kinds.is_server(database.url):
            return replace(self, server=database.url)
        named = kinds.database_path(database.url)
        if named is None:
            if unusable := _why_no_store(self.store_file):
                raise ConfigError(f"{sources.quoted(str(self.store_file))} {unusable}. Choose another data directory.")
            return self
        file = self.data_dir / named
        if unusable := _why_no_store(file):
            raise ConfigError(f"[database] url = {sources.quoted(database.url)} {unusable}. Accepted: a file's path.")
        whole = file.resolve()
        others = [self.config_file.resolve(), self.settings_file.resolve(), self.log_dir.resolve()]
        if any(other in (whole, *whole.parents) for other in others):
            raise ConfigError(
                f"[database] url = {sources.quoted(database.url)}: Metercalc has something else there ({file})."
            )
        return replace(self, store_file=file)


def places(data_dir: Path | None = None, config: Path | None = None, database: str | None = None) -> Places:
    """The system's own folders, or everything below `data_dir`; `config` moves the configuration file alone."""
    if data_dir is None:
        data = platformdirs.user_data_path("metercalc", appauthor=False)
        settings = platformdirs.user_config_path("metercalc", appauthor=False)
        logs = platformdirs.user_log_path("metercalc", appauthor=False)
        state = platformdirs.user_state_path("metercalc", appauthor=False)
    else:
        data = settings = data_dir.absolute()
        logs = data / "logs"
        state = data
    return Places(
        config_file=config.absolute() if config else settings / _NAME,
        data_dir=data,
        store_file=data / "metercalc.db",
        log_dir=logs,
        settings_file=settings / "window.ini",
        remembered_dir=state / "remembered",
        options=_option("--data-dir", data_dir)
        + _option("--config", config)
        + ("" if database is None else f"--database {shlex.quote(database)} "),
    )


def _why_no_store(file: Path) -> str:
    """What keeps a file of this name from being a store, "" where nothing does: what may be is for the store to say."""
    if not file.name or file.name == "..":
        return "is a folder"
    if len(os.fsencode(file.absolute())) > _MOST_BYTES:
        return _NO_STORE[errno.ENAMETOOLONG]
    try:
        try:
            require_regular(file.stat().st_mode)
        except FileNotFoundError:
            if file.is_symlink():
                return "is a link that leads nowhere"
        with contextlib.suppress(FileNotFoundError):
            file.with_name(f"{file.name}{_LONGEST_SIDE}").stat()
    except OSError as error:
        return _NO_STORE.get(error.errno or 0, "")
    return ""


def _option(name: str, path: Path | None) -> str:
    return f"{name} {shlex.quote(str(path.absolute()))} " if path is not None else ""


def ensure_file(file: Path) -> bool:
    """Make the configuration file from the shipped one where there is none; True when it was made.

    Raises `ConfigError` where that is not possible.
    """
    try:
        if file.exists() or file.is_symlink():
            return False
        make_folder(file.parent)
        write_private(file, resources.path(_NAME).read_bytes())
    except OSError as error:
        raise ConfigError(f"{file}: cannot be made: {error.strerror}.", file=str(file)) from error
    return True


def load(file: Path, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Config:
    """The configuration as all its sources say it. A missing `file` says nothing; `overrides` are "section.key": text.

    Raises `ConfigError` naming the source, the key, the value and what is accepted.
    """
    values: dict[str, dict[str, Any]] = {section: {} for section in _READERS}
    for source in (resources.path(_NAME), file):
        for given in sources.from_file(source, _READERS):
            values[given.section][given.key] = _read(given, given.value)
    spoken = (*sources.from_environment(environ, _READERS), *sources.from_command_line(overrides, _READERS))
    for given in spoken:
        values[given.section][given.key] = _read(given, _reader(given).from_text(str(given.value)))
    return _config(values)


def misspelt_variables(environ: Mapping[str, str]) -> list[str]:
    """The environment's names that look like a key's and are none, to be told: they change nothing."""
    return sources.misspelt_variables(environ, _READERS)


def _config(values: Mapping[str, Mapping[str, Any]]) -> Config:
    random = dict(values["random"])
    random |= dict.fromkeys(_CLASSES, False) | dict.fromkeys(random.pop("classes"), True)
    page_size, page_sizes = values["records"]["page_size"], values["records"]["page_sizes"]
    return Config(
        database=DatabaseSection(**values["database"]),
        account=AccountSection(**values["account"]),
        costs={operation: values["costs"][operation.value] for operation in _PRICED},
        records=RecordsSection(page_size, tuple(sorted({*page_sizes, page_size}))),
        random=RandomSettings(**random),
        security=SecuritySection(**values["security"]),
        logging=LoggingSection(**values["logging"]),
    )


def _reader(given: sources.Given) -> kinds.Reader:
    return _READERS[given.section][given.key]


def _read(given: sources.Given, value: object) -> object:
    reader = _reader(given)
    try:
        return reader.read(value)
    except kinds.Secret as error:
        raise ConfigError(
            f"{given.origin}: [{given.section}] {given.key}: a password does not belong here, it would stand in logs. "
            "Leave it out: it is asked for.",
            file=given.origin,
            key=f"[{given.section}] {given.key}",
        ) from error
    except (kinds.Refused, BadInput, ValueError) as error:
        raise given.refused(reader.accepts) from error
