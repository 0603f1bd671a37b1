"""One record with every figure of it, and what can be done with it. It changes none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QLabel, QPushButton, QScrollArea, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.values import Column, Entry
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import theme
from desktop.views.records.columns import HEADERS, is_drawn
from desktop.views.records.record_facts import expression_of, facts, result_of


class RecordDialog(Dialog):
    """What was asked, what came of it, what it cost, and whether it is proved."""

    result_asked = Signal(str)  # into the entry
    expression_asked = Signal(str)  # into the entry, to be looked at before it is paid for again
    note_asked = Signal(object)  # Entry, whose note is to be written

    def __init__(self, entry: Entry, *, proof: str, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        """`proof` says in words how far the ledger is proved."""
        super().__init__("record_dialog", f"Record {entry.seq}", parent)
        self._entry = entry
        self._facts = facts(entry, proof, number_format)
        self._build()

    def _build(self) -> None:
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, theme.SMALL, 0)
        form.setHorizontalSpacing(theme.LARGE)
        for name, text in self._facts:
            value = QLabel(text)
            value.setObjectName(f"record_{name.lower().rstrip('.')}_label")
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            drawn = name == HEADERS[Column.RESPONSE] and is_drawn(self._entry, Column.RESPONSE)
            value.setFont(theme.telling_font() if drawn else theme.font(figures=True))
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label = QLabel(name)
            theme.set_role(label, "muted")
            form.addRow(label, value)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inner)
        self.layout_.addWidget(area, 1)
        buttons = self.add_buttons()
        self._add(buttons, "&Use this result", "use_result_button", bool(result_of(self._entry))).clicked.connect(
            self._on_result
        )
        self._add(buttons, "&Enter it again", "enter_again_button", bool(expression_of(self._entry))).clicked.connect(
            self._on_expression
        )
        self._add(buttons, "&Note…", "note_button", True).clicked.connect(self._on_note)
        self._add(buttons, "&Copy", "copy_record_button", True).clicked.connect(self._on_copy)
        self.resize(560, 380)

    @staticmethod
    def _add(buttons: QDialogButtonBox, text: str, name: str, possible: bool) -> QPushButton:
        button = buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setObjectName(name)
        button.setEnabled(possible)
        if not possible:
            button.setToolTip("Only a calculation has a number to go on with")
        return button

    @Slot()
    def _on_result(self) -> None:
        self.result_asked.emit(result_of(self._entry))
        self.accept()

    @Slot()
    def _on_expression(self) -> None:
        self.expression_asked.emit(expression_of(self._entry))
        self.accept()

    @Slot()
    def _on_note(self) -> None:
        self.note_asked.emit(self._entry)
        self.accept()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {text}" for name, text in self._facts))
