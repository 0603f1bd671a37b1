"""Accounts, sign-in and sessions: who somebody is and whether they may. It moves no money but the starting balance.

A session is checked on every call, against the process's open sessions and the account's status in the store.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from peewee import SqliteDatabase

from desktop.language.sentences import mark, say
from desktop.models.embedded import attempts
from desktop.models.embedded.storage import entries, journal
from desktop.models.embedded.storage.store import Opened, Store
from desktop.models.embedded.storage.tables import User
from desktop.models.ledger import emails, passwords
from desktop.models.ledger.registering import check_new
from desktop.system.request_ids import new_request_id
from desktop.terms.errors import BadInput, NotAllowed, NotSignedIn, PasswordDue, SignInRefused, StoreDamaged
from desktop.terms.kinds import STARTING_BALANCE, OperationType, Role, Source, Status
from desktop.terms.people import Account, Session

log = logging.getLogger(__name__)

CHANGED = mark(
    "This account was changed by something other than Metercalc. Run metercalc verify, and restore a backup."
)
REFUSED = mark("The e-mail or the password is not right.")
FIRST_GENERATION = 1


def register(store: Store, email: str, password: str, *, starting_balance: int, minimum_length: int = 8) -> Account:
    """Make an account; the first of a store is its admin. `starting_balance` is its first record.

    Raises `BadInput` for an unusable e-mail or password, or an e-mail that has an account.
    """
    return _make(store, email, password, starting_balance, minimum_length)


def invite(store: Store, session: Session, email: str, password: str, *, starting_balance: int) -> Account:
    """The same by an admin for somebody else, who chooses a password of their own before anything else.

    Raises `NotAllowed` too.
    """
    with store.reading() as database:
        require(store, database, session, Role.ADMIN)  # before a password is hashed for nothing
    return _make(store, email, password, starting_balance, len(password), invited_by=session)


def _make(
    store: Store,
    email: str,
    password: str,
    starting_balance: int,
    minimum_length: int,
    *,
    invited_by: Session | None = None,
) -> Account:
    username = check_new(email, password, minimum_length=minimum_length)
    with attempts.hashing(store):
        hashed = passwords.hash_password(password)
    with store.writing() as database:
        admin = None if invited_by is None else require(store, database, invited_by, Role.ADMIN)
        if _found(database, emails.spellings(email)):
            raise BadInput(say("There is an account with this e-mail already. Sign in instead."))
        role = Role.USER if User.select().bind(database).exists() else Role.ADMIN
        user_id = User.insert(
            username=username, password=hashed, status=Status.ACTIVE, role=role, balance=starting_balance
        ).execute(database)
        detail, actor = (journal.REGISTERED, user_id) if admin is None else (journal.INVITED, admin.id)
        journal.write_account(store, database, user_id, detail=detail, actor_id=actor)
        # Failed tries with an e-mail that had no account yet guessed at nothing.
        attempts.forget(store, database, username)
        line = entries.Line(OperationType.CREDIT, STARTING_BALANCE, "", amount=-starting_balance, source=Source.LEDGER)
        entries.append(
            store, database.connection().execute, entries.Head.of_new_user(store, user_id), new_request_id(), [line]
        )
    log.info("%s account %d as %s", detail, user_id, role.value)
    return Account(user_id, username, role, Status.ACTIVE, starting_balance)


def register_and_sign_in(
    store: Store, email: str, password: str, *, starting_balance: int, minimum_length: int = 8
) -> tuple[Account, Session]:
    """Make an account and open a session for it: who has just chosen the password need not prove it.

    Raises what `register` does; then there is neither.
    """
    account = register(store, email, password, starting_balance=starting_balance, minimum_length=minimum_length)
    return account, _open_session(store, account.id, account.username, FIRST_GENERATION)


def is_empty(store: Store) -> bool:
    """Whether nobody has registered yet."""
    with store.reading() as database:
        return not User.select().bind(database).exists()


def sign_in(store: Store, email: str, password: str) -> Session:
    """Open a session.

    Raises `SignInRefused` for unknown and wrong alike, and while a wait after failures runs; `NotAllowed` for an
    account that was deactivated, or changed by another program.
    """
    with store.reading() as database:
        username = username_of(database, email) or emails.kept_form(email)
    with attempts.attempt(store, username):
        with store.reading() as database:
            columns = (User.id, User.password, User.status, User.generation)
            row = User.select(*columns).where(User.username == username).tuples().bind(database).first()
            user_id, stored, status, generation = row or (0, passwords.decoy(), "", 0)
            sound = _is_sound(store, database, user_id)
            one_time = is_one_time(database, user_id)
        right = passwords.verify_password(stored, password)
        if not (right and row):
            log.info("sign-in refused")
            raise SignInRefused(say(REFUSED))
        if not sound:
            raise NotAllowed(say(CHANGED))
    if status != Status.ACTIVE:
        raise NotAllowed(say("This account has been deactivated. Ask the administrator."))
    if passwords.needs_rehash(stored) and store.read_only_reason is None:
        with store.writing() as database:
            mine = (User.id == user_id) & (User.password == stored)  # unless it was changed meanwhile
            if User.select().where(mine).bind(database).exists() and _is_sound(store, database, user_id):
                User.update(password=passwords.hash_password(password)).where(mine).execute(database)
                journal.write_account(store, database, user_id, detail=journal.REHASHED, actor_id=user_id)
    return _open_session(store, user_id, username, generation, one_time=one_time)


def is_one_time(database: SqliteDatabase, user_id: int) -> bool:
    """Whether the password of an account is still the one that an administrator gave it."""
    last = database.execute_sql(
        "SELECT detail FROM journal WHERE user_id = ? AND kind = 'account' AND detail IN (?, ?, ?, ?) "
        "ORDER BY number DESC LIMIT 1",
        (user_id, journal.INVITED, journal.RESET, journal.PASSWORD, journal.RECOVERED),
    ).fetchone()
    return last is not None and last[0] in (journal.INVITED, journal.RESET)


def _open_session(store: Store, user_id: int, username: str, generation: int, *, one_time: bool = False) -> Session:
    session = Session(secrets.token_urlsafe(32), user_id, username, one_time)
    store.sessions[session.token] = Opened(user_id, generation, one_time)
    log.info("account %d signed in", user_id)
    return session


def sign_out(store: Store, session: Session) -> None:
    """End every session of this user in this process."""
    for token in [token for token, opened in store.sessions.items() if opened.user_id == session.user_id]:
        store.sessions.pop(token, None)
    log.info("account %d signed out", session.user_id)


def current(store: Store, session: Session) -> Account:
    """The account behind a session as it is now. Raises `NotSignedIn`."""
    with store.reading() as database:
        return require(store, database, session)


def require(
    store: Store, database: SqliteDatabase, session: Session, role: Role | None = None, *, choosing: bool = False
) -> Account:
    """The same inside a transaction; with a `role`, also raises `NotAllowed` for an account without it.

    Raises `PasswordDue` while a one-time password has not been changed, unless it is being changed: `choosing`.
    """
    opened = store.sessions.get(session.token)
    if opened is None or opened.user_id != session.user_id:
        raise NotSignedIn(say("You are signed out. Sign in again."))
    # Plain SQL: this stands in every charge, and building the query with peewee costs as much as a commit.
    found = (
        database.connection()
        .execute("SELECT id, username, role, status, balance, generation FROM user WHERE id = ?", (session.user_id,))
        .fetchone()
    )
    if found is None:
        raise StoreDamaged(say("The account has gone from the store. Run metercalc verify, and restore a backup."))
    *row, generation = found
    account = _account(row)
    if account.status is not Status.ACTIVE:
        sign_out(store, session)
        raise NotSignedIn(say("This account has been deactivated. Ask the administrator."))
    if generation != opened.generation:
        store.sessions.pop(session.token, None)
        raise NotSignedIn(say("The password was changed elsewhere. Sign in again."))
    if opened.one_time and not choosing:
        raise PasswordDue(say(passwords.DUE))
    if role is not None:
        if account.role is not role:
            raise NotAllowed(say("Only an administrator may do that."))
        _require_sound(store, database, account.id)
    return account


def change_password(store: Store, session: Session, old: str, new: str, *, minimum_length: int = 8) -> None:
    """Set a new password and end the user's other sessions. Raises `SignInRefused` for a wrong old one."""
    with store.reading() as database:
        account = require(store, database, session, choosing=True)
    passwords.check_new(new, email=account.username, minimum_length=minimum_length)
    check_password(store, account, old, say("The present password is not right. It was not changed."))
    with attempts.hashing(store):
        hashed = passwords.hash_password(new)
    with store.writing() as database:
        require(store, database, session, choosing=True)
        set_password(store, database, account.id, hashed, detail=journal.PASSWORD, actor_id=account.id)
        generation = User.select(User.generation).where(User.id == account.id).bind(database).scalar()
    store.sessions[session.token] = Opened(account.id, generation)  # the others end at their next call, wherever
    log.info("account %d changed its password", account.id)


