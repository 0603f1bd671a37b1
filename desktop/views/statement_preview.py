"""A statement before it goes to the printer: Qt's own preview, with our pages. Imported when first shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from desktop.controllers.statements import Paper
from desktop.statement_paper import layout, paint


class StatementPreview(QPrintPreviewDialog):
    """Shows the pages and prints them; it goes away for good when it is closed."""

    def __init__(self, paper: Paper, *, parent: QWidget | None = None) -> None:
        # Kept here: the dialog does not own it, and paints on it until it is gone.
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._printer.setFullPage(True)
        self._printer.setPageLayout(layout(paper.style))
        self._printer.setDocName(f"Statement {paper.report.username}")
        super().__init__(self._printer, parent)
        self.setObjectName("statement_preview")
        self.setWindowTitle("Statement")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._paper = paper
        self.paintRequested.connect(self._on_paint)
        self.resize(860, 900)

    @Slot(QPrinter)
    def _on_paint(self, printer: QPrinter) -> None:
        paint(printer, self._paper.report, [self._paper.rows], self._paper.style)
