"""The settings, on a real file: what is shown, what is saved, what is locked, and what is put into force at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QLocale, QSettings
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QListWidget, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from desktop.controllers.settings import SettingsController
from desktop.settings import config
from desktop.views.look.theme import Theme
from desktop.views.settings.dialog import SettingsDialog
from tests.qt.conftest import Program
from tests.support.random_server import RandomServer
from tests.support.widgets import part

GERMANY = QLocale(QLocale.Language.German, QLocale.Country.Germany)


@pytest.fixture
def file(program: Program) -> Path:
    """The configuration file of the program."""
    made = program.access.places.config_file
    config.ensure_file(made)
    return made


@pytest.fixture
def controller(program: Program, file: Path) -> Iterator[SettingsController]:
    made = SettingsController(lanes=program.lanes, places=program.access.places)
    yield made
    shiboken6.delete(made)


@pytest.fixture
def theme(qapp: QApplication, tmp_path: Path) -> Iterator[Theme]:
    made = Theme(qapp, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    yield made
    made.choose("system")
    shiboken6.delete(made)


def opened(qtbot: QtBot, controller: SettingsController, theme: Theme, locale: QLocale | None = None) -> SettingsDialog:
    with qtbot.waitSignal(controller.found):
        dialog = SettingsDialog(settings=controller, colours=theme, locale=locale)
        qtbot.addWidget(dialog)
        dialog.open()
    return dialog


def save(qtbot: QtBot, dialog: SettingsDialog) -> str:
    """What is said afterwards."""
    with qtbot.waitSignal(dialog.done_saving) as said:
        part(dialog, QPushButton, "save_settings_button").click()
    return str(said.args[0])


def message(dialog: SettingsDialog) -> str:
    return part(dialog, QLabel, "settings_message_label").text()


def test_what_is_changed_is_saved_and_told_to_whoever_lives_by_it(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    before = file.read_text()
    dialog = opened(qtbot, controller, theme)
    part(dialog, QSpinBox, "records_page_size_setting").setValue(50)
    part(dialog, QLineEdit, "spending_monthly_budget_setting").setText("1,250.5")
    combo = part(dialog, QComboBox, "random_fallback_setting")
    combo.setCurrentIndex(combo.findData("local"))
    part(dialog, QCheckBox, "random_classes_upper_setting").setChecked(False)
    with qtbot.waitSignal(controller.changed) as told:
        assert save(qtbot, dialog) == "The settings are saved."
    now = told.args[0]
    assert (now.records.page_size, now.spending.monthly_budget, now.random.fallback) == (50, 125_050, "local")
    assert now == config.load(file, {}, {})
    assert [line for line in file.read_text().splitlines() if line not in before.splitlines()] == [
        'monthly_budget = "1250.50"',
        "page_size = 50",
        'classes = ["digits", "lower"]',
        'fallback = "local"',
    ]


def test_what_needs_another_start_says_so_before_and_after(
    qtbot: QtBot, controller: SettingsController, theme: Theme
) -> None:
    dialog = opened(qtbot, controller, theme)
    assert "Counts from the next start on." in part(dialog, QComboBox, "logging_level_setting").toolTip()
    assert "next start" not in part(dialog, QSpinBox, "records_page_size_setting").toolTip()
    part(dialog, QSpinBox, "logging_keep_setting").setValue(9)
    part(dialog, QSpinBox, "window_text_size_setting").setValue(120)
    part(dialog, QComboBox, "window_start_pane_setting").setCurrentIndex(1)
    said = save(qtbot, dialog)
    assert said == "The settings are saved. Shown at the start, Files kept: from the next start on."


def test_nothing_that_was_not_touched_is_written(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    file.write_text('[account]\ndefault_balance = 1000\n[random]\nclasses = ["lower", "digits"]\n')
    before = file.stat().st_mtime_ns
    dialog = opened(qtbot, controller, theme)
    part(dialog, QPushButton, "save_settings_button").click()
    assert not dialog.isVisible()
    assert file.stat().st_mtime_ns == before


def test_limits_default_and_purpose_stand_with_each_setting(
    qtbot: QtBot, controller: SettingsController, theme: Theme
) -> None:
    dialog = opened(qtbot, controller, theme)
    spin = part(dialog, QSpinBox, "security_idle_lock_minutes_setting")
    assert (spin.minimum(), spin.maximum(), spin.value()) == (0, 1440, 15)
    assert spin.toolTip() == (
        "Minutes without a key or a click until the window signs out. 0 is never. From 0 to 1440. Default: 15 min."
    )


def test_a_value_that_the_environment_gives_is_shown_as_such_and_locked(
    qtbot: QtBot, controller: SettingsController, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METERCALC_RECORDS_PAGE_SIZE", "77")
    dialog = opened(qtbot, controller, theme)
    spin = part(dialog, QSpinBox, "records_page_size_setting")
    assert (spin.value(), spin.isEnabled()) == (77, False)
    said = part(dialog, QLabel, "records_page_size_lock_label").text()
    assert said == "Set by the environment variable METERCALC_RECORDS_PAGE_SIZE, which has the last word over the file."
    part(dialog, QListWidget, "settings_pages").setCurrentRow(1)
    part(dialog, QPushButton, "settings_defaults_button").click()
    assert spin.value() == 77


def test_money_is_read_and_shown_as_the_locale_writes_it(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    dialog = opened(qtbot, controller, theme, GERMANY)
    edit = part(dialog, QLineEdit, "account_default_balance_setting")
    assert edit.text() == "1.000,00"
    edit.setText("12,5")
    save(qtbot, dialog)
    assert config.load(file, {}, {}).account.default_balance == 12_50


def test_what_is_no_amount_is_marked_and_nothing_is_saved(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    before = file.read_text()
    dialog = opened(qtbot, controller, theme)
    part(dialog, QSpinBox, "records_page_size_setting").setValue(50)
    edit = part(dialog, QLineEdit, "spending_warning_level_setting")
    for text, said in (("much", "is not an amount"), ("-5", "below zero")):
        edit.setText(text)
        part(dialog, QPushButton, "save_settings_button").click()
        assert said in part(dialog, QLabel, "spending_warning_level_trouble_label").text()
        assert said in edit.accessibleDescription()
        assert part(dialog, QListWidget, "settings_pages").currentItem().text() == "Spending"
    assert (dialog.isVisible(), file.read_text()) == (True, before)


def test_what_the_configuration_does_not_accept_is_told_where_it_stands(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    before = file.read_text()
    dialog = opened(qtbot, controller, theme)
    part(dialog, QLineEdit, "random_url_setting").setText("http://example.org/")
    with qtbot.waitSignal(controller.failed):
        part(dialog, QPushButton, "save_settings_button").click()
    assert "an https:// address" in message(dialog)
    assert "an https:// address" in part(dialog, QLabel, "random_url_trouble_label").text()
    assert part(dialog, QListWidget, "settings_pages").currentItem().text() == "Random strings"
    assert file.read_text() == before


def test_a_broken_file_is_told_and_nothing_can_be_saved_over_it(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    file.write_text("[records\n")
    with qtbot.waitSignal(controller.failed):
        dialog = SettingsDialog(settings=controller, colours=theme)
        qtbot.addWidget(dialog)
        dialog.open()
    assert f"{file}, line 1: this is not TOML" in message(dialog)
    assert not part(dialog, QPushButton, "save_settings_button").isEnabled()
    assert file.read_text() == "[records\n"


def test_what_another_program_changed_meanwhile_is_not_written_over(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    dialog = opened(qtbot, controller, theme)
    file.write_text("[records]\npage_size = 10\n")
    part(dialog, QSpinBox, "records_page_size_setting").setValue(50)
    with qtbot.waitSignal(controller.failed):
        part(dialog, QPushButton, "save_settings_button").click()
    assert "was changed in" in message(dialog)
    assert file.read_text() == "[records]\npage_size = 10\n"


def test_colours_are_tried_on_at_once_and_taken_back_with_cancel(
    qtbot: QtBot, controller: SettingsController, theme: Theme
) -> None:
    dialog = opened(qtbot, controller, theme)
    combo = part(dialog, QComboBox, "colour_scheme_setting")
    combo.setCurrentIndex(combo.findData("dark"))
    assert theme.chosen == "dark"
    dialog.reject()
    assert theme.chosen == "system"


def test_the_defaults_of_a_page_are_filled_in_and_count_once_they_are_saved(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    file.write_text("[records]\npage_size = 10\n[random]\nlength = 4\n")
    dialog = opened(qtbot, controller, theme)
    part(dialog, QListWidget, "settings_pages").setCurrentRow(1)
    part(dialog, QPushButton, "settings_defaults_button").click()
    assert part(dialog, QSpinBox, "records_page_size_setting").value() == 25
    assert part(dialog, QSpinBox, "random_length_setting").value() == 4
    save(qtbot, dialog)
    assert file.read_text() == "[records]\npage_size = 25\n[random]\nlength = 4\n"


def test_letters_with_alt_are_unique_on_each_page(qtbot: QtBot, controller: SettingsController, theme: Theme) -> None:
    dialog = opened(qtbot, controller, theme)
    pages = part(dialog, QListWidget, "settings_pages")
    for row in range(pages.count()):
        pages.setCurrentRow(row)
        texts = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
        texts += [button.text() for button in dialog.findChildren(QPushButton) if button.isVisible()]
        letters = [text[text.index("&") + 1].casefold() for text in texts if "&" in text]
        assert len(letters) >= 4
        assert len(set(letters)) == len(letters), (pages.item(row).text(), letters)


def test_trying_it_out_draws_with_what_is_typed_and_saves_nothing(
    qtbot: QtBot, controller: SettingsController, theme: Theme, file: Path
) -> None:
    before = file.read_text()
    with RandomServer() as server:
        url = server.url
        dialog = opened(qtbot, controller, theme)
        part(dialog, QListWidget, "settings_pages").setCurrentRow(3)
        part(dialog, QLineEdit, "random_url_setting").setText(server.url)
        part(dialog, QLineEdit, "random_quota_url_setting").setText(server.quota_url)
        part(dialog, QSpinBox, "random_length_setting").setValue(5)
        with qtbot.waitSignal(controller.tried):
            part(dialog, QPushButton, "try_random_button").click()
        assert len(server.draws) == 1
        assert (server.draws[0].params["len"], server.draws[0].params["num"]) == ("5", "1")
    assert part(dialog, QLabel, "try_outcome_label").text().startswith(f"It works: {url} gave a string in ")
    with qtbot.waitSignal(controller.try_failed):
        part(dialog, QPushButton, "try_random_button").click()
    assert "could not be reached" in part(dialog, QLabel, "try_outcome_label").text()
    assert file.read_text() == before
