"""One command being carried out: what it was given, and the ledger and session it may ask for. It decides nothing."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from desktop.commands.failures import Asked
from desktop.commands.terminal import Input, Output
from desktop.settings import config
from desktop.system import logs

if TYPE_CHECKING:
    from desktop.models.ledger.protocol import Ledger
    from desktop.settings.config import Config, Places
    from desktop.terms.people import Session

log = logging.getLogger(__name__)


class Run(NamedTuple):
    """What a command works with. `places` has the ledger where the configuration has it."""

    arguments: argparse.Namespace
    asked: Asked
    places: Places
    config: Config
    input: Input
    output: Output

    def begin(self) -> None:
        """Log from now on, as the configuration has it."""
        logs.set_up(self.places.log_dir, self.config.logging.level, self.config.logging.keep)
        log.info("%s", self.asked.command)

    def prepare(self) -> bool:
        """Have what a new ledger needs beside itself, the configuration file and the log. Whether it made the file.

        Only for a command that may make a ledger, once nothing speaks against it: a slip of the pen leaves no trace.
        Raises `StoreError` where no ledger can be.
        """
        from desktop.models.open_ledger import check_place

        check_place(self.places)
        made = config.ensure_file(self.places.config_file)
        if not logs.are_set_up():
            self.begin()
        return made

    @contextmanager
    def ledger(self, *, make: bool = False) -> Iterator[Ledger]:
        """The ledger, made where there is none only when told to; closed at the end, with its witness written."""
        from desktop.models.open_ledger import open_ledger  # late: the window opens its own, behind the dialog

        with closing(open_ledger(self.places, self.config, make=make)) as ledger:
            yield ledger

    @contextmanager
    def signed_in(self) -> Iterator[tuple[Ledger, Session]]:
        """The ledger, and a session of the person named by --user, whose password is what is read first."""
        password = self.input.password(from_stdin=self.arguments.password_stdin)
        with self.ledger() as ledger:
            yield ledger, ledger.sign_in(self.arguments.user, password)

    def answer(self, document: dict[str, object], *lines: str) -> int:
        """Give the answer as JSON or as lines, whichever was asked for; returns the status of success."""
        if self.asked.json:
            self.output.document(document)
        else:
            self.output.lines(*lines)
        return 0


Command = Callable[[Run], int]
