"""The strip across the top: the balance, large, and who is signed in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import mark, say
from desktop.views.look import scales, theme
from desktop.views.look.told import Told

_BALANCE, _LOW, _USED_UP = mark("Balance"), mark("Balance low"), mark("Balance used up")
_UNKNOWN = "…"
_ADDRESS = 190  # pixels: beside a large balance it leaves the calculator alone its least width


class Header(QFrame):
    """Who, and how much is left; where one pane at a time has room, also which it is."""

    calculator_asked = Signal()
    records_asked = Signal()

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        theme.set_role(self, "header")
        self._format = number_format
        self._caption = QLabel(say(_BALANCE))
        self._caption.setObjectName("balance_caption")
        theme.set_role(self._caption, "muted")
        self._balance = Told(say(_BALANCE), _UNKNOWN)
        self._balance.setObjectName("balance_label")
        self._balance.setFont(scales.font(scales.Size.TITLE, bold=True, figures=True))
        self._user = Told(say("Signed in as"))
        self._user.setObjectName("user_label")
        theme.set_role(self._user, "muted")
        self._calculator = self._tab(
            say("Calculator"), say("Show the calculator (F6)"), "calculator_tab", self.calculator_asked
        )
        self._records = self._tab(say("Records"), say("Show the records (F6)"), "records_tab", self.records_asked)
        self.fold(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(scales.LARGE, scales.SMALL, scales.LARGE, scales.SMALL)
        row.setSpacing(scales.SMALL)
        row.addWidget(self._caption)
        row.addWidget(self._balance)
        row.addSpacing(scales.SMALL)
        row.addWidget(self._calculator)
        row.addWidget(self._records)
        row.addStretch(1)
        row.addWidget(self._user)

    @staticmethod
    def _tab(text: str, tip: str, name: str, asked: SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(asked)
        return button

    @Slot(bool)
    def fold(self, folded: bool) -> None:
        """Offer to go from one pane to the other, or not: both are in sight."""
        self._calculator.setVisible(folded)
        self._records.setVisible(folded)

    def show_pane(self, *, calculator: bool) -> None:
        """Say which pane is in front."""
        self._calculator.setChecked(calculator)
        self._records.setChecked(not calculator)

    def show_user(self, name: str) -> None:
        """Show who is signed in."""
        seen = self._user.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _ADDRESS)
        self._user.setText(seen)
        self._user.setToolTip(name if seen != name else "")

    def show_balance(self, balance: int, *, cheapest: int, dearest: int, way_out: str) -> None:
        """Show a balance, and say so where it does not cover the cheapest or the dearest operation any more.

        All in hundredths of a credit; `way_out` says what to do then.
        """
        low = balance < dearest
        what = (
            say("The balance does not cover any operation any more.")
            if balance < cheapest
            else say("The balance does not cover every operation any more.")
        )
        tip = f"{what} {way_out}" if low else ""
        self._caption.setText(say((_USED_UP if balance < cheapest else _LOW) if low else _BALANCE))
        theme.set_role(self._caption, "warning" if low else "muted")
        self._balance.setText(format_money(balance, self._format))
        theme.set_role(self._balance, "warning" if low else "")
        for label in (self._caption, self._balance):
            label.setToolTip(tip)

    def forget(self) -> None:
        """Show nobody."""
        self._user.clear()
        self._balance.setText(_UNKNOWN)
        self._caption.setText(say(_BALANCE))
        theme.set_role(self._caption, "muted")
        theme.set_role(self._balance, "")
        for label in (self._user, self._caption, self._balance):
            label.setToolTip("")
