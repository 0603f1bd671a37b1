"""The open store: its files, connections and transactions, and what it does where it cannot write."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import peewee
import pytest

from desktop.models.embedded import accounts, backups, charges, records, restoring
from desktop.models.embedded.browsing import index_file
from desktop.models.embedded.storage import anchoring, chain, forms, migrations, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.charges import Entry
from desktop.terms.errors import (
    AppError,
    BadInput,
    Cancelled,
    NotSignedIn,
    SignInRefused,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from desktop.terms.kinds import Column, OperationType, Status
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Session
from tests.support.stores import (
    ADMIN,
    ANN,
    BALANCE,
    COSTS,
    PASSWORD,
    Books,
    charge_for,
    join,
    make_store,
    new_id,
    tamper,
)
from tests.support.waiting import PATIENCE_S


def modes(folder: Path) -> dict[str, int]:
    """The permission bits of everything below a folder, and of itself."""
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_every_file_is_its_owners_alone_whatever_the_umask(
    opened: Callable[[Path], Store], tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        folder = tmp_path / "new" / "data"
        store = opened(folder / "store.db")
        accounts.register(store, ADMIN, PASSWORD, starting_balance=BALANCE)
        backups.back_up_daily(store)
        backups.back_up(store, folder / "by hand.metercalc-backup")
        found = modes(folder.parent)
    finally:
        os.umask(before)
    folders = {".", "data", "data/backups"}
    assert {name for name, mode in found.items() if mode == 0o700} == folders
    assert {name for name, mode in found.items() if mode == 0o600} == found.keys() - folders
    files = {f"data/store{end}" for end in (".db", ".db-wal", ".db-shm", ".key", ".anchor")}
    assert files <= found.keys()
    assert len(found) == len(folders) + len(files) + 2  # and two backups


def test_a_closed_store_is_three_files(store_file: Path) -> None:
    make_store(store_file).close()
    assert sorted(path.name for path in store_file.parent.iterdir()) == ["store.anchor", "store.db", "store.key"]


def test_opening_and_closing_changes_nothing_that_is_recorded(store_file: Path) -> None:
    before = chain.anchor_file(store_file).read_bytes(), chain.key_file(store_file).read_bytes()
    for _ in range(3):
        make_store(store_file).close()
    assert (chain.anchor_file(store_file).read_bytes(), chain.key_file(store_file).read_bytes()) == before


def test_closing_twice_is_as_good_as_once(store_file: Path) -> None:
    store = make_store(store_file)
    store.close()
    store.close()
    store.disconnect()


@pytest.fixture
def unwritable(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, store_file: Path) -> Path:
    """A store that may not be written, or whose folder may not. Told to the program as the system would tell it:
    for root, who runs some test machines, permission bits do not bind."""
    denied = store_file if request.param == "file" else store_file.parent
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (Path(path) == denied and mode & os.W_OK) and access(path, mode)
    )
    return store_file


@pytest.mark.parametrize("unwritable", ["file", "folder"], indirect=True)
def test_a_store_that_cannot_be_written_is_open_for_reading(unwritable: Path, opened: Callable[[Path], Store]) -> None:
    before = unwritable.read_bytes()
    store = opened(unwritable)
    assert "can only be read" in (store.read_only_reason or "")
    session = accounts.sign_in(store, ANN, PASSWORD)
    assert charges.statement(store, session).account.balance == BALANCE
    assert records.page(store, session, PageRequest()).counted.count == 1
    assert verify(store).problems == ()
    admin = accounts.sign_in(store, ADMIN, PASSWORD)
    attempts: list[Callable[[], object]] = [
        lambda: charges.charge(store, session, charge_for("1 + 1")),
        lambda: records.delete(store, session, [2]),
        lambda: records.restore(store, session, [2]),
        lambda: charges.credit(store, admin, ANN, 1_00, "A reason", new_id()),
        lambda: charges.set_cost(store, admin, OperationType.ADDITION, 1),
        lambda: accounts.register(store, "new@example.org", PASSWORD, starting_balance=0),
        lambda: accounts.change_password(store, session, PASSWORD, "another horse 8"),
    ]
    for attempt in attempts:
        with pytest.raises(StoreReadOnly) as refused:
            attempt()
        assert refused.value.details == {"reason": store.read_only_reason}
    with pytest.raises(SignInRefused):
        accounts.sign_in(store, ANN, "wrong horse 7")
    store.close()
    assert unwritable.read_bytes() == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permission bits do not bind root")
def test_a_folder_without_write_permission_makes_the_store_read_only(
    store_file: Path, opened: Callable[[Path], Store]
) -> None:
    store_file.parent.chmod(0o500)
    try:
        store = opened(store_file)
        assert store.read_only_reason is not None
        assert verify(store).problems == ()
    finally:
        store_file.parent.chmod(0o700)


@pytest.mark.parametrize("unwritable", ["folder"], indirect=True)
def test_a_new_store_is_not_made_where_nothing_can_be_written(
    unwritable: Path, opened: Callable[[Path], Store]
) -> None:
    empty = unwritable.parent / "empty.db"
    empty.touch()
    with pytest.raises(StoreReadOnly):
        opened(empty)
    assert empty.read_bytes() == b""


@pytest.mark.parametrize("below", ["file/store.db", "file/deeper/store.db"])
def test_a_store_below_a_file_is_an_error_in_words(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        make_store(tmp_path / below)


def test_a_folder_in_the_stores_place_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreError):
        make_store(tmp_path / "store.db")


@pytest.mark.parametrize("how", ["removed", "moved", "replaced", "folder removed"])
def test_a_store_that_went_away_while_open_takes_no_charge_and_does_not_come_back_empty(books: Books, how: str) -> None:
    file = books.store.file
    if how == "removed":
        file.unlink()
    elif how == "moved":
        file.rename(file.with_name("elsewhere.db"))
    elif how == "replaced":
        shutil.copy(file, file.with_name("copy.db"))
        file.with_name("copy.db").replace(file)
    else:
        shutil.rmtree(file.parent)
    there = file.exists()
    with pytest.raises(StoreError, match="moved, replaced or removed") as refused:
        books.charge("1 + 1")
    assert "Nothing was charged" in refused.value.for_charge()
    with pytest.raises(StoreError, match="moved, replaced or removed"):
        books.store.reconnect()
    books.store.close()
    assert file.exists() is there


def test_a_lost_connection_is_replaced(books: Books) -> None:
    books.store.reconnect()
    assert books.charge("1 + 1").result == "2"


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_connection_that_could_not_be_replaced_at_once_is_replaced_before_the_next_charge(
    opened: Callable[[Path], Store], store_file: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    monkeypatch.setattr(sqlite, "wal_is_sound", lambda _: journal == "wal")
    store = opened(store_file)
    session = accounts.sign_in(store, ANN, PASSWORD)
    durable = {name: sqlite.pragma(store.database, name) for name in sqlite.durable_pragmas()}
    with monkeypatch.context() as patch:

        def fail(*_arguments: object, **_more: object) -> None:
            raise sqlite.sqlite3.OperationalError("disk I/O error")

        patch.setattr(sqlite, "apply_pragmas", fail)
        with pytest.raises(StoreError):
            store.reconnect()
        with pytest.raises(StoreError):
            charges.charge(store, session, charge_for("1 + 1"))
    assert charges.charge(store, session, charge_for("1 + 1")).balance == BALANCE - 10_00
    assert {name: sqlite.pragma(store.database, name) for name in durable} == durable


def test_a_transaction_inside_a_transaction_is_a_bug(books: Books) -> None:
    with books.store.writing(), pytest.raises(RuntimeError, match="inside a transaction"), books.store.writing():
        pass


def test_a_charge_inside_a_reading_is_a_bug(books: Books) -> None:
    with books.store.reading(), pytest.raises(RuntimeError, match="inside a transaction"):
        books.charge("1 + 1")
    assert books.charge("1 + 1").balance == BALANCE - 10_00


def test_what_fails_inside_a_transaction_is_taken_back(books: Books) -> None:
    class Stop(Exception):
        """Something went wrong half way."""

    def stop_half_way() -> None:
        with books.store.writing() as database:
            database.execute_sql("UPDATE user SET balance = 0")
            raise Stop

    with pytest.raises(Stop):
        stop_half_way()
    assert books.balance() == BALANCE


def test_a_turn_knows_what_the_one_before_left(books: Books) -> None:
    with books.store.turn() as turn:
        turn.known = "something"
    with books.store.reading():
        pass
    with books.store.turn() as turn:
        assert turn.known == "something"


@pytest.mark.parametrize("event", ["another commits", "another write", "undone", "connected anew"])
def test_a_turn_knows_nothing_that_may_not_hold(books: Books, opened: Callable[[Path], Store], event: str) -> None:
    other, store = opened(books.store.file), books.store
    with store.turn() as turn:
        turn.known = "something"
    if event == "another commits":
        charges.charge(other, accounts.sign_in(other, ANN, PASSWORD), charge_for("1 + 1"))
    elif event == "another write":
        with store.writing():
            pass
    elif event == "connected anew":
        store.reconnect()
    else:
        with contextlib.suppress(BadInput), store.turn():
            raise BadInput("no")
    with store.turn() as turn:
        assert turn.known is None


def test_a_charge_goes_on_from_what_another_program_wrote(books: Books, opened: Callable[[Path], Store]) -> None:
    other = opened(books.store.file)
    there = accounts.sign_in(other, ANN, PASSWORD)
    for _ in range(3):
        books.charge("1 + 1")
        charges.charge(other, there, charge_for("1 + 1"))
    assert books.balance() == BALANCE - 6 * 10_00
    assert verify(books.store).problems == ()


def test_a_charge_meets_what_was_changed_since_the_one_before(books: Books, opened: Callable[[Path], Store]) -> None:
    books.charge("1 + 1")
    other = opened(books.store.file)
    admin = accounts.sign_in(other, ADMIN, PASSWORD)
    charges.set_cost(other, admin, OperationType.ADDITION, 7_00)
    assert books.charge("1 + 1").cost == 7_00
    accounts.set_status(other, admin, ANN, Status.INACTIVE)
    with pytest.raises(NotSignedIn):
        books.charge("1 + 1")


def test_a_reading_transaction_sees_one_state_throughout(books: Books, opened: Callable[[Path], Store]) -> None:
    other = opened(books.store.file)
    with other.reading() as database:
        count = database.execute_sql("SELECT count(*) FROM record").fetchone()
        books.charge("1 + 1")
        assert database.execute_sql("SELECT count(*) FROM record").fetchone() == count
    assert other.database.execute_sql("SELECT count(*) FROM record").fetchone() != count


def test_another_programs_commit_changes_the_data_version(books: Books, opened: Callable[[Path], Store]) -> None:
    other = opened(books.store.file)
    before = other.data_version()
    assert other.data_version() == before
    books.charge("1 + 1")
    assert other.data_version() != before


def in_thread(work: Callable[[], object]) -> None:
    """Run something on another thread to its end."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except (AppError, AssertionError, pytest.fail.Exception) as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


