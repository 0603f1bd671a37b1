"""Backups: what is kept, what is refused, and that what was put back is the ledger it was made of."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from desktop.models.embedded import accounts, backups, charges, restoring
from desktop.models.embedded.storage import backup_files, chain, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import AppError, Cancelled, StoreDamaged, StoreError, StoreLocked, StoreNewer
from tests.support.days import DAY
from tests.support.stores import ANN, BALANCE, COSTS, PASSWORD, Books, charge_for, make_store, new_id, raw, tamper

SEAL = b"metercalc backup"


@pytest.fixture
def backup(books: Books, tmp_path: Path) -> Path:
    """A backup of a store in which Ann has paid 10.00."""
    books.charge("1 + 1")
    target = tmp_path / "kept" / "my.metercalc-backup"
    target.parent.mkdir()
    backups.back_up(books.store, target)
    return target


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tables(file: Path) -> list[object]:
    """What a store or a backup of one holds."""
    names = ("user", "operation", "price", "record")
    with raw(file) as connection:
        return [connection.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in names]


def restore(backup: Path, store_file: Path) -> Path | None:
    """Put a backup in a store's place."""
    return restoring.restore(backup, store_file, costs=COSTS)


def test_a_backup_is_one_private_file_that_is_sound(backup: Path) -> None:
    assert list(backup.parent.iterdir()) == [backup]
    assert backup.stat().st_mode & 0o777 == 0o600
    with raw(backup) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert list(backup.parent.iterdir()) == [backup]


