#!/usr/bin/env bash
# PySide6 6.11.3: QDateEdit.setDisplayFormat("yyyy-MM-dd") on a widget whose layout runs from right to left keeps the
# format's sections in the other order, whatever the locale: it then shows "28-11-2026", and displayFormat() still
# answers what it was given. The order is decided when the format is set: where the widget is turned afterwards the
# text stays, but displayFormat() is empty.
# Seen, each with the date 2026-11-28:
#   left to right                    text '2026-11-28'
#   right to left, then the format   text '28-11-2026'
#   the format, then right to left   text '2026-11-28', displayFormat ''
# Expected: one order for one format, since an ISO date is read from left to right in every script.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PY'
import sys

import PySide6
from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QApplication, QDateEdit

application = QApplication(sys.argv)
QLocale.setDefault(QLocale.c())
FORMAT, DAY = "yyyy-MM-dd", QDate(2026, 11, 28)


def shown(*steps: str) -> tuple[str, str]:
    edit = QDateEdit()
    for step in steps:
        if step == "mirror":
            edit.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        else:
            edit.setDisplayFormat(FORMAT)
    edit.setDate(DAY)
    return edit.text(), edit.displayFormat()


found = [shown("format"), shown("mirror", "format"), shown("format", "mirror")]
print(f"PySide6 {PySide6.__version__}, Python {sys.version.split()[0]}")
for name, one in zip(("left to right", "mirrored first", "mirrored afterwards"), found, strict=True):
    print(f"{name}: text {one[0]!r}, displayFormat {one[1]!r}")
sys.exit(0 if found == [("2026-11-28", FORMAT), ("28-11-2026", FORMAT), ("2026-11-28", "")] else 1)
PY
echo "Still so."
