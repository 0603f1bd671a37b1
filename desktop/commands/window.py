"""The command without a name: the window. All it does is to see that there is a display, and to start Qt late."""

from __future__ import annotations

from desktop.commands.run import Run


def open_window(run: Run) -> int:
    """Open the window; returns its exit status."""
    from desktop.app import run as run_window  # late: it brings Qt

    return run_window(run.places, run.config)
