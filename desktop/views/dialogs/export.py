"""Asks how and where to export: format, separator, byte order mark, then the file. It writes nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QSettings, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QLabel, QWidget

from desktop.arithmetic.money import format_count
from desktop.controllers.exports import Export
from desktop.documents.export_files import ExportFormat
from desktop.finding.filters import described
from desktop.language.sentences import mark, say, say_many
from desktop.terms.pages import PageRequest
from desktop.views.dialogs import places
from desktop.views.dialogs.dialogs import Dialog, level
from desktop.views.look import remembered, scales, theme
from desktop.views.look.number_locale import number_format_of

_KINDS = {
    "csv": (
        "CSV",
        "CSV (*.csv)",
        mark(
            "Every field, exact in the file. A spreadsheet that opens it rounds numbers of more than 15 digits; "
            "an Excel workbook keeps them."
        ),
    ),
    "json": ("JSON", "JSON (*.json)", mark("Every field, exact, for other programs: one record a line.")),
    "xlsx": (
        mark("Excel workbook"),
        mark("Excel workbook (*.xlsx)"),
        mark("Figures and dates to calculate with. Numbers of more than 15 digits are text: Excel would round them."),
    ),
}
_SEPARATORS = {
    ",": mark("Comma  ,"),
    ";": mark("Semicolon  ;"),
    # Translators: The character, not the key.
    "\t": mark("Tab"),
}
_SETTINGS = "export"


class ExportDialog(Dialog):
    """What to write the filtered records as. The choice is kept for the next time."""

    chosen = Signal(object)  # Export

    def __init__(self, *, request: PageRequest, count: int, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__("export_dialog", say("Export records"), parent)
        self._count = count
        self._shown_count = format_count(count, number_format_of(QLocale()))
        self._request = request
        self._settings = settings
        self._build()
        self._recall()
        self._format.currentIndexChanged.connect(self._on_format)
        self._on_format()

    def _build(self) -> None:
        what = self.add_text(
            say_many(
                "{count} record: all that the filters let through, in the order shown.",
                "{count} records: all that the filters let through, in the order shown.",
                self._count,
                count=self._shown_count,
            )
        )
        what.setObjectName("export_count_label")
        filters = described(self._request.filters, number_format_of(QLocale()))
        if filters:
            self.add_text(say("Filters: {filters}.", filters=filters)).setObjectName("export_filters_label")
        self._format = QComboBox()
        self._format.setObjectName("export_format_combo")
        for kind, (name, _, _) in _KINDS.items():
            self._format.addItem(say(name), kind)
        self._separator = QComboBox()
        self._separator.setObjectName("export_separator_combo")
        for separator, name in _SEPARATORS.items():
            self._separator.addItem(say(name), separator)
        self._bom = QCheckBox(say("&Mark as UTF-8 (byte order mark)"))
        self._bom.setObjectName("export_bom_check")
        self._bom.setToolTip(say("Some spreadsheets need it to read other signs than A to Z."))
        self._keep_text = QCheckBox(say("Keep &text as it is in spreadsheets"))
        self._keep_text.setObjectName("export_text_check")
        self._keep_text.setToolTip(
            say(
                "Puts an apostrophe before a reason or a random string that a spreadsheet could take for a number or "
                "a date: it would drop zeros at its front, or write it as 3.01E+19. Other programs get the apostrophe "
                "too."
            )
        )
        form = QFormLayout()
        form.setHorizontalSpacing(scales.LARGE)
        form.setVerticalSpacing(scales.SMALL)
        form.addRow(say("&Format"), self._format)
        form.addRow(say("&Separator"), self._separator)
        form.addRow("", self._bom)
        form.addRow("", self._keep_text)
        level(form)
        self.layout_.addLayout(form)
        self._explanation = QLabel()
        self._explanation.setWordWrap(True)
        theme.set_role(self._explanation, "muted")
        self.layout_.addWidget(self._explanation)
        self.layout_.addStretch(1)
        self.add_buttons(accept=say("&Choose file…"), reject=say("Cancel")).accepted.connect(self._on_choose_file)
        self.setMinimumWidth(420)

    def _recall(self) -> None:
        for combo, name in ((self._format, "format"), (self._separator, "separator")):
            place = combo.findData(remembered.text(self._settings, f"{_SETTINGS}/{name}"))
            combo.setCurrentIndex(max(place, 0))
        # Who exports by hand opens it in a spreadsheet, as a rule; a script has the command line.
        for check, name, usual in ((self._bom, "bom", "0"), (self._keep_text, "keep_text", "1")):
            check.setChecked(remembered.text(self._settings, f"{_SETTINGS}/{name}", usual) == "1")

    def _remember(self, file: str) -> None:
        self._settings.setValue(f"{_SETTINGS}/format", self._format.currentData())
        self._settings.setValue(f"{_SETTINGS}/separator", self._separator.currentData())
        self._settings.setValue(f"{_SETTINGS}/bom", int(self._bom.isChecked()))
        self._settings.setValue(f"{_SETTINGS}/keep_text", int(self._keep_text.isChecked()))
        places.remember(self._settings, _SETTINGS, file)

    @property
    def form(self) -> ExportFormat:
        """The format as it is set."""
        return ExportFormat(
            self._format.currentData(),
            self._separator.currentData(),
            self._bom.isChecked(),
            self._keep_text.isChecked(),
        )

    @Slot()
    def _on_format(self) -> None:
        kind = self._format.currentData()
        self._explanation.setText(say(_KINDS[kind][2]))
        self._separator.setEnabled(kind == "csv")
        self._bom.setEnabled(kind == "csv")
        self._keep_text.setEnabled(kind == "csv")

    @Slot()
    def _on_choose_file(self) -> None:
        kind = self.form.kind
        dialog = places.ask(
            self,
            self._settings,
            _SETTINGS,
            title=say_many("Export {count} record", "Export {count} records", self._count, count=self._shown_count),
            name="records",
            suffix=kind,
            forms=say(_KINDS[kind][1]),
            object_name="export_file_dialog",
        )
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def export_to(self, file: str) -> None:
        """Have it written, in the format that is set, and go away."""
        self._remember(file)
        self.chosen.emit(Export(Path(file), self.form, self._request))
        self.done(QDialog.DialogCode.Accepted)
