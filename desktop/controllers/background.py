"""Owns the threads that do whatever could block the window (DESIGN, 5): its lanes. Must not know views or models."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from desktop.controllers.lane import Lane

GRACE = 2.0
"""Seconds that quitting waits for work that nobody wants any more to notice; then it is left behind."""


class Lanes:
    """The lanes of the window: `network`, and the others for the store, one connection each.

    `survey` is for what takes long and must not be replaced by the next page: proofs, backups. `reports` is for what a
    person waits for and takes long too, exports and statements, `insights` for charts, `upkeep` for indexes that nobody
    waits for: none waits behind a proof. `files` is for small files beside the store, and needs none.
    """

    def __init__(
        self,
        *,
        open_writing: Callable[[], object] | None = None,
        open_reading: Callable[[], object] | None = None,
        open_survey: Callable[[], object] | None = None,
        leave: Callable[[], object] | None = None,
        close: Callable[[], object] | None = None,
        interrupt_reader: Callable[[], object] | None = None,
    ) -> None:
        """The `open_…` functions connect the thread that calls them, `leave` disconnects it, `close` the writer's."""
        self.write = Lane("write", on_start=open_writing, on_stop=close, drain=True)
        self.read = Lane("read", on_start=open_reading, on_stop=leave, interrupt=interrupt_reader, daemon=True)
        self.survey = Lane("survey", on_start=open_survey, on_stop=leave, daemon=True)
        self.reports = Lane("reports", on_start=open_survey, on_stop=leave, daemon=True)
        self.insights = Lane("insights", on_start=open_survey, on_stop=leave, daemon=True)
        self.upkeep = Lane("upkeep", on_start=open_survey, on_stop=leave, daemon=True)
        self.network = Lane("network", daemon=True)
        self.files = Lane("files", drain=True)

    def serve(self, session: Hashable) -> None:
        """Answer this session from now on, None for nobody: whatever an earlier one still waits for is dropped."""
        readers = (self.read, self.survey, self.reports, self.insights, self.upkeep)
        for lane in (self.write, *readers, self.network, self.files):
            lane.serve(session)

    def close(self) -> None:
        """End all work: what was accepted for writing is carried out, the rest given up, within 2 s altogether."""
        readers = (self.read, self.survey, self.reports, self.insights, self.upkeep)
        for lane in (self.network, *readers, self.files, self.write):
            lane.end()
        deadline = time.monotonic() + GRACE
        for lane in readers:
            lane.close(max(0.0, deadline - time.monotonic()))
        self.files.close()
        self.write.close()  # the last to leave the store
        self.network.close(max(0.0, deadline - time.monotonic()))
