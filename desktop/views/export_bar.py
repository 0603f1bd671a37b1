"""Where an export goes, and the line that shows how far it is. It writes nothing."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from desktop.views import theme

_KINDS = {"CSV (*.csv)": "csv", "JSON (*.json)": "json"}


def kind_of(file: str) -> str:
    """ "json" for a file that ends so, else "csv"."""
    return "json" if PurePath(file).suffix.lower() == ".json" else "csv"


class ExportDialog(QFileDialog):
    """Asks for a file; one without an ending gets that of the format chosen beside it."""

    def __init__(self, count: int, parent: QWidget) -> None:
        super().__init__(parent, f"Export {count:,} records", "records.csv", ";;".join(_KINDS))
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setDefaultSuffix("csv")
        self.filterSelected.connect(self._on_filter_selected)

    @Slot(str)
    def _on_filter_selected(self, name: str) -> None:
        self.setDefaultSuffix(_KINDS[name])


class ExportBar(QFrame):
    """How far an export is, and a way to stop it."""

    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        theme.set_role(self, "bar")
        self._progress = QProgressBar()
        self._progress.setAccessibleName("Records exported")
        self._progress.setTextVisible(False)
        self._stop = QPushButton("Stop")
        self._stop.setObjectName("stop_export_button")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MEDIUM, theme.TIGHT, theme.TIGHT, theme.TIGHT)
        row.setSpacing(theme.MEDIUM)
        row.addWidget(QLabel("Exporting …"))
        row.addWidget(self._progress, 1)
        row.addWidget(self._stop)
        self._stop.clicked.connect(self.stop_asked)
        self.hide()

    def begin(self) -> None:
        """Show that an export has begun."""
        self._progress.setRange(0, 0)
        self.show()

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Show that `done` of `total` records are written."""
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)
