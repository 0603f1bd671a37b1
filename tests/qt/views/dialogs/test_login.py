"""The sign-in dialog with a session controller that asks nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.terms.errors import SignInRefused, StoreDamaged
from desktop.views.dialogs.login import LoginDialog
from desktop.views.dialogs.recovery import RecoverDialog
from tests.support.fake_controllers import REFERENCE, SESSION, FakeSessions, failure
from tests.support.widgets import part

PASSWORD = "difference engine"


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def sessions(qtbot: QtBot) -> FakeSessions:
    return FakeSessions()


@pytest.fixture
def dialog(qtbot: QtBot, sessions: FakeSessions, settings: QSettings) -> LoginDialog:
    return open_dialog(qtbot, sessions, settings)


def open_dialog(qtbot: QtBot, sessions: FakeSessions, settings: QSettings, ledger: str = "") -> LoginDialog:
    dialog = LoginDialog(sessions=sessions, settings=settings, starting_balance="1,000.00", ledger=ledger)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


class Unseen(LoginDialog):
    """Where nobody can see it, Qt paints nothing."""

    def event(self, event: QEvent) -> bool:
        return event.type() == QEvent.Type.Paint or super().event(event)


def test_a_dialog_that_nobody_can_see_has_appeared_all_the_same(
    qtbot: QtBot, sessions: FakeSessions, settings: QSettings
) -> None:
    dialog = Unseen(sessions=sessions, settings=settings, starting_balance="1,000.00")
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.appeared):
        dialog.show()


def test_it_appears_once(qtbot: QtBot, sessions: FakeSessions, settings: QSettings) -> None:
    dialog = LoginDialog(sessions=sessions, settings=settings, starting_balance="1,000.00")
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.appeared):
        dialog.show()
    dialog.hide()
    with qtbot.assertNotEmitted(dialog.appeared, wait=50):
        dialog.show()
        dialog.repaint()


def field(dialog: LoginDialog, name: str) -> QLineEdit:
    return part(dialog, QLineEdit, name)


def button(dialog: LoginDialog, name: str) -> QPushButton:
    return part(dialog, QPushButton, name)


def error_text(dialog: LoginDialog) -> str:
    label = part(dialog, QLabel, "login_error_label")
    return label.text() if label.isVisible() else ""


def fill_in(qtbot: QtBot, dialog: LoginDialog) -> None:
    field(dialog, "email_edit").clear()
    qtbot.keyClicks(field(dialog, "email_edit"), "ada@example.org")
    qtbot.keyClicks(field(dialog, "password_edit"), PASSWORD)


def test_enter_in_the_password_signs_in(qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions) -> None:
    sessions.first_run_known.emit(False)
    fill_in(qtbot, dialog)
    qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
    assert sessions.asked == [("sign_in", "ada@example.org", PASSWORD)]


def test_enter_waits_until_it_is_known_whether_there_is_anybody_to_sign_in(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    fill_in(qtbot, dialog)
    qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
    assert sessions.asked == [("look_around",)]
    assert not field(dialog, "password_edit").isEnabled()
    sessions.first_run_known.emit(False)
    assert sessions.asked[1:] == [("sign_in", "ada@example.org", PASSWORD)]


def test_enter_from_before_the_first_run_was_known_makes_no_account_and_is_no_refusal(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    fill_in(qtbot, dialog)
    qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
    sessions.first_run_known.emit(True)
    assert sessions.asked == [("look_around",)]
    assert error_text(dialog) == ""
    assert field(dialog, "password_edit").text() == PASSWORD
    qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
    assert error_text(dialog) == "Type the new password once more.", "it was typed unseen"
    qtbot.keyClicks(field(dialog, "password_again_edit"), PASSWORD)
    qtbot.keyClick(field(dialog, "password_again_edit"), Qt.Key.Key_Return)
    assert sessions.asked[1:] == [("register", "ada@example.org", PASSWORD)]


def test_enter_that_waited_for_a_store_that_cannot_be_opened_may_be_pressed_again(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    fill_in(qtbot, dialog)
    for times in (1, 2):
        qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
        assert sessions.asked == [("look_around",)] * times
        sessions.failed.emit(failure(StoreDamaged("The store is damaged.")))
        assert "damaged" in error_text(dialog)
    sessions.first_run_known.emit(False)
    assert len(sessions.asked) == 2  # what failed is over


def test_register_asks_for_a_new_account(qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions) -> None:
    sessions.first_run_known.emit(False)
    fill_in(qtbot, dialog)
    qtbot.mouseClick(button(dialog, "register_button"), Qt.MouseButton.LeftButton)
    assert sessions.asked == [], "a slip of the finger would lose the account"
    assert error_text(dialog) == "Type the new password once more."
    again = field(dialog, "password_again_edit")
    assert again.hasFocus()
    qtbot.keyClicks(again, "difference enigne")
    qtbot.keyClick(again, Qt.Key.Key_Return)
    assert error_text(dialog) == "The two passwords are not the same."
    assert sessions.asked == []
    qtbot.keyClicks(again, PASSWORD)
    qtbot.keyClick(again, Qt.Key.Key_Return)
    assert sessions.asked == [("register", "ada@example.org", PASSWORD)]


def test_a_new_password_that_is_seen_is_typed_once(qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions) -> None:
    sessions.first_run_known.emit(False)
    fill_in(qtbot, dialog)
    (reveal,) = field(dialog, "password_edit").actions()
    reveal.trigger()
    qtbot.mouseClick(button(dialog, "register_button"), Qt.MouseButton.LeftButton)
    assert sessions.asked == [("register", "ada@example.org", PASSWORD)]


def test_a_password_that_was_typed_unseen_stays_unseen_when_the_first_run_is_known(
    dialog: LoginDialog, sessions: FakeSessions
) -> None:
    part(dialog, QLineEdit, "password_edit").setText("typed at once")
    sessions.first_run_known.emit(True)
    assert part(dialog, QLineEdit, "password_edit").echoMode() is QLineEdit.EchoMode.Password


def test_at_the_first_run_the_password_is_seen_and_registering_takes_one_press(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    sessions.first_run_known.emit(True)
    fill_in(qtbot, dialog)
    assert field(dialog, "password_edit").echoMode() is QLineEdit.EchoMode.Normal
    qtbot.keyClick(field(dialog, "password_edit"), Qt.Key.Key_Return)
    assert sessions.asked == [("register", "ada@example.org", PASSWORD)]
    sessions.signed_in.emit(SESSION)
    assert field(dialog, "password_edit").echoMode() is QLineEdit.EchoMode.Password


def recover_dialog(qtbot: QtBot, dialog: LoginDialog) -> RecoverDialog:
    qtbot.mouseClick(button(dialog, "forgotten_password_button"), Qt.MouseButton.LeftButton)
    return part(dialog, RecoverDialog, "recover_dialog")


def test_a_forgotten_password_is_replaced_by_the_code(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    field(dialog, "email_edit").setText("ada@example.org")
    asking = recover_dialog(qtbot, dialog)
    assert part(asking, QLineEdit, "recover_email_edit").text() == "ada@example.org"
    for name, text in (("recover_code_edit", "ABCDE"), ("new_password_edit", "a"), ("again_password_edit", "b")):
        part(asking, QLineEdit, name).setText(text)
    error = part(asking, QLabel, "recovery_error_label")
    qtbot.keyClick(part(asking, QLineEdit, "again_password_edit"), Qt.Key.Key_Return)
    assert error.text() == "The two new passwords are not the same."
    part(asking, QLineEdit, "again_password_edit").setText("a")
    qtbot.keyClick(part(asking, QLineEdit, "again_password_edit"), Qt.Key.Key_Return)
    assert sessions.asked == [("recover", "ada@example.org", "ABCDE", "a")]
    sessions.failed.emit(failure(SignInRefused("The code is not right.")))
    assert "The code is not right." in error.text()
    assert error_text(dialog) == "", "said once, in front"
    with qtbot.waitSignal(asking.accepted):
        sessions.signed_in.emit(SESSION)


@pytest.mark.parametrize(("missing", "named"), [("email_edit", "e-mail"), ("password_edit", "password")])
def test_what_is_missing_is_named_in_place_and_gets_the_focus(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions, missing: str, named: str
) -> None:
    fill_in(qtbot, dialog)
    field(dialog, missing).clear()
    button(dialog, "sign_in_button").click()
    assert named in error_text(dialog)
    assert dialog.focusWidget() is field(dialog, missing)
    assert sessions.asked == []


def test_a_refusal_is_shown_in_place_with_its_reference(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    sessions.failed.emit(failure(SignInRefused("E-mail or password is wrong.")))
    assert "E-mail or password is wrong." in error_text(dialog)
    assert REFERENCE in error_text(dialog)


def test_typing_takes_the_refusal_away(qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions) -> None:
    sessions.failed.emit(failure(SignInRefused("E-mail or password is wrong.")))
    qtbot.keyClicks(field(dialog, "password_edit"), "x")
    assert error_text(dialog) == ""


def test_nothing_can_be_asked_twice_while_the_password_is_checked(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    fill_in(qtbot, dialog)
    button(dialog, "sign_in_button").click()
    sessions.busy_changed.emit(True)
    button(dialog, "sign_in_button").click()
    button(dialog, "register_button").click()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert len(sessions.asked) == 1
    assert not field(dialog, "password_edit").isEnabled()
    sessions.busy_changed.emit(False)
    assert field(dialog, "password_edit").isEnabled()


def test_the_password_can_be_shown_and_is_hidden_at_first(dialog: LoginDialog) -> None:
    password = field(dialog, "password_edit")
    assert password.echoMode() is QLineEdit.EchoMode.Password
    (reveal,) = password.actions()
    assert not reveal.icon().isNull(), "a toggle that nobody sees"
    reveal.trigger()
    assert password.echoMode() is QLineEdit.EchoMode.Normal


def test_after_signing_in_the_dialog_is_gone_and_the_password_with_it(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    fill_in(qtbot, dialog)
    sessions.signed_in.emit(SESSION)
    assert not dialog.isVisible()
    assert field(dialog, "password_edit").text() == ""


def test_the_last_e_mail_is_remembered_and_the_password_has_the_focus(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions, settings: QSettings
) -> None:
    sessions.signed_in.emit(SESSION)
    again = open_dialog(qtbot, sessions, settings)
    assert field(again, "email_edit").text() == SESSION.username
    assert again.focusWidget() is field(again, "password_edit")


def test_the_first_run_says_who_becomes_administrator_and_with_how_much(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions
) -> None:
    welcome = part(dialog, QLabel, "welcome_label")
    assert "administrator" not in welcome.text()
    sessions.first_run_known.emit(True)
    assert "administrator" in welcome.text()
    assert "1,000.00" in welcome.text()
    assert button(dialog, "register_button").isDefault()


def test_being_signed_out_by_the_program_says_why(qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions) -> None:
    sessions.signed_in.emit(SESSION)
    sessions.signed_out.emit("Signed out after 15 minutes without activity.")
    assert dialog.isVisible()
    assert "15 minutes" in error_text(dialog)


def test_the_password_appears_in_no_setting(
    qtbot: QtBot, dialog: LoginDialog, sessions: FakeSessions, settings: QSettings
) -> None:
    fill_in(qtbot, dialog)
    sessions.signed_in.emit(SESSION)
    settings.sync()
    assert PASSWORD not in Path(settings.fileName()).read_text(encoding="utf-8")


def test_everything_can_be_reached_by_tab(qtbot: QtBot, dialog: LoginDialog) -> None:
    field(dialog, "email_edit").setFocus()
    reached = []
    for _ in range(4):
        focused = dialog.focusWidget()
        assert focused is not None
        reached.append(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert set(reached) >= {"email_edit", "password_edit", "sign_in_button", "register_button"}


def test_a_new_ledger_says_where_it_lies_however_long_its_path(
    qtbot: QtBot, sessions: FakeSessions, settings: QSettings
) -> None:
    place = "/home/ada/" + "a-folder-with-a-long-name/" * 6 + "metercalc.db"
    dialog = open_dialog(qtbot, sessions, settings, ledger=place)
    welcome = part(dialog, QLabel, "welcome_label")
    assert "ledger" not in welcome.text()
    sessions.first_run_known.emit(True)
    assert place in welcome.text().replace("\u200b", "")
    assert welcome.minimumSizeHint().width() <= welcome.width()
    assert welcome.heightForWidth(welcome.width()) <= welcome.height()