def test_a_reading_thread_cannot_write(books: Books) -> None:
    def read() -> None:
        books.store.connect(reading=True)
        try:
            assert books.balance() == BALANCE
            with pytest.raises(StoreReadOnly):
                books.charge("1 + 1")
        finally:
            books.store.disconnect()

    in_thread(read)
    assert books.balance() == BALANCE


def test_a_running_query_is_stopped_from_another_thread(books: Books) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    started = threading.Event()

    def interrupt() -> None:
        started.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while not stopped.is_set() and time.monotonic() < deadline:
            books.store.interrupt_reader()
            stopped.wait(timeout=0.01)

    def read() -> None:
        books.store.connect(reading=True)
        try:
            started.set()
            with pytest.raises(Cancelled), books.store.reading() as database:
                database.execute_sql(endless).fetchall()
            stopped.set()
            assert books.balance() == BALANCE  # and the connection is as good as before
        finally:
            stopped.set()
            books.store.disconnect()

    stopped = threading.Event()
    helper = threading.Thread(target=interrupt)
    helper.start()
    in_thread(read)
    helper.join(PATIENCE_S)
    books.store.interrupt_reader()  # with nobody reading it does nothing


def test_a_rollback_that_is_interrupted_too_leaves_no_transaction_behind(books: Books) -> None:
    """As when two statements are under way: SQLite goes on interrupting until none is."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

    def interrupted() -> None:
        with books.store.reading() as database:
            under_way = database.connection().execute(numbers)
            under_way.fetchone()
            books.store.interrupt_reader()
            database.execute_sql("SELECT count(*) FROM record").fetchall()

    def read() -> None:
        books.store.connect(reading=True)
        try:
            for _ in range(2):
                with pytest.raises(Cancelled):
                    interrupted()
                with books.store.reading() as database:
                    assert database.execute_sql("PRAGMA query_only").fetchone() == (1,)
            assert books.balance() == BALANCE
        finally:
            books.store.disconnect()

    in_thread(read)


def test_from_the_moment_it_is_made_read_only_nothing_is_written(books: Books) -> None:
    books.store.make_read_only("The ledger does not add up.")
    with pytest.raises(StoreReadOnly, match="does not add up"):
        books.charge("1 + 1")
    assert books.balance() == BALANCE


def test_a_missing_key_is_not_made_anew_for_a_store_with_records(store_file: Path) -> None:
    chain.key_file(store_file).unlink()
    store = make_store(store_file)
    assert "key file is missing" in (store.read_only_reason or "")
    with pytest.raises(StoreReadOnly):
        _ = store.key
    store.close()
    assert not chain.key_file(store_file).exists()


def test_the_anchor_follows_the_chains(books: Books) -> None:
    books.charge("1 + 2 × 3")
    books.store.write_anchor()
    anchor = chain.read_anchor(chain.anchor_file(books.store.file), books.store.key)
    assert isinstance(anchor, chain.Anchor)
    assert (anchor.records, anchor.changes) == (5, 8 + 3)
    with books.store.reading() as database:
        assert anchoring.whole(database, books.store.key, anchor.date) == anchor


def test_an_anchor_that_follows_what_moved_is_the_one_that_is_worked_out_whole(books: Books) -> None:
    chances = random.Random(11)
    for number in range(12):
        books.store.write_anchor()
        for _ in range(chances.randrange(4)):
            books.charge("0 + 0", chances.choice([books.admin, books.ann, books.bob]))
        if number % 5 == 0:
            join(books.store, f"more{number}@example.com")
    books.store.write_anchor()
    anchor = chain.read_anchor(chain.anchor_file(books.store.file), books.store.key)
    assert isinstance(anchor, chain.Anchor)
    with books.store.reading() as database:
        assert anchoring.whole(database, books.store.key, anchor.date) == anchor


def test_bringing_an_anchor_up_does_not_read_the_records_that_it_knows(books: Books) -> None:
    def steps() -> int:
        books.charge("1 + 1")
        taken = []
        books.store.database.connection().set_progress_handler(lambda: taken.append(1), 1)
        books.store.write_anchor()
        books.store.database.connection().set_progress_handler(None, 1)
        return len(taken)

    few = steps()
    for session in (books.admin, books.ann, books.bob):
        books.charge(" + ".join(["0"] * 90), session)
    books.store.write_anchor()
    assert steps() < few + 100  # of SQLite's machine, which takes several for each record; there are 267 more


def test_an_anchor_of_the_form_before_is_replaced_where_it_lies_on_the_chains(open_books: Callable[[], Books]) -> None:
    books = open_books()
    books.charge("1 + 1")
    file = chain.anchor_file(books.store.file)
    file.write_bytes(old_anchor(books.store))
    tail = books.charge("2 + 2").entries[0].id
    assert verify(books.store).problems == ()
    before = file.read_bytes()
    tamper(books.store.file, f"DELETE FROM record WHERE id >= {tail - 1}", "UPDATE user SET balance = 100000")
    with pytest.raises(StoreDamaged, match="carry on"):
        books.store.write_anchor()
    assert file.read_bytes() == before
    assert {problem.rule for problem in verify(books.store).problems} == {"L6"}


def old_anchor(store: Store) -> bytes:
    """The anchor as the version before would write it now."""
    with store.reading() as database:
        run = database.execute_sql
        chains = {"0": run("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1").fetchone()}
        heads = "SELECT user_id, max(seq), hash FROM record GROUP BY user_id ORDER BY user_id"
        chains |= {str(user): (seq, hash) for user, seq, hash in run(heads).fetchall()}
    known = {user: [length, hash.hex()] for user, (length, hash) in chains.items()}
    mac = chain.digest(store.key, forms.ANCHOR.encode(json.dumps([5, known], separators=(",", ":"))))
    return json.dumps({"version": 2, "date": 5, "chains": known, "mac": mac.hex()}).encode()


@pytest.mark.parametrize("charged", [0, 1])
def test_an_anchor_takes_no_more_statements_with_more_accounts(books: Books, charged: int) -> None:
    def statements() -> int:
        for _ in range(charged):
            books.charge("1 + 1")
        ran: list[str] = []
        books.store.database.connection().set_trace_callback(ran.append)
        books.store.write_anchor()
        books.store.database.connection().set_trace_callback(None)
        return len(ran)

    books.store.write_anchor()
    few = statements()
    for number in range(20):
        join(books.store, f"more{number}@example.com")
    books.store.write_anchor()
    assert statements() == few


def test_the_anchor_of_a_cut_chain_is_not_shortened(open_books: Callable[[], Books]) -> None:
    books = open_books()
    books.charge("1 + 1")
    books.store.write_anchor()
    before = chain.anchor_file(books.store.file).read_bytes()
    tamper(books.store.file, "DELETE FROM record WHERE id = 4", f"UPDATE user SET balance = {BALANCE}")
    with pytest.raises(StoreError, match="verify"):
        books.store.write_anchor()
    books.store.close()
    assert chain.anchor_file(books.store.file).read_bytes() == before


@pytest.mark.parametrize("state", ["is missing", "is empty"])
def test_a_store_that_is_gone_is_never_replaced_in_silence(store_file: Path, state: str) -> None:
    if state == "is empty":
        store_file.write_bytes(b"")
    else:
        store_file.unlink()
    before = {path.name: path.read_bytes() for path in store_file.parent.iterdir()}
    with pytest.raises(StoreDamaged, match=f"The store {state}.*move store.key and store.anchor away"):
        make_store(store_file)
    assert {path.name: path.read_bytes() for path in store_file.parent.iterdir()} == before
    chain.key_file(store_file).unlink()
    chain.anchor_file(store_file).unlink()
    store = make_store(store_file)
    assert verify(store).problems == ()
    store.close()


def test_what_lies_beside_an_emptied_store_is_left_alone(books: Books, tmp_path: Path) -> None:
    books.charge("1 + 1")
    emptied = tmp_path / "emptied"
    emptied.mkdir()
    for path in books.store.file.parent.iterdir():
        (emptied / path.name).write_bytes(b"" if path.suffix == ".db" else path.read_bytes())
    before = {path.name: path.read_bytes() for path in emptied.iterdir()}
    with pytest.raises(StoreDamaged, match="is empty"):
        make_store(emptied / "store.db")
    assert {path.name: path.read_bytes() for path in emptied.iterdir()} == before


def test_with_a_foreign_key_people_still_sign_in_and_look(
    store_file: Path, opened: Callable[[Path], Store], cheap_passwords: None
) -> None:
    chain.key_file(store_file).write_bytes(chain.key_text(bytes(32)))
    store = opened(store_file)
    assert "does not belong" in (store.read_only_reason or "")
    assert charges.statement(store, accounts.sign_in(store, ANN, PASSWORD)).account.balance == BALANCE


@pytest.mark.parametrize("with_key", [False, True])
def test_a_store_whose_making_was_cut_short_is_made_by_the_next_program(
    store_file: Path, tmp_path: Path, with_key: bool
) -> None:
    """The file comes first, then the key, then its tables, then the anchor."""
    new = tmp_path / "new" / "store.db"
    new.parent.mkdir()
    new.touch()
    if with_key:
        shutil.copy(chain.key_file(store_file), chain.key_file(new))
    store = make_store(new)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    store.close()


@pytest.mark.parametrize("version", [0, 1, 100])
def test_a_store_with_a_wrong_version_is_refused_and_left_alone(store_file: Path, version: int) -> None:
    key = chain.key_file(store_file)
    kept = key.read_bytes() if version else b""
    if not version:
        key.unlink()  # and none is made for it
    tamper(store_file, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreDamaged if version < 100 else StoreError):
        make_store(store_file)
    assert (key.read_bytes() if key.exists() else b"") == kept
    tamper(store_file, f"PRAGMA user_version = {migrations.SCHEMA_VERSION}")


FLIPS = 60


@pytest.mark.parametrize("seed", [20261125, pytest.param(0, marks=pytest.mark.faults)])
def test_flipped_bytes_never_show_a_wrong_balance_in_silence(
    books: Books, tmp_path: Path, cheap_passwords: None, seed: int
) -> None:
    """Each copy is either refused, or found out by the verification, or as good as the original."""
    for number in range(20):
        books.charge(f"{number} + 2 × 3", books.admin if number % 2 else books.ann)
    expected = charges.statement(books.store, books.ann)
    shown = list(_records(books.store, books.ann))
    books.store.close()
    good = books.store.file.read_bytes()
    chance = random.Random(seed or time.time_ns())
    harmed = 0
    for _ in range(FLIPS if seed else 1_000):
        copy = bytearray(good)
        for _ in range(chance.choice((1, 1, 4, 50))):
            copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(books.store.file.parent, folder)
        (folder / "store.db").write_bytes(copy)
        harmed += not _is_intact(folder / "store.db", expected, shown)
    assert harmed  # else nothing was tried


def _is_intact(file: Path, expected: object, shown: list[Entry]) -> bool:
    try:
        store = make_store(file)
    except StoreError:
        return False
    try:
        if verify(store).problems:
            return False
        try:
            session = accounts.sign_in(store, ANN, PASSWORD)
        except (StoreError, SignInRefused, NotSignedIn):
            return False  # the password's hash is in no chain
        assert charges.statement(store, session) == expected
        assert list(_records(store, session)) == shown
        return True
    finally:
        store.disconnect()


def _records(store: Store, session: Session) -> Iterator[Entry]:
    return records.stream(store, session, Filters(), Column.DATE, descending=False)


def _ledger(file: Path) -> Store:
    """A store with somebody in it, made under this name."""
    store = make_store(file)
    join(store)
    return store


def test_stores_that_differ_only_in_their_suffix_share_nothing(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("ledger.db", "ledger.sqlite", "ledger.DB3")]
    stores = [_ledger(file) for file in files]
    assert len({store.key for store in stores}) == len(files)
    for store in stores:
        store.close()
    beside = [side(file) for file in files for side in (chain.key_file, chain.anchor_file, index_file.folder_of)]
    assert len(set(beside)) == len(beside)
    assert beside[:3] == [tmp_path / f"ledger{end}" for end in (".key", ".anchor", ".browse")]
    for file in files:
        store = make_store(file)
        assert (store.read_only_reason, verify(store).problems) == (None, ())
        store.close()


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger", "ledger.browse", "ledger.db.old"])
def test_a_store_whose_key_lies_where_the_first_version_put_it_keeps_it_there(store_file: Path, name: str) -> None:
    """Version 1.0.0 named the key and the anchor after the store without its suffix, whichever that was."""
    old = store_file.rename(store_file.with_name(name))
    for side in (".key", ".anchor"):
        store_file.with_suffix(side).rename(old.with_suffix(side))
    before = sorted(each.name for each in old.parent.iterdir())
    store = make_store(old)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    store.close()
    assert sorted(each.name for each in old.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "neighbour"),
    [
        ("ledger.key", ""),
        ("ledger.anchor", ""),
        ("LEDGER.KEY", ""),
        ("ledger", "ledger.db"),
        ("ledger.sqlite", "ledger.sqlite.db"),
        ("ledger.db", "ledger"),
        ("ledger.db-wal", "ledger.db"),
    ],
)
def test_a_name_that_would_share_a_file_is_refused_and_nothing_is_made(
    tmp_path: Path, name: str, neighbour: str
) -> None:
    if neighbour:
        _ledger(tmp_path / neighbour).close()
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(StoreError):
        make_store(tmp_path / name)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_backup_is_not_restored_where_it_would_take_anothers_key(books: Books, tmp_path: Path) -> None:
    backup = tmp_path / "a.metercalc-backup"
    backups.back_up(books.store, backup)
    _ledger(tmp_path / "ledger.db").close()
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    with pytest.raises(StoreError, match="share one key"):
        restoring.restore(backup, tmp_path / "ledger", costs=COSTS)
    assert {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before


@pytest.mark.parametrize("length", range(225, 257))
def test_a_name_too_long_for_what_lies_beside_it_makes_nothing_at_all(tmp_path: Path, length: int) -> None:
    file = tmp_path / f"{'n' * (length - 3)}.db"
    try:
        store = make_store(file)
    except StoreError:
        assert list(tmp_path.iterdir()) == []
    else:
        assert (store.read_only_reason, verify(store).problems) == (None, ())
        store.close()


def test_a_store_that_could_not_be_made_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "store.db"

    def full(*_arguments: object) -> None:
        raise sqlite.sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (full, *migrations.STEPS[1:]))
        patch.setattr(migrations.upgrade, "__kwdefaults__", {"steps": migrations.STEPS})
        with pytest.raises(StoreFull):
            make_store(file)
    assert not chain.key_file(file).exists()
    store = _ledger(file)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    store.close()


SLIPS = [
    "SELECT no_such FROM record",
    "SELECT 1 FROM recrods",
    "SELECT no_such_function(1) FROM record",
    "SELECT FROM record",
    "SELECT count(*, 1) FROM record",
]


@pytest.mark.parametrize("sql", SLIPS)
def test_a_slip_in_our_sql_is_a_bug_and_not_a_damaged_store(books: Books, sql: str) -> None:
    for transaction in (books.store.reading, books.store.writing):
        with pytest.raises(peewee.PeeweeException), transaction() as database:
            database.execute_sql(sql).fetchall()
    assert books.charge("1 + 1").result == "2"


def test_what_a_function_of_ours_raises_inside_sql_comes_out_as_it_is(books: Books) -> None:
    def broken(_text: str) -> str:
        raise KeyError("a planted bug")

    books.store.database.register_function(broken, "number_key", 1)
    with pytest.raises(KeyError, match="a planted bug") as caught, books.store.reading() as database:
        database.execute_sql("SELECT number_key(operation_response) FROM record").fetchall()
    assert caught.traceback[-1].name == "broken"
    with pytest.raises(peewee.PeeweeException), books.store.reading() as database:
        database.execute_sql(SLIPS[0])  # and is not taken for what the next one raised


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE record SET operation_response = CAST(x'31ff' AS TEXT) WHERE seq = 1",
        "UPDATE record SET source = CAST(x'31ff' AS TEXT) WHERE seq = 1",
        "ALTER TABLE record RENAME COLUMN operation_response TO operation_responsf",
    ],
)
def test_a_store_whose_texts_or_schema_were_hit_is_damaged_and_no_bug(
    open_books: Callable[[], Books], damage: str
) -> None:
    books = open_books()
    tamper(books.store.file, damage)
    page = PageRequest(Filters(), Column.RESPONSE)
    with pytest.raises(StoreDamaged):
        records.page(books.store, books.ann, page)


def test_a_thread_whose_work_is_not_wanted_gives_up_whatever_statement_runs(books: Books) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    looks: list[int] = []

    def given_up() -> bool:
        looks.append(1)
        return len(looks) > 3

    def work() -> None:
        sqlite.give_up_when(given_up)
        books.store.connect()
        try:
            with pytest.raises(Cancelled), books.store.reading() as database:
                database.execute_sql(endless).fetchall()
        finally:
            books.store.disconnect()

    in_thread(work)
    assert len(looks) == 4
    assert books.charge("1 + 1").result == "2"  # other threads' work is wanted


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_a_pipe_where_sqlite_keeps_its_files_is_told_and_not_waited_for(store_file: Path, suffix: str) -> None:
    os.mkfifo(sqlite.side_file(store_file, suffix))
    with pytest.raises(StoreError, match="in the store's way"):
        make_store(store_file)


def test_only_a_whole_shared_memory_shows_that_somebody_has_the_store_open(
    store_file: Path, opened: Callable[[Path], Store]
) -> None:
    assert not sqlite.is_shared(store_file)
    sqlite.side_file(store_file, "-shm").write_bytes(b"cut")  # as a full disk leaves it
    assert not sqlite.is_shared(store_file)
    opened(store_file)
    assert sqlite.is_shared(store_file)
