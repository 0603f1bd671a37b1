#!/usr/bin/env bash
# PySide6-Essentials 6.11.3 (Qt 6.11.3), Python 3.11: a QStatusBar makes room for the height of a widget that is hidden. One that is added
# hidden raises the bar before it was ever seen, and one that was shown and hidden again leaves it as high as it was with it; only
# removeWidget gives the room back. A layout leaves hidden widgets out.
# Seen:    empty N, hidden one of 60 pixels added M, shown M, hidden again M, removed N   (M > 60 > N)
# Expected as of any layout: M only while the widget is shown.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PY'
import sys

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

application = QApplication([])
window = QMainWindow()
window.resize(400, 300)
bar = window.statusBar()
window.show()


def height() -> int:
    application.processEvents()
    return bar.height()


empty = height()
tall = QWidget()
tall.setFixedSize(20, 60)
tall.hide()
bar.addPermanentWidget(tall)
added = height()
tall.show()
shown = height()
tall.hide()
hidden = height()
bar.removeWidget(tall)
removed = height()
print(f"Qt {qVersion()}, Python {sys.version.split()[0]}")
print(f"empty {empty}, hidden one of 60 pixels added {added}, shown {shown}, hidden again {hidden}, removed {removed}")
sys.exit(0 if empty < 60 < added == shown == hidden and removed == empty else 1)
PY
echo "Still so."