def check_password(store: Store, account: Account, password: str, refusal: str) -> None:
    """Raises `SignInRefused` with those words for a password that is not the account's; too many make it wait."""
    with attempts.attempt(store, account.username):
        with store.reading() as database:
            stored = User.select(User.password).where(User.id == account.id).bind(database).scalar()
        if not passwords.verify_password(stored, password):
            raise SignInRefused(refusal)


def set_password(
    store: Store, database: SqliteDatabase, user_id: int, hashed: str, *, detail: str, actor_id: int
) -> None:
    """Put another hash in place, which ends the account's sessions at their next call. Raises `NotAllowed`."""
    _require_sound(store, database, user_id)
    User.update(password=hashed, generation=User.generation + 1).where(User.id == user_id).execute(database)
    journal.write_account(store, database, user_id, detail=detail, actor_id=actor_id)


def username_of(database: SqliteDatabase, email: str) -> str:
    """The name under which an address has an account, or ""."""
    return _found(database, emails.old_spellings(email))


def users(store: Store, session: Session) -> tuple[Account, ...]:
    """All accounts, by e-mail; for admins. Raises `NotAllowed`."""
    with store.reading() as database:
        require(store, database, session, Role.ADMIN)
        columns = (User.id, User.username, User.role, User.status, User.balance)
        return tuple(map(_account, User.select(*columns).order_by(User.username).tuples().bind(database)))


