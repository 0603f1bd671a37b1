"""Has the C library give freed memory back to the system. It knows nothing of who allocates what."""

from __future__ import annotations

import sys
from collections.abc import Callable

# mallopt(3)
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8
_KEPT = 128 * 1024  # bytes: glibc's own value at the start


def give_back() -> None:
    """Keep glibc from raising its thresholds, and from keeping an arena for each thread; elsewhere, nothing.

    Each freed block that was larger than any before (argon2's 19 MiB at the first sign-in) makes it keep twice as much
    for itself from then on: measured 7 MB of a window on ten million records, 20 MB while an index is made. Arenas are
    for threads that allocate at once, which ours hardly do: half of each was empty, 1 MB altogether.
    """
    set_option = _of_glibc("mallopt")
    if set_option is not None:
        set_option(_M_TRIM_THRESHOLD, _KEPT)
        set_option(_M_ARENA_MAX, 1)


def trim() -> None:
    """Give back what is free between blocks in use, too: after work that has left much of it, a millisecond or two."""
    release = _of_glibc("malloc_trim")
    if release is not None:
        release(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library's; None where it is another one, which has no such thing."""
    if sys.platform != "linux":
        return None
    import ctypes  # late: not for the first paint

    return getattr(ctypes.CDLL(None), name, None)
