"""Recovery codes: how one is made, written, read again and kept. It knows no account.

25 characters of Crockford's base 32 are 125 random bits: nobody guesses one, so SHA-256 is enough to keep it by.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 25, 5
_MISREAD = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-–−]+")


def new_code() -> str:
    """A code to be written down: five groups of five."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def digest(code: str) -> bytes:
    """What is kept of a code. Small letters, spaces, and O for 0 or I and L for 1 make no difference."""
    letters = _BETWEEN.sub("", code).upper().translate(_MISREAD)
    return hashlib.sha256(letters.encode(errors="surrogatepass")).digest()
