"""The calculator's display: entry, quote, and below them the result, a message or the wait. It decides nothing.

One of the three shows at a time, in one place of one height: the keys below must not move under the mouse.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.language.sentences import say
from desktop.views.calculator.entry_edit import EntryEdit
from desktop.views.calculator.expression_label import ExpressionLabel
from desktop.views.calculator.result_label import ResultLabel
from desktop.views.look import scales, theme
from desktop.views.look.icons import icon
from desktop.views.look.told import Told

_MESSAGE_LINES = 3
_LOW_QUOTE_LINES = 2
_QUOTE_LINES = 3  # what does not fit can be scrolled: nothing that is said here moves a key


class Display(QFrame):
    """What stands above the keys."""

    copy_asked = Signal()
    cancel_asked = Signal()
    draw_here_asked = Signal()
    credit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "card")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as on every calculator: its sentences have their own
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._place = QStackedWidget(self)
        self._outcome, self._trouble, self._waiting = (QWidget(self._place) for _ in range(3))
        self._answer = QWidget(self._outcome)
        self.entry = EntryEdit()
        self._quote = _line("quote_label", say("Price"), "muted")
        self._expression = ExpressionLabel()
        self._result = ResultLabel(self._answer)
        self._copy = QToolButton()
        self._copy.setObjectName("copy_result_button")
        self._copy.setIcon(icon("copy"))
        self._copy.setText(say("Copy"))
        self._copy.setToolTip(say("Copy the result"))
        self._copy.setAccessibleName(say("Copy the result"))
        self._copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.set_role(self._copy, "link")
        self._copy.hide()
        self._message = _line("message_label", say("Message"), "negative")
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setMinimumWidth(scales.WIDE)
        self._progress.setAccessibleName(say("Waiting for random.org"))
        self._cancel = QPushButton(say("Cancel"))
        self._cancel.setObjectName("cancel_random_button")
        self._cancel.setToolTip(say("Stop waiting; nothing is charged (Esc)"))
        self._arrange()

    def _arrange(self) -> None:
        _row(self._answer, self._copy).addWidget(self._result, 1)
        outcome = QVBoxLayout(self._outcome)
        outcome.setContentsMargins(0, 0, 0, 0)
        outcome.setSpacing(0)
        outcome.addWidget(self._expression)
        outcome.addWidget(self._answer, 1)
        waiting = _row(self._waiting, QLabel(say("Waiting for random.org …")))
        waiting.addWidget(self._progress, 1)
        waiting.addWidget(self._cancel)
        self._draw_here = QPushButton(say("Draw it on this computer, this once"))
        self._draw_here.setObjectName("draw_here_button")
        self._draw_here.setToolTip(say("The price is the same, and the record names this computer as the source"))
        self._draw_here.hide()
        self._credit = QPushButton(say("Put in credit…"))
        self._credit.setObjectName("put_in_credit_button")
        self._credit.setToolTip(say("You are an administrator: put credit into your own account"))
        self._credit.hide()
        trouble = QVBoxLayout(self._trouble)
        trouble.setContentsMargins(0, 0, 0, 0)
        trouble.setSpacing(scales.TIGHT)
        trouble.addWidget(_scrolling(self._message, self._trouble), 1)
        for way_on in (self._draw_here, self._credit):
            trouble.addWidget(way_on, 0, Qt.AlignmentFlag.AlignRight)
        for page in (self._outcome, self._trouble, self._waiting):
            self._place.addWidget(page)
        outcome_height = self._expression.height() + self._result.minimumHeight()
        trouble_height = self._message.fontMetrics().lineSpacing() * _MESSAGE_LINES + scales.TIGHT
        self._place.setFixedHeight(max(outcome_height, trouble_height + self._draw_here.sizeHint().height()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.SMALL)
        layout.setSpacing(scales.TIGHT)
        self._quote_place = _scrolling(self._quote, self)
        self.set_low(False)
        for widget in (self.entry, self._quote_place, self._place):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self._copy.clicked.connect(self.copy_asked)
        self._cancel.clicked.connect(self.cancel_asked)
        self._draw_here.clicked.connect(self.draw_here_asked)
        self._credit.clicked.connect(self.credit_asked)

    def set_low(self, low: bool) -> None:
        """Take less height, in a low window, or the usual one."""
        self._quote_place.setFixedHeight(self._quote_height(low))

    def least_height(self, *, low: bool) -> int:
        """Pixels that it needs, lowered or not."""
        return self.minimumSizeHint().height() - self._quote_place.height() + self._quote_height(low)

    def _quote_height(self, low: bool) -> int:
        return self._quote.fontMetrics().lineSpacing() * (_LOW_QUOTE_LINES if low else _QUOTE_LINES)

    def show_quote(self, text: str, role: str) -> None:
        """Show what the entry costs, or what is not understood in it."""
        self._quote.setText(text)
        theme.set_role(self._quote, role)

    def show_result(self, text: str, *, expression: str = "", telling: bool = False) -> None:
        """Show a result, or none, under the entry that it came from; `telling` as the result's label has it."""
        self._message.clear()
        self._expression.show_text(f"{expression} =" if expression else "")
        self._result.show_text(text, telling=telling)
        self._copy.setVisible(bool(text))
        self._place.setCurrentWidget(self._outcome)

    def age_result(self, *, old: bool) -> None:
        """Say whether the result is that of an earlier entry, which must not pass for the one that is being typed."""
        self._result.set_old(old=old)

    def show_message(self, text: str, *, can_draw_here: bool = False, can_credit: bool = False) -> None:
        """Show why there is no result, and the way on: a string of this computer's, or credit by an administrator."""
        self._message.setText(text)
        self._credit.setVisible(can_credit)
        self._draw_here.setVisible(can_draw_here)
        self._place.setCurrentWidget(self._trouble)

    @Slot()
    def take_message_away(self) -> None:
        """Show no message any more."""
        if self._place.currentWidget() is self._trouble:
            self.show_result("")

    def show_waiting(self, waiting: bool) -> None:
        """Show that random.org is being waited for."""
        if waiting:
            self._place.setCurrentWidget(self._waiting)
        elif self._place.currentWidget() is self._waiting:
            self._place.setCurrentWidget(self._outcome)


def _line(name: str, spoken: str, role: str) -> QLabel:
    label = Told(spoken)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setLayoutDirection(QGuiApplication.layoutDirection())
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignTop)
    theme.set_role(label, role)
    return label


def _scrolling(label: QLabel, parent: QWidget) -> QScrollArea:
    """The label in a place of fixed height, in which a long text can be scrolled."""
    area = QScrollArea(parent)
    area.setWidget(label)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.viewport().setAutoFillBackground(False)
    label.setAutoFillBackground(False)
    return area


def _row(parent: QWidget, first: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(parent)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(scales.SMALL)
    row.addWidget(first)
    return row