def administrators(store: Store, session: Session) -> tuple[str, ...]:
    """The e-mails of the active admins, for anybody who is signed in: whom to ask for credit."""
    with store.reading() as database:
        require(store, database, session)
        administer = (User.role == Role.ADMIN) & (User.status == Status.ACTIVE)
        found = User.select(User.username).where(administer).order_by(User.username).tuples().bind(database)
        return tuple(name for (name,) in found)


def set_status(store: Store, session: Session, email: str, status: Status) -> Account:
    """Activate or deactivate an account; for admins. Raises `NotAllowed`, and `BadInput` for the last active admin."""
    account = _change(store, session, email, status.value, lambda found: replace(found, status=status))
    if status is Status.INACTIVE:
        sign_out(store, Session("", account.id, account.username))
    return account


def set_role(store: Store, session: Session, email: str, role: Role) -> Account:
    """Make an account an admin's, or a user's; for admins. Raises `NotAllowed`, and `BadInput` for the last admin."""
    return _change(store, session, email, role.value, lambda found: replace(found, role=role))


def _change(store: Store, session: Session, email: str, detail: str, changed: Callable[[Account], Account]) -> Account:
    with store.writing() as database:
        admin = require(store, database, session, Role.ADMIN)
        before = by_email(database, email)
        account = changed(before)
        _require_sound(store, database, account.id)  # written down anew, a change would be covered up
        if account == before:
            return before
        if _administers(before) and not _administers(account) and not _others_administer(database, before):
            raise BadInput(
                say(
                    "{name} is the last active administrator, and stays one. Make somebody else one first.",
                    name=before.username,
                )
            )
        User.update(status=account.status, role=account.role).where(User.id == account.id).execute(database)
        journal.write_account(store, database, account.id, detail=detail, actor_id=admin.id)
    log.info("account %d set %s", account.id, detail)
    return account


def _administers(account: Account) -> bool:
    return account.role is Role.ADMIN and account.status is Status.ACTIVE


def _others_administer(database: SqliteDatabase, account: Account) -> bool:
    others = (User.role == Role.ADMIN) & (User.status == Status.ACTIVE) & (User.id != account.id)
    return bool(User.select().where(others).bind(database).exists())


def _require_sound(store: Store, database: SqliteDatabase, user_id: int) -> None:
    if not _is_sound(store, database, user_id):
        raise NotAllowed(say(CHANGED))


def _is_sound(store: Store, database: SqliteDatabase, user_id: int) -> bool:
    """Whether an account is as the program left it; yes, where that cannot be told."""
    return not store.key_is_own or not user_id or journal.vouches_for(store, database, user_id)


def by_email(database: SqliteDatabase, email: str) -> Account:
    """The account with this e-mail. Raises `BadInput` where there is none."""
    username = _found(database, emails.spellings(email))
    if not username:
        raise BadInput(say("There is no account with the e-mail {name}.", name=emails.kept_form(email)))
    columns = (User.id, User.username, User.role, User.status, User.balance)
    return _account(User.select(*columns).where(User.username == username).tuples().bind(database).get())


def _found(database: SqliteDatabase, spellings: Sequence[str]) -> str:
    """The first of some names that has an account, or ""."""
    known = User.select(User.username).where(User.username.in_(spellings)).tuples().bind(database)
    names = {name for (name,) in known}
    return next((name for name in spellings if name in names), "")


def _account(row: Any) -> Account:
    user_id, username, role, status, balance = row
    return Account(user_id, username, entries.word(Role, role), entries.word(Status, status), balance)
