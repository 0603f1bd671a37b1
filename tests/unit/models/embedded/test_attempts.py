"""Attempts at a password, and what the machine's own troubles must not be taken for."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2.exceptions import HashingError, VerificationError
from argon2.low_level import error_to_str

from desktop.models.embedded import accounts, attempts, charges, records, recovery
from desktop.models.embedded.storage import chain, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.models.ledger import passwords
from desktop.system.turns import TurnNotCome, turn
from desktop.terms.errors import BadInput, MachineError, SignInRefused, StoreFull, StoreReadOnly
from desktop.terms.pages import PageRequest
from tests.support.stores import (
    ANN,
    BALANCE,
    BOB,
    PASSWORD,
    Books,
    charge_for,
    in_processes,
    make_store,
    raw,
    sign_in_often,
    tamper,
)


def counted(store: Store) -> int:
    """How many failures are on the disk."""
    sql = "SELECT coalesce(sum(failures), 0) FROM sign_in_failure"
    return int(store.database.execute_sql(sql).fetchone()[0])


# -- attempts at once --------------------------------------------------------------------------------------------------


def test_right_passwords_at_once_are_all_let_in(store_file: Path) -> None:
    """Sixteen programs, each with the right password: none is refused for the others."""
    answers = in_processes(sign_in_often, *[(store_file, PASSWORD, 2)] * 8)
    assert answers == [["in", "in"]] * 8
    store = make_store(store_file)
    assert counted(store) == 0
    store.close()


def test_guesses_at_once_all_count(store_file: Path) -> None:
    """Each sees the failures of those before it: of twelve guesses side by side three are looked at."""
    answers = [answer for some in in_processes(sign_in_often, *[(store_file, "wrong", 3)] * 4) for answer in some]
    assert sorted(answers) == ["refused"] * attempts.FREE_FAILURES + ["wait"] * 9
    store = make_store(store_file)
    assert counted(store) == attempts.FREE_FAILURES
    store.close()


def test_a_right_password_leaves_nothing_on_the_disk(books: Books) -> None:
    changes = "SELECT total_changes()"
    before = books.store.database.execute_sql(changes).fetchone()
    accounts.sign_in(books.store, ANN, PASSWORD)
    assert books.store.database.execute_sql(changes).fetchone() == before


def test_guessing_at_recovery_codes_makes_wait_as_guessing_at_passwords_does(books: Books) -> None:
    for _ in range(attempts.FREE_FAILURES + 1):
        with pytest.raises(SignInRefused) as refused:
            recovery.recover(books.store, ANN, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "a better horse 8")
    assert refused.value.details["wait_seconds"]


def test_a_turn_is_held_by_one_at_a_time_and_ends_with_its_holder(tmp_path: Path) -> None:
    file = tmp_path / "turn"
    file.touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys; from pathlib import Path; from desktop.system.turns import turn\n"
         "with turn(Path(sys.argv[1]), 5):\n print('held', flush=True); sys.stdin.read()", str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(TurnNotCome), turn(file, 0.05):
        pass
    looks = iter([False, True])
    with pytest.raises(TurnNotCome), turn(file, 60, lambda: next(looks)):
        pass
    holder.kill()
    holder.communicate()
    with turn(file, 5), pytest.raises(TurnNotCome), turn(file, 0):
        pass
    with pytest.raises(FileNotFoundError), turn(tmp_path / "missing", 0):
        pass


@pytest.mark.parametrize("wait", [1_000_000_000_000_000, 2**62])
def test_a_stored_wait_is_bounded_by_the_longest_that_is_given(books: Books, wait: int) -> None:
    for _ in range(attempts.FREE_FAILURES):
        with pytest.raises(SignInRefused):
            accounts.sign_in(books.store, ANN, "wrong")
    tamper(books.store.file, f"UPDATE sign_in_failure SET wait = {wait}")
    assert accounts.sign_in(books.store, ANN, PASSWORD)  # a count that another program wrote counts for nothing
    assert books.problems() == ()


# -- the machine's troubles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [VerificationError(error_to_str(-22)), MemoryError()])
def test_too_little_memory_is_no_wrong_password(
    books: Books, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> bool:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(passwords._hasher.__class__, "verify", fail)  # noqa: SLF001  # what the library raises
        for _ in range(5):
            with pytest.raises(MachineError, match="too little free memory"):
                accounts.sign_in(books.store, ANN, PASSWORD)
            with pytest.raises(MachineError, match="not counted as wrong"):
                accounts.change_password(books.store, books.ann, PASSWORD, "another good phrase")
    assert counted(books.store) == 0
    assert accounts.sign_in(books.store, ANN, PASSWORD)


def test_too_little_memory_to_register_makes_no_account(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise HashingError(error_to_str(-22))

    monkeypatch.setattr(passwords._hasher.__class__, "hash", fail)  # noqa: SLF001  # what the library raises
    with pytest.raises(MachineError):
        accounts.register(books.store, "new@example.org", PASSWORD, starting_balance=0)
    monkeypatch.undo()
    with pytest.raises(BadInput):
        accounts.by_email(books.store.database, "new@example.org")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound memory otherwise")
def test_argon2_without_memory_says_so(tmp_path: Path) -> None:
    """The library's own word, in a program that may not have the memory."""
    code = (
        "import resource; from desktop.models.ledger import passwords; from desktop.terms.errors import MachineError\n"
        "stored = passwords.hash_password('x' * 9)\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 8_000_000, resource.RLIM_INFINITY))\n"
        "for job in (lambda: passwords.verify_password(stored, 'x' * 9), lambda: passwords.hash_password('y' * 9)):\n"
        "    try: job()\n"
        "    except MachineError as error: print(error.code)\n"
        "    else: print('done')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["machine", "machine"], ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bound to set")
