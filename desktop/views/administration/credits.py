"""Credit for one or many: typed, or from a file; what it would come to is seen before anything is put in.

It carries nothing out by itself: the list is given to the controller as a whole.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.arithmetic.money import format_count, format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.administration import AdministrationController, OrdersRead
from desktop.language.directions import bare
from desktop.language.sentences import mark, say, say_many
from desktop.terms.charges import Receipt
from desktop.terms.errors import BadInput
from desktop.terms.people import CreditCheck, CreditOrder
from desktop.views.administration.sheet import Cell, Sheet, SheetModel
from desktop.views.look import scales, theme
from desktop.views.look.left_to_right import left_to_right
from desktop.wording.administration import orders_text
from desktop.wording.shown import moment_text

_HEADS = (
    # Translators: The number of a line in a file.
    mark("Line"),
    mark("E-mail"),
    mark("Amount"),
    mark("Balance after"),
    mark("Reason, or what is in the way"),
)


class CreditsPage(QWidget):
    """A list of orders with what each would come to, and one button for all."""

    told = Signal(str, bool)  # something to be said, and whether it is trouble

    def __init__(
        self, *, controller: AdministrationController, settings: QSettings, number_format: NumberFormat
    ) -> None:
        super().__init__()
        self._controller = controller
        self._settings = settings
        self._format = number_format
        self._orders: list[CreditOrder] = []
        self._unread: tuple[tuple[int, str], ...] = ()
        self._checks: tuple[CreditCheck, ...] = ()
        self._places: list[tuple[int, int]] = []  # of each row: its line, and the order's place, -1 for one not read
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        self._to = self._edit("credit_to_edit", say("ann@example.org, bob@example.org"))
        self._amount = self._edit("credit_amount_edit", bare(format_money(100_00, self._format)))
        left_to_right(self._amount)
        self._reason = self._edit("credit_reason_edit", say("Stands in the record"))
        self._add = QPushButton(say("A&dd to the list"))
        self._add.setObjectName("credit_add_button")
        self._file = QPushButton(say("From a &file…"))
        self._file.setObjectName("credit_file_button")
        self._file.setToolTip(say("CSV with an e-mail, an amount and a reason on each line"))
        form = QGridLayout()
        form.setHorizontalSpacing(scales.SMALL)
        form.setVerticalSpacing(scales.TIGHT)
        fields = ((say("&To"), self._to, 3), (say("A&mount"), self._amount, 1), (say("&Reason"), self._reason, 3))
        for column, (text, field, stretch) in enumerate(fields):
            label = QLabel(text)
            label.setBuddy(field)
            form.addWidget(label, 0, column)
            form.addWidget(field, 1, column)
            form.setColumnStretch(column, stretch)
        form.addWidget(self._add, 1, 3)
        form.addWidget(self._file, 1, 4)
        self._model = SheetModel(_HEADS, figures=(0, 2, 3))
        self._sheet = Sheet("credits_table", say("Credits to be given"), self._model, stretch=4, sortable=False)
        self._sum = QLabel()
        self._sum.setObjectName("credits_sum_label")
        self._sum.setWordWrap(True)
        self._remove = QPushButton(say("Remo&ve"))
        self._remove.setObjectName("credit_remove_button")
        self._remove.setToolTip(say("Take the chosen lines off the list, all where none is chosen"))
        self._give = QPushButton(say("&Give credit"))
        self._give.setObjectName("credit_give_button")
        theme.set_role(self._give, "primary")
        foot = QHBoxLayout()
        foot.setSpacing(scales.SMALL)
        foot.addWidget(self._sum, 1)
        foot.addWidget(self._remove)
        foot.addWidget(self._give)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        layout.addLayout(form)
        layout.addWidget(self._sheet, 1)
        layout.addLayout(foot)

    @staticmethod
    def _edit(name: str, example: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setPlaceholderText(example)
        return edit

    def _connect(self) -> None:
        self._add.clicked.connect(self._on_add)
        for edit in (self._to, self._amount, self._reason):
            edit.returnPressed.connect(self._on_add)
        self._file.clicked.connect(self._on_file)
        self._remove.clicked.connect(self._on_remove)
        self._give.clicked.connect(self._on_give)
        self._controller.orders_read.connect(self._on_orders_read)
        self._controller.credits_checked.connect(self._on_checked)
        self._controller.credited.connect(self._on_credited)
        self._controller.failed.connect(self._on_failed)

    def give_to(self, emails: tuple[str, ...]) -> None:
        """Begin an order for some people."""
        self._to.setText(", ".join(emails))
        self._amount.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Show nothing: somebody else may sign in."""
        self._orders, self._unread, self._checks = [], (), ()
        for edit in (self._to, self._amount, self._reason):
            edit.clear()
        self._show()

    @Slot()
    def _on_add(self) -> None:
        emails = [one.strip() for one in self._to.text().replace(";", ",").split(",") if one.strip()]
        try:
            amount = parse_money(self._amount.text(), self._format)
        except BadInput as error:
            self.told.emit(error.message, True)
            self._amount.setFocus()
            return
        if not emails or not self._reason.text().strip():
            self.told.emit(say("Say who it is for, and why: the reason stands in the record."), True)
            (self._reason if emails else self._to).setFocus()
            return
        self._orders += [CreditOrder(email, amount, self._reason.text()) for email in emails]
        self._to.clear()
        self._to.setFocus()
        self.told.emit("", False)
        self._check()

    @Slot()
    def _on_file(self) -> None:
        from desktop.views.dialogs import places

        folder = places.proposed(self._settings, "credits", "credits", "csv").parent
        dialog = QFileDialog(self, say("Credits from a file"), str(folder))
        dialog.setObjectName("credits_file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([say("CSV (*.csv *.txt)"), say("All files (*)")])
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    @Slot(str)
    def take_file(self, file: str) -> None:
        """Read a file's lines into the list, in place of what is there."""
        from desktop.views.dialogs import places

        places.remember(self._settings, "credits", file)
        self._controller.read_orders(Path(file), self._format)

    @Slot(object)
    def _on_orders_read(self, read: OrdersRead) -> None:
        self._orders, self._unread = list(read.orders), read.troubles
        told = say("Read {file}: look through it before it is carried out.", file=read.file.name)
        self.told.emit(told, False)
        self._check()

    def _check(self) -> None:
        self._checks = ()
        self._show()
        if self._orders:
            self._controller.check_credits(self._orders)

    @Slot(object)
    def _on_checked(self, checks: tuple[CreditCheck, ...]) -> None:
        if [check.order for check in checks] == self._orders:
            self._checks = checks
            self._show()

    def _show(self) -> None:
        rows = [(line, -1, self._unread_row(line, trouble)) for line, trouble in self._unread]
        rows += [(check.order.line, at, self._row(at + 1, check)) for at, check in enumerate(self._checks)]
        rows.sort(key=lambda found: found[:2])
        self._places = [(line, at) for line, at, _ in rows]
        self._model.show([row for *_, row in rows])
        new = [check for check in self._checks if not check.trouble and not check.done_at]
        wrong = len(self._unread) + sum(bool(check.trouble) for check in self._checks)
        before = sum(bool(check.done_at) for check in self._checks)
        told = orders_text(len(new), sum(check.order.amount for check in new), self._format) if self._checks else ""
        if before:
            told = say_many(
                "{credits}; {count} carried out before, and not again: a further one needs another reason",
                "{credits}; {count} carried out before, and not again: a further one needs another reason",
                before,
                credits=told,
            )
        if wrong:
            told = say_many(
                "{count} of the lines cannot be carried out. Put them right, or remove them.",
                "{count} of the lines cannot be carried out. Put them right, or remove them.",
                wrong,
            )
        self._sum.setText(told)
        theme.set_role(self._sum, "negative" if wrong else "muted")
        self._give.setEnabled(bool(new) and not wrong)
        self._remove.setEnabled(bool(rows))

    def _row(self, number: int, check: CreditCheck) -> tuple[Cell, ...]:
        order = check.order
        line = order.line or number
        note, role = order.reason, ""
        if check.trouble:
            note, role = check.trouble, "negative"
        elif check.done_at:
            moment = moment_text(check.done_at, self._format)
            note, role = say("{reason} (carried out on {moment})", reason=order.reason, moment=moment), "muted"
        after = "" if check.trouble or check.done_at else format_money(check.balance_after, self._format)
        return (
            Cell(format_count(line, self._format), line),
            Cell(order.email, role=role),
            Cell(format_money(order.amount, self._format, signed=True), order.amount, role),
            Cell(after),
            Cell(note, role=role),
        )

    def _unread_row(self, line: int, trouble: str) -> tuple[Cell, ...]:
        return (
            Cell(format_count(line, self._format), line),
            Cell(""),
            Cell(""),
            Cell(""),
            Cell(trouble, role="negative"),
        )

    @Slot()
    def _on_remove(self) -> None:
        chosen = [self._places[row] for row in self._sheet.chosen()] or self._places
        unread = {line for line, at in chosen if at < 0}
        gone = {at for _, at in chosen if at >= 0}
        self._unread = tuple(one for one in self._unread if one[0] not in unread)
        self._orders = [order for at, order in enumerate(self._orders) if at not in gone]
        self.told.emit("", False)
        self._check()

    @Slot()
    def _on_give(self) -> None:
        self._give.setEnabled(False)
        self._controller.credit(self._orders)

    @Slot(object)
    def _on_credited(self, receipts: tuple[Receipt, ...]) -> None:
        new = [receipt for receipt in receipts if not receipt.repeated]
        amount = -sum(receipt.cost for receipt in new)
        self.forget()
        self.told.emit(f"{orders_text(len(new), amount, self._format)}.", False)

    @Slot(object)
    def _on_failed(self, _failure: object) -> None:
        self._show()  # said by the window; the same list can be given again
