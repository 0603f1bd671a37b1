"""How far a long piece of work is, with a way to stop it: a small bar in the window's status bar. It starts nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from desktop.language.sentences import say
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce


class WorkBar(QWidget):
    """Hidden but while something runs."""

    stop_asked = Signal()

    def __init__(self, *, name: str, text: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_bar")
        self._text = text
        self._label = QLabel(text)
        theme.set_role(self._label, "muted")
        self._progress = QProgressBar()
        self._progress.setObjectName(f"{name}_progress")
        self._progress.setAccessibleName(text)
        self._progress.setFixedWidth(140)
        self._progress.setTextVisible(False)
        self._stop = QToolButton()
        self._stop.setObjectName(f"stop_{name}_button")
        self._stop.setText(say("Stop"))
        self._stop.setAccessibleName(say("Stop: {work}", work=text))
        theme.set_role(self._stop, "small")
        self._stop.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(scales.SMALL, 0, scales.SMALL, 0)
        row.setSpacing(scales.SMALL)
        for widget in (self._label, self._progress, self._stop):
            row.addWidget(widget)
        # The status bar keeps its height, or each page would be a record shorter from the first export on.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._stop.clicked.connect(self.stop_asked)
        self.hide()

    @Slot()
    def begin(self) -> None:
        """Something has begun."""
        self._progress.setRange(0, 0)
        self._label.setText(f"{self._text} …")
        self.show()
        announce(self, self._text)

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """So much of it is done."""
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(min(done, total))
        self._label.setText(f"{self._text}, {100 * done // max(total, 1)} %")

    @Slot()
    def end(self) -> None:
        """It is over, however it went."""
        self.hide()
