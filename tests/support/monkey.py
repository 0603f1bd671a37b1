"""Somebody who clicks, types, pastes and resizes without sense, by a seed; an event a turn of the window's loop."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid

from desktop.models.embedded.attempts import LONGEST_WAIT_S
from desktop.window.program import Program
from tests.support.stores import store_behind
from tests.support.widgets import part
from tests.support.windows import EMAIL, PASSWORD

KEYS = "0123456789.+-*/()=,r√×÷ aq"
SPECIAL = (
    Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Delete,
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_F1,
)  # fmt: skip
WITH_CONTROL = (
    Qt.Key.Key_Z, Qt.Key.Key_F, Qt.Key.Key_L, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_E,
    Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_Q, Qt.Key.Key_X,
)  # fmt: skip
WITH_ALT = (Qt.Key.Key_F, Qt.Key.Key_E, Qt.Key.Key_V, Qt.Key.Key_A, Qt.Key.Key_H, Qt.Key.Key_U)
WAIT_MS = 2
PASTED = (
    "1+1", "2*(3+4)", "√2.25", "7/0", "√(0-1)", "1,234.56-0.5", "1.234,56+1", "٣+٤", "NaN", "1_000", "１２", "0x10", "",
    "9" * 101, "1+" * 120 + "1", "(" * 60, "\u00a0−5 × 3\u00a0", "1\n2", "\x00", "=cmd|' /C calc'!A0", "🎲",
    "1e999*1e999",
)  # fmt: skip
NO, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class Monkey(QObject):
    """Plays with a program that somebody has signed in to. `finished` after so many events; what it did is in `did`.

    Files it is asked for it puts into `folder`. It signs in again when it has signed out, and shows the window again
    when it has closed it: nothing it does ends the process.
    """

    finished = Signal()

    def __init__(self, program: Program, choose: random.Random, folder: Path, events: int) -> None:
        super().__init__()
        self.did: list[str] = []
        self._program = program
        self._choose = choose
        self._folder = folder
        self._left = events
        self._ahead = 0
        clock = store_behind(program.access.ledger).clock
        store_behind(program.access.ledger).clock = lambda: clock() + self._ahead
        assert program.window is not None
        program.window.closed.disconnect()
        program.login_dialog.quit_asked.disconnect()
        self._tricks: list[tuple[int, Callable[[QWidget], str]]] = [
            (30, self._click),
            (30, self._type),
            (12, self._press),
            (6, self._shortcut),
            (6, self._paste),
            (10, self._calculate),
            (4, self._double_click),
            (4, self._resize),
            (3, self._trigger),
            (2, self._recolour),
            (1, self._raise),
        ]
        self._wait = 0
        self._depth = 0  # a button's menu runs a loop of its own inside the click that opened it

    def start(self) -> None:
        """Begin; it goes on by itself."""
        QTimer.singleShot(0, self._play)

    @Slot()
    def _play(self) -> None:
        popup = QApplication.activePopupWidget()
        if self._left > 0:
            # Before the event: one that opens a menu comes back when the menu is closed, by a later event.
            QTimer.singleShot(self._wait, self._play)
        elif popup is not None:
            popup.close()
        if self._left <= 0:
            if self._depth == 0:
                self.finished.emit()
            return
        self._depth += 1
        done = self._one()
        self._depth -= 1
        # Nothing to do but wait for a sign-in: that is no event, and leaves the lanes the processor.
        self._wait = 0 if done else WAIT_MS
        if done:
            self._left -= 1
            self.did.append(done)
        if self._left <= 0:
            QTimer.singleShot(0, self._play)

    def _one(self) -> str:
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        window, login = self._program.window, self._program.login_dialog
        if popup is not None:
            return self._in_popup(popup)
        if isinstance(dialog, QFileDialog):
            return self._name_a_file(dialog)
        if isinstance(dialog, QDialog) and dialog is not login:
            return self._in_dialog(dialog)
        if self._program.sessions.is_signed_in and window is not None:
            if not window.isVisible():
                window.show()
                return "show the window again"
            (trick,) = self._choose.choices([t for _, t in self._tricks], [weight for weight, _ in self._tricks])
            return trick(window)
        return self._sign_in(login)

    # -- in the window -------------------------------------------------------------------------------------------------

    def _some(self, top: QWidget) -> QWidget:
        kind = self._choose.choice((QWidget, QAbstractButton))
        seen = [child for child in top.findChildren(kind) if child.isVisible() and child.isEnabled()]
        return self._choose.choice(seen) if seen else top

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._choose.randrange(max(1, widget.width())), self._choose.randrange(max(1, widget.height())))

    def _click(self, top: QWidget) -> str:
        target = self._some(top)
        button = self._choose.choice((Qt.MouseButton.LeftButton,) * 9 + (Qt.MouseButton.RightButton,))
        modifier = self._choose.choice((NO, NO, NO, NO, SHIFT, CONTROL))
        QTest.mouseClick(target, button, modifier, self._place(target))
        return f"click {_name(target)}"

    def _double_click(self, top: QWidget) -> str:
        target = self._some(top)
        double_click(target, self._place(target))
        return f"double click {_name(target)}"

    def _type(self, top: QWidget) -> str:
        target = QApplication.focusWidget() or top
        text = "".join(self._choose.choice(KEYS) for _ in range(self._choose.randrange(1, 6)))
        QTest.keyClicks(target, text.replace("√", "r").replace("×", "*").replace("÷", "/"))
        return f"type {text!r} into {_name(target)}"

    def _press(self, top: QWidget) -> str:
        return self._key(top, self._choose.choice(SPECIAL), self._choose.choice((NO, NO, NO, SHIFT)))

    def _shortcut(self, top: QWidget) -> str:
        modifier, keys = self._choose.choice(
            ((CONTROL, WITH_CONTROL), (CONTROL, WITH_CONTROL), (CONTROL | SHIFT, WITH_CONTROL), (ALT, WITH_ALT))
        )
        return self._key(top, self._choose.choice(keys), modifier)

    def _key(self, top: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier) -> str:
        target = QApplication.focusWidget() or top
        QTest.keyClick(target, key, modifier)
        return f"press {modifier.name} {key.name}"

    def _paste(self, top: QWidget) -> str:
        text = self._choose.choice(PASTED)
        QGuiApplication.clipboard().setText(text)
        fields = [field for field in top.findChildren(QLineEdit) if field.isVisible()]
        self._choose.choice(fields or [QLineEdit()]).paste()
        return f"paste {text[:30]!r}"

    def _calculate(self, top: QWidget) -> str:
        """Now and then something sensible, or nothing would ever be charged."""
        entry = part(top, QLineEdit, "entry_edit")
        text = self._choose.choice(PASTED[:9])
        entry.setText(text)
        QTest.keyClick(entry, Qt.Key.Key_Return)
        return f"calculate {text!r}"

    def _resize(self, top: QWidget) -> str:
        width, height = self._choose.randrange(200, 1600), self._choose.randrange(200, 1200)
        top.resize(width, height)
        return f"resize to {width} x {height}"

    def _trigger(self, top: QWidget) -> str:
        actions = [action for action in top.findChildren(QAction) if action.isEnabled() and not action.isSeparator()]
        action = self._choose.choice(actions)
        action.trigger()
        return f"trigger {action.text()!r}"

    def _recolour(self, _top: QWidget) -> str:
        scheme = self._choose.choice(("system", "light", "dark"))
        self._program.theme.choose(scheme)
        return f"colours {scheme}"

    def _raise(self, _top: QWidget) -> str:
        self._program.raise_window()
        return "start a second time"

    # -- in what opens over it -----------------------------------------------------------------------------------------

    def _in_popup(self, popup: QWidget) -> str:
        match self._choose.randrange(4):
            case 0:
                QTest.mouseClick(popup, Qt.MouseButton.LeftButton, NO, self._place(popup))
            case 1:
                QTest.keyClick(popup, self._choose.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))
            case 2 if isinstance(popup, QMenu):
                QTest.keyClick(popup, Qt.Key.Key_Return)
            case _:
                popup.close()
        return f"in a {type(popup).__name__}"

    def _name_a_file(self, dialog: QFileDialog) -> str:
        if self._choose.random() < 0.5:
            ending = self._choose.choice((".csv", ".json", ".metercalc-backup"))
            dialog.fileSelected.emit(str(self._folder / f"{len(self.did)}{ending}"))
        dialog.reject()
        return f"file dialog {dialog.windowTitle()!r}"

    def _in_dialog(self, dialog: QDialog) -> str:
        match self._choose.randrange(4):
            case 0:
                return self._click(dialog)
            case 1:
                return self._type(dialog)
            case 2:
                buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
                if buttons:
                    self._choose.choice(buttons).click()
            case _:
                dialog.reject()
        return f"in {_name(dialog)}"

    def _sign_in(self, dialog: QWidget) -> str:
        button = part(dialog, QPushButton, "sign_in_button")
        if not button.isEnabled() or not dialog.isVisible():
            dialog.show()
            return ""
        right = self._choose.random() < 0.7
        self._ahead += (LONGEST_WAIT_S + 1) * 1_000_000  # the waits after its failures are over
        part(dialog, QLineEdit, "email_edit").setText(EMAIL)
        part(dialog, QLineEdit, "password_edit").setText(PASSWORD if right else "wrong engine")
        button.click()
        return f"sign in, {'rightly' if right else 'wrongly'}"


def double_click(widget: QWidget, place: QPoint | None = None) -> None:
    """Press, let go, press and let go, as a hand does it; Qt's own sends the second press alone."""
    place = place or widget.rect().center()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NO, place)
    if isValid(widget):  # the first may have closed what it was on
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, NO, place)
    if isValid(widget):
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, NO, place)


def _name(widget: QWidget) -> str:
    return (widget.objectName() or type(widget).__name__) if isValid(widget) else "what is gone by now"
