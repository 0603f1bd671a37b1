"""Owns the configuration and where the program's files lie; it must not guess, nor touch what a person wrote.

The commented file in resources/ is the only place of the defaults. Over it lie, in this order, the person's file, the
environment (METERCALC_<SECTION>_<KEY>), and the command line.

All but the whole are named tuples: the first paint of the window waits for them, and a frozen dataclass takes as long
to make as six of those.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from desktop.language.sentences import mark, say
from desktop.settings import sources
from desktop.settings import values as kinds
from desktop.settings.keys import CLASSES, KEYS, PRICED, reader_of
from desktop.system import resources
from desktop.system.private_files import make_folder, require_regular, write_private
from desktop.terms.errors import BadInput, ConfigError
from desktop.terms.operation_type import OperationType

_NAME = "config.toml"
_LONGEST_SIDE = "-journal"  # the longest that is put behind a store's name
_MOST_BYTES = 500  # SQLite takes 512 (MAX_PATHNAME), with what it puts behind the name
_NO_STORE = {
    errno.EISDIR: mark("{place} is a folder."),
    errno.EINVAL: mark("{place} is no regular file."),
    errno.ENOTDIR: mark("{place} lies in what is no folder."),
    errno.ENAMETOOLONG: mark("{place} is too long a name for a file, or for those beside it."),
    errno.ELOOP: mark("{place} is a link that leads to itself."),
}


class DatabaseSection(NamedTuple):
    """`url` is "", a path, sqlite:///path or a server's, as it was written; `Places.with_database` takes it apart."""

    url: str


class AccountSection(NamedTuple):
    """`default_balance`, in hundredths of a credit, is what a new account starts with."""

    default_balance: int


class SpendingSection(NamedTuple):
    """In hundredths of a credit; `warning_level` and `monthly_budget` are 0 where there is none.

    With `refuses`, what goes beyond the budget is refused; else it is told.
    """

    warning_level: int
    monthly_budget: int
    refuses: bool


class LanguageSection(NamedTuple):
    """`name` is "system" or a code of `LANGUAGES`; `digits` is "locale" or "latin"."""

    name: str
    digits: str


class WindowSection(NamedTuple):
    """The text's size in percent of the system's, and what is shown first: "last" or an arrangement's name."""

    text_size: int
    start_pane: str


class RecordsSection(NamedTuple):
    """Records on a page at first, and the sizes to choose from: ascending, `page_size` among them."""

    page_size: int
    page_sizes: tuple[int, ...]
    is_chosen: bool = False
    """Whether `page_size` is another than the one that ships."""


class RandomSettings(NamedTuple):
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


class SecuritySection(NamedTuple):
    """`idle_lock_minutes` is 0 where the window never locks."""

    minimum_password_length: int
    idle_lock_minutes: int


class LoggingSection(NamedTuple):
    """The level's name as `logging` has it, and how many files are kept."""

    level: str
    keep: int


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be configured, checked. `costs`, hundredths of a credit, has every operation but credit."""

    database: DatabaseSection
    account: AccountSection
    costs: Mapping[OperationType, int]
    spending: SpendingSection
    language: LanguageSection
    window: WindowSection
    records: RecordsSection
    random: RandomSettings
    security: SecuritySection
    logging: LoggingSection


class Places(NamedTuple):
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
            return self._replace(server=database.url)
        named = kinds.database_path(database.url)
        if named is None:
            if unusable := _why_no_store(self.store_file):
                why = say(unusable, place=sources.quoted(str(self.store_file)))
                raise ConfigError(f"{why} {say('Choose another data directory.')}")
            return self
        file = self.data_dir / named
        if unusable := _why_no_store(file):
            why = say(unusable, place=f"[database] url = {sources.quoted(database.url)}")
            accepted = say("Accepted: a file's path.")
            raise ConfigError(f"{why} {accepted}")
        whole = file.resolve()
        others = [self.config_file.resolve(), self.settings_file.resolve(), self.log_dir.resolve()]
        if any(other in (whole, *whole.parents) for other in others):
            raise ConfigError(
                say(
                    "[database] url = {url}: Metercalc has something else there ({file}).",
                    url=sources.quoted(database.url),
                    file=file,
                )
            )
        return self._replace(store_file=file)


def places(data_dir: Path | None = None, config: Path | None = None, database: str | None = None) -> Places:
    """The system's own folders, or everything below `data_dir`; `config` moves the configuration file alone."""
    if data_dir is None:
        import platformdirs  # late, as all that not every start needs

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
        + ("" if database is None else f"--database {_quoted(database)} "),
    )


