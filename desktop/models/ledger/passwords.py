"""Password hashing and the rules for new passwords; it stores nothing and knows no account.

argon2id with OWASP's first recommendation (Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane). The rules are
NIST SP 800-63B's: a length, a list of common passwords, no composition rules.
"""

from __future__ import annotations

import functools
import secrets
import unicodedata
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import error_to_str

from desktop.language.sentences import mark, say, say_many
from desktop.system import resources
from desktop.terms.errors import BadInput, MachineError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
MAX_BYTES = 1024

DUE = mark(
    "This password was given to you by an administrator. Choose one of your own first: in the window when "
    "you sign in, or with metercalc change-password."
)

_NO_MEMORY = error_to_str(-22)  # ARGON2_MEMORY_ALLOCATION_ERROR
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 of them
_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def one_time() -> str:
    """A new password to be handed over: 60 bits that can be read out and typed off, without l, o, 0 and 1."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))


def hash_password(password: str) -> str:
    """The PHC string to store; takes some 40 ms on purpose. Raises `MachineError` where there is no memory for it."""
    try:
        return _hasher.hash(_normal(password))
    except (HashingError, MemoryError) as error:
        raise _no_memory() from error


def verify_password(stored: str, password: str) -> bool:
    """Whether the password is the one of a stored PHC string. Raises `MachineError` where that cannot be told."""
    try:
        return _hasher.verify(stored, _normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    except MemoryError as error:
        raise _no_memory() from error
    except VerificationError as error:
        if str(error) == _NO_MEMORY:  # it was not compared
            raise _no_memory() from error
        return False  # what is stored is no hash: nothing fits it


def _no_memory() -> MachineError:
    mib = MEMORY_KIB // 1024
    return MachineError(
        say(
            "This computer has too little free memory to work with passwords ({needed} MB are needed): nothing can be "
            "said about this one, and it was not counted as wrong. Close other programs and try again.",
            needed=mib,
        )
    )


def needs_rehash(stored: str) -> bool:
    """Whether the stored hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def decoy() -> str:
    """A hash that no password fits, so that an unknown e-mail takes as long as a known one, from the first on."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_hasher.salt_len, _hasher.hash_len)
    )
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def check_new(password: str, *, email: str, minimum_length: int) -> None:
    """Refuse a weak new password. Raises `BadInput` with what to do."""
    if len(password) < minimum_length:
        raise BadInput(
            say_many(
                "The password is too short: use at least {count} character.",
                "The password is too short: use at least {count} characters.",
                minimum_length,
                count=minimum_length,
            )
        )
    if len(_normal(password)) > MAX_BYTES:
        raise BadInput(say("The password is too long: use at most {most} bytes.", most=MAX_BYTES))
    folded = _normal(password).decode(errors="replace").casefold()
    local_part = email.partition("@")[0]
    if folded in {email, local_part} or (len(local_part) >= 4 and folded.strip("0123456789!.-_") == local_part):
        raise BadInput(say("The password is the e-mail, or too close to it: choose another one."))
    if folded in _common():
        raise BadInput(say("The password is one of the most common ones: choose another one."))


def _normal(password: str) -> bytes:
    """NFKC, so that the same characters typed on another keyboard give the same bytes."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(resources.text("common_passwords.txt").split())
