"""Accounts, sign-in and sessions: who somebody is and whether they may. It moves no money but the starting balance.

A session is checked on every call, against the process's open sessions and the account's status in the store.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from peewee import SqliteDatabase, fn

from desktop.models.embedded import attempts
from desktop.models.embedded.storage import entries, journal
from desktop.models.embedded.storage.store import Opened, Store
from desktop.models.embedded.storage.tables import User
from desktop.models.ledger import emails, passwords
from desktop.models.ledger.registering import check_new
from desktop.terms.errors import BadInput, NotAllowed, NotSignedIn, SignInRefused, StoreDamaged
from desktop.terms.values import Account, OperationType, Role, Session, Source, Status

log = logging.getLogger(__name__)

CHANGED = "This account was changed by something other than Metercalc. Run metercalc verify, and restore a backup."
REFUSED = "The e-mail or the password is not right."
FIRST_GENERATION = 1


def register(store: Store, email: str, password: str, *, starting_balance: int, minimum_length: int = 8) -> Account:
    """Make an account; the first of a store is its admin. `starting_balance` is its first record.

    Raises `BadInput` for an unusable e-mail or password, or an e-mail that has an account.
    """
    username = check_new(email, password, minimum_length=minimum_length)
    with attempts.hashing(store):
        hashed = passwords.hash_password(password)
    with store.writing() as database:
        if _found(database, emails.spellings(email)):
            raise BadInput("There is an account with this e-mail already. Sign in instead.")
        role = Role.USER if User.select().bind(database).exists() else Role.ADMIN
        user_id = User.insert(
            username=username, password=hashed, status=Status.ACTIVE, role=role, balance=starting_balance
        ).execute(database)
        journal.write_account(store, database, user_id, detail="registered", actor_id=user_id)
        # Failed tries with an e-mail that had no account yet guessed at nothing.
        attempts.forget(store, database, username)
        line = entries.Line(
            OperationType.CREDIT, "Starting balance", "", amount=-starting_balance, source=Source.LEDGER
        )
        entries.append(store, entries.Head.of_new_user(store, user_id), str(uuid.uuid4()), [line])
    log.info("registered account %d as %s", user_id, role.value)
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
        username = _found(database, emails.old_spellings(email)) or emails.kept_form(email)
    with attempts.attempt(store, username):
        with store.reading() as database:
            columns = (User.id, User.password, User.status, User.generation)
            row = User.select(*columns).where(User.username == username).tuples().bind(database).first()
            user_id, stored, status, generation = row or (0, passwords.decoy(), "", 0)
            sound = _is_sound(store, database, user_id)
        right = passwords.verify_password(stored, password)
        if not (right and row):
            log.info("sign-in refused")
            raise SignInRefused(REFUSED)
        if not sound:
            raise NotAllowed(CHANGED)
    if status != Status.ACTIVE:
        raise NotAllowed("This account has been deactivated. Ask the administrator.")
    if passwords.needs_rehash(stored) and store.read_only_reason is None:
        with store.writing() as database:
            mine = (User.id == user_id) & (User.password == stored)  # unless it was changed meanwhile
            if User.select().where(mine).bind(database).exists() and _is_sound(store, database, user_id):
                User.update(password=passwords.hash_password(password)).where(mine).execute(database)
                journal.write_account(store, database, user_id, detail="password hashed anew", actor_id=user_id)
    return _open_session(store, user_id, username, generation)


def _open_session(store: Store, user_id: int, username: str, generation: int) -> Session:
    session = Session(secrets.token_urlsafe(32), user_id, username)
    store.sessions[session.token] = Opened(user_id, generation)
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


def require(store: Store, database: SqliteDatabase, session: Session, role: Role | None = None) -> Account:
    """The same inside a transaction; with a `role`, also raises `NotAllowed` for an account without it."""
    opened = store.sessions.get(session.token)
    if opened is None or opened.user_id != session.user_id:
        raise NotSignedIn("You are signed out. Sign in again.")
    # Plain SQL: this stands in every charge, and building the query with peewee costs as much as a commit.
    found = (
        database.connection()
        .execute("SELECT id, username, role, status, balance, generation FROM user WHERE id = ?", (session.user_id,))
        .fetchone()
    )
    if found is None:
        raise StoreDamaged("The account has gone from the store. Run metercalc verify, and restore a backup.")
    *row, generation = found
    account = _account(row)
    if account.status is not Status.ACTIVE:
        sign_out(store, session)
        raise NotSignedIn("This account has been deactivated. Ask the administrator.")
    if generation != opened.generation:
        store.sessions.pop(session.token, None)
        raise NotSignedIn("The password was changed elsewhere. Sign in again.")
    if role is not None:
        if account.role is not role:
            raise NotAllowed("Only an administrator may do that.")
        _require_sound(store, database, account.id)
    return account


def change_password(store: Store, session: Session, old: str, new: str, *, minimum_length: int = 8) -> None:
    """Set a new password and end the user's other sessions. Raises `SignInRefused` for a wrong old one."""
    account = current(store, session)
    passwords.check_new(new, email=account.username, minimum_length=minimum_length)
    with attempts.attempt(store, account.username):
        with store.reading() as database:
            stored = User.select(User.password).where(User.id == account.id).bind(database).scalar()
        if not passwords.verify_password(stored, old):
            raise SignInRefused("The present password is not right. It was not changed.")
        hashed = passwords.hash_password(new)
    with store.writing() as database:
        require(store, database, session)
        _require_sound(store, database, account.id)
        User.update(password=hashed, generation=User.generation + 1).where(User.id == account.id).execute(database)
        journal.write_account(store, database, account.id, detail="password", actor_id=account.id)
        generation = User.select(User.generation).where(User.id == account.id).bind(database).scalar()
    store.sessions[session.token] = Opened(account.id, generation)  # the others end at their next call, wherever
    log.info("account %d changed its password", account.id)


