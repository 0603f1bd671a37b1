"""The prices: those that hold, all that were set, and what last month would have come to at another. It sets none."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.administration import AdministrationController, Prices
from desktop.language.sentences import mark, say
from desktop.terms.errors import BadInput
from desktop.terms.kinds import OperationType
from desktop.terms.reports import OperationSum
from desktop.views.administration.sheet import Cell, Sheet, SheetModel
from desktop.views.look import scales, theme
from desktop.views.look.left_to_right import left_to_right
from desktop.wording.administration import forecast_text, forecast_total
from desktop.wording.shown import moment_text, operation_name

_HEADS = (
    # Translators: The date from which on a price counts.
    mark("Since"),
    mark("Operation"),
    mark("Price"),
    # Translators: Who set a price.
    mark("Set by"),
)


class PricesPage(QWidget):
    """One price can be set at a time, from now on; old records keep theirs."""

    told = Signal(str, bool)  # something to be said, and whether it is trouble

    def __init__(self, *, controller: AdministrationController, number_format: NumberFormat) -> None:
        super().__init__()
        self._controller = controller
        self._format = number_format
        self._present: Mapping[OperationType, int] = {}
        self._usage: Mapping[OperationType, OperationSum] | None = None
        self._build()
        self._connect()

    def _build(self) -> None:
        self._operation = QComboBox()
        self._operation.setObjectName("price_operation_combo")
        self._now = QLabel()
        self._now.setObjectName("price_now_label")
        self._now.setFont(scales.font(figures=True))
        self._new = QLineEdit()
        left_to_right(self._new)
        self._new.setObjectName("price_edit")
        self._set = QPushButton(say("Set from &now on"))
        self._set.setObjectName("set_price_button")
        theme.set_role(self._set, "primary")
        self._forecast = QLabel()
        self._forecast.setObjectName("forecast_label")
        self._forecast.setWordWrap(True)
        theme.set_role(self._forecast, "muted")
        form = QGridLayout()
        form.setHorizontalSpacing(scales.MEDIUM)
        form.setVerticalSpacing(scales.TIGHT)
        captions = ((say("&Operation"), self._operation), (say("Costs now"), None), (say("New &price"), self._new))
        for column, (text, buddy) in enumerate(captions):
            label = QLabel(text)
            if buddy is not None:
                label.setBuddy(buddy)
            form.addWidget(label, 0, column)
        for column, widget in enumerate((self._operation, self._now, self._new, self._set)):
            form.addWidget(widget, 1, column)
        form.setColumnStretch(4, 1)
        self._model = SheetModel(_HEADS, figures=(2,))
        self._sheet = Sheet("prices_table", say("All prices that were set"), self._model, stretch=3, sortable=False)
        heading = QLabel(say("All prices that were set"))
        scales.set_size(heading, scales.Size.BODY, bold=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        layout.addLayout(form)
        layout.addWidget(self._forecast)
        layout.addSpacing(scales.SMALL)
        layout.addWidget(heading)
        layout.addWidget(self._sheet, 1)

    def _connect(self) -> None:
        self._controller.prices_found.connect(self._on_prices)
        self._controller.usage_found.connect(self._on_usage)
        self._operation.currentIndexChanged.connect(self._on_operation)
        self._new.textChanged.connect(self._on_text)
        self._new.returnPressed.connect(self._on_set)
        self._set.clicked.connect(self._on_set)

    def forget(self) -> None:
        """Show nothing: somebody else may sign in."""
        self._present, self._usage = {}, None
        self._operation.clear()
        self._new.clear()
        self._model.show(())

    @Slot(object)
    def _on_prices(self, prices: Prices) -> None:
        self._present = prices.present
        if not self._operation.count():
            for kind in prices.present:
                self._operation.addItem(operation_name(kind), kind.value)
        self._model.show(
            [
                (
                    Cell(moment_text(one.date, self._format)),
                    Cell(operation_name(one.operation)),
                    Cell(format_money(one.cost, self._format), one.cost),
                    Cell(one.username or say("The configuration")),
                )
                for one in prices.history
            ]
        )
        self._on_operation()

    @Slot(object)
    def _on_usage(self, usage: Mapping[OperationType, OperationSum]) -> None:
        self._usage = usage
        self._on_text()

    @Slot()
    def _on_operation(self) -> None:
        kind = self._kind()
        self._now.setText("" if kind is None else format_money(self._present[kind], self._format))
        self._on_text()

    @Slot()
    def _on_text(self) -> None:
        cost, trouble = self._cost()
        kind = self._kind()
        theme.set_role(self._new, "invalid" if trouble else "")
        self._new.setAccessibleDescription(trouble)
        self._set.setEnabled(cost is not None and kind is not None and cost != self._present[kind])
        if trouble:
            self._forecast.setText(trouble)
        elif cost is None or kind is None:
            self._forecast.setText(say("Type a price to see what last month would have come to."))
        elif self._usage is None:
            self._forecast.setText(say("Counting what was used last month …"))
        else:
            self._forecast.setText(self._forecast_of(kind, cost, self._usage))

    def _forecast_of(self, kind: OperationType, cost: int, usage: Mapping[OperationType, OperationSum]) -> str:
        one = forecast_text(usage.get(kind), cost, self._format)
        if not usage:
            return one
        spent, would = (
            format_money(sum_, self._format) for sum_ in forecast_total(usage, {**self._present, kind: cost})
        )
        everything = say(
            "Everything together: {spent}, and {would} at today’s prices with this one.", spent=spent, would=would
        )
        return f"{one} {everything}"

    def _kind(self) -> OperationType | None:
        found = self._operation.currentData()
        return None if found is None else OperationType(found)

    def _cost(self) -> tuple[int | None, str]:
        """What is typed in hundredths, None for nothing; and what is the matter with it."""
        if not self._new.text().strip():
            return None, ""
        try:
            cost = parse_money(self._new.text(), self._format)
        except BadInput as error:
            return None, error.message
        return (cost, "") if cost >= 0 else (None, say("A price cannot be below zero."))

    @Slot()
    def _on_set(self) -> None:
        cost, _ = self._cost()
        kind = self._kind()
        if cost is None or kind is None or not self._set.isEnabled():
            return
        self._controller.set_cost(kind, cost)
        self._new.clear()
