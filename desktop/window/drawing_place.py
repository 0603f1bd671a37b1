"""How the program ends where Qt has nothing to draw on: in a sentence, and not by the abort that Qt has for it.

Only Qt can tell: a plugin, a library of the system or the display itself may be missing. What it says before it gives
up is caught here; by then nothing is open but the log.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from desktop.language.sentences import say

log = logging.getLogger(__name__)

STATUS = 2  # as for a display that is not there: see `NoDisplay`


@contextmanager
def needed() -> Iterator[None]:
    """While Qt's application is made: end the process with a sentence and `STATUS` where Qt would abort it."""
    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        log.warning("%s", message)
        said.append(message)
        if kind == QtMsgType.QtFatalMsg:
            print(f"metercalc: {sentence(said, os.environ.get('QT_QPA_PLATFORM', ''))}", file=sys.stderr, flush=True)  # noqa: T201
            os._exit(STATUS)  # there is no way back through Qt, which aborts once this returns

    before = qInstallMessageHandler(listen)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def sentence(said: list[str], platform: str) -> str:
    """What the person is told, of what Qt said first and of the platform that was asked for."""
    reason = " ".join(said[0].split()).rstrip(".")
    what = (
        say("No window can be opened (QT_QPA_PLATFORM is {platform}): {reason}.", platform=platform, reason=reason)
        if platform
        else say("No window can be opened: {reason}.", reason=reason)
    )
    return " ".join((what, say("Nothing was charged."), say("Commands work without one: metercalc --help")))
