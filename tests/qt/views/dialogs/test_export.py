"""The export dialog: what is chosen is what is asked for, and it is kept for the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop.documents.export_files import ExportFormat
from desktop.terms.pages import Filters, PageRequest
from desktop.views.dialogs.export import ExportDialog
from desktop.views.main_window.work_bar import WorkBar
from tests.support.widgets import part

REQUEST = PageRequest(number=3)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def open_dialog(qtbot: QtBot, settings: QSettings, count: int = 1234) -> ExportDialog:
    made = ExportDialog(request=REQUEST, count=count, settings=settings)
    qtbot.addWidget(made)
    made.open()
    return made


def choose(dialog: ExportDialog, name: str, data: str) -> None:
    combo = part(dialog, QComboBox, f"export_{name}_combo")
    combo.setCurrentIndex(combo.findData(data))


@pytest.mark.parametrize(("count", "text"), [(1, "1 record:"), (1234, "1,234 records:")])
def test_it_says_how_many_records_will_be_written(qtbot: QtBot, settings: QSettings, count: int, text: str) -> None:
    assert part(open_dialog(qtbot, settings, count), QLabel, "export_count_label").text().startswith(text)


def test_it_says_which_filters_let_them_through(qtbot: QtBot, settings: QSettings) -> None:
    dialog = ExportDialog(request=PageRequest(Filters(search=("rent",), trash=True)), count=2, settings=settings)
    qtbot.addWidget(dialog)
    assert part(dialog, QLabel, "export_filters_label").text() == "Filters: “rent”, in the Trash."
    assert open_dialog(qtbot, settings).findChild(QLabel, "export_filters_label") is None


def test_what_is_chosen_is_asked_for(qtbot: QtBot, settings: QSettings, tmp_path: Path) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, "separator", ";")
    part(dialog, QCheckBox, "export_bom_check").setChecked(True)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.export_to(str(tmp_path / "a.csv"))
    assert chosen.args == [(tmp_path / "a.csv", ExportFormat("csv", ";", True, True), REQUEST)]


def test_the_choice_is_kept_for_the_next_time(qtbot: QtBot, settings: QSettings, tmp_path: Path) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, "format", "xlsx")
    choose(dialog, "separator", "\t")
    part(dialog, QCheckBox, "export_text_check").setChecked(False)
    dialog.export_to(str(tmp_path / "a.xlsx"))
    assert open_dialog(qtbot, settings).form == ExportFormat("xlsx", "\t", False, False)


def test_separator_and_mark_are_for_csv_alone(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    for kind in ("csv", "json", "xlsx", "csv"):
        choose(dialog, "format", kind)
        assert part(dialog, QComboBox, "export_separator_combo").isEnabled() == (kind == "csv")
        for check in ("export_bom_check", "export_text_check"):
            assert part(dialog, QCheckBox, check).isEnabled() == (kind == "csv")


def test_the_file_is_asked_for_without_stopping_the_window(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, "format", "json")
    primary = [button for button in dialog.findChildren(QPushButton) if "file" in button.text()]
    primary[0].click()
    file_dialog = part(dialog, QFileDialog, "export_file_dialog")
    assert file_dialog.isVisible()
    assert file_dialog.defaultSuffix() == "json"
    file_dialog.reject()


def test_a_work_bar_is_seen_while_something_runs_and_can_stop_it(qtbot: QtBot) -> None:
    bar = WorkBar(name="export", text="Exporting")
    qtbot.addWidget(bar)
    bar.begin()
    assert bar.isVisible()
    bar.show_progress(500, 1000)
    assert "50 %" in bar.findChild(QLabel).text()  # type: ignore[union-attr]
    with qtbot.waitSignal(bar.stop_asked):
        bar.findChild(QToolButton, "stop_export_button").click()  # type: ignore[union-attr]
    bar.end()
    assert not bar.isVisible()
