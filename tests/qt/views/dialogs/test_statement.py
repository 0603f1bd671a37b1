"""The statement's dialog: periods with both ends included, what is chosen is asked for and kept for the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QLocale, QSettings
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.controllers.statements import Wanted
from desktop.views.dialogs.statement import StatementDialog
from desktop.views.filters.day_edit import DayEdit, end_of, start_of
from desktop.views.filters.periods import Period
from tests.support.widgets import part

TODAY = QDate(2026, 11, 25)
AMERICA = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
GERMANY = QLocale(QLocale.Language.German, QLocale.Country.Germany)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def open_dialog(qtbot: QtBot, settings: QSettings, locale: QLocale = GERMANY) -> StatementDialog:
    made = StatementDialog(settings=settings, locale=locale, today=lambda: TODAY)
    qtbot.addWidget(made)
    made.open()
    return made


def choose(dialog: StatementDialog, period: Period) -> None:
    combo = part(dialog, QComboBox, "statement_period_combo")
    combo.setCurrentIndex(combo.findData(period.name))


def chosen(dialog: StatementDialog) -> str:
    return str(part(dialog, QComboBox, "statement_period_combo").currentData())


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.TODAY, QDate(2026, 11, 25), QDate(2026, 11, 25)),
        (Period.MONTH, QDate(2026, 11, 1), QDate(2026, 11, 30)),
        (Period.LAST_MONTH, QDate(2026, 10, 1), QDate(2026, 10, 31)),
        (Period.YEAR, QDate(2026, 1, 1), QDate(2026, 12, 31)),
    ],
)
def test_a_named_period_includes_its_last_day(
    qtbot: QtBot, settings: QSettings, period: Period, first: QDate, last: QDate
) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, period)
    assert dialog.wanted()[:2] == (start_of(first), end_of(last))


def test_any_time_is_from_the_first_record_to_the_end_of_today(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, Period.ANY)
    assert dialog.wanted()[:2] == (0, end_of(TODAY))


def test_days_set_by_hand_are_a_custom_period(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    part(dialog, DayEdit, "statement_from_date").setDate(QDate(2026, 3, 29))
    part(dialog, DayEdit, "statement_to_date").setDate(QDate(2026, 3, 29))
    assert chosen(dialog) == Period.CUSTOM.name
    assert dialog.wanted()[:2] == (start_of(QDate(2026, 3, 29)), end_of(QDate(2026, 3, 29)))


def test_a_period_that_ends_before_it_begins_is_not_asked_for(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    part(dialog, DayEdit, "statement_from_date").setDate(QDate(2026, 12, 2))
    assert "later" in part(dialog, QLabel, "statement_error_label").text()
    for name in ("save_statement_button", "print_statement_button"):
        assert not part(dialog, QPushButton, name).isEnabled()
    choose(dialog, Period.MONTH)
    assert part(dialog, QPushButton, "save_statement_button").isEnabled()


@pytest.mark.parametrize(("locale", "paper"), [(AMERICA, "Letter"), (GERMANY, "A4")])
def test_the_paper_is_the_countrys_until_one_is_chosen(
    qtbot: QtBot, settings: QSettings, locale: QLocale, paper: str
) -> None:
    assert open_dialog(qtbot, settings, locale).wanted().style.paper == paper


def test_the_choice_is_kept_for_the_next_time(qtbot: QtBot, settings: QSettings, tmp_path: Path) -> None:
    dialog = open_dialog(qtbot, settings)
    choose(dialog, Period.LAST_MONTH)
    part(dialog, QComboBox, "statement_paper_combo").setCurrentText("Letter")
    with qtbot.waitSignal(dialog.chosen) as asked:
        dialog.save_to(str(tmp_path / "a.pdf"))
    wanted: Wanted = asked.args[0]
    assert wanted.file == tmp_path / "a.pdf"
    again = open_dialog(qtbot, settings)
    assert chosen(again) == Period.LAST_MONTH.name
    assert again.wanted().style.paper == "Letter"


def test_printing_asks_for_no_file(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    with qtbot.waitSignal(dialog.chosen) as asked:
        part(dialog, QPushButton, "print_statement_button").click()
    assert asked.args[0].file is None


def test_the_file_is_asked_for_without_stopping_the_window(qtbot: QtBot, settings: QSettings) -> None:
    dialog = open_dialog(qtbot, settings)
    part(dialog, QPushButton, "save_statement_button").click()
    file_dialog = part(dialog, QFileDialog, "statement_file_dialog")
    assert file_dialog.isVisible()
    assert file_dialog.defaultSuffix() == "pdf"
    file_dialog.reject()
