"""How a store is made and brought up to date: old or new, never between."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from desktop.models.embedded import backups, restoring
from desktop.models.embedded.storage import chain, migrations, sqlite
from desktop.models.embedded.storage.migrations.upgrade import Step
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import StoreError, StoreForeign, StoreNewer
from desktop.terms.kinds import OperationType
from tests.support.stores import COSTS, create, in_processes, make_store, raw


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def later(upgrade: migrations.Upgrade) -> None:
    """A step of the future."""
    upgrade.database.execute_sql("ALTER TABLE user ADD COLUMN language TEXT NOT NULL DEFAULT 'en'")


def failing(upgrade: migrations.Upgrade) -> None:
    """One that breaks in the middle."""
    later(upgrade)
    upgrade.database.execute_sql("UPDATE user SET language = 'xx'")
    raise StoreError("The disk is full.")


def as_the_next_version(patch: pytest.MonkeyPatch, step: Step) -> None:
    """Let the program be the one after this, which has one step more."""
    steps = (*migrations.STEPS, step)
    patch.setattr(migrations, "SCHEMA_VERSION", len(steps))
    patch.setattr(migrations, "upgrade", functools.partial(migrations.upgrade, steps=steps))


def test_a_new_store_has_the_expected_schema_and_the_configured_prices(tmp_path: Path) -> None:
    store = make_store(tmp_path / "new" / "store.db")
    assert migrations.version(store.database) == migrations.SCHEMA_VERSION
    assert migrations.schema_of(store.database) == migrations.expected_schema()
    costs = dict(store.database.execute_sql("SELECT type, cost FROM operation").fetchall())
    assert costs == {**COSTS, OperationType.CREDIT: 0}
    assert verify(store).problems == ()
    store.close()


def test_every_table_is_strict(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store.db")
    rows = store.database.execute_sql("PRAGMA table_list").fetchall()
    assert {row[1]: row[5] for row in rows if not row[1].startswith("sqlite_")} == dict.fromkeys(
        ("user", "operation", "price", "record", "sign_in_failure", "journal"), 1
    )
    store.close()


def test_other_prices_in_the_configuration_change_no_existing_store(store_file: Path) -> None:
    store = open_store(store_file, costs=dict.fromkeys(COSTS, 1))
    costs = dict(store.database.execute_sql("SELECT type, cost FROM operation").fetchall())
    assert costs == {**COSTS, OperationType.CREDIT: 0}
    store.close()


def test_a_store_of_a_newer_program_is_refused_and_left_byte_for_byte(store_file: Path) -> None:
    with raw(store_file) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
    before = contents(store_file.parent)
    with pytest.raises(StoreNewer, match="Update the program"):
        make_store(store_file)
    after = contents(store_file.parent)
    assert {name: after[name] for name in before} == before
    assert all(not content for name, content in after.items() if name.endswith("-wal"))


def foreign_database(file: Path) -> None:
    """Somebody else's SQLite file, with nothing to tell it by but its tables."""
    with raw(file) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def foreign_marked(file: Path) -> None:
    """One of a program that marks its files."""
    with raw(file) as connection:
        connection.execute("PRAGMA application_id = 1234")
        connection.execute("CREATE TABLE songs (title TEXT)")


def foreign_versioned(file: Path) -> None:
    """One with a version of its own."""
    with raw(file) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("CREATE TABLE record (title TEXT)")


def foreign_text(file: Path) -> None:
    """No database at all."""
    file.write_text("Dear diary, " * 500)


def foreign_stub(file: Path) -> None:
    """A few bytes."""
    file.write_bytes(b"SQLite format 3\x00")


@pytest.mark.parametrize("make", [foreign_database, foreign_marked, foreign_versioned, foreign_text, foreign_stub])
def test_what_is_not_a_store_is_refused_and_left_byte_for_byte(tmp_path: Path, make: object) -> None:
    file = tmp_path / "store.db"
    assert callable(make)
    make(file)
    before = contents(tmp_path)
    with pytest.raises(StoreForeign):
        make_store(file)
    assert contents(tmp_path) == before


def test_a_file_of_no_bytes_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch(mode=0o600)
    store = make_store(tmp_path / "store.db")
    assert verify(store).problems == ()
    store.close()


def test_a_failing_step_leaves_the_old_version(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def state() -> tuple[object, ...]:
        with raw(store_file) as connection:
            tables = ("user", "operation", "price", "record")
            rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
            schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
            return connection.execute("PRAGMA user_version").fetchone(), schema, rows

    before = state()
    with monkeypatch.context() as patch:
        as_the_next_version(patch, failing)
        with pytest.raises(StoreError, match="full"):
            make_store(store_file)
    assert state() == before
    store = make_store(store_file)  # and the program before this one still opens it
    assert verify(store).problems == ()
    store.close()


def test_an_upgrade_keeps_everything_and_makes_a_backup_first(
    store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw(store_file) as connection:
        before = connection.execute("SELECT * FROM record").fetchall()
    as_the_next_version(monkeypatch, later)
    store = make_store(store_file)
    assert migrations.version(store.database) == migrations.SCHEMA_VERSION
    assert store.database.execute_sql("SELECT DISTINCT language FROM user").fetchall() == [("en",)]
    assert store.database.execute_sql("SELECT * FROM record").fetchall() == before
    store.close()
    monkeypatch.undo()
    (kept,) = backups.folder_of(store_file).iterdir()
    assert kept.name.startswith(f"before-upgrade-from-{migrations.SCHEMA_VERSION}-")
    assert kept.stat().st_mode & 0o777 == 0o600
    restored = store_file.parent / "old" / "store.db"
    restoring.restore(kept, restored, costs=COSTS)
    store = make_store(restored)
    assert store.database.execute_sql("SELECT * FROM record").fetchall() == before
    store.close()


def test_a_step_runs_once_even_if_the_store_is_opened_again(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_the_next_version(monkeypatch, later)
    for _ in range(2):
        store = make_store(store_file)
        store.close()
    assert len(list(backups.folder_of(store_file).iterdir())) == 1


def test_a_store_without_its_key_is_not_upgraded(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain.key_file(store_file).unlink()
    as_the_next_version(monkeypatch, later)
    with pytest.raises(StoreError, match="key"):
        make_store(store_file)
    with raw(store_file) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.SCHEMA_VERSION - 1,)
    assert not chain.key_file(store_file).exists()


def test_two_processes_that_make_a_store_at_once_agree_on_its_key_and_schema(tmp_path: Path) -> None:
    for attempt in range(3):
        file = tmp_path / f"try {attempt}" / "store.db"
        answers = in_processes(create, (file,), (file,))
        assert answers == [(chain.key_file(file).read_text().strip(), len(COSTS))] * 2
        store = make_store(file)
        assert (store.read_only_reason, verify(store).problems) == (None, ())
        store.close()


def test_the_application_id_spells_the_program(store_file: Path) -> None:
    with raw(store_file) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"Metc"),)
    assert int.from_bytes(b"Metc") == sqlite.APPLICATION_ID
