"""Whether there is a display to open a window on. It asks before Qt does: without one Qt aborts the process."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from desktop.language.sentences import say
from desktop.terms.errors import NoDisplay

_LOCAL = r"(?:unix/?)?:([0-9]{1,5})(?:\.[0-9]+)?"
_X_SOCKET = "/tmp/.X11-unix/X"  # fixed by convention


def require_display(environ: Mapping[str, str], platform: str = sys.platform) -> None:
    """Raise `NoDisplay` where a window would abort the program; elsewhere do nothing.

    QT_QPA_PLATFORM is taken at its word. A display that is named must answer where it can be asked without a network.
    """
    if platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return
    display = environ.get("DISPLAY", "")
    if not (environ.get("WAYLAND_DISPLAY") or (display and _answers(display))):
        why = (
            say("The display {display} does not answer, so no window can be opened.", display=display)
            if display
            else say("There is no display (DISPLAY is not set), so no window can be opened.")
        )
        raise NoDisplay(f"{why} {say('Commands work without one: metercalc --help')}")


@contextmanager
def qt_needed() -> Iterator[None]:
    """Around the import of Qt: raise `NoDisplay`, with its name, where a library of the system is missing."""
    try:
        yield
    except ModuleNotFoundError:  # a part of the program is missing, which is a bug
        raise
    except ImportError as error:
        raise NoDisplay(
            say(
                "No window can be opened: {reason}. Install what the system has for it. Nothing was charged. "
                "Commands work without a window: metercalc --help",
                reason=error,
            )
        ) from error


def _answers(display: str) -> bool:
    found = re.fullmatch(_LOCAL, display)
    if found is None:
        return True
    path = f"{_X_SOCKET}{found[1]}"
    return any(_connects(address) for address in (path, f"\0{path}"))


def _connects(address: str) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(address)
        except OSError:
            return False
    return True
