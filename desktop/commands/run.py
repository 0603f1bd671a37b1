"""One command being carried out: what it was given, and the ledger and session it may ask for. It decides nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.commands.failures import Asked
from desktop.commands.terminal import Input, Output

if TYPE_CHECKING:
    from desktop.models.ledger.protocol import Ledger
    from desktop.settings.config import Config, Places
    from desktop.terms.values import Session


@dataclass(frozen=True, slots=True)
class Run:
    """What a command works with. `places` has the ledger where the configuration has it."""

    arguments: argparse.Namespace
    asked: Asked
    places: Places
    config: Config
    input: Input
    output: Output
    config_made: bool = False

    @contextmanager
    def ledger(self, *, must_exist: bool = False) -> Iterator[Ledger]:
        """The ledger, made where there is none unless it `must_exist`; closed at the end, with its witness written."""
        from desktop.models.open_ledger import open_ledger  # late: the window opens its own, behind the dialog

        with closing(open_ledger(self.places, self.config, must_exist=must_exist)) as ledger:
            yield ledger

    @contextmanager
    def signed_in(self) -> Iterator[tuple[Ledger, Session]]:
        """The ledger, and a session of the person named by --user."""
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
