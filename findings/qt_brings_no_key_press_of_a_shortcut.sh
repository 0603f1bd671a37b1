#!/usr/bin/env bash
# PySide6-Essentials 6.11.3 (Qt 6.11.3), Python 3.11: a key that is some action's shortcut is no press of a key to anybody. A filter before
# the whole application, the usual way to notice that somebody is there, sees of it only that Qt asks whether it may be one
# (ShortcutOverride) and that it is let go of (KeyRelease); the action is carried out without a KeyPress. A key that is none is seen pressed.
# Seen:    A: ShortcutOverride, KeyPress, KeyRelease at the window; F5, a shortcut: ShortcutOverride, KeyRelease, carried out once
# Expected of a filter that stands before everything: a KeyPress of each.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PY'
import sys

from PySide6.QtCore import QEvent, QObject, Qt, qVersion
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)


class Watcher(QObject):
    """Stands before the whole application, and notes what of a key comes to its window."""

    def __init__(self, window: QObject) -> None:
        super().__init__()
        self.window, self.seen = window, []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in KEYS and watched is self.window:
            self.seen.append(event.type().name)
        return False


application = QApplication([])
window = QMainWindow()
line = QLineEdit()
window.setCentralWidget(line)
carried_out = []
action = QAction("Again", window)
action.setShortcut("F5")
action.triggered.connect(lambda: carried_out.append("F5"))
window.addAction(action)
window.show()
window.activateWindow()
line.setFocus()
QTest.qWaitForWindowActive(window)
watcher = Watcher(window.windowHandle())
application.installEventFilter(watcher)


def press(key: Qt.Key) -> list[str]:
    watcher.seen.clear()
    QTest.keyClick(window.windowHandle(), key)
    return list(watcher.seen)


letter, shortcut = press(Qt.Key.Key_A), press(Qt.Key.Key_F5)
print(f"Qt {qVersion()}, Python {sys.version.split()[0]}")
print(f"A: {', '.join(letter)}; F5, a shortcut: {', '.join(shortcut)}, carried out {len(carried_out)} times")
sys.exit(0 if "KeyPress" in letter and "KeyPress" not in shortcut and carried_out == ["F5"] else 1)
PY
echo "Still so."
