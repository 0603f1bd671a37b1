#!/usr/bin/env bash
# PySide6 6.11.3: what findChild and findChildren give is "already deleted" as soon as Python lets go of the object that
# was asked, where Python alone holds its wrapper and C++ the object: the popup of a QDateEdit's calendar, taken from
# QApplication.topLevelWidgets(). The C++ object lives on, and asked for from the QDateEdit, it is well.
# Seen: popup let go False, popup held True, from the QDateEdit True; and of the first
#   RuntimeError: libshiboken: Internal C++ object (PySide6.QtWidgets.QTableView) already deleted.
# Expected: True three times. Hold what was asked for as long as what it gave.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet PySide6-Essentials==6.11.3
QT_QPA_PLATFORM=offscreen "$folder/venv/bin/python" - <<'PY'
import sys

import PySide6
import shiboken6
from PySide6.QtWidgets import QApplication, QDateEdit, QTableView, QWidget

application = QApplication(sys.argv)
edit = QDateEdit(calendarPopup=True)
edit.show()
edit.calendarWidget()  # makes the popup


def popup() -> QWidget:
    return next(one for one in QApplication.topLevelWidgets() if one.objectName() == "qt_datetimedit_calendar")


let_go = popup().findChildren(QTableView)[0]
found = [shiboken6.isValid(let_go)]
try:
    let_go.objectName()
except RuntimeError as error:
    print(f"RuntimeError: {error}")
del let_go
held = popup()
found.append(shiboken6.isValid(held.findChildren(QTableView)[0]))
del held
found.append(shiboken6.isValid(edit.findChildren(QTableView)[0]))
print(f"PySide6 {PySide6.__version__}, Python {sys.version.split()[0]}")
for name, one in zip(("popup let go", "popup held", "from the QDateEdit"), found, strict=True):
    print(f"{name}: {one}")
sys.exit(0 if found == [False, True, True] else 1)
PY
echo "Still so."
