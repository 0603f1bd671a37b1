#!/usr/bin/env bash
# PySide6 6.11.3: classes are made when they are first named, but the first object of C++'s own that is handed to Python
# (a scroll area's viewport, here) has every subclass of its declared class made, with all its methods and enums: each is
# asked whether the object is one of it. A program that names three widgets has dozens of classes in memory, QWizard
# and QGraphicsView among them, and there is no way to say which it never needs.
# Seen: 4 widget classes before, 73 after; 960 kB of Python's memory.
# Expected: that an object whose own class is known by its meta-object is looked up by that name.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PY'
import gc
import sys
import tracemalloc

tracemalloc.start()
import PySide6
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget


def widgets() -> set[str]:
    """The names of PySide's own classes of widgets that are there."""
    made = [one for one in gc.get_objects() if isinstance(one, type) and one.__module__ == "PySide6.QtWidgets"]
    return {one.__name__ for one in made if issubclass(one, QWidget)}


application = QApplication(sys.argv)
area = QScrollArea()
before, memory = widgets(), tracemalloc.get_traced_memory()[0]
area.viewport()
after, grown = widgets(), tracemalloc.get_traced_memory()[0] - memory
print(f"PySide6 {PySide6.__version__}, Python {sys.version.split()[0]}")
print(f"{len(before)} widget classes before, {len(after)} after; {grown // 1024} kB of Python's memory more")
print("of them:", *sorted(after - before)[:12], "…")
sys.exit(0 if len(after) > 2 * len(before) and "QWizard" in after - before else 1)
PY
echo "Still so."
