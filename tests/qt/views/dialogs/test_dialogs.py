"""The small dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QDate, QDir, QSettings, QStandardPaths, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.documents import proofs
from desktop.terms.errors import NotAllowed, StoreFull, StoreLocked
from desktop.terms.reports import Problem, Verification
from desktop.views.dialogs import places
from desktop.views.dialogs.details import DetailsDialog
from desktop.views.dialogs.dialogs import Dialog, PasswordDialog
from desktop.views.dialogs.proof import VerifyDialog
from desktop.views.look.colours import DARK, LIGHT
from desktop.views.look.theme import Theme
from tests.support.fake_controllers import REFERENCE, FakeSessions, FakeStore, failure
from tests.support.widgets import part


def close(dialog: QDialog) -> None:
    """Close a dialog, which ends it, unless the test has done so."""
    if shiboken6.isValid(dialog):
        dialog.close()


@pytest.fixture
def sessions(qtbot: QtBot) -> FakeSessions:
    return FakeSessions()


@pytest.fixture
def password(qtbot: QtBot, sessions: FakeSessions) -> Iterator[PasswordDialog]:
    made = PasswordDialog(sessions=sessions)
    made.open()
    yield made
    close(made)


def change(dialog: PasswordDialog, old: str, new: str, again: str) -> str:
    """Fill the dialog in and press its button; the error that it shows."""
    for name, value in (("old", old), ("new", new), ("again", again)):
        part(dialog, QLineEdit, f"{name}_password_edit").setText(value)
    (buttons,) = dialog.findChildren(QDialogButtonBox)
    buttons.accepted.emit()
    return part(dialog, QLabel, "password_error_label").text()


def test_a_password_is_changed_when_the_new_one_is_twice_the_same(
    password: PasswordDialog, sessions: FakeSessions
) -> None:
    assert change(password, "old one", "new one!", "new one!") == ""
    assert sessions.asked == [("change_password", "old one", "new one!")]
    sessions.password_changed.emit()
    assert not password.isVisible()


@pytest.mark.parametrize("filled", [("old", "new", "other"), ("", "new", "new"), ("old", "", "")])
def test_a_password_is_not_changed_on_a_slip(
    password: PasswordDialog, sessions: FakeSessions, filled: tuple[str, str, str]
) -> None:
    assert change(password, *filled) != ""
    assert sessions.asked == []


def test_a_refused_change_is_explained_in_place(password: PasswordDialog, sessions: FakeSessions) -> None:
    change(password, "wrong", "new one!", "new one!")
    sessions.busy_changed.emit(True)
    assert not part(password, QLineEdit, "old_password_edit").isEnabled()
    sessions.busy_changed.emit(False)
    sessions.failed.emit(failure(NotAllowed("The present password is not right.")))
    assert REFERENCE in part(password, QLabel, "password_error_label").text()
    assert password.isVisible()


def test_the_password_dialog_goes_when_the_session_does(password: PasswordDialog, sessions: FakeSessions) -> None:
    sessions.signed_out.emit("Signed out after 15 minutes.")
    assert not password.isVisible()


def test_details_can_be_copied(qtbot: QtBot) -> None:
    dialog = DetailsDialog(name="about_dialog", title="About", text="x", details=["one", "two"])
    part(dialog, QPushButton, "copy_details_button").click()
    close(dialog)
    assert QGuiApplication.clipboard().text() == "one\ntwo"


@pytest.fixture
def store(qtbot: QtBot) -> FakeStore:
    return FakeStore()


@pytest.fixture
def verifying(qtbot: QtBot, store: FakeStore) -> Iterator[VerifyDialog]:
    made = VerifyDialog(store=store, explain=lambda found: f"{len(found.problems)} problems")
    made.open()
    yield made
    close(made)


def test_a_proof_names_every_problem(verifying: VerifyDialog, store: FakeStore) -> None:
    store.verify_progress.emit(10, 100)
    store.verified.emit(Verification((Problem("L3", "ada@example.org", 7, "It is off."),), 100, 1, 0.1))
    assert part(verifying, QLabel, "verify_outcome_label").text() == "1 problems"
    (shown,) = verifying.findChildren(QPlainTextEdit)
    assert shown.isVisible()
    assert "record 7" in shown.toPlainText()


def test_a_rule_that_takes_two_lines_has_room_for_both(
    qtbot: QtBot, verifying: VerifyDialog, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(proofs.RULES, "L3", "Every balance follows from the one before it, less its amount. " * 3)
    store.verified.emit(Verification((), 100, 1, 0.1))
    rules = [part(verifying, QLabel, f"rule_L{number}_label") for number in range(1, 8)]
    qtbot.waitUntil(lambda: rules[2].height() > rules[0].height())  # laid out, fitted, and laid out again
    assert [rule.height() for rule in rules if rule.height() < rule.heightForWidth(rule.width())] == []


def test_a_dialog_that_closes_as_its_proof_ends_leaves_nothing_behind(
    qtbot: QtBot, verifying: VerifyDialog, store: FakeStore
) -> None:
    store.verified.emit(Verification((), 100, 1, 0.1))
    shiboken6.delete(verifying)
    qtbot.wait(1)  # an error in a slot fails the test


def test_another_requests_failure_is_no_outcome_of_a_proof(verifying: VerifyDialog, store: FakeStore) -> None:
    outcome, stop = part(verifying, QLabel, "verify_outcome_label"), part(verifying, QPushButton, "stop_verify_button")
    before = outcome.text()
    store.failed.emit(failure(StoreFull("The disk is full: no backup was written.")))
    assert (outcome.text(), stop.isVisible()) == (before, True)
    store.verify_failed.emit(failure(StoreLocked("Another program keeps the store busy.")))
    assert "keeps the store busy" in outcome.text()
    assert not stop.isVisible()


def test_a_proof_that_was_stopped_claims_nothing(qtbot: QtBot, verifying: VerifyDialog) -> None:
    with qtbot.waitSignal(verifying.cancelled):
        part(verifying, QPushButton, "stop_verify_button").click()
    assert "nothing is proved" in part(verifying, QLabel, "verify_outcome_label").text()


def test_the_new_password_can_be_seen_and_its_rules_are_said(password: PasswordDialog) -> None:
    for name in ("old", "new", "again"):
        field = part(password, QLineEdit, f"{name}_password_edit")
        assert field.width() >= 240
        reveal = part(password, QAction, f"show_{name}_password_action")
        reveal.trigger()
        assert field.echoMode() is QLineEdit.EchoMode.Normal
        reveal.trigger()
        assert field.echoMode() is QLineEdit.EchoMode.Password
    assert "At least 8 characters" in part(password, QLabel, "password_hint_label").text()


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("last", [True, False])
def test_a_file_is_proposed_dated_where_the_last_one_went_or_among_the_documents(tmp_path: Path, last: bool) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    if last:
        places.remember(settings, "backup", tmp_path / "x.metercalc-backup")
    file = places.proposed(settings, "backup", "metercalc", "metercalc-backup")
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    wanted = tmp_path if last else Path(documents if Path(documents).is_dir() else QDir.homePath())
    assert file.parent == wanted
    assert file.name == f"metercalc-{QDate.currentDate().toString(Qt.DateFormat.ISODate)}.metercalc-backup"


def test_about_leads_to_files_by_mouse_and_by_keyboard(qtbot: QtBot) -> None:
    links = {"Licence": "file:///usr/share/LICENSE", "Folder of the data": "file:///home/ada/it%20is"}
    dialog = DetailsDialog(name="about_dialog", title="About", text="x", details=["one"], links=links)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    label = part(dialog, QLabel, "links_label")
    assert "Licence" in label.accessibleName()
    label.setFocus(Qt.FocusReason.TabFocusReason)
    followed: list[str] = []
    dialog.link_asked.connect(followed.append)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return) * 2:
        QTest.keyClick(label, key)
    assert followed == list(links.values())


def test_links_follow_the_colours(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    palette, style = qapp.palette(), qapp.styleSheet()
    colours = Theme(qapp, QSettings(str(tmp_path / "theme.ini"), QSettings.Format.IniFormat))
    try:
        colours.choose("dark")
        dialog = DetailsDialog(
            name="about_dialog", title="About", text="It.", details=["x"], links={"Licence": "file:x"}
        )
        qtbot.addWidget(dialog)
        dialog.show()
        for scheme, expected in (("light", LIGHT), ("dark", DARK)):
            colours.choose(scheme)
            qapp.sendPostedEvents()
            image = part(dialog, QLabel, "links_label").grab().toImage()
            shown = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
            assert expected.accent in shown
    finally:
        qapp.setPalette(palette)
        qapp.setStyleSheet(style)


def test_a_dialog_is_as_high_as_its_texts_need(qtbot: QtBot) -> None:
    dialog = Dialog("some_dialog", "Some", None)
    qtbot.addWidget(dialog)
    label = dialog.add_text("many words " * 60)
    dialog.resize(300, 80)
    dialog.show()
    assert label.height() >= label.heightForWidth(label.width())