def test_a_restored_backup_is_the_ledger_it_was_made_of(
    books: Books, backup: Path, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    expected = tables(books.store.file)
    elsewhere = tmp_path / "another machine" / "store.db"
    assert restore(backup, elsewhere) is None
    assert tables(elsewhere) == expected
    assert sorted(path.name for path in elsewhere.parent.iterdir()) == ["store.anchor", "store.db", "store.key"]
    assert {path.stat().st_mode & 0o777 for path in elsewhere.parent.iterdir()} == {0o600}
    store = opened(elsewhere)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    session = accounts.sign_in(store, ANN, PASSWORD)
    assert charges.charge(store, session, charge_for("2 + 2")).balance == BALANCE - 20_00
    assert verify(store).problems == ()


def test_a_restored_store_holds_no_trace_of_the_key(backup: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "new" / "store.db"
    key = backup_key(backup)
    restore(backup, elsewhere)
    assert chain.key_file(elsewhere).read_bytes() == key
    assert key.strip() not in elsewhere.read_bytes()


def backup_key(backup: Path) -> bytes:
    """The key in a backup."""
    with raw(backup) as connection:
        return bytes(connection.execute("SELECT key FROM backup_key").fetchone()[0])


def test_a_restore_keeps_the_replaced_store_whole(books: Books, backup: Path, opened: Callable[[Path], Store]) -> None:
    books.charge("3 + 3")
    books.store.close()
    before = tables(books.store.file)
    kept = restore(backup, books.store.file)
    assert kept is not None
    assert kept.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
    assert tables(kept / "store.db") == before
    assert tables(books.store.file) != before
    for file in (kept / "store.db", books.store.file):
        store = opened(file)
        assert (store.read_only_reason, verify(store).problems) == (None, ())
    leftovers = {path.name for path in books.store.file.parent.iterdir()} - {kept.name}
    assert {name for name in leftovers if not name.startswith("store.")} == set()


def test_a_restore_after_a_kill_keeps_what_was_only_in_the_side_files(books: Books, backup: Path) -> None:
    """Nobody merged the journal: the last charge must be in the store that is kept."""
    books.charge("3 + 3")
    folder = books.store.file.parent
    killed = folder.parent / "killed"
    killed.mkdir()
    for path in folder.iterdir():
        if path.suffix != ".db-shm":
            (killed / path.name).write_bytes(path.read_bytes())
    kept = restore(backup, killed / "store.db")
    assert kept is not None
    assert tables(kept / "store.db") == tables(books.store.file)


def test_a_backup_survives_being_overwritten_by_the_next(books: Books, backup: Path) -> None:
    books.charge("3 + 3")
    backups.back_up(books.store, backup)
    assert tables(backup) == tables(books.store.file)
    assert list(backup.parent.iterdir()) == [backup]


def test_a_backup_never_replaces_the_stores_own_files_or_goes_where_there_is_no_folder(
    books: Books, tmp_path: Path
) -> None:
    file, config = books.store.file, tmp_path / "metercalc.toml"
    link = tmp_path / "link"
    link.symlink_to(file)
    own = [file.with_name(file.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    own += [file, chain.key_file(file), chain.anchor_file(file), file.parent / "." / "store.db", link, config]
    key = chain.key_file(file).read_bytes()
    for target in own:
        with pytest.raises(StoreError, match="cannot take the place"):
            backups.back_up(books.store, target, keep=[config])
    assert chain.key_file(file).read_bytes() == key
    with pytest.raises(StoreError, match="could not be written"):
        backups.back_up(books.store, tmp_path / "nowhere" / "x.metercalc-backup")
    with pytest.raises(StoreError, match="something else than a backup"):
        backups.back_up(books.store, tmp_path)
    assert books.charge("1 + 1").result == "2"


def reseal(backup: Path, change: Callable[[Path], None]) -> None:
    """Change a backup and put its digest right, as only somebody who knows the format can."""
    backup.write_bytes(backup.read_bytes()[: -len(SEAL) - 32])
    change(backup)
    content = backup.read_bytes()
    backup.write_bytes(content + SEAL + hashlib.sha256(content).digest())


def damage_nothing(backup: Path) -> None:
    """An empty file."""
    backup.write_bytes(b"")


def damage_text(backup: Path) -> None:
    """A letter."""
    backup.write_bytes(b"Dear diary, " * 1000)


def damage_half(backup: Path) -> None:
    """A download that ended early."""
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 2])


def damage_page(backup: Path) -> None:
    """A page of zeros in the middle."""
    content = bytearray(backup.read_bytes())
    content[4096 * 3 : 4096 * 4] = bytes(4096)
    backup.write_bytes(content)


def damage_foreign(backup: Path) -> None:
    """Another program's database."""
    backup.unlink()
    with raw(backup) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def damage_foreign_key_table(backup: Path) -> None:
    """Another program's database that happens to have a table of that name."""
    backup.unlink()
    with raw(backup) as connection:
        connection.execute("CREATE TABLE backup_key (door TEXT)")
        connection.execute("INSERT INTO backup_key VALUES ('front')")


def damage_empty_key(backup: Path) -> None:
    """A backup whose key was taken out."""
    with raw(backup) as connection:
        connection.execute("DELETE FROM backup_key")


def damage_other_key(backup: Path) -> None:
    """A backup with a key that is not its own."""
    with raw(backup) as connection:
        connection.execute("UPDATE backup_key SET key = ?", (b"00" * 32,))


def damage_balance(backup: Path) -> None:
    """A backup in which somebody made themselves rich."""
    tamper(backup, "UPDATE user SET balance = balance + 100000 WHERE id = 2")


def damage_record(backup: Path) -> None:
    """A backup with a changed record."""
    tamper(backup, "UPDATE record SET operation_response = '3' WHERE id = 4")


def damage_triggers(backup: Path) -> None:
    """A backup whose records can be changed."""
    with raw(backup) as connection:
        connection.execute("DROP TRIGGER record_unchanged")


def damage_version(backup: Path) -> None:
    """A backup made by a newer program."""
    with raw(backup) as connection:
        connection.execute("PRAGMA user_version = 99")


DAMAGES = [
    (damage_nothing, StoreDamaged),
    (damage_text, StoreDamaged),
    (damage_half, StoreDamaged),
    (damage_page, StoreDamaged),
    (damage_foreign, StoreDamaged),
    (damage_foreign_key_table, StoreDamaged),
    (damage_empty_key, StoreDamaged),
    (damage_other_key, StoreDamaged),
    (damage_balance, StoreDamaged),
    (damage_record, StoreDamaged),
    (damage_triggers, StoreDamaged),
    (Path.unlink, StoreError),
]
FORGERIES = [
    (damage_foreign, StoreDamaged),
    (damage_foreign_key_table, StoreDamaged),
    (damage_empty_key, StoreDamaged),
    (damage_other_key, StoreDamaged),
    (damage_page, StoreDamaged),
    (damage_balance, StoreDamaged),
    (damage_record, StoreDamaged),
    (damage_triggers, StoreDamaged),
    (damage_version, StoreNewer),
]


def test_a_backup_whose_digest_was_put_right_is_one(backup: Path, tmp_path: Path) -> None:
    reseal(backup, lambda unchanged: None)
    restore(backup, tmp_path / "new" / "store.db")


@pytest.mark.parametrize(("damage", "error"), DAMAGES)
def test_a_damaged_or_foreign_backup_is_refused_and_nothing_is_changed(
    books: Books, backup: Path, damage: Callable[[Path], None], error: type[AppError]
) -> None:
    damage(backup)
    assert_refused(books, backup, error)


@pytest.mark.parametrize(("damage", "error"), FORGERIES)
def test_a_forged_backup_is_refused_though_its_digest_fits(
    books: Books, backup: Path, damage: Callable[[Path], None], error: type[AppError]
) -> None:
    reseal(backup, damage)
    assert_refused(books, backup, error)


@pytest.mark.parametrize("place", [0, 5_000, 20_000, -100, -40, -1])
def test_one_flipped_bit_of_a_backup_is_enough(books: Books, backup: Path, place: int) -> None:
    content = bytearray(backup.read_bytes())
    content[place] ^= 1
    backup.write_bytes(content)
    assert_refused(books, backup, StoreDamaged)


def assert_refused(books: Books, backup: Path, error: type[AppError]) -> None:
    """A restore ends in this error and leaves every file as it was."""
    books.charge("3 + 3")
    books.store.close()
    before = everything(books.store.file.parent), everything(backup.parent)
    with pytest.raises(error):
        restore(backup, books.store.file)
    assert (everything(books.store.file.parent), everything(backup.parent)) == before
    assert sorted(path.name for path in books.store.file.parent.iterdir()) == ["store.anchor", "store.db", "store.key"]


def test_a_store_that_is_open_elsewhere_is_not_replaced(books: Books, backup: Path) -> None:
    before = tables(books.store.file)
    with pytest.raises(StoreLocked, match="in use"):
        restore(backup, books.store.file)
    assert tables(books.store.file) == before
    assert books.charge("2 + 2").result == "4"
    assert {path.name for path in books.store.file.parent.iterdir() if path.is_dir()} == set()


def test_a_store_too_damaged_to_be_read_is_replaced_and_kept(books: Books, backup: Path) -> None:
    books.store.close()
    books.store.file.write_bytes(b"\xff" * 20_000)
    kept = restore(backup, books.store.file)
    assert kept is not None
    assert (kept / "store.db").read_bytes() == b"\xff" * 20_000
    store = make_store(books.store.file)
    assert verify(store).problems == ()
    store.close()


def test_a_store_without_its_key_cannot_be_backed_up(
    store_file: Path, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    chain.key_file(store_file).unlink()
    with pytest.raises(StoreError, match="key"):
        backups.back_up(opened(store_file), tmp_path / "x.metercalc-backup")
    assert not (tmp_path / "x.metercalc-backup").exists()


def test_a_backup_is_made_while_others_write(books: Books, tmp_path: Path, opened: Callable[[Path], Store]) -> None:
    other = opened(books.store.file)
    with other.writing() as database:  # somebody is in the middle of something
        database.execute_sql("UPDATE user SET balance = 0")
        backups.back_up(books.store, tmp_path / "x.metercalc-backup")
        database.rollback()
        database.begin("IMMEDIATE")
    restore(tmp_path / "x.metercalc-backup", tmp_path / "new" / "store.db")


def test_a_backup_of_many_pages_ends_although_others_keep_charging(
    books: Books, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    """SQLite starts a copy anew when another connection commits between two of its steps."""
    other = opened(books.store.file)
    session = accounts.sign_in(other, ANN, PASSWORD)
    with books.store.writing() as database:  # some pages more than one step copies
        database.execute_sql("CREATE TABLE ballast (content BLOB)")
        database.execute_sql("INSERT INTO ballast VALUES (zeroblob(5000 * 4096))")
    connection = books.store.database.connection()
    steps: list[int] = []

    class Charging:
        """The connection, beside which somebody charges between any two steps."""

        def backup(self, copy: object, *, pages: int, progress: Callable[[int, int, int], None]) -> None:
            def charge(status: int, remaining: int, total: int) -> None:
                progress(status, remaining, total)
                steps.append(pages)
                assert len(steps) < 20, "the copy begins again and again"
                charges.charge(other, session, charge_for("1 + 1"))

            connection.backup(copy, pages=pages, progress=charge)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books.store.database, "connection", Charging)
        sqlite.copy_into(books.store.database, tmp_path / "copy.db")
    with raw(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM record WHERE amount > 0").fetchone() == (0,)
    assert len(steps) >= 2
    with books.store.writing() as database:
        database.execute_sql("DROP TABLE ballast")


@pytest.mark.parametrize("content", [b"", b"00" * 32 + b"\n", None])
def test_a_backup_holds_the_stores_key_whatever_lies_in_the_key_file_by_now(
    books: Books, tmp_path: Path, opened: Callable[[Path], Store], content: bytes | None
) -> None:
    key = chain.key_file(books.store.file)
    kept = key.read_bytes()
    if content is None:
        key.unlink()
    else:
        key.write_bytes(content)
    backups.back_up(books.store, tmp_path / "x.metercalc-backup")
    restore(tmp_path / "x.metercalc-backup", tmp_path / "new" / "store.db")
    assert verify(opened(tmp_path / "new" / "store.db")).problems == ()
    key.write_bytes(kept)


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "a disk without them"])
def test_nobody_can_charge_what_a_restore_would_take_away(
    books: Books, backup: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Between keeping the old store and putting the new one in its place."""
    books.store.close()
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.1)
    tried = []
    keep = restoring._keep  # noqa: SLF001

    def charge_meanwhile(file: Path, second: Path) -> None:
        keep(file, second)
        with pytest.raises((StoreLocked, StoreDamaged)):
            make_store(books.store.file)
        tried.append(file.name)

    monkeypatch.setattr(restoring, "_keep", charge_meanwhile)
    kept = restore(backup, books.store.file)
    assert kept is not None
    assert {"store.db", "store.key"} <= set(tried)


def _no_links(_file: Path, _second: Path) -> None:
    raise OSError(95, os.strerror(95))


def test_a_restore_in_the_place_of_a_store_that_is_gone_keeps_what_was_left_of_it(
    books: Books, backup: Path, tmp_path: Path
) -> None:
    """The log of the gone store must not meet the restored one."""
    books.charge("3 + 3")
    gone = tmp_path / "gone"
    gone.mkdir()
    for path in books.store.file.parent.iterdir():  # as a kill leaves them
        if path.is_file() and path.suffix != ".db":
            (gone / path.name).write_bytes(path.read_bytes())
    before = everything(gone)
    assert "store.db-wal" in before
    kept = restore(backup, gone / "store.db")
    assert kept is not None
    assert everything(kept) == before
    store = make_store(gone / "store.db")
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    store.close()


@pytest.mark.parametrize("links", [True, False])
def test_a_restore_that_fails_half_way_changes_nothing(
    books: Books, backup: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    books.charge("3 + 3")
    books.store.close()
    before = everything(books.store.file.parent)
    replace, file = Path.replace, books.store.file

    def fail(source: Path, target: Path) -> Path:
        if target == file and source.parent.name.startswith("restoring-"):
            raise OSError(5, os.strerror(5))
        return replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        if not links:
            patch.setattr(os, "link", _no_links)
        with pytest.raises(StoreError, match="could not be restored"):
            restore(backup, file)
    after = everything(file.parent)
    assert after.keys() == before.keys()
    assert after["store.key"] == before["store.key"]
    store = make_store(file)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    store.close()


def test_a_store_beside_a_foreign_key_is_not_backed_up(
    store_file: Path, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    chain.key_file(store_file).write_bytes(chain.key_text(bytes(32)))
    with pytest.raises(StoreError, match="own key"):
        backups.back_up(opened(store_file), tmp_path / "x.metercalc-backup")


def test_there_is_no_automatic_backup_of_an_empty_store(opened: Callable[[Path], Store], tmp_path: Path) -> None:
    assert backups.back_up_daily(opened(tmp_path / "new" / "store.db")) is None


def test_of_several_automatic_backups_of_a_day_the_last_is_kept(books: Books, one_day: date) -> None:
    folder = backups.folder_of(books.store.file)
    folder.mkdir()
    yesterday = one_day - timedelta(days=1)
    two = [folder / f"daily-{yesterday:%Y%m%d}T{hour}0000Z{backup_files.SUFFIX}" for hour in ("08", "20")]
    for path in two:
        path.touch()
    made = backups.back_up_daily(books.store)
    assert set(folder.iterdir()) == {two[1], made}


def days(*ago: int) -> list[date]:
    """Days before the one that it stays."""
    return [DAY - timedelta(days=n) for n in ago]


ROTATION = [
    pytest.param(range(0), [], id="none yet"),
    pytest.param(range(1), [0], id="the first"),
    pytest.param(range(7), [*range(7)], id="seven days"),
    # Weeks begin on Mondays: those of the 25th, the 22nd, the 15th and the 8th are kept.
    pytest.param(range(8), [*range(7)], id="eight days"),
    pytest.param(range(40), [*range(7), 10, 17], id="forty days"),
    pytest.param(range(0, 200, 3), [0, 3, 6, 9, 12, 15, 18], id="every third day"),
    pytest.param([0, 30, 60, 90, 120, 150, 180, 210], [0, 30, 60, 90, 120, 150, 180], id="rarely used"),
    pytest.param([100, 101, 102], [100, 101, 102], id="not used for long"),
]


@pytest.mark.parametrize(("present", "kept"), ROTATION)
def test_the_newest_seven_days_and_four_weeks_are_kept(present: range | list[int], kept: list[int]) -> None:
    dailies = {day: Path(f"{day}") for day in days(*present)}
    gone = backups.superseded(dailies)
    assert sorted(dailies.keys() - {date.fromisoformat(path.name) for path in gone}, reverse=True) == days(*kept)


def test_day_after_day_no_more_is_kept_than_was_promised() -> None:
    dailies: dict[date, Path] = {}
    for number in range(400):
        day = DAY + timedelta(days=number)
        dailies[day] = Path(f"{day}")
        for path in backups.superseded(dailies):
            del dailies[date.fromisoformat(path.name)]
        assert max(dailies) == day
    newest = sorted(dailies, reverse=True)
    assert newest[:7] == [day - timedelta(days=n) for n in range(7)]
    weeks = [day.isocalendar()[:2] for day in newest]
    assert len(set(weeks)) == 4
    assert len(newest) == 7 + len(set(weeks) - set(weeks[:7]))


def test_one_automatic_backup_a_day_is_made_and_the_old_ones_go(books: Books, one_day: date) -> None:
    folder = backups.folder_of(books.store.file)
    first = backups.back_up_daily(books.store)
    assert first is not None
    assert backups.back_up_daily(books.store) is None
    assert backups.newest(books.store.file) == first
    for ago in range(1, 60):
        stamp = (one_day - timedelta(days=ago)).strftime("daily-%Y%m%dT120000Z") + backup_files.SUFFIX
        (folder / stamp).touch()
    others = [folder / "my own.metercalc-backup", folder / "daily-notes.txt", folder / "daily-99999999T000000Z.txt"]
    for path in others:
        path.touch()
    first.unlink()
    again = backups.back_up_daily(books.store)
    assert again is not None
    assert backups.newest(books.store.file) == again
    left = set(folder.iterdir())
    assert left >= {again, *others}
    assert len(left) - len(others) <= backups.DAILY_KEPT + backups.WEEKLY_KEPT
    again.unlink()


@pytest.mark.usefixtures("one_day")
def test_a_file_with_an_impossible_date_in_its_name_is_nobodys_backup(books: Books) -> None:
    folder = backups.folder_of(books.store.file)
    folder.mkdir()
    strange = folder / f"daily-20261399T000000Z{backup_files.SUFFIX}"
    strange.touch()
    made = backups.back_up_daily(books.store)
    assert made is not None
    assert backups.newest(books.store.file) == made
    assert strange.exists()


def test_backups_that_a_wrong_clock_dated_ahead_neither_replace_todays_nor_are_offered(
    books: Books, one_day: date
) -> None:
    folder = backups.folder_of(books.store.file)
    folder.mkdir()
    ahead = [
        folder / f"daily-{one_day + timedelta(days=300 + n):%Y%m%d}T000000Z{backup_files.SUFFIX}" for n in range(30)
    ]
    for path in ahead:
        path.touch()
    made = backups.back_up_daily(books.store)
    assert made is not None
    assert backups.newest(books.store.file) == made
    assert set(folder.iterdir()) == {made, *ahead}


def test_where_there_are_no_backups_none_is_offered(store_file: Path) -> None:
    assert backups.newest(store_file) is None


def test_a_failed_backup_leaves_the_old_one(books: Books, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(backup.parent)

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            backups.back_up(books.store, backup)
    assert everything(backup.parent) == before


def test_requests_of_before_the_backup_are_still_answered_after_the_restore(
    books: Books, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    request_id = new_id()
    first = books.charge("4 + 4", request_id=request_id)
    backups.back_up(books.store, tmp_path / "x.metercalc-backup")
    restore(tmp_path / "x.metercalc-backup", tmp_path / "new" / "store.db")
    store = opened(tmp_path / "new" / "store.db")
    again = charges.charge(store, accounts.sign_in(store, ANN, PASSWORD), charge_for("4 + 4", request_id))
    assert (again.repeated, again.entries) == (True, first.entries)


def test_a_backup_that_nobody_wants_any_more_stops_wherever_it_is_and_leaves_nothing(
    open_books: Callable[[], Books], tmp_path: Path
) -> None:
    books = open_books()
    with books.store.writing() as database:
        database.execute_sql("CREATE TABLE ballast (content BLOB)")
        database.execute_sql("INSERT INTO ballast VALUES (zeroblob(3000 * 4096))")
    folder = tmp_path / "copies"
    folder.mkdir()

    def given_up(looks: Iterator[int], patience: int) -> bool:
        return next(looks) >= patience

    for patience in range(1_000):
        wanted = partial(given_up, itertools.count(), patience)
        try:
            backups.back_up(books.store, folder / "x.metercalc-backup", cancelled=wanted)
        except Cancelled:
            assert list(folder.iterdir()) == []
            assert books.store.database.transaction_depth() == 0
            continue
        break
    assert patience > 15  # some in the copying, some in the check, some in the digest
    assert [file.name for file in folder.iterdir()] == ["x.metercalc-backup"]
    assert books.charge("1 + 1").result == "2"


def test_a_store_behind_links_stays_where_they_lead(
    backup: Path, books: Books, tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    books.store.close()
    here = tmp_path / "here"
    here.mkdir()
    own = [books.store.file, chain.key_file(books.store.file), chain.anchor_file(books.store.file)]
    linked = [here / f"another{file.suffix}" for file in own]
    for link, file in zip(linked, own, strict=True):
        link.symlink_to(file)
        file.chmod(0o660)
    store = opened(linked[0])
    session = accounts.sign_in(store, ANN, PASSWORD)
    before = own[2].read_bytes()
    assert charges.charge(store, session, charge_for("2 + 2")).result == "4"
    store.close()
    assert own[2].read_bytes() != before  # the anchor
    paid = own[0].read_bytes()
    kept = restoring.restore(backup, linked[0], costs=COSTS)
    assert kept is not None
    assert (kept / "another.db").exists()
    assert own[0].read_bytes() != paid
    assert [link.is_symlink() for link in linked] == [True, True, True]
    assert [file.stat().st_mode & 0o777 for file in own] == [0o600, 0o600, 0o600]  # closed to others when it was opened
    assert sorted(path.name for path in here.iterdir()) == sorted(link.name for link in linked)
    again = opened(linked[0])
    assert verify(again).problems == ()
    assert charges.statement(again, accounts.sign_in(again, ANN, PASSWORD)).account.balance == BALANCE - 1000
