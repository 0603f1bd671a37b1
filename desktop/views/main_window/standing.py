"""Whose window it is and how much is left: the header, the line of what was spent, what an administrator is offered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from desktop.terms.charges import Receipt, Statement
from desktop.terms.kinds import Role
from desktop.views.calculator.price_texts import way_out
from desktop.views.main_window.header import Header
from desktop.views.main_window.menus import Menus
from desktop.views.main_window.spending_line import SpendingLine


class Standing(QObject):
    """Tells the three of them what the ledger says."""

    def __init__(self, parent: QWidget, *, header: Header, spending: SpendingLine, menus: Menus) -> None:
        super().__init__(parent)
        self._header = header
        self._spending = spending
        self._menus = menus
        self._prices: list[int] = []  # hundredths, of the operations, the lowest first
        self._way_out = ""

    @Slot(object)
    def show_statement(self, statement: Statement) -> None:
        """Show an account as it stands now."""
        self._prices = sorted(filter(None, statement.prices.values()))  # what is free, every balance covers
        self._way_out = way_out(statement.account)
        self._menus.offer_administration(statement.account.role is Role.ADMIN)
        self._show_balance(statement.account.balance)
        self._spending.show_account(statement.account)

    @Slot(object)
    def show_charge(self, receipt: Receipt) -> None:
        """Show what a charge has left."""
        self._show_balance(receipt.balance)
        self._spending.show_balance(receipt.balance)

    def _show_balance(self, balance: int) -> None:
        cheapest, dearest = (self._prices[0], self._prices[-1]) if self._prices else (0, 0)
        self._header.show_balance(balance, cheapest=cheapest, dearest=dearest, way_out=self._way_out)

    def forget(self) -> None:
        """Show nobody."""
        self._header.forget()
        self._spending.forget()
        self._menus.offer_administration(False)
