"""How long a test waits for what must come: nothing when all is well, and no test fails because the machine is slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

PATIENCE_S = 60.0
PATIENCE_MS = 60_000


class PatientBot(QtBot):
    """Waits so long for what must come; for what may stay away (`raising=False`) as long as the test says."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=_at_least(timeout, more), **more)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:  # noqa: N802
        return super().waitSignals(signals, timeout=_at_least(timeout, more), **more)

    def waitExposed(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=max(timeout, PATIENCE_MS))

    def waitActive(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=max(timeout, PATIENCE_MS))


def _at_least(timeout: int, more: dict[str, Any]) -> int:
    return timeout if more.get("raising") is False else max(timeout, PATIENCE_MS)
