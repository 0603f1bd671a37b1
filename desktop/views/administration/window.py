"""The administrators' window: people, credits, prices, and the log of what was done. It shows and asks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLocale, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget

from desktop.controllers.administration import AdministrationController
from desktop.controllers.requests import Failure
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.administration.credits import CreditsPage
from desktop.views.administration.invite import InviteDialog
from desktop.views.administration.log_page import LogPage
from desktop.views.administration.people import PeoplePage
from desktop.views.administration.prices import PricesPage
from desktop.views.look import remembered, scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.number_locale import number_format_of

_SETTINGS = "administration"
_SIZE = QSize(920, 600)


class AdministrationWindow(QWidget):
    """A window of its own; closing it only hides it."""

    def __init__(
        self,
        *,
        controller: AdministrationController,
        settings: QSettings,
        parent: QWidget | None = None,
        locale: QLocale | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("administration_window")
        self._controller = controller
        self._settings = settings
        self._format = number_format_of(locale or QLocale())
        self._build()
        self._connect()
        geometry = remembered.state(settings, f"{_SETTINGS}/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(_SIZE.boundedTo(self.screen().availableGeometry().size() * 0.9))

    def _build(self) -> None:
        self.setWindowTitle(say("Administration"))
        self.people = PeoplePage(controller=self._controller, number_format=self._format)
        self.credits = CreditsPage(controller=self._controller, settings=self._settings, number_format=self._format)
        self.prices = PricesPage(controller=self._controller, number_format=self._format)
        self.log = LogPage(controller=self._controller, number_format=self._format)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("administration_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for page, name in (
            (self.people, say("People")),
            (self.credits, say("Credits")),
            (self.prices, say("Prices")),
            (self.log, say("Log")),
        ):
            self.tabs.addTab(page, name)
        self._message = QLabel()
        self._message.setObjectName("administration_message_label")
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setContentsMargins(scales.MEDIUM, 0, scales.MEDIUM, scales.SMALL)
        self._message.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._message.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.SMALL, scales.SMALL, scales.SMALL, 0)
        layout.setSpacing(scales.TIGHT)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self._message)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        for number in range(self.tabs.count()):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, partial(self.tabs.setCurrentIndex, number))

    def _connect(self) -> None:
        self._controller.changed.connect(self._on_changed)
        self._controller.failed.connect(self._on_failed)
        self.people.invite_asked.connect(self._on_invite)
        self.people.password_asked.connect(self._on_password)
        self.people.credit_asked.connect(self._on_credit)
        self.credits.told.connect(self._say)
        self.prices.told.connect(self._say)

    def show_now(self) -> None:
        """Show the window at once, and read everything anew."""
        self._say("", False)
        self.show()
        self.raise_()
        self.activateWindow()
        self.people.focus_search()
        self._controller.look()

    def forget(self) -> None:
        """Show nothing: somebody else may sign in."""
        self.people.show_people(())
        self.credits.forget()
        self.prices.forget()
        self.log.forget()
        self.close()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue(f"{_SETTINGS}/geometry", self.saveGeometry())
        super().closeEvent(event)

    @Slot()
    def _on_invite(self) -> None:
        InviteDialog(controller=self._controller, number_format=self._format, parent=self).open()

    @Slot(str)
    def _on_password(self, email: str) -> None:
        InviteDialog(controller=self._controller, number_format=self._format, whom=email, parent=self).open()

    def give_credit(self, email: str) -> None:
        """Show where credit is put in, for one person."""
        self.show_now()
        self._on_credit((email,))

    @Slot(object)
    def _on_credit(self, emails: tuple[str, ...]) -> None:
        self.tabs.setCurrentWidget(self.credits)
        self.credits.give_to(emails)

    @Slot(str)
    def _on_changed(self, told: str) -> None:
        if told:
            self._say(told, False)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._say(failure.text, True)

    @Slot(str, bool)
    def _say(self, text: str, trouble: bool) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))
        theme.set_role(self._message, "negative" if trouble else "muted")
        if text:
            announce(self, text, urgent=trouble)
