"""Numbers stand right on the real screens: in their order and in one kind of digits, in Arabic, Persian and Hebrew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import localise
from desktop.language.directions import bare
from desktop.language.sentences import SOURCE, say_many, speak
from desktop.models.ledger.receipts import checked_reason
from desktop.settings import config as configuration
from desktop.terms.errors import BadInput
from desktop.views.look.number_locale import number_format_of, use_digits
from desktop.views.records.cell import CELL_ROLE, Cell
from desktop.views.settings.dialog import SettingsDialog
from desktop.window.program import Program
from desktop.wording.settings import PAGES
from tests.support.painted import turned_round
from tests.support.widgets import part
from tests.support.windows import answered, make_config, register, running

# The locale, the language that there is for it, and whether its window is forced to run from right to left.
KINDS = [("ar_EG", "ar", False), ("fa_IR", "en", False), ("fa_IR", "en", True), ("he_IL", "en", True)]
ENTRIES = ("5 - 8", "√2", "1 ÷ 3", "-1234567.89 × 98765", "√8 ÷ (2 - 12345.25)")


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}{'-mirrored' * kind[2]}")
def program(
    request: pytest.FixtureRequest, lasting_bot: QtBot, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    locale, language, mirrored = request.param
    tmp_path = tmp_path_factory.mktemp("ledger")
    QLocale.setDefault(QLocale(locale))
    config = replace(make_config(tmp_path), language=configuration.LanguageSection(language, "locale"))
    program = Program(qapp, configuration.places(tmp_path), config)
    if mirrored:
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        with running(qapp, program):
            register(lasting_bot, program)
            yield program
    finally:
        speak(SOURCE)
        use_digits("locale")
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        QLocale.setDefault(QLocale.c())


def texts(window: QWidget) -> Iterator[tuple[str, Qt.LayoutDirection]]:
    """What is in sight, each with the direction in which Qt paints it."""
    widgets: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]
    for widget in widgets:
        text = re.sub(r"<[^>]*>", "", widget.text())
        if widget.isVisible() and text:
            mirrored = text.isascii() and widget.layoutDirection() == Qt.LayoutDirection.RightToLeft
            yield text, Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LayoutDirectionAuto
    for table in window.findChildren(QTableView):
        model = table.model()
        for row in range(model.rowCount() if table.isVisible() else 0):
            for column in range(model.columnCount()):
                index = model.index(row, column)
                cell = index.data(CELL_ROLE)
                if isinstance(text := cell.seen if isinstance(cell, Cell) else index.data(), str):
                    yield text, table.layoutDirection()


def wrong(window: QWidget) -> list[str]:
    return [line for text, direction in texts(window) for line in turned_round(text, direction)]


def test_the_measure_finds_what_stands_the_wrong_way_round(qapp: QApplication) -> None:
    left, right = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    assert turned_round("cost ٣ − ٨ now", left)
    assert turned_round("−5", right)
    assert turned_round("√2", right)
    assert turned_round("2026-11-28 07:30:00", right)
    assert not turned_round("3 − 8 and −5, √2", left)


def test_the_calculator_and_the_records(qtbot: QtBot, program: Program) -> None:
    window = program.window
    assert window is not None
    fmt = number_format_of(QLocale())
    for text in ENTRIES:
        part(window, QLineEdit, "entry_edit").setText(localise(text, fmt))
        with qtbot.waitSignal(program.records.page_changed), answered(qtbot, program):
            program.calculator.evaluate()
        assert wrong(window) == []
    table = part(window, QTableView, "records_table")
    assert table.model().rowCount() >= len(ENTRIES)
    table.setCurrentIndex(table.model().index(1, 0))
    part(window, QAction, "details_pane_action").trigger()
    assert wrong(window) == []
    part(window, QAction, "record_details_action").trigger()
    dialog = part(window, QDialog, "record_dialog")
    assert wrong(dialog) == []
    dialog.reject()


def test_the_proof_and_the_settings_have_the_digits_of_the_locale(qtbot: QtBot, program: Program) -> None:
    window = program.window
    assert window is not None
    with qtbot.waitSignal(program.store.verified):
        part(window, QAction, "verify_action").trigger()
    dialog = part(window, QDialog, "verify_dialog")
    qtbot.waitUntil(lambda: part(dialog, QLabel, "rule_L7_label").isVisible())
    assert wrong(dialog) == []
    shown = [bare(text) for text, _ in texts(dialog)]
    digits = number_format_of(QLocale()).zero_digit
    assert localise("1", number_format_of(QLocale())) in shown  # accounts
    dialog.reject()
    part(window, QAction, "settings_action").trigger()
    settings = part(window, SettingsDialog, "settings_dialog")
    qtbot.waitUntil(lambda: part(settings, QWidget, "save_settings_button").isEnabled())
    for title, _ in PAGES:
        settings.show_page(title)
        assert wrong(settings) == []
    settings.show_page("Appearance")
    limits = [bare(text) for text, _ in texts(settings) if localise("200", number_format_of(QLocale())) in bare(text)]
    assert len(limits) == 1
    assert digits == "0" or not re.search("[0-9]", limits[0])
    settings.reject()


def test_what_is_counted_has_the_digits_of_the_locale(program: Program) -> None:
    fmt = number_format_of(QLocale())
    assert localise("12", fmt) in bare(say_many("{count} record", "{count} records", 12))
    with pytest.raises(BadInput) as refused:
        checked_reason("x" * 201)
    assert re.findall(r"\d+", bare(refused.value.message)) == [localise("201", fmt), localise("200", fmt)]
