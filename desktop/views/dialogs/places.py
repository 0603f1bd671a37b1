"""Which file is proposed to be written: a dated name, where the last one of its kind went, or among the documents."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QDate, QDir, QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.views.look import remembered


def proposed(settings: QSettings, kind: str, name: str, suffix: str) -> Path:
    """The file for "backup", "export", "statement" or "proof", called `name` and today's date."""
    day = QDate.currentDate().toString(Qt.DateFormat.ISODate)
    return _folder(remembered.text(settings, f"{kind}/folder")) / f"{name}-{day}.{suffix}"


def ask(
    parent: QWidget, settings: QSettings, kind: str, *, title: str, name: str, suffix: str, forms: str, object_name: str
) -> QFileDialog:
    """A dialog, to be opened, for where to save the file that `proposed` says; `forms` are Qt's name filters."""
    file = proposed(settings, kind, name, suffix)
    dialog = QFileDialog(parent, title, str(file.parent), forms)
    dialog.setObjectName(object_name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(file.name)
    return dialog


def remember(settings: QSettings, kind: str, file: str | Path) -> None:
    """The next one of this kind goes where this one went."""
    settings.setValue(f"{kind}/folder", str(Path(file).parent))


def _folder(last: str) -> Path:
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    # Not Path.is_dir(), which raises for a folder that is locked, or a name that is too long.
    return next((Path(place) for place in (last, documents) if os.path.isdir(place)), Path(QDir.homePath()))