def users(store: Store, session: Session) -> tuple[Account, ...]:
    """All accounts, by e-mail; for admins. Raises `NotAllowed`."""
    with store.reading() as database:
        require(store, database, session, Role.ADMIN)
        columns = (User.id, User.username, User.role, User.status, User.balance)
        return tuple(map(_account, User.select(*columns).order_by(User.username).tuples().bind(database)))


def set_status(store: Store, session: Session, email: str, status: Status) -> Account:
    """Activate or deactivate an account; for admins. Raises `NotAllowed`, and `BadInput` for the last active admin."""
    with store.writing() as database:
        admin = require(store, database, session, Role.ADMIN)
        account = by_email(database, email)
        others = User.select(fn.COUNT(User.id)).where(
            (User.role == Role.ADMIN) & (User.status == Status.ACTIVE) & (User.id != account.id)
        )
        if status is Status.INACTIVE and account.role is Role.ADMIN and not others.bind(database).scalar():
            raise BadInput("The last active administrator cannot be deactivated.")
        _require_sound(store, database, account.id)  # written down anew, a change would be covered up
        User.update(status=status).where(User.id == account.id).execute(database)
        journal.write_account(store, database, account.id, detail=status.value, actor_id=admin.id)
    if status is Status.INACTIVE:
        sign_out(store, Session("", account.id, account.username))
    log.info("account %d set %s", account.id, status.value)
    return Account(account.id, account.username, account.role, status, account.balance)


def _require_sound(store: Store, database: SqliteDatabase, user_id: int) -> None:
    if not _is_sound(store, database, user_id):
        raise NotAllowed(CHANGED)


def _is_sound(store: Store, database: SqliteDatabase, user_id: int) -> bool:
    """Whether an account is as the program left it; yes, where that cannot be told."""
    return not store.key_is_own or not user_id or journal.vouches_for(store, database, user_id)


def by_email(database: SqliteDatabase, email: str) -> Account:
    """The account with this e-mail. Raises `BadInput` where there is none."""
    username = _found(database, emails.spellings(email))
    if not username:
        raise BadInput(f"There is no account with the e-mail {emails.kept_form(email)}.")
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
