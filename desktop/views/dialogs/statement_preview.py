"""A statement before it goes to the printer: Qt's own preview, with our pages. Imported when first shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from desktop.controllers.statements import Paper
from desktop.documents.statement_paper import layout, paint
from desktop.language.sentences import say
from desktop.views.look import scales
from desktop.views.look.icons import icon
from desktop.views.look.mnemonics import unlettered

_SIZE, _OF_SCREEN = (860, 900), 0.9  # the frame and the panels of a desktop need the rest
_ICON = 18
_QT = "QPrintPreviewDialog"  # where Qt's translations have the words of these tools
ICONS = {
    "Fit width": "fit-width",
    "Fit page": "fit-page",
    "Zoom out": "zoom-out",
    "Zoom in": "zoom-in",
    "Portrait": "portrait",
    "Landscape": "landscape",
    "First page": "first",
    "Previous page": "previous",
    "Next page": "next",
    "Last page": "last",
    "Show single page": "page-single",
    "Show facing pages": "page-facing",
    "Show overview of all pages": "page-overview",
    "Page setup": "settings",
    "Print": "print",
}  # by Qt's own words, before it translates them


class StatementPreview(QPrintPreviewDialog):
    """Shows the pages and prints them; it goes away for good when it is closed."""

    def __init__(self, paper: Paper, *, parent: QWidget | None = None) -> None:
        # Kept here: the dialog does not own it, and paints on it until it is gone.
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self._printer.setFullPage(True)
        self._printer.setPageLayout(layout(paper.style))
        self._printer.setDocName(say("Statement {email}", email=paper.report.username))
        super().__init__(self._printer, parent)
        self.setObjectName("statement_preview")
        self.setWindowTitle(say("Statement"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._paper = paper
        self.paintRequested.connect(self._on_paint)
        self._open_up()

    def _open_up(self) -> None:
        """Have all of Qt's tools in sight, and reached by the keyboard."""
        self.setStyleSheet("QComboBox, QLineEdit { padding: 0 4px; min-height: 0; } QToolButton { padding: 3px; }")
        tools = self.findChild(QToolBar)
        assert tools is not None, "Qt's preview has its tools in a bar"
        for button in tools.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        pictures = {unlettered(QCoreApplication.translate(_QT, words)): picture for words, picture in ICONS.items()}
        for action in tools.actions():
            words = unlettered(action.text())
            if picture := pictures.get(words):
                action.setIcon(icon(picture))
                action.setToolTip(words)
            if picture == "print":
                action.setShortcut(QKeySequence.StandardKey.Print)
                action.setToolTip(f"{words} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        tools.setIconSize(QSize(_ICON, _ICON))
        room = self.screen().availableSize() * _OF_SCREEN
        width = max(min(_SIZE[0], room.width()), tools.sizeHint().width() + 2 * scales.SMALL)  # all tools in sight
        self.resize(width, min(_SIZE[1], room.height()))

    @Slot(QPrinter)
    def _on_paint(self, printer: QPrinter) -> None:
        paint(printer, self._paper.report, lambda: iter([self._paper.rows]), self._paper.style)
