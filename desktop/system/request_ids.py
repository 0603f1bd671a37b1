"""The id of a request, made before anything is done for it, and what it is called.

Without `uuid`: its import would be part of every start.
"""

from __future__ import annotations

import os


def new_request_id() -> str:
    """A random UUID (version 4), as text."""
    number = bytearray(os.urandom(16))
    number[6] = number[6] & 0x0F | 0x40  # the version
    number[8] = number[8] & 0x3F | 0x80  # the variant
    letters = number.hex()
    return "-".join((letters[:8], letters[8:12], letters[12:16], letters[16:20], letters[20:]))


def reference_of(request_id: str) -> str:
    """The 8 characters by which a person and the log name a request."""
    return request_id[:8]
