"""Who somebody is, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from desktop.models.embedded import accounts, attempts, charges
from desktop.models.embedded.storage import journal
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger import passwords
from desktop.terms.errors import BadInput, NotAllowed, NotSignedIn, SignInRefused
from desktop.terms.kinds import Role, Status
from desktop.terms.people import Session
from tests.support.stores import (
    ADMIN,
    ANN,
    BALANCE,
    BOB,
    PASSWORD,
    Books,
    Clock,
    join,
    new_id,
)

WRONG = "wrong horse 7"


@pytest.fixture
def empty(opened: Callable[[Path], Store], tmp_path: Path) -> Store:
    """A store that nobody has an account in."""
    return opened(tmp_path / "empty" / "store.db")


def test_the_first_account_is_the_admin_and_no_later_one(empty: Store) -> None:
    assert accounts.is_empty(empty)
    roles = [join(empty, email).role for email in (ANN, BOB, ADMIN)]
    assert roles == [Role.ADMIN, Role.USER, Role.USER]
    assert not accounts.is_empty(empty)


def test_registering_opens_a_session_whatever_was_tried_with_the_email_before(empty: Store) -> None:
    join(empty, ADMIN)
    empty.clock = Clock()
    for _ in range(attempts.FREE_FAILURES):
        with pytest.raises(SignInRefused):
            accounts.sign_in(empty, ANN, WRONG)
    with pytest.raises(SignInRefused, match="wait"):
        accounts.sign_in(empty, ANN, PASSWORD)
    account, session = accounts.register_and_sign_in(empty, ANN, PASSWORD, starting_balance=BALANCE)
    assert accounts.current(empty, session) == account
    accounts.sign_out(empty, session)
    assert accounts.sign_in(empty, ANN, PASSWORD).user_id == account.id


def test_an_email_that_has_an_account_opens_no_session_by_registering(books: Books) -> None:
    sessions = dict(books.store.sessions)
    with pytest.raises(BadInput, match="already"):
        accounts.register_and_sign_in(books.store, BOB, PASSWORD, starting_balance=BALANCE)
    assert books.store.sessions == sessions


@pytest.mark.parametrize("starting", [0, 1, BALANCE])
def test_the_starting_balance_is_the_first_record(empty: Store, starting: int) -> None:
    account = accounts.register(empty, ANN, PASSWORD, starting_balance=starting)
    rows = empty.database.execute_sql("SELECT seq, operands, amount, user_balance FROM record").fetchall()
    assert (account.balance, rows) == (starting, [(1, "Starting balance", -starting, starting)])


@pytest.mark.parametrize("email", ["Ann@Example.ORG", "  ann@example.org ", "ANN@EXAMPLE.ORG"])
def test_an_email_is_the_same_in_any_case(books: Books, email: str) -> None:
    assert accounts.sign_in(books.store, email, PASSWORD).user_id == books.ann.user_id
    with pytest.raises(BadInput, match="already"):
        join(books.store, email)


@pytest.mark.parametrize(
    ("email", "good"),
    [
        ("name@example.org", True),
        ("first.last+tag@sub.example.co.uk", True),
        ("jürgen@bücher.example", True),
        ("o'hara@example.org", True),
        ("", False),
        ("name", False),
        ("name@", False),
        ("@example.org", False),
        ("name@example", False),
        ("a@b@example.org", False),
        ("name@example..org", False),
        ("na me@example.org", False),
        ("name@exam\nple.org", False),
        ("name\x00@example.org", False),
        ("na\ud800me@example.org", False),
        ("a@example.org,b@example.org", False),
        ("x" * 242 + "@example.org", True),
        ("x" * 243 + "@example.org", False),
    ],
)
def test_only_an_email_makes_an_account(empty: Store, email: str, good: bool) -> None:
    if good:
        assert join(empty, email).username == email
    else:
        with pytest.raises(BadInput):
            join(empty, email)
        assert accounts.is_empty(empty)


def test_a_weak_password_makes_no_account(empty: Store) -> None:
    for password in ("short", "password", ANN):
        with pytest.raises(BadInput):
            accounts.register(empty, ANN, password, starting_balance=BALANCE)
    assert accounts.is_empty(empty)


def test_no_password_is_kept_or_shown(books: Books) -> None:
    books.store.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert PASSWORD.encode() not in books.store.file.read_bytes()
    assert books.ann.token not in repr(books.ann)
    assert "argon2" not in repr(accounts.users(books.store, books.admin))


@pytest.mark.parametrize("email", [ANN, "nobody@example.org", "", "no e-mail", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_an_unknown_email_and_a_wrong_password_are_told_apart_by_nothing(books: Books, email: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        accounts.sign_in(books.store, email, WRONG)
    assert (refused.value.message, refused.value.details) == (accounts.REFUSED, {})


def test_waits_after_unknown_emails_grow_like_those_of_known_ones(books: Books) -> None:
    def told(email: str) -> list[str]:
        messages = []
        for _ in range(5):
            with pytest.raises(SignInRefused) as refused:
                accounts.sign_in(books.store, email, WRONG)
            messages.append(refused.value.message)
        return messages

    assert told(ANN) == told("nobody@example.org")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (1, 0), (2, 0), (3, 5), (4, 10), (5, 20), (10, 640), (11, 900), (10_000, 900)]
)
def test_waits_double_up_to_a_bound(failures: int, seconds: int) -> None:
    assert attempts.wait_after(failures) == seconds


def fail(store: Store, times: int, email: str = ANN) -> SignInRefused:
    """Sign in with a wrong password so many times; the last refusal."""
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            accounts.sign_in(store, email, WRONG)
    return refused.value


def wait_of(store: Store, email: str = ANN) -> int | None:
    """The wait that even the right password meets, in seconds; None where it is let in."""
    try:
        accounts.sign_in(store, email, PASSWORD)
    except SignInRefused as refused:
        return int(refused.message.split(" second")[0].split()[-1])
    return None


def test_a_refusal_during_a_wait_says_how_long_it_lasts(books: Books) -> None:
    refused = fail(books.store, 4)
    assert refused.details == {"wait_seconds": 5}
    assert "wait 5 seconds" in refused.message


@pytest.mark.parametrize(("failures", "wait"), [(1, None), (2, None), (3, 5)])
def test_the_third_failure_in_a_row_brings_a_wait(books: Books, failures: int, wait: int | None) -> None:
    fail(books.store, failures)
    assert wait_of(books.store) == wait


def test_a_wait_ends_when_its_time_is_over_and_a_success_forgets_it(books: Books) -> None:
    fail(books.store, 3)
    books.clock.advance(4)
    assert wait_of(books.store) == 1
    books.clock.advance(1)
    assert wait_of(books.store) is None
    fail(books.store, 2)
    assert wait_of(books.store) is None


def test_the_next_failure_after_a_wait_brings_a_longer_one(books: Books) -> None:
    fail(books.store, 3)
    for wait in (5, 10, 20, 40):
        assert wait_of(books.store) == wait
        books.clock.advance(wait)
        fail(books.store, 1)


def test_attempts_during_a_wait_do_not_prolong_it(books: Books) -> None:
    fail(books.store, 3)
    fail(books.store, 20)
    books.clock.advance(5)
    assert wait_of(books.store) is None


def test_a_wait_of_one_person_is_not_anothers(books: Books) -> None:
    fail(books.store, 3)
    assert wait_of(books.store, BOB) is None


@pytest.mark.parametrize("email", ["ANN@example.org", " ann@example.org "])
def test_a_wait_cannot_be_escaped_by_writing_the_email_another_way(books: Books, email: str) -> None:
    fail(books.store, 3)
    assert wait_of(books.store, email) == 5


def test_a_wait_survives_the_program(books: Books, opened: Callable[[Path], Store]) -> None:
    fail(books.store, 3)
    books.store.close()
    again = opened(books.store.file)
    again.clock = Clock(books.clock.now)
    assert wait_of(again) == 5


@pytest.mark.parametrize("back", [1, 3600, 10 * 365 * 86400])
def test_a_clock_set_back_neither_ends_nor_prolongs_a_wait(books: Books, back: int) -> None:
    fail(books.store, 3)
    books.clock.advance(-back)
    assert wait_of(books.store) == 5
    books.clock.advance(4)
    assert wait_of(books.store) == 1
    books.clock.advance(1)
    assert wait_of(books.store) is None


def test_failures_are_forgotten_after_a_day(books: Books) -> None:
    fail(books.store, 3)
    books.clock.advance(24 * 3600 + 10)
    assert wait_of(books.store) is None
    assert books.store.database.execute_sql("SELECT count(*) FROM sign_in_failure").fetchone() == (0,)


def test_what_is_typed_into_the_email_field_is_not_kept(books: Books) -> None:
    fail(books.store, 1, email="my secret 42")
    books.store.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert b"my secret 42" not in books.store.file.read_bytes()


def test_a_sign_in_hashes_the_password_anew_when_the_parameters_have_risen(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> str:
        return str(books.store.database.execute_sql("SELECT password FROM user WHERE username = ?", (ANN,)).fetchone())

    before = stored()
    accounts.sign_in(books.store, ANN, PASSWORD)
    assert stored() == before
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    accounts.sign_in(books.store, ANN, PASSWORD)
    assert "m=16,t=2" in stored()
    accounts.sign_in(books.store, ANN, PASSWORD)


def test_an_inactive_account_cannot_sign_in_and_only_its_owner_is_told_why(books: Books) -> None:
    accounts.set_status(books.store, books.admin, ANN, Status.INACTIVE)
    with pytest.raises(NotAllowed, match="deactivated"):
        accounts.sign_in(books.store, ANN, PASSWORD)
    with pytest.raises(SignInRefused, match=accounts.REFUSED):
        accounts.sign_in(books.store, ANN, WRONG)
    accounts.set_status(books.store, books.admin, ANN, Status.ACTIVE)
    assert accounts.sign_in(books.store, ANN, PASSWORD)


def test_a_deactivation_by_another_program_ends_the_session_at_the_next_call(
    books: Books, opened: Callable[[Path], Store]
) -> None:
    other = opened(books.store.file)
    accounts.set_status(other, accounts.sign_in(other, ADMIN, PASSWORD), ANN, Status.INACTIVE)
    with pytest.raises(NotSignedIn, match="deactivated"):
        accounts.current(books.store, books.ann)
    with pytest.raises(NotSignedIn, match="signed out"):
        accounts.current(books.store, books.ann)


def test_a_deactivation_ends_every_session_of_the_person_in_this_process_for_good(books: Books) -> None:
    second = accounts.sign_in(books.store, BOB, PASSWORD)
    for status in (Status.INACTIVE, Status.ACTIVE):  # before either was used again
        accounts.set_status(books.store, books.admin, BOB, status)
    for session in (books.bob, second):
        with pytest.raises(NotSignedIn):
            accounts.current(books.store, session)
    assert accounts.current(books.store, books.ann).username == ANN


def test_signing_out_ends_every_session_of_the_person_and_nobody_elses(books: Books) -> None:
    second = accounts.sign_in(books.store, ANN, PASSWORD)
    accounts.sign_out(books.store, second)
    for session in (books.ann, second):
        with pytest.raises(NotSignedIn):
            accounts.current(books.store, session)
    assert accounts.current(books.store, books.bob).username == BOB


def test_closing_the_store_ends_all_sessions(books: Books, opened: Callable[[Path], Store]) -> None:
    books.store.close()
    again = opened(books.store.file)
    with pytest.raises(NotSignedIn):
        accounts.current(again, books.ann)
    assert books.store.sessions == {}


def test_a_session_is_one_persons_whatever_it_says(books: Books) -> None:
    for forged in (
        Session(books.ann.token, books.admin.user_id, ADMIN),
        Session("", books.admin.user_id, ADMIN),
        Session("x" * 43, books.admin.user_id, ADMIN),
    ):
        with pytest.raises(NotSignedIn):
            accounts.users(books.store, forged)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(books: Books) -> None:
    other = accounts.sign_in(books.store, ANN, PASSWORD)
    accounts.change_password(books.store, books.ann, PASSWORD, "another horse 8")
    assert accounts.current(books.store, books.ann).username == ANN
    with pytest.raises(NotSignedIn):
        accounts.current(books.store, other)
    assert accounts.current(books.store, books.bob)
    with pytest.raises(SignInRefused):
        accounts.sign_in(books.store, ANN, PASSWORD)
    assert accounts.sign_in(books.store, ANN, "another horse 8")


def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(books: Books) -> None:
    with pytest.raises(SignInRefused, match="not changed"):
        accounts.change_password(books.store, books.ann, WRONG, "another horse 8")
    with pytest.raises(BadInput):
        accounts.change_password(books.store, books.ann, PASSWORD, "password")
    with pytest.raises(BadInput):
        accounts.change_password(books.store, books.ann, PASSWORD, "another horse 8", minimum_length=20)
    assert accounts.sign_in(books.store, ANN, PASSWORD)


def test_guessing_the_old_password_brings_waits_too(books: Books) -> None:
    for _ in range(3):
        with pytest.raises(SignInRefused, match="present password"):
            accounts.change_password(books.store, books.ann, WRONG, "another horse 8")
    with pytest.raises(SignInRefused, match="wait"):
        accounts.change_password(books.store, books.ann, PASSWORD, "another horse 8")
    assert wait_of(books.store) == 5


def test_only_an_administrator_sees_the_accounts_and_changes_them(books: Books) -> None:
    assert [account.username for account in accounts.users(books.store, books.admin)] == [ADMIN, ANN, BOB]
    with pytest.raises(NotAllowed):
        accounts.users(books.store, books.ann)
    with pytest.raises(NotAllowed):
        accounts.set_status(books.store, books.ann, BOB, Status.INACTIVE)
    with pytest.raises(NotAllowed):
        accounts.set_status(books.store, books.ann, ANN, Status.INACTIVE)
    with pytest.raises(BadInput):
        accounts.set_status(books.store, books.admin, "nobody@example.org", Status.INACTIVE)


def test_the_last_active_administrator_stays(books: Books) -> None:
    with pytest.raises(BadInput, match="last active administrator"):
        accounts.set_status(books.store, books.admin, ADMIN, Status.INACTIVE)
    assert accounts.set_status(books.store, books.admin, ADMIN, Status.ACTIVE).status is Status.ACTIVE
    books.store.database.execute_sql("UPDATE user SET role = 'admin' WHERE username = ?", (ANN,))
    journal.write_account(books.store, books.store.database, books.ann.user_id, detail="admin", actor_id=0)
    accounts.set_status(books.store, books.ann, ADMIN, Status.INACTIVE)
    with pytest.raises(BadInput, match="last active administrator"):
        accounts.set_status(books.store, books.ann, ANN, Status.INACTIVE)


@pytest.mark.parametrize(
    "change",
    [
        "role = 'admin'",
        "status = 'inactive'",
        "password = (SELECT password FROM user WHERE id = 3)",
        "generation = generation + 1",
    ],
)
def test_an_account_changed_by_another_program_is_refused_wherever_it_matters(
    open_books: Callable[[], Books], change: str
) -> None:
    books = open_books()
    accounts.set_status(books.store, books.admin, BOB, Status.ACTIVE)
    books.store.database.execute_sql(f"UPDATE user SET {change} WHERE id = 2")
    with pytest.raises(NotAllowed, match="something other than Metercalc"):
        accounts.sign_in(books.store, ANN, PASSWORD)
    with pytest.raises(NotAllowed, match="something other than Metercalc"):
        accounts.set_status(books.store, books.admin, ANN, Status.ACTIVE)
    if "inactive" not in change:
        with pytest.raises(NotAllowed):
            accounts.users(books.store, books.ann)
        with pytest.raises((NotAllowed, SignInRefused)):
            accounts.change_password(books.store, books.ann, PASSWORD, "another good phrase")
        with pytest.raises(NotAllowed):
            charges.credit(books.store, books.ann, ANN, 100, "A gift", new_id())
    assert [(problem.rule, problem.username) for problem in books.problems()] == [("L6", ANN)]


def test_the_marks_follow_what_the_program_itself_changes(books: Books) -> None:
    accounts.change_password(books.store, books.ann, PASSWORD, "another good phrase")
    accounts.set_status(books.store, books.admin, BOB, Status.INACTIVE)
    accounts.sign_in(books.store, ANN, "another good phrase")
    assert books.problems() == ()


@pytest.mark.parametrize("change", ["role = 'admin'", "password = 'changed meanwhile'"])
def test_an_account_that_changes_while_its_password_is_hashed_anew_is_left_as_it_is(
    open_books: Callable[[], Books], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    books = open_books()
    verify_password = passwords.verify_password

    def and_change(stored: str, password: str) -> bool:
        found = verify_password(stored, password)
        books.store.database.execute_sql(f"UPDATE user SET {change} WHERE id = 2")
        return found

    monkeypatch.setattr(passwords, "verify_password", and_change)
    monkeypatch.setattr(passwords, "needs_rehash", lambda _: True)
    accounts.sign_in(books.store, ANN, PASSWORD)
    assert [(problem.rule, problem.username) for problem in books.problems()] == [("L6", ANN)]
