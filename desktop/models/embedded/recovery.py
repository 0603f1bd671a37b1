"""Ways back into an account whose password is lost: a code of one's own, used once, or a password from an admin.

A code is kept as a digest in the journal, and each use of one is there too: whoever comes back by it leaves a trace.
"""

from __future__ import annotations

import hmac
import logging

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import accounts, attempts
from desktop.models.embedded.storage import journal
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger import emails, passwords, recovery_codes
from desktop.terms.errors import BadInput, NotAllowed, SignInRefused
from desktop.terms.kinds import Role, Status
from desktop.terms.people import Account, Session

log = logging.getLogger(__name__)

_MADE, _USED = "made", "used"


def new_code(store: Store, session: Session, password: str) -> str:
    """A code in place of an earlier one, told this once. Raises `SignInRefused` for a wrong password."""
    account = accounts.current(store, session)
    accounts.check_password(store, account, password, say(recovery_codes.NO_CODE_MADE))
    code = recovery_codes.new_code()
    with store.writing() as database:
        accounts.require(store, database, session)
        _note(store, database, account.id, _MADE, recovery_codes.digest(code))
    log.info("account %d has a new recovery code", account.id)
    return code


def recover(store: Store, email: str, code: str, new: str, *, minimum_length: int = 8) -> None:
    """Set a new password by a code, which is used up, and end the account's sessions everywhere.

    Raises `SignInRefused` for unknown and wrong alike, `NotAllowed` for an account that was deactivated or changed by
    another program, `BadInput` for a password that will not do: then the code can still be used.
    """
    with store.reading() as database:
        username = accounts.username_of(database, email) or emails.kept_form(email)
    passwords.check_new(new, email=username, minimum_length=minimum_length)
    with attempts.attempt(store, username):
        with store.reading() as database:
            user_id = _owner(store, database, username, code)
        if not user_id:
            log.info("recovery refused")
            raise SignInRefused(say(recovery_codes.REFUSED))
        hashed = passwords.hash_password(new)
    with store.writing() as database:
        if _owner(store, database, username, code) != user_id:  # another program was faster
            raise SignInRefused(say(recovery_codes.REFUSED))
        account = accounts.by_email(database, username)
        if account.status is not Status.ACTIVE:
            raise NotAllowed(say("This account has been deactivated. Ask the administrator."))
        accounts.set_password(store, database, user_id, hashed, detail=journal.RECOVERED, actor_id=user_id)
        _note(store, database, user_id, _USED, b"")
    accounts.sign_out(store, Session("", user_id, username))
    log.info("account %d was recovered", user_id)


def reset_password(store: Store, session: Session, email: str, password: str) -> Account:
    """Give somebody else a one-time password and end their sessions everywhere; for admins.

    Raises `NotAllowed`, and `BadInput` for one's own account.
    """
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)  # before a password is hashed for nothing
    with attempts.hashing(store):
        hashed = passwords.hash_password(password)
    with store.writing() as database:
        admin = accounts.require(store, database, session, Role.ADMIN)
        account = accounts.by_email(database, email)
        if account.id == admin.id:
            raise BadInput(say("This is your own account: change its password instead."))
        accounts.set_password(store, database, account.id, hashed, detail=journal.RESET, actor_id=admin.id)
        attempts.forget(store, database, account.username)
    accounts.sign_out(store, Session("", account.id, account.username))
    log.info("account %d was given a one-time password", account.id)
    return account


def _note(store: Store, database: SqliteDatabase, user_id: int, detail: str, state: bytes) -> None:
    journal.write(
        store,
        database,
        journal.RECOVERY,
        date=store.clock(),
        user_id=user_id,
        subject=user_id,
        actor_id=user_id,
        detail=detail,
        state=state,
    )


def _password_is_newer(database: SqliteDatabase, user_id: int, number: int) -> bool:
    """Whether the password was changed after a code was made: who knew the one before may have made it."""
    found = database.execute_sql(
        "SELECT 1 FROM journal WHERE user_id = ? AND kind = 'account' AND number > ? AND detail IN (?, ?, ?) LIMIT 1",
        (user_id, number, journal.PASSWORD, journal.RESET, journal.RECOVERED),
    ).fetchone()
    return found is not None


def _owner(store: Store, database: SqliteDatabase, username: str, code: str) -> int:
    """The account with this name, if the code is its last one and was not used; 0 for none."""
    row = database.execute_sql(
        "SELECT u.id, j.number, j.detail, j.state FROM user u JOIN journal j ON j.user_id = u.id "
        f"WHERE u.username = ? AND j.kind = '{journal.RECOVERY}' ORDER BY j.number DESC LIMIT 1",
        (username,),
    ).fetchone()
    if row is not None and _password_is_newer(database, *row[:2]):
        return 0
    known = recovery_codes.digest(code)
    fits = row is not None and row[2] == _MADE and hmac.compare_digest(bytes(row[3]), known)
    return row[0] if fits and journal.is_genuine(store.key, database, row[1]) else 0
