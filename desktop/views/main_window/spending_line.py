"""A quiet line below the balance: what is left of the month's budget, a warning, and a request that can be copied.

It is hidden where there is nothing to say.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.requests import Failure
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.charges import Spending
from desktop.terms.kinds import Role
from desktop.terms.people import Account
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.flow_layout import FlowLayout
from desktop.wording.spending import budget_text, request_text, warning_text, whom_to_ask

_WIDEST = 320  # pixels: the narrowest window has room for it


class SpendingLine(QFrame):
    """Says how a person stands."""

    copied = Signal(str)  # what was, in words

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._account: Account | None = None
        self._spending: Spending | None = None
        self._trouble = ""  # what keeps it from being known
        self._balance = 0
        self.setObjectName("spending_line")
        theme.set_role(self, "header")
        self._budget = QLabel()
        self._budget.setObjectName("budget_label")
        self._budget.setFont(scales.font(figures=True))
        self._warning = QLabel()
        self._warning.setObjectName("warning_label")
        theme.set_role(self._warning, "warning")
        self._whom = QLabel()
        self._whom.setObjectName("whom_to_ask_label")
        theme.set_role(self._whom, "muted")
        self._copy = QPushButton()
        self._copy.setObjectName("copy_request_button")
        theme.set_role(self._copy, "link")
        self._copy.clicked.connect(self._on_copy)
        inner = QWidget()
        flow = FlowLayout(inner, spacing=scales.MEDIUM)  # in a narrow window they stand below each other
        for widget in (self._budget, self._warning, self._whom, self._copy):
            flow.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.LARGE, 0, scales.LARGE, scales.TIGHT)
        layout.addWidget(inner)
        self.hide()

    def show_account(self, account: Account) -> None:
        """This is who it is, and what they have."""
        self._account = account
        self.show_balance(account.balance)

    def show_balance(self, balance: int) -> None:
        """This is what there is now, in hundredths."""
        self._balance = balance
        self._show()

    @Slot(object)
    def show_spending(self, spending: Spending) -> None:
        """This is what was spent, and what was wished for."""
        self._spending, self._trouble = spending, ""
        self._show()

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """It is not known how the person stands: say why, in place of what was true before."""
        self._spending, self._trouble = None, failure.text
        self._show()
        announce(self, failure.text)

    def forget(self) -> None:
        """Show nobody's."""
        self._account = self._spending = None
        self._trouble = ""
        self._show()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the width makes necessary: what stands below must not be pushed together."""
        super().resizeEvent(event)
        self._keep_room()

    def _keep_room(self) -> None:
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))

    def _show(self) -> None:
        spending, account = self._spending, self._account
        if spending is None or account is None:
            self._show_trouble()
            return
        budget = budget_text(spending, self._format)
        warning = warning_text(self._balance, spending, self._format)
        is_admin = account.role is Role.ADMIN
        whom = say("Account, Administration puts credit in.") if is_admin else whom_to_ask(spending)
        first = next(iter(spending.administrators), "")
        asked = self._copy.fontMetrics().elidedText(first, Qt.TextElideMode.ElideMiddle, _WIDEST // 2)
        beyond = bool(budget) and spending.spent > spending.budget
        new = bool(warning) and warning != self._warning.text()
        self._budget.setText(budget)
        self._budget.setVisible(bool(budget))
        theme.set_role(self._budget, "warning" if beyond else "muted")
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._whom.setText(whom if is_admin else "")
        self._whom.setVisible(bool(warning and is_admin))
        self._copy.setText(
            say("Ask {administrator} for &credit", administrator=asked) if asked else say("Ask for &credit")
        )
        self._copy.setToolTip(" ".join((whom, say("This copies a line to send them."))).strip())
        self._copy.setVisible(bool(warning) and not is_admin)
        self.setVisible(bool(budget or warning))
        self._keep_room()
        if new:
            announce(self, " ".join((say("The balance is low."), warning, whom)))

    def _show_trouble(self) -> None:
        for part in (self._budget, self._whom, self._copy):
            part.hide()
        self._warning.setText(self._trouble)
        self._warning.setVisible(bool(self._trouble))
        self.setVisible(bool(self._trouble))
        self._keep_room()

    @Slot()
    def _on_copy(self) -> None:
        if self._account is not None and self._spending is not None:
            QGuiApplication.clipboard().setText(request_text(self._account.username, self._spending))
            self.copied.emit(say("The request is copied: send it to whoever may put credit in."))
