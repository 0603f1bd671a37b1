"""What a screen reader meets, over the real accessibility bus: told as JSON. Run by the Python that has pyatspi.

The arguments are the display's window to type into, by name, and what to type, a line each; without any it only looks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # Debian's python3-pyatspi; no wheel has it
from gi.repository import GLib  # type: ignore[import-not-found]

_WAIT_S, _STEP_S, _QUIET_S = 60.0, 0.2, 3.0
_WHOLE = ("table", "list", "menu")  # their cells and entries are looked at elsewhere


def wait(question: Callable[[], Any]) -> Any:
    """The first answer that there is."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        found = question()
        if found:
            return found
        time.sleep(_STEP_S)
    raise TimeoutError("it never came")


def window() -> Any:
    """The program's main window, once it is shown."""
    for application in pyatspi.Registry.getDesktop(0):
        for found in application or ():
            if found.getRole() == pyatspi.ROLE_FRAME and found.getState().contains(pyatspi.STATE_SHOWING):
                return found
    return None


def nodes(top: Any) -> Iterator[dict[str, Any]]:
    """Everything that is shown, from a node down."""
    states = top.getState()
    if not states.contains(pyatspi.STATE_SHOWING):
        return
    labels = [
        relation.getTarget(place).name
        for relation in top.getRelationSet()
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY
        for place in range(relation.getNTargets())
    ]
    yield {
        "role": top.getRoleName(),
        "name": top.name,
        "description": top.description,
        "labels": labels,
        "focusable": states.contains(pyatspi.STATE_FOCUSABLE),
    }
    if top.getRoleName() not in _WHOLE:
        for child in top:
            if child is not None:
                yield from nodes(child)


def heard_while(lines: list[str]) -> list[list[str]]:
    """What is said, by events, while lines are typed: for each, the texts announced and the new names."""
    said: list[str] = []

    def note(event: Any) -> None:
        said.append(str(event.any_data))

    kinds = ("object:announcement", "object:property-change:accessible-name")
    for kind in kinds:
        pyatspi.Registry.registerEventListener(note, kind)
    found = []
    for line in lines:
        said.clear()
        subprocess.run(["xdotool", "type", "--delay", "40", line], check=True)
        subprocess.run(["xdotool", "key", "Return"], check=True)
        until = time.monotonic() + _QUIET_S
        while time.monotonic() < until:
            while GLib.MainContext.default().iteration(False):
                pass
            time.sleep(_STEP_S / 10)
        found.append(list(said))
    return found


def main() -> None:
    shown = wait(window)
    time.sleep(_QUIET_S)
    heard = heard_while(sys.argv[1:])
    sys.stdout.write(json.dumps({"nodes": list(nodes(shown)), "heard": heard}))


if __name__ == "__main__":
    main()