@pytest.mark.parametrize("room", range(5))
def test_too_few_open_files_are_no_missing_key(store_file: Path, room: int) -> None:
    """With so many files left to open, a store opens whole or says why not; it never calls its key missing."""
    code = (
        "import os, resource, sys; from pathlib import Path; from tests.support.stores import make_store\n"
        "from desktop.terms.errors import MachineError\n"
        "make_store(Path(sys.argv[1])).disconnect()\n"  # with all that is imported late
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)); held = []\n"
        "while True:\n"
        "    try: held.append(os.open(os.devnull, os.O_RDONLY))\n"
        "    except OSError: break\n"
        "[os.close(held.pop()) for _ in range(int(sys.argv[2]))]\n"
        "try: print(make_store(Path(sys.argv[1])).read_only_reason)\n"
        "except MachineError as error: print(error.code)\n"
    )
    words = [sys.executable, "-c", code, str(store_file), str(room)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() in ("machine", "None"), ended.stderr
    assert room > 1 or ended.stdout.strip() == "machine"


def test_a_store_that_cannot_make_its_side_files_for_want_of_room_is_read(
    open_books: Callable[[], Books], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without inodes SQLite says "unable to open"; what nobody changes can be read without side files."""
    books = open_books()
    books.charge("1 + 1")
    file = books.store.file
    books.store.close()
    real, made = os.open, sqlite.make_database

    def full(path: object, flags: int, *more: int, **named: object) -> int:
        if flags & os.O_CREAT and str(path).startswith(str(file.parent)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, flags, *more, **named)  # type: ignore[arg-type]

    def unable(*given: object, **named: bool) -> object:
        if not named.get("sealed"):
            raise StoreFull(f"The disk that holds the store is full ({file}). Make room and try again.")
        return made(*given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        patch.setattr(sqlite, "make_database", unable)
        store = make_store(file)
        assert "is full" in (store.read_only_reason or "")
        session = accounts.sign_in(store, ANN, PASSWORD)
        assert accounts.current(store, session).balance == BALANCE - 10_00
        assert records.page(store, session, PageRequest()).totals is not None
        assert verify(store).problems == ()
        with pytest.raises(StoreReadOnly, match="is full"):
            charges.charge(store, session, charge_for("1 + 1"))
        store.disconnect()
    store = make_store(file)
    assert store.read_only_reason is None
    store.close()


# -- two names ---------------------------------------------------------------------------------------------------------


def test_a_store_with_two_names_is_only_read(open_books: Callable[[], Books]) -> None:
    books = open_books()
    file = books.store.file
    second = file.with_name("snapshot.db")
    os.link(file, second)
    with pytest.raises(StoreReadOnly, match=r"more than one name .*metercalc backup"):
        books.charge("1 + 1")
    with pytest.raises(StoreReadOnly, match="more than one name"):
        accounts.register(books.store, "new@example.org", PASSWORD, starting_balance=0)
    books.store.disconnect()
    store = make_store(file)
    assert "more than one name" in (store.read_only_reason or "")
    assert accounts.current(store, accounts.sign_in(store, ANN, PASSWORD)).balance == BALANCE
    store.disconnect()
    second.unlink()
    store = make_store(file)
    assert charges.charge(store, accounts.sign_in(store, BOB, PASSWORD), charge_for("1 + 1")).balance == BALANCE - 10_00
    store.close()


def test_the_second_name_of_a_restore_that_was_ended_is_taken_away(store_file: Path) -> None:
    kept = store_file.parent / "replaced-20261127T120000000000Z"
    kept.mkdir()
    os.link(store_file, kept / store_file.name)
    store = make_store(store_file)
    assert store.read_only_reason is None
    assert not (kept / store_file.name).exists()
    store.close()
    assert chain.anchor_file(store_file).exists()
    with raw(store_file) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
