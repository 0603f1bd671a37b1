"""Asks for the period of a statement, its paper, and whether it is to be a PDF or printed. It makes none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, QSettings, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from desktop.controllers.statements import Wanted
from desktop.documents.statement_paper import PAPERS, Style
from desktop.language.sentences import mark, say
from desktop.views.dialogs import places
from desktop.views.dialogs.dialogs import Dialog, level
from desktop.views.filters.day_edit import DayEdit, end_of, start_of
from desktop.views.filters.periods import Period, days_of, period_of
from desktop.views.look import remembered, scales
from desktop.views.look.number_locale import number_format_of

_SETTINGS = "statement"
# Translators: A size of paper.
_PAPERS = {"Letter": mark("Letter")}  # the others are called as they are named


class StatementDialog(Dialog):
    """A period and a paper. The choice is kept for the next time."""

    chosen = Signal(object)  # Wanted

    def __init__(
        self,
        *,
        settings: QSettings,
        parent: QWidget | None = None,
        locale: QLocale | None = None,
        today: Callable[[], QDate] = QDate.currentDate,
    ) -> None:
        super().__init__("statement_dialog", say("Statement"), parent)
        self._settings = settings
        self._locale = locale or QLocale()
        self._today = today
        self._build()
        self._recall()
        self._connect()
        self._on_period()

    def _build(self) -> None:
        self.add_text(say("The balance at the start and the end of a period, and everything that lies between."))
        self._period = QComboBox()
        self._period.setObjectName("statement_period_combo")
        for period in Period:
            self._period.addItem(say(period.value), period.name)
        self._first = DayEdit("statement_from_date", say("the first record"))
        self._last = DayEdit("statement_to_date", say("today"))
        self._paper = QComboBox()
        self._paper.setObjectName("statement_paper_combo")
        for paper in PAPERS:
            self._paper.addItem(say(_PAPERS.get(paper, paper)), paper)
        form = QFormLayout()
        form.setHorizontalSpacing(scales.LARGE)
        form.setVerticalSpacing(scales.SMALL)
        form.addRow(say("&Period"), self._period)
        form.addRow(say("&From"), self._first)
        form.addRow(say("&To, included"), self._last)
        form.addRow(say("Pape&r"), self._paper)
        level(form)
        self.layout_.addLayout(form)
        self._error = self.add_text("", role="negative")
        self._error.setObjectName("statement_error_label")
        self.layout_.addStretch(1)
        buttons = self.add_buttons(accept=say("&Save as PDF…"), reject=say("Cancel"))
        self._save = next(b for b in buttons.buttons() if buttons.buttonRole(b) is _ACCEPT)
        self._save.setObjectName("save_statement_button")
        self._print = buttons.addButton(say("Pre&view and print…"), QDialogButtonBox.ButtonRole.ActionRole)
        self._print.setObjectName("print_statement_button")
        self.setMinimumWidth(440)

    def _recall(self) -> None:
        period = self._period.findData(remembered.text(self._settings, f"{_SETTINGS}/period", Period.MONTH.name))
        self._period.setCurrentIndex(period if period >= 0 else self._period.findData(Period.MONTH.name))
        metric = self._locale.measurementSystem() == QLocale.MeasurementSystem.MetricSystem
        paper = self._paper.findData(
            remembered.text(self._settings, f"{_SETTINGS}/paper", "A4" if metric else "Letter")
        )
        self._paper.setCurrentIndex(max(paper, 0))

    def _connect(self) -> None:
        self._period.currentIndexChanged.connect(self._on_period)
        self._first.dateChanged.connect(self._on_day)
        self._last.dateChanged.connect(self._on_day)
        self._save.clicked.connect(self._on_save)
        self._print.clicked.connect(self._on_print)

    def wanted(self, file: Path | None = None) -> Wanted:
        """What is set, for a PDF file or, without one, for paper."""
        first, last = self._first.day, self._last.day or self._today()
        style = Style(self._paper.currentData(), number_format_of(self._locale), QApplication.font().family())
        return Wanted(0 if first is None else start_of(first), end_of(last), style, file)

    @Slot()
    def _on_period(self) -> None:
        period = Period[self._period.currentData()]
        if period is not Period.CUSTOM:
            first, last = days_of(period, self._today())
            for edit, day in ((self._first, first), (self._last, last)):
                with QSignalBlocker(edit):
                    edit.set_day(day)
        self._check()

    @Slot()
    def _on_day(self) -> None:
        period = period_of(self._first.day, self._last.day, self._today())
        with QSignalBlocker(self._period):
            self._period.setCurrentIndex(self._period.findData(period.name))
        self._check()

    def _check(self) -> None:
        wanted = self.wanted()
        right = wanted.since < wanted.until
        self._error.setText("" if right else say("The first day is later than the last one."))
        self._save.setEnabled(right)
        self._print.setEnabled(right)

    @Slot()
    def _on_save(self) -> None:
        dialog = places.ask(
            self,
            self._settings,
            _SETTINGS,
            title=say("Save statement"),
            name="statement",
            suffix="pdf",
            forms=say("PDF (*.pdf)"),
            object_name="statement_file_dialog",
        )
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    @Slot(str)
    def save_to(self, file: str) -> None:
        """Have it written to a PDF file, and go away."""
        places.remember(self._settings, _SETTINGS, file)
        self._choose(self.wanted(Path(file)))

    @Slot()
    def _on_print(self) -> None:
        self._choose(self.wanted())

    def _choose(self, wanted: Wanted) -> None:
        self._settings.setValue(f"{_SETTINGS}/period", self._period.currentData())
        self._settings.setValue(f"{_SETTINGS}/paper", self._paper.currentData())
        self.chosen.emit(wanted)
        self.done(QDialog.DialogCode.Accepted)


_ACCEPT = QDialogButtonBox.ButtonRole.AcceptRole