def _why_no_store(file: Path) -> str:
    """What keeps a file of this name from being a store, "" where nothing does: what may be is for the store to say."""
    if not file.name or file.name == "..":
        return _NO_STORE[errno.EISDIR]
    if len(os.fsencode(file.absolute())) > _MOST_BYTES:
        return _NO_STORE[errno.ENAMETOOLONG]
    try:
        try:
            require_regular(file.stat().st_mode)
        except FileNotFoundError:
            if file.is_symlink():
                return mark("{place} is a link that leads nowhere.")
        with contextlib.suppress(FileNotFoundError):
            file.with_name(f"{file.name}{_LONGEST_SIDE}").stat()
    except OSError as error:
        return _NO_STORE.get(error.errno or 0, "")
    return ""


def _option(name: str, path: Path | None) -> str:
    return f"{name} {_quoted(str(path.absolute()))} " if path is not None else ""


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)


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
        said = say("{file}: cannot be made: {reason}.", file=file, reason=error.strerror)
        raise ConfigError(said, file=str(file)) from error
    return True


def load(
    file: Path, environ: Mapping[str, str], overrides: Mapping[str, str], *, tried: Mapping[str, str] | None = None
) -> Config:
    """The configuration as all its sources say it. A missing `file` says nothing; `overrides` are "section.key": text.

    `tried`, of the same form, is what somebody tries out: it has the last word.

    Raises `ConfigError` naming the source, the key, the value and what is accepted.
    """
    values: dict[str, dict[str, Any]] = {section: {} for section in KEYS}
    shipped = 0
    for source in (resources.path(_NAME), file):
        for given in sources.from_file(source, KEYS):
            values[given.section][given.key] = read(given)
        shipped = shipped or values["records"]["page_size"]
    trials = sources.from_command_line(tried or {}, KEYS, say("not saved"))
    for given in (*spoken(environ, overrides), *trials):
        values[given.section][given.key] = read(given, as_text=True)
    return _config(values, shipped)


def spoken(environ: Mapping[str, str], overrides: Mapping[str, str]) -> tuple[sources.Given, ...]:
    """What is given beside the files, as text, the later the stronger."""
    return (*sources.from_environment(environ, KEYS), *sources.from_command_line(overrides, KEYS))


def read(given: sources.Given, *, as_text: bool = False) -> Any:
    """What the program uses of a value that was given. Raises `ConfigError`."""
    reader = reader_of(given.section, given.key)
    try:
        return reader.read(reader.from_text(str(given.value)) if as_text else given.value)
    except kinds.Secret as error:
        raise ConfigError(
            say(
                "{origin}: {key}: a password does not belong here, it would stand in logs. "
                "Leave it out: it is asked for.",
                origin=given.origin,
                key=f"[{given.section}] {given.key}",
            ),
            file=given.origin,
            key=f"[{given.section}] {given.key}",
        ) from error
    except kinds.Explained as error:
        raise given.refused(reader.accepts(), str(error)) from error
    except (kinds.Refused, BadInput, ValueError) as error:
        raise given.refused(reader.accepts()) from error


def misspelt_variables(environ: Mapping[str, str]) -> list[str]:
    """The environment's names that look like a key's and are none, to be told: they change nothing."""
    return sources.misspelt_variables(environ, KEYS)


def _config(values: Mapping[str, Mapping[str, Any]], shipped_page_size: int) -> Config:
    random = dict(values["random"])
    random |= dict.fromkeys(CLASSES, False) | dict.fromkeys(random.pop("classes"), True)
    spending = dict(values["spending"])
    refuses = spending.pop("beyond_budget") == "refuse"
    page_size, page_sizes = values["records"]["page_size"], values["records"]["page_sizes"]
    return Config(
        database=DatabaseSection(**values["database"]),
        account=AccountSection(**values["account"]),
        costs={operation: values["costs"][operation.value] for operation in PRICED},
        spending=SpendingSection(**spending, refuses=refuses),
        language=LanguageSection(**values["language"]),
        window=WindowSection(**values["window"]),
        records=RecordsSection(
            page_size, tuple(sorted({*page_sizes, page_size})), is_chosen=page_size != shipped_page_size
        ),
        random=RandomSettings(**random),
        security=SecuritySection(**values["security"]),
        logging=LoggingSection(**values["logging"]),
    )
