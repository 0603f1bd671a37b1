"""The stock of random strings: filling it on the network lane, one draw at a time. It sells nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.jobs import Ticket
from desktop.controllers.lane import Lane
from desktop.random_org.stock import Drawn, RandomStock
from desktop.settings.config import RandomSettings
from desktop.system import logs
from desktop.terms.errors import AppError, NetworkError
from desktop.terms.kinds import Source

if TYPE_CHECKING:
    from desktop.random_org.client import RandomOrg

log = logging.getLogger(__name__)


class RandomStrings(QObject):
    """Hands out strings from the stock, and refills it before it is empty."""

    filled = Signal()
    failed = Signal(object)  # AppError

    def __init__(self, *, network: Lane, settings: RandomSettings, folder: Path | None = None) -> None:
        """`folder` is the data directory, where random.org's turn is shared with other programs."""
        super().__init__()
        self._network = network
        self._settings = settings
        self._folder = folder
        self._stock = RandomStock(settings.block)
        self._source: RandomOrg | None = None
        self._ticket: Ticket | None = None

    def use(self, settings: RandomSettings) -> None:
        """Draw with other settings from now on. What was drawn with those before is sold only if it is still alike."""
        if settings == self._settings:
            return
        waiting = self._ticket is not None
        self.cancel()
        before, self._settings = self._settings, settings
        self._source = None
        if _kind_of(before) != _kind_of(settings):
            self._stock = RandomStock(settings.block)
        if waiting:  # somebody does: with the settings that hold now
            self.fill()

    def take(self) -> Drawn | None:
        """A string, or None when the stock is empty: then call `fill` and wait for `filled` or `failed`."""
        return self._stock.take()

    def put_back(self, drawn: Drawn) -> None:
        """Return a string that was not sold."""
        self._stock.put_back(drawn)

    @Slot()
    def fill(self) -> None:
        """Draw a block, unless one is being drawn."""
        if self._ticket is None:
            self._ticket = self._network.submit(
                self._draw,
                done=self._on_drawn,
                failed=self._on_failed,
                for_everyone=True,  # the stock outlives sessions
                reference=logs.reference.get(),
            )

    @Slot()
    def fill_here(self) -> None:
        """Draw one string with this computer's generator, whatever the settings say: somebody asked for it."""
        self.cancel()
        self._ticket = self._network.submit(
            self._draw_here,
            done=self._on_drawn,
            failed=self._on_failed,
            for_everyone=True,
            reference=logs.reference.get(),
        )

    @Slot()
    def fill_if_low(self) -> None:
        """Draw a block in good time, so that nobody has to wait for one."""
        if self._stock.low:
            self.fill()

    @Slot()
    def cancel(self) -> None:
        """Give up the draw that runs; neither `filled` nor `failed` follows."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def _draw(self) -> tuple[tuple[str, ...], Source]:
        from desktop.random_org.client import RandomOrg
        from desktop.random_org.strings import draw_local

        if self._source is None:
            self._source = RandomOrg(self._settings, folder=self._folder)
        try:
            return self._source.draw(self._settings.block, cancelled=jobs.cancelled), Source.RANDOM_ORG
        except NetworkError as error:
            if self._settings.fallback != "local":
                raise
            log.warning("random.org gives nothing (%s): drawing locally", error.code)
            return draw_local(self._settings, 1), Source.LOCAL

    def _draw_here(self) -> tuple[tuple[str, ...], Source]:
        from desktop.random_org.strings import draw_local

        return draw_local(self._settings, 1), Source.LOCAL

    @Slot(object)
    def _on_drawn(self, outcome: tuple[tuple[str, ...], Source]) -> None:
        self._ticket = None
        self._stock.add(*outcome)
        self.filled.emit()

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._ticket = None
        log.warning("no random strings: %s", error.message)
        self.failed.emit(error)


def _kind_of(settings: RandomSettings) -> tuple[object, ...]:
    """What tells one stock of strings from another."""
    kinds = (settings.length, settings.digits, settings.upper, settings.lower)
    return (*kinds, settings.url, settings.fallback, settings.block)
