"""The window in the person's language: chosen at the start, changed in the settings while it is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QLocale, Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.language.directions import bare
from desktop.language.sentences import LANGUAGES, SOURCE, speak
from desktop.settings import config as configuration
from desktop.views.calculator.tape import TapeView
from desktop.views.look.icons import icon
from desktop.views.look.number_locale import use_digits
from desktop.views.main_window.window import MainWindow
from desktop.views.records.cell import CELL_ROLE
from desktop.views.records.table import RecordsTable
from desktop.views.settings.dialog import SettingsDialog
from desktop.window import speech
from desktop.window.program import Program
from tests.support.catalogues import provide
from tests.support.widgets import part
from tests.support.windows import answered, make_config, opened, register, running, settle

GERMAN = {
    "&Sign in": "&Anmelden",
    "&File": "&Datei",
    "Balance": "Guthaben",
    "The settings are saved.": "Die Einstellungen sind gespeichert.",
}
ARABIC = {"&Sign in": "تسجيل الدخول", "Balance": "الرصيد"}


@pytest.fixture(autouse=True)
def _english_afterwards(qapp: QApplication) -> Iterator[None]:
    size = qapp.font().pointSizeF()
    yield
    speak(SOURCE)
    use_digits("locale")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    QLocale.setDefault(QLocale.c())
    font = qapp.font()
    font.setPointSizeF(size)
    qapp.setFont(font)


def in_language(qapp: QApplication, folder: Path, name: str, *, digits: str = "locale") -> Program:
    config = make_config(folder)
    return Program(
        qapp, configuration.places(folder), replace(config, language=configuration.LanguageSection(name, digits))
    )


def word_for_cancel() -> str:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    return box.buttons()[0].text()


def menus(window: MainWindow) -> list[str]:
    return [action.text() for action in window.menuBar().actions()]


def save(qtbot: QtBot, program: Program, **choices: str) -> MainWindow:
    """Choose in the settings, save, and wait for the window that comes of it."""
    before = program.window
    assert before is not None
    part(before, QAction, "settings_action").trigger()
    dialog = part(before, SettingsDialog, "settings_dialog")
    qtbot.waitUntil(lambda: part(dialog, QPushButton, "save_settings_button").isEnabled())
    for name, value in choices.items():
        field = dialog.findChild(QWidget, f"{name}_setting")
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(value))
        else:
            assert isinstance(field, QSpinBox)
            field.setValue(int(value))
    part(dialog, QPushButton, "save_settings_button").click()
    qtbot.waitUntil(lambda: program.window is not before)
    assert program.window is not None
    return program.window


def test_the_window_speaks_the_language_that_was_set_and_qt_does_too(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide(monkeypatch, tmp_path / "languages", "de", GERMAN)
    program = in_language(qapp, tmp_path, "de")
    with running(qapp, program):
        assert part(program.login_dialog, QPushButton, "sign_in_button").text() == "&Anmelden"
        window = register(qtbot, program)
        assert "&Datei" in menus(window)
        assert word_for_cancel() == "Abbrechen"
        assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert word_for_cancel() == "Cancel"


def test_the_system_is_asked_where_nothing_was_set(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide(monkeypatch, tmp_path / "languages", "ar", ARABIC)
    monkeypatch.setattr(speech, "asked_for", lambda: ["xx", "ar-Arab-EG", "de"])
    with running(qapp, in_language(qapp, tmp_path, "system")):
        assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_another_language_is_spoken_at_once_and_the_person_stays_where_they_were(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide(monkeypatch, tmp_path / "languages", "de", GERMAN)
    with opened(qapp, tmp_path) as program:
        old = register(qtbot, program)
        entry = part(old, QLineEdit, "entry_edit")
        for text in ("1 + 2", "3 × 4"):
            entry.setText(text)
            with answered(qtbot, program):
                program.calculator.evaluate()
        entry.setText("7 × 6")
        part(old, QAction, "insights_action").trigger()
        with qtbot.waitSignal(program.records.page_changed):
            old.records_browser.choose_page_size(25)
            part(old, QLineEdit, "search_edit").setText("12")
        old.resize(1111, 777)
        size = old.size()
        login = program.login_dialog
        with qtbot.waitSignals([program.records.page_changed, program.calculator.statement_changed]):
            window = save(qtbot, program, language_name="de")
        assert "&Datei" in menus(window)
        assert window.isVisible()
        assert window.size() == size
        assert part(window, QLabel, "user_label").text() == "ada@example.org"
        assert part(window, QLabel, "balance_caption").text() == "Guthaben"
        assert part(window, QLabel, "balance_label").text() == "960.00"
        assert part(window, QLineEdit, "entry_edit").text() == "7 × 6"
        tape = part(window, QListView, "tape_view").model()
        assert [tape.index(row, 0).data() for row in range(tape.rowCount())] == ["1 + 2 = 3", "3 × 4 = 12"]
        assert part(window, QLineEdit, "search_edit").text() == "12"
        assert window.statusBar().currentMessage() == "Die Einstellungen sind gespeichert."
        assert part(window, QWidget, "insights_window").isVisible()
        assert program.sessions.is_signed_in
        assert program.login_dialog is not login
        assert part(program.login_dialog, QPushButton, "sign_in_button").text() == "&Anmelden"
        settle(qtbot, program.lanes.write)
        with answered(qtbot, program):  # one charge, by one window
            program.calculator.evaluate()
        assert tape.rowCount() == 3
        program.sessions.sign_out()
        assert program.login_dialog.isVisible()
        assert not window.isVisible()


def test_the_size_of_text_counts_at_once(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with opened(qapp, tmp_path) as program:
        old = register(qtbot, program)
        before = part(old, QLabel, "balance_label").font().pointSizeF()
        window = save(qtbot, program, window_text_size="150")
        assert part(window, QLabel, "balance_label").font().pointSizeF() == pytest.approx(before * 1.5)
        window = save(qtbot, program, window_text_size="100")
        assert part(window, QLabel, "balance_label").font().pointSizeF() == pytest.approx(before)


def test_the_window_is_not_built_anew_while_work_is_under_way(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide(monkeypatch, tmp_path / "languages", "de", GERMAN)
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        part(window, QAction, "about_action").trigger()
        from desktop.window.desks import Desks

        desks = window.findChild(Desks)
        assert desks is not None
        config = program.access.config
        program.access.config = replace(config, language=configuration.LanguageSection("de", "locale"))
        desks.looks_changed.emit()
        qtbot.wait(250)  # more than one look
        assert program.window is window
        part(window, QWidget, "about_dialog").close()
        qtbot.waitUntil(lambda: program.window is not window)
        assert program.window is not None
        assert "&Datei" in menus(program.window)


def test_digits_are_the_locales_or_latin_as_chosen_and_an_entry_is_written_anew(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    QLocale.setDefault(QLocale("ar_EG"))
    with opened(qapp, tmp_path) as program:
        old = register(qtbot, program)
        part(old, QLineEdit, "entry_edit").setText("٣٫٥ × ٢")
        with answered(qtbot, program):
            program.calculator.evaluate()
        assert "٩٧٠٫٠٠" in part(old, QLabel, "balance_label").text()
        part(old, QLineEdit, "entry_edit").setText("٣٫٥ × ٢")
        window = save(qtbot, program, language_digits="latin")
        assert part(window, QLineEdit, "entry_edit").text() == "3.5 × 2"
        balance = part(window, QLabel, "balance_label")
        qtbot.waitUntil(lambda: balance.text() == "970.00")
        assert part(window, QPushButton, "key_7").text() == "7"
        window = save(qtbot, program, language_digits="locale")
        assert bare(part(window, QLineEdit, "entry_edit").text()) == "٣٫٥ × ٢"
        assert part(window, QPushButton, "key_7").text() == "\u2066\u202d٧\u202c\u2069"


def test_the_direction_is_the_languages(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provide(monkeypatch, tmp_path / "languages", "ar", ARABIC)
    with running(qapp, program := in_language(qapp, tmp_path, "ar")):
        window = register(qtbot, program)
        assert QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        keys = [part(window, QPushButton, f"key_{digit}") for digit in "789"]
        places = [key.mapTo(window, key.rect().topLeft()).x() for key in keys]
        assert places == sorted(places)
        window = save(qtbot, program, language_name="en")
        assert QGuiApplication.layoutDirection() == Qt.LayoutDirection.LeftToRight


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != SOURCE])
def test_qt_has_words_of_its_own_in_every_language_of_ours(code: str) -> None:
    assert (Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{code}.qm").is_file()


def test_icons_that_point_are_mirrored_and_the_others_are_not(qapp: QApplication) -> None:
    def drawn(name: str) -> QImage:
        return icon(name).pixmap(32, 32).toImage()

    straight = {name: drawn(name) for name in ("undo", "next", "copy")}
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    for name in ("undo", "next"):
        assert drawn(name) != straight[name]
        mirrored = straight[name].flipped(Qt.Orientation.Horizontal)
        unlike = sum(
            abs(drawn(name).pixelColor(x, y).alpha() - mirrored.pixelColor(x, y).alpha()) > 60
            for x in range(32)
            for y in range(32)
        )
        assert unlike == 0
    assert drawn("copy") == straight["copy"]


def test_what_is_copied_heard_and_found_is_bare_whatever_keeps_it_in_order_on_the_screen(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    QLocale.setDefault(QLocale("ar_EG"))
    with opened(qapp, tmp_path) as program:
        window = register(qtbot, program)
        part(window, QLineEdit, "entry_edit").setText("3 - 8")
        with answered(qtbot, program):
            program.calculator.evaluate()
        table = part(window, RecordsTable, "records_table")
        qtbot.waitUntil(lambda: table.model().rowCount() == 2)
        clipboard = qapp.clipboard()
        balance = part(window, QLabel, "balance_label")
        assert bare(balance.text()) != balance.text()
        assert bare(balance.accessibleName()) == balance.accessibleName()
        balance.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        balance.setSelection(0, len(balance.text()))
        clipboard.setText(balance.selectedText())
        assert clipboard.text() == bare(balance.text())
        tape = part(window, TapeView, "tape_view")
        tape.copy()
        assert clipboard.text() == "٣ − ٨ = −٥\t−٢٠٫٠٠"
        heard = tape.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert heard == bare(heard)
        table.selectRow(0)
        table.copy()
        assert clipboard.text() == bare(clipboard.text())
        assert clipboard.text().endswith("٣ − ٨\t-٥\t-٢٠٫٠٠\t٩٨٠٫٠٠")
        shown = table.model().index(0, 2).data(CELL_ROLE).seen
        assert bare(shown) == "٣ − ٨"
        assert shown != bare(shown)
        part(window, QLineEdit, "search_edit").setText(shown)  # pasted as it stands on the screen
        qtbot.waitUntil(lambda: table.model().rowCount() == 1)
        assert table.model().index(0, 2).data() == "٣ − ٨"


def test_what_a_window_hid_is_no_act_of_the_next_one_and_a_deletion_still_is(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with opened(qapp, tmp_path) as program:
        old = register(qtbot, program)
        part(old, QLineEdit, "entry_edit").setText("1 + 2")
        with answered(qtbot, program):
            program.calculator.evaluate()
        with qtbot.waitSignal(program.records.page_changed):
            program.records.delete((2,))
        for _ in range(2):
            part(old, QAction, "details_pane_action").trigger()  # shown, and hidden
        assert "hidden" in part(old, QAction, "undo_action").text()
        window = save(qtbot, program, window_text_size="110")
        undo = part(window, QAction, "undo_action")
        assert undo.isEnabled()
        assert "deleted" in undo.text()
        with qtbot.waitSignal(program.records.page_changed):
            undo.trigger()
        assert not undo.isEnabled()
