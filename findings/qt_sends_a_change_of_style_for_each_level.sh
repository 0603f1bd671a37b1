#!/bin/sh
# PySide6-Essentials 6.10.3 and 6.11.1 (Qt's offscreen platform).
#
# A widget that is put into a layout is moved into the layout's widget. Where the application has a style sheet, even one
# that matches nothing, each such move sends a StyleChange to the widget and to all that it holds: a form that is put
# together from the inside out is told once for each level above it, before it was ever shown. The same form made from
# the outside in, each widget with its parent from the start, is told nothing; without a style sheet neither is. Buttons
# answer by forgetting their size and asking for another layout: it is time spent before anything is on the screen.
#
# Seen, for a label 1, 4 and 8 levels deep: no style sheet "0 0 0" both ways; with one "1 4 8" from the inside out and
# "0 0 0" from the outside in.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
cat > "$work/levels.py" <<'PYTHON'
from PySide6.QtCore import QEvent, qVersion
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget


class Told(QLabel):
    times = 0

    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange:
            self.times += 1
        super().changeEvent(event)


def inside_out(levels):
    inner = label = Told("0")
    for _ in range(levels):
        outer = QWidget()
        QVBoxLayout(outer).addWidget(inner)
        inner = outer
    return inner, label


def outside_in(levels):
    whole = outer = QWidget()
    for _ in range(levels - 1):
        inner = QWidget(outer)
        QVBoxLayout(outer).addWidget(inner)
        outer = inner
    label = Told("0", outer)
    QVBoxLayout(outer).addWidget(label)
    return whole, label


def seen(make):
    counts = []
    for levels in (1, 4, 8):
        whole, label = make(levels)
        counts.append(label.times)
        whole.deleteLater()
    return counts


application = QApplication([])
print("Qt", qVersion())
for sheet, expected in (("", [0, 0, 0]), ("QDial { color: red }", [1, 4, 8])):
    application.setStyleSheet(sheet)
    inner, outer = seen(inside_out), seen(outside_in)
    print(f"style sheet {sheet!r}: from the inside out {inner}, from the outside in {outer}")
    assert (inner, outer) == (expected, [0, 0, 0])
PYTHON
for version in 6.10.3 6.11.1; do
    "$work/venv/bin/pip" install --quiet "PySide6-Essentials==$version"
    QT_QPA_PLATFORM=offscreen "$work/venv/bin/python" "$work/levels.py"
done
