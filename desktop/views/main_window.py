"""The main window: balance, calculator beside records, menus. It wires views, and asks for dialogs by signal."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_money
from desktop.controllers.calculator import CalculatorController
from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.values import Receipt, Session, Statement
from desktop.views import theme
from desktop.views.banner import Banner
from desktop.views.calculator_panel import CalculatorPanel
from desktop.views.icons import application_icon, icon
from desktop.views.number_locale import number_format_of
from desktop.views.records_browser import RecordsBrowser

_BOTH, _CALCULATOR, _RECORDS = "both", "calculator", "records"
_SHORTCUTS = {_BOTH: "Ctrl+1", _CALCULATOR: "Ctrl+2", _RECORDS: "Ctrl+3"}


class MainWindow(QMainWindow):
    """The window. What needs a dialog or another program it asks for by signal."""

    password_change_asked = Signal()
    verify_asked = Signal()
    back_up_asked = Signal()
    shortcuts_asked = Signal()
    about_asked = Signal()
    log_folder_asked = Signal()
    closed = Signal()

    def __init__(
        self,
        *,
        sessions: SessionController,
        calculator: CalculatorController,
        records: RecordsController,
        store: StoreController,
        settings: QSettings,
        colours: theme.Theme,
        page_size: int,
        page_sizes: tuple[int, ...],
        locale: QLocale | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._sessions = sessions
        self._calculator = calculator
        self._store = store
        self._settings = settings
        self._theme = colours
        self._format = number_format_of(locale or QLocale())
        self.calculator_panel = CalculatorPanel(calculator=calculator, locale=locale)
        self.records_browser = RecordsBrowser(
            records=records, settings=settings, page_size=page_size, page_sizes=page_sizes, locale=locale
        )
        self._build()
        self._recall()
        self._connect()

    def _build(self) -> None:
        self.setWindowTitle("Metercalc")
        self.setWindowIcon(application_icon())
        self.setMinimumSize(360, 480)
        self._user = QLabel()
        self._user.setObjectName("user_label")
        self._user.setAccessibleName("Signed in as")
        theme.set_role(self._user, "muted")
        caption = QLabel("Balance")
        theme.set_role(caption, "muted")
        self._balance = QLabel("…")
        self._balance.setObjectName("balance_label")
        self._balance.setAccessibleName("Balance")
        self._balance.setFont(theme.font(theme.Size.TITLE, bold=True, figures=True))
        header = QFrame()
        theme.set_role(header, "header")
        row = QHBoxLayout(header)
        row.setContentsMargins(theme.LARGE, theme.SMALL, theme.LARGE, theme.SMALL)
        row.setSpacing(theme.SMALL)
        row.addWidget(caption)
        row.addWidget(self._balance)
        row.addStretch(1)
        row.addWidget(self._user)
        self._banner = Banner()
        self._banner.show_text(self._store.trouble)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.calculator_panel)
        self._splitter.addWidget(self.records_browser)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (header, self._banner):
            layout.addWidget(widget)
        layout.addWidget(self._splitter, 1)
        self.setCentralWidget(body)
        self._build_menus()

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file = bar.addMenu("&File")
        file.addAction(self.records_browser.export_action)
        self._back_up = self._add(file, "Back &up now …", "", picture="backup")
        file.addSeparator()
        self._sign_out = self._add(file, "&Sign out", "Ctrl+Shift+Q", name="sign_out_action", picture="sign-out")
        self._quit = self._add(file, "&Quit", _standard(QKeySequence.StandardKey.Quit, "Ctrl+Q"))
        edit = bar.addMenu("&Edit")
        self._copy = self._add(edit, "Copy &result", "Ctrl+Shift+C", picture="copy")
        self._undo = self._add(edit, "&Undo delete", _standard(QKeySequence.StandardKey.Undo, "Ctrl+Z"), picture="undo")
        self._undo.setEnabled(False)
        self._random = self._add(edit, "Draw a random &string", "Ctrl+G", name="draw_random_action", picture="random")
        self._search = self._add(
            edit, "&Find in the records", _standard(QKeySequence.StandardKey.Find, "Ctrl+F"), picture="search"
        )
        self._calculate = self._add(edit, "Go to the &calculator", "Ctrl+L")
        self._build_view_menu(bar.addMenu("&View"))
        account = bar.addMenu("&Account")
        self._password = self._add(account, "&Change password …", "", picture="user")
        account.addAction(self._sign_out)
        help_menu = bar.addMenu("&Help")
        self._shortcuts = self._add(
            help_menu, "&Keyboard shortcuts", _standard(QKeySequence.StandardKey.HelpContents, "F1")
        )
        self._verify = self._add(help_menu, "&Verify ledger …", "", name="verify_action", picture="verify")
        self._logs = self._add(help_menu, "Open &log folder", "", name="log_folder_action")
        help_menu.addSeparator()
        self._about = self._add(help_menu, "&About Metercalc", "", picture="info")

    def _build_view_menu(self, view: QMenu) -> None:
        self._arrangements = QActionGroup(self)
        for name, text in (
            (_BOTH, "Calculator &and records"),
            (_CALCULATOR, "&Calculator alone"),
            (_RECORDS, "&Records alone"),
        ):
            action = self._add(view, text, _SHORTCUTS[name])
            action.setCheckable(True)
            action.setData(name)
            self._arrangements.addAction(action)
        view.addSeparator()
        self._on_top = self._add(view, "Keep on &top", "", picture="pin")
        self._on_top.setCheckable(True)
        view.addSeparator()
        self._schemes = QActionGroup(self)
        for name, text in (("system", "&System colours"), ("light", "&Light"), ("dark", "&Dark")):
            action = self._add(view, text, "")
            action.setCheckable(True)
            action.setChecked(name == self._theme.chosen)
            action.setData(name)
            self._schemes.addAction(action)

    def _add(self, menu: QMenu, text: str, shortcut: str, *, name: str = "", picture: str = "") -> QAction:
        action = QAction(text, self)
        if picture:
            action.setIcon(icon(picture))
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        if name:
            action.setObjectName(name)
        menu.addAction(action)
        return action

    def _connect(self) -> None:
        self._sessions.signed_in.connect(self.show_session)
        self._sessions.signed_out.connect(self._on_signed_out)
        self._calculator.statement_changed.connect(self._on_statement)
        self._calculator.charged.connect(self._on_charged)
        self._store.trouble_changed.connect(self._banner.show_text)
        self._store.failed.connect(self._on_store_failed)
        self.records_browser.exported.connect(self._on_exported)
        self._store.backed_up.connect(self._on_backed_up)
        records = self.records_browser
        records.undo_changed.connect(self._on_undo_changed)
        self._undo.triggered.connect(records.undo)
        self._search.triggered.connect(records.focus_search)
        self._calculate.triggered.connect(self.calculator_panel.focus_entry)
        self._random.triggered.connect(self.calculator_panel.draw_random)
        self._copy.triggered.connect(self.calculator_panel.copy_result)
        self._sign_out.triggered.connect(self._sessions.sign_out)
        self._quit.triggered.connect(self.close)
        self._password.triggered.connect(self.password_change_asked)
        self._back_up.triggered.connect(self.back_up_asked)
        self._verify.triggered.connect(self.verify_asked)
        self._shortcuts.triggered.connect(self.shortcuts_asked)
        self._about.triggered.connect(self.about_asked)
        self._logs.triggered.connect(self.log_folder_asked)
        self._arrangements.triggered.connect(self._on_arrangement)
        self._schemes.triggered.connect(self._on_scheme)
        self._on_top.toggled.connect(self._on_keep_on_top)

    def _recall(self) -> None:
        geometry = self._settings.value("window/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1180, 760)
        splitter = self._settings.value("window/splitter")
        if splitter is None or not self._splitter.restoreState(splitter):
            self._splitter.setSizes([380, 800])
        self._on_top.setChecked(str(self._settings.value("window/on_top", "0")) == "1")
        self._on_keep_on_top(self._on_top.isChecked())
        self.arrange(str(self._settings.value("window/arrangement", _BOTH)))

    def remember(self) -> None:
        """Keep geometry, splitter and arrangement for the next time."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.setValue("window/splitter", self._splitter.saveState())
        self._settings.setValue("window/on_top", int(self._on_top.isChecked()))
        self.records_browser.remember()

    def arrange(self, name: str) -> None:
        """Show "both", the "calculator" alone or the "records" alone."""
        self.calculator_panel.setVisible(name != _RECORDS)
        self.records_browser.setVisible(name != _CALCULATOR)
        for action in self._arrangements.actions():
            action.setChecked(action.data() == name)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window ends the program, and what it looked like is remembered."""
        self.remember()
        self.closed.emit()
        super().closeEvent(event)

    @Slot(object)
    def show_session(self, session: Session) -> None:
        """Show somebody's window: who it is, and the first page of the records."""
        self._user.setText(session.username)
        self.records_browser.start()
        self.calculator_panel.focus_entry()

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.remember()
        self.calculator_panel.forget()
        self.records_browser.forget()
        self._user.clear()
        self._balance.setText("…")
        self.statusBar().clearMessage()

    @Slot(object)
    def _on_statement(self, statement: Statement) -> None:
        self._show_balance(statement.account.balance, low=statement.account.balance < max(statement.prices.values()))

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        self._show_balance(receipt.balance, low=False)

    def _show_balance(self, balance: int, *, low: bool) -> None:
        self._balance.setText(format_money(balance, self._format))
        self._balance.setToolTip("The balance does not cover every operation any more." if low else "")
        theme.set_role(self._balance, "warning" if low else "")

    @Slot(bool, str)
    def _on_undo_changed(self, available: bool, what: str) -> None:
        self._undo.setEnabled(available)
        self._undo.setText(f"&Undo: {what}" if available else "&Undo delete")

    @Slot(str)
    def _on_exported(self, file: str) -> None:
        self.statusBar().showMessage(f"Exported to {file}", 10_000)

    @Slot(str)
    def _on_backed_up(self, file: str) -> None:
        self.statusBar().showMessage(f"Backed up to {file}", 10_000)

    @Slot(object)
    def _on_store_failed(self, failure: Failure) -> None:
        self.statusBar().showMessage(failure.text)

    @Slot(QAction)
    def _on_arrangement(self, action: QAction) -> None:
        self.arrange(action.data())
        self._settings.setValue("window/arrangement", action.data())

    @Slot(QAction)
    def _on_scheme(self, action: QAction) -> None:
        self._theme.choose(action.data())

    @Slot(bool)
    def _on_keep_on_top(self, on_top: bool) -> None:
        if bool(self.windowFlags() & Qt.WindowType.WindowStaysOnTopHint) == on_top:
            return
        visible = self.isVisible()
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, on_top)
        if visible:
            self.show()  # changing the flag hides the window


def _standard(key: QKeySequence.StandardKey, fallback: str) -> str:
    """The platform's shortcut, or one of ours: without a desktop theme Qt has none for some."""
    found: Any = QKeySequence(key)
    return fallback if found.isEmpty() else str(found.toString())
