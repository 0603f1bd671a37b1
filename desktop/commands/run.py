"""One command being carried out: what it was given, and the store and session it may ask for. It decides nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.commands.failures import Asked
from desktop.commands.terminal import Input, Output
from desktop.terms.errors import StoreDamaged, StoreError

if TYPE_CHECKING:
    from desktop.models.embedded.storage.store import Store
    from desktop.settings.config import Config, Places
    from desktop.terms.values import Session


@dataclass(frozen=True, slots=True)
class Run:
    """What a command works with. `places` has the store where the configuration has it."""

    arguments: argparse.Namespace
    asked: Asked
    places: Places
    config: Config
    input: Input
    output: Output
    config_made: bool = False

    @contextmanager
    def store(self, *, must_exist: bool = False) -> Iterator[Store]:
        """The store, made where there is none unless it `must_exist`; closed at the end, with its anchor written."""
        from desktop.models.embedded import backups
        from desktop.models.embedded.storage import (
            chain,  # late: the window opens its store by itself, behind the dialog
        )
        from desktop.models.embedded.storage.opening import open_store

        file = self.places.store_file
        if must_exist and not file.exists() and not chain.key_file(file).exists():
            raise StoreError(f"There is no store yet ({file}). “metercalc {self.places.options}init” makes one.")
        try:
            store = open_store(
                file,
                costs=self.config.costs,
                backups=backups.folder_of(file),
                remembered=self.places.remembered_dir,
            )
        except StoreDamaged as error:
            raise StoreDamaged(f"{error.message} {backups.offer(file, self.places.options)}") from error
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def signed_in(self) -> Iterator[tuple[Store, Session]]:
        """The store, and a session of the person named by --user."""
        from desktop.models.embedded import accounts

        password = self.input.password(from_stdin=self.arguments.password_stdin)
        with self.store() as store:
            yield store, accounts.sign_in(store, self.arguments.user, password)

    def answer(self, document: dict[str, object], *lines: str) -> int:
        """Give the answer as JSON or as lines, whichever was asked for; returns the status of success."""
        if self.asked.json:
            self.output.document(document)
        else:
            self.output.lines(*lines)
        return 0


Command = Callable[[Run], int]
