"""The way back into an account on a server whose password is lost: a code of one's own, used once.

A code is the password of a role of its own, which may call one function: nobody is let in without one, and a server
keeps of it what it keeps of a password. The account's journal has when one was made, and when it was used.
"""

from __future__ import annotations

import logging
from contextlib import closing

from desktop.language.sentences import mark, say
from desktop.models.ledger import emails, passwords, recovery_codes
from desktop.models.shared import scram, urls
from desktop.models.shared.line import can_be_sent
from desktop.models.shared.people import WHICH_HOLDS, People, check_new_password
from desktop.models.shared.sessions import Sessions, Signed, with_password
from desktop.terms.errors import ServerAway, SignInRefused

log = logging.getLogger(__name__)

_NEW_CODE = "SELECT metercalc.set_recovery(%s)"
_RECOVER = "SELECT metercalc.recover(%s)"


_WHICH_CODE = mark("Whether the code that you had before still holds is not known: look before you try again.")


class Recovery:
    """Recovery codes of the ledger's people. `ledger_name` is what the roles' names are made of."""

    def __init__(self, sessions: Sessions, people: People, ledger_name: str) -> None:
        self._sessions = sessions
        self._people = people
        self._ledger_name = ledger_name

    def new_code(self, signed: Signed, password: str) -> str:
        """A code in place of an earlier one, told this once. Raises `SignInRefused` for a wrong password."""
        self._people.check_password(signed, password, say(recovery_codes.NO_CODE_MADE))
        code = recovery_codes.new_code()
        verifier = scram.verifier(recovery_codes.normal(code))
        self._people.once(signed, _NEW_CODE, (verifier,), say(_WHICH_CODE))
        log.info("account %d has a new recovery code", signed.user_id)
        return code

    def recover(self, email: str, code: str, new: str, *, minimum_length: int) -> None:
        """Set a new password by a code, which is used up; the account's sessions end everywhere.

        Raises `SignInRefused` for unknown and wrong alike, `NotAllowed` for an account that was deactivated, `BadInput`
        for a password that will not do: then the code can still be used.
        """
        username = emails.kept_form(email)
        check_new_password(new)
        passwords.check_new(new, email=username, minimum_length=minimum_length)
        letters = recovery_codes.normal(code)
        if not can_be_sent(letters):
            raise SignInRefused(say(recovery_codes.REFUSED))
        connections = self._sessions.connections
        credentials = with_password(urls.code_role_name(self._ledger_name, username), letters)
        try:
            line = connections.open(credentials)
        except SignInRefused as error:
            raise SignInRefused(say(recovery_codes.REFUSED)) from error
        with closing(line):
            with connections.translated(credentials):
                self._people.check_version(line)
            verifier = scram.verifier(new)
            try:
                with connections.translated(credentials):
                    line.execute(_RECOVER, (verifier,))
            except ServerAway as away:
                raise ServerAway(f"{away.message} {say(WHICH_HOLDS)}") from away
        log.info("an account was recovered")
