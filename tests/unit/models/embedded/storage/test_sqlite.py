"""What is SQLite's own: durable settings, the meaning of its errors, copies and checks."""

from __future__ import annotations

from pathlib import Path

import peewee
import pytest

from desktop.models.embedded.storage import sqlite
from desktop.terms.errors import (
    AppError,
    Cancelled,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)
from tests.support.stores import Books, raw

FILE = Path("store.db")


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_reset_bug_is_mended(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], sound: bool
) -> None:
    assert sqlite.wal_is_sound(version) is sound
    monkeypatch.setattr(sqlite.sqlite3, "sqlite_version_info", version)
    pragmas = sqlite.durable_pragmas()
    assert (pragmas["journal_mode"], pragmas["synchronous"]) == (("wal", 2) if sound else ("truncate", 3))


def test_an_open_store_has_the_settings_that_survive_power_loss(books: Books) -> None:
    for name, value in sqlite.durable_pragmas().items():
        assert str(sqlite.pragma(books.store.database, name)) == str(value)


@pytest.mark.parametrize(("name", "value"), [("synchronouss", 2), ("journal_mode", "sideways")])
def test_a_setting_that_does_not_take_is_an_error(
    books: Books, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(sqlite, "durable_pragmas", lambda: {name: value})
    with pytest.raises((StoreError, TypeError)):
        sqlite.apply_pragmas(books.store.database, read_only=False)


def named(name: str, text: str = "something") -> Exception:
    """An error of SQLite by its name."""
    error = sqlite.sqlite3.OperationalError(text)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_FULL", StoreFull),
        ("SQLITE_READONLY", StoreReadOnly),
        ("SQLITE_READONLY_DIRECTORY", StoreReadOnly),
        ("SQLITE_PERM", StoreReadOnly),
        ("SQLITE_BUSY", StoreLocked),
        ("SQLITE_BUSY_SNAPSHOT", StoreLocked),
        ("SQLITE_LOCKED", StoreLocked),
        ("SQLITE_CORRUPT", StoreDamaged),
        ("SQLITE_CORRUPT_INDEX", StoreDamaged),
        ("SQLITE_NOTADB", StoreDamaged),
        ("SQLITE_CANTOPEN", StoreError),
        ("SQLITE_IOERR_WRITE", StoreError),
        ("SQLITE_INTERRUPT", Cancelled),
        ("SQLITE_CONSTRAINT_CHECK", None),
        ("SQLITE_MISUSE", None),
        ("SQLITE_ERROR", None),
    ],
)
def test_an_error_of_sqlite_is_told_in_the_persons_words_or_is_a_bug(name: str, kind: type[AppError] | None) -> None:
    found = sqlite.as_app_error(named(name), FILE)
    assert (type(found) if found else None) is kind
    assert found is None or found.message.endswith(".")
    with pytest.raises(kind or sqlite.sqlite3.OperationalError), sqlite.translated(FILE):
        raise named(name)


def test_a_full_disk_is_seen_behind_a_rollback_that_failed() -> None:
    def fill() -> None:
        try:
            try:
                raise named("SQLITE_FULL", "database or disk is full")
            except sqlite.sqlite3.OperationalError:
                raise named("SQLITE_ERROR", "cannot rollback - no transaction is active") from None
        except sqlite.sqlite3.OperationalError as error:
            raise peewee.OperationalError(str(error)) from error

    with pytest.raises(StoreFull), sqlite.translated(FILE):
        fill()


def test_another_programs_lock_is_waited_for_and_then_named(books: Books) -> None:
    books.store.database.execute_sql("PRAGMA busy_timeout = 20")
    with raw(books.store.file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="busy"):
            books.charge("1 + 1")
        other.execute("ROLLBACK")
    assert books.charge("1 + 1").result == "2"


def test_a_copy_is_sound_and_holds_what_was_committed(books: Books, tmp_path: Path) -> None:
    books.charge("1 + 1")
    target = tmp_path / "copy.db"
    sqlite.copy_into(books.store.database, target)
    with raw(target) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT count(*) FROM record").fetchone() == (books.count(),)


def test_a_missing_parent_row_is_found(books: Books, tmp_path: Path) -> None:
    assert sqlite.full_check(books.store.database) == []
    target = tmp_path / "copy.db"
    sqlite.copy_into(books.store.database, target)
    with raw(target) as copy:
        copy.execute("DROP TRIGGER user_stays")
        copy.execute("DELETE FROM user WHERE id = 3")
    database = sqlite.make_database(target, read_only=True)
    with database:
        assert sqlite.full_check(database) == ["record row 3 points to a missing user"]
        assert sqlite.quick_check(database) == []


@pytest.mark.parametrize("name", ["per cent %41.db", "question?mark.db", "hash#tag.db", "späce ünd.db", "a&b=c.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.touch()
    for read_only in (False, True):
        database = sqlite.make_database(file, read_only=read_only)
        with database:
            database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_that_is_not_there_is_never_made_by_connecting(tmp_path: Path) -> None:
    database = sqlite.make_database(tmp_path / "gone.db", read_only=False)
    with pytest.raises(StoreError, match="cannot be opened"), sqlite.translated(tmp_path / "gone.db"):
        database.connect()
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_nobody_waits_for_stops(books: Books) -> None:
    with books.store.writing() as database:
        database.execute_sql("CREATE TABLE ballast (number INTEGER)")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i FROM n"
        database.execute_sql(f"INSERT INTO ballast {numbers}")
    database = books.store.database
    looks = 0

    def given_up() -> bool:
        nonlocal looks
        looks += 1
        return looks > 2

    with pytest.raises(Cancelled):
        sqlite.full_check(database, given_up)
    assert looks == 3
    assert sqlite.full_check(database) == []
    with books.store.writing():
        database.execute_sql("DROP TABLE ballast")
