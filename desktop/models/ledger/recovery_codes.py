"""Recovery codes: how one is made, written, read again and kept. It knows no account.

25 characters of Crockford's base 32 are 125 random bits: nobody guesses one, so SHA-256 is enough to keep it by.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from desktop.language.sentences import mark

REFUSED = mark(
    "The e-mail or the recovery code is not right, or the code was used before. The password was not changed."
)
NO_CODE_MADE = mark("The password is not right. No code was made.")

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 25, 5
_MISREAD = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-–−]+")


def new_code() -> str:
    """A code to be written down: five groups of five."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def normal(code: str) -> str:
    """A code as it was made, without dashes: small letters, spaces, and O for 0 or I and L for 1 make no difference."""
    return _BETWEEN.sub("", code).upper().translate(_MISREAD)


def digest(code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(normal(code).encode(errors="surrogatepass")).digest()
