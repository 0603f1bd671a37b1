"""The main window: balance, calculator beside records, menus. It wires views, and asks for dialogs by signal."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLocale, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from desktop.controllers.calculator import CalculatorController
from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.language.sentences import mark, say
from desktop.system.overriding import override
from desktop.terms.people import Session
from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.look import scales, theme
from desktop.views.look.first_icons import application_icon
from desktop.views.look.gradual import finish
from desktop.views.look.number_locale import number_format_of
from desktop.views.look.shortcuts import Shortcuts
from desktop.views.look.told import Told
from desktop.views.main_window.arrangement import Arrangement
from desktop.views.main_window.banner import Banner
from desktop.views.main_window.header import Header
from desktop.views.main_window.memory import WindowMemory
from desktop.views.main_window.menus import Menus
from desktop.views.main_window.panes import Panes
from desktop.views.main_window.record_dialogs import RecordDialogs
from desktop.views.main_window.recovery_bar import RecoveryBar
from desktop.views.main_window.spending_line import SpendingLine
from desktop.views.main_window.standing import Standing
from desktop.views.main_window.undo_offers import UndoOffers
from desktop.views.main_window.walk import Walk
from desktop.views.records.browser import RecordsBrowser
from desktop.wording.grouping import show_groups

_QUIET_MS = 4_000
# A window that is about to be shown asks for its first page a picture later: painting both in one turn would be felt.
_FIRST_PAGE_MS = 16
_PROOFS = {
    True: mark(
        "The ledger is proved: what is new at every start, all of it by and by; Help, Verify ledger does it now."
    ),
    False: mark("The ledger fails its checks; Help, Verify ledger names the records."),
    None: mark("The ledger is being proved, or was not yet; Help, Verify ledger proves it."),
}


class MainWindow(QMainWindow):
    """The window. What needs a dialog or another program it asks for by signal."""

    password_change_asked = Signal()
    recovery_code_asked = Signal()
    verify_asked = Signal()
    back_up_asked = Signal()
    shortcuts_asked = Signal()
    about_asked = Signal()
    log_folder_asked = Signal()
    statement_asked = Signal()
    insights_asked = Signal()
    settings_asked = Signal()
    administration_asked = Signal()
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
        page_fits: bool = False,
        locale: QLocale | None = None,
        start_pane: str = "last",
        gradually: bool = False,
    ) -> None:
        """`start_pane` is the arrangement to begin with, or "last".

        Built `gradually`, it is no window before `steps` has come to its end.
        """
        super().__init__()
        self.setObjectName("main_window")
        self._sessions = sessions
        self._calculator = calculator
        self._records = records
        self._store = store
        self._kept_for: int | None = None  # whose entry and tape stand in the calculator, locked or not
        self._owner = ""  # of the records
        self._first_page = QTimer(self)
        self._first_page.setSingleShot(True)
        self._first_page.setInterval(_FIRST_PAGE_MS)
        self._settings = settings
        self._theme = colours
        self._start_pane = start_pane
        self._format = number_format_of(locale or QLocale())
        self.calculator_panel = CalculatorPanel(calculator=calculator, locale=locale, gradually=True)
        self.records_browser = RecordsBrowser(
            records=records,
            settings=settings,
            page_size=page_size,
            page_sizes=page_sizes,
            page_fits=page_fits,
            proof=self._proof,
            locale=locale,
            gradually=True,
        )
        if not gradually:
            finish(self.steps())

    def steps(self) -> Iterator[None]:
        """Build all of it, a step at a time none of which is felt."""
        # From the outside in: what moves into another widget takes all that it holds through the style sheet again.
        self._build()
        yield
        yield from self.calculator_panel.steps()
        yield from self.records_browser.steps()
        self._build_menus()
        yield
        self._gather()
        self._recall()
        self._connect()
        yield

    def _build(self) -> None:
        self.setWindowTitle("Metercalc")
        self.setWindowIcon(application_icon())
        self._header = Header(number_format=self._format)
        self.spending_line = SpendingLine(number_format=self._format)
        self._banner = Banner()
        self._banner.show_text(self._store.trouble)
        body = QWidget()
        self.setCentralWidget(body)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._recovery = RecoveryBar()
        for widget in (self._header, self.spending_line, self._banner, self._recovery):
            layout.addWidget(widget)
        self._panes = Panes(self.calculator_panel, self.records_browser)
        layout.addWidget(self._panes, 1)
        self._selection = Told(say("Selection"))
        self._selection.setObjectName("selection_label")
        self._selection.setFont(scales.font(figures=True))
        theme.set_role(self._selection, "muted")
        self.statusBar().addPermanentWidget(self._selection)

    def _build_menus(self) -> None:
        records = self.records_browser
        self._menus = Menus(
            self.menuBar(),
            export=records.export_action,
            copy_menu=records.copy_menu,
            sort_menu=records.sort_menu,
            columns_menu=records.columns_menu,
            page_menu=records.page_menu,
            scheme=self._theme.chosen,
        )
        everywhere = [action for menu in self.menuBar().findChildren(QMenu) for action in menu.actions()]
        self._shortcuts = Shortcuts(everywhere, self)
        self._shortcuts.hold_in([*self.findChildren(QLineEdit), *self.findChildren(QAbstractSpinBox)])
        self._open_menu = QShortcut(QKeySequence("F10"), self)

    def _gather(self) -> None:
        """What goes over several of the parts."""
        calculator, records, panes, menus = self.calculator_panel, self.records_browser, self._panes, self._menus
        self._undo_offers = UndoOffers(
            self,
            bar=records.undo_bar,
            places=(records.undo_place, calculator.undo_place),
            details=menus.details,
        )
        self._arrangement = Arrangement(
            self,
            panes=panes,
            calculator=calculator,
            records=records,
            selection=self._selection,
            menus=menus,
            offers=self._undo_offers,
            settings=self._settings,
        )
        self._walk = Walk(self, panes=panes, calculator=calculator, records=records, arrangement=self._arrangement)
        self._record_dialogs = RecordDialogs(self, records=self._records, proof=self._proof, number_format=self._format)
        self._standing = Standing(self, header=self._header, spending=self.spending_line, menus=menus)
        self._memory = WindowMemory(
            self,
            settings=self._settings,
            panes=panes,
            menus=menus,
            arrangement=self._arrangement,
            start_pane=self._start_pane,
        )

    def _connect(self) -> None:
        self._connect_ledger()
        self._connect_parts()
        self._connect_menus()

    def _connect_ledger(self) -> None:
        self._sessions.signed_in.connect(self.show_session)
        self._sessions.signed_out.connect(self._on_signed_out)
        self._sessions.recovery_code_made.connect(self._recovery.show_code)
        self._sessions.password_changed.connect(self._on_password_changed)
        self._calculator.statement_changed.connect(self._standing.show_statement)
        self._calculator.charged.connect(self._standing.show_charge)
        self._store.trouble_changed.connect(self._banner.show_text)
        self._store.failed.connect(self._on_store_failed)
        self._store.backed_up.connect(self._on_backed_up)
        self._records.noted.connect(self.calculator_panel.take_note)

    def _connect_parts(self) -> None:
        calculator, records, walk = self.calculator_panel, self.records_browser, self._walk
        dialogs = self._record_dialogs
        for part in (self._recovery, self.spending_line, records, calculator, dialogs):
            part.copied.connect(self._on_copied)
        for shower in (records, calculator):
            shower.details_asked.connect(dialogs.show_details)
        records.note_asked.connect(dialogs.ask_for_note)
        for asker in (records, dialogs):
            asker.result_asked.connect(walk.to_calculator)
            asker.result_asked.connect(calculator.take_result)
            asker.expression_asked.connect(walk.to_calculator)
            asker.expression_asked.connect(calculator.take_expression)
        records.entry_asked.connect(walk.to_calculator)
        records.undo_changed.connect(self._menus.offer_undo)
        records.undo_changed.connect(self._undo_offers.tell)
        self._undo_offers.said.connect(self.show_message)
        for offering in (self._undo_offers, calculator):
            offering.can_undo.connect(self._records.can_undo)
            offering.came_back.connect(self._records.look_over_undo)
        records.selection_changed.connect(self._selection.setText)
        records.details_closed.connect(self._menus.details.toggle)
        self._header.calculator_asked.connect(walk.to_calculator)
        self._header.records_asked.connect(walk.to_records)
        self._panes.folded_changed.connect(self._header.fold)
        self._header.fold(self._panes.is_folded)
        self._panes.shown_changed.connect(self._on_pane_shown)
        self._theme.changed.connect(self._on_theme)
        self._first_page.timeout.connect(self._ask_for_records)

    def _connect_menus(self) -> None:
        menus, calculator = self._menus, self.calculator_panel
        menus.undo.triggered.connect(self.records_browser.undo)
        menus.search.triggered.connect(self._walk.to_search)
        menus.calculate.triggered.connect(self._walk.to_calculator)
        menus.next_pane.triggered.connect(self._walk.to_next)
        self._open_menu.activated.connect(self._walk.to_menus)
        menus.palette.triggered.connect(self._on_palette)
        menus.draw.triggered.connect(calculator.draw_random)
        menus.memory.triggered.connect(calculator.add_to_memory)
        menus.sign.triggered.connect(calculator.change_sign)
        menus.copy.triggered.connect(calculator.copy_result)
        menus.sign_out.triggered.connect(self._sessions.sign_out)
        menus.quit.triggered.connect(self.close)
        menus.recovery_code.triggered.connect(self.recovery_code_asked)
        menus.change_password.triggered.connect(self.password_change_asked)
        menus.back_up.triggered.connect(self.back_up_asked)
        menus.verify.triggered.connect(self.verify_asked)
        menus.shortcuts.triggered.connect(self.shortcuts_asked)
        menus.about.triggered.connect(self.about_asked)
        menus.logs.triggered.connect(self.log_folder_asked)
        menus.statement.triggered.connect(self.statement_asked)
        menus.insights.triggered.connect(self.insights_asked)
        menus.settings.triggered.connect(self.settings_asked)
        menus.administration.triggered.connect(self.administration_asked)
        menus.schemes.triggered.connect(self._on_scheme)
        menus.groups.toggled.connect(self._on_group_digits)
        menus.details.toggled.connect(self.records_browser.show_details)
        menus.on_top.toggled.connect(self._on_keep_on_top)

    def _recall(self) -> None:
        self._memory.recall()
        show_groups(self._menus.groups.isChecked())
        self.records_browser.show_details(self._menus.details.isChecked())
        self._on_keep_on_top(self._menus.on_top.isChecked())

    def remember(self) -> None:
        """Keep geometry, splitter and arrangement for the next time."""
        self._memory.keep()
        self.records_browser.remember()

    def take_over(self, other: MainWindow, session: Session | None) -> None:
        """Stand where another window stood, with what the same person had in it, in this one's words.

        Without a session the person is away, and what they had waits for them.
        """
        other.remember()
        self._recall()
        self.arrange(other._arrangement.name)
        if not other.isMaximized() and not other.isFullScreen():
            self.setGeometry(other.geometry())
        self._kept_for = other._kept_for
        self.calculator_panel.take_over(other.calculator_panel)
        if other._recovery.code:
            self._recovery.show_code(other._recovery.code)
        if session is None:
            return
        self._header.show_user(session.username)
        self.records_browser.take_up(other.records_browser.state(), session.username)
        self._calculator.refresh()
        self.calculator_panel.focus_entry()

    def ask_for(self, name: str) -> None:
        """Ask for one of the windows beside this one, by its object's name."""
        {"insights_window": self.insights_asked, "administration_window": self.administration_asked}[name].emit()

    def show_message(self, text: str, milliseconds: int = 0) -> None:
        """Say something in the status bar, for a while or until something else is said."""
        self.statusBar().showMessage(text, milliseconds)

    def arrange(self, name: str) -> None:
        """Show "both", the "calculator" alone or the "records" alone."""
        self._arrangement.arrange(name)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window ends the program, and what it looked like is remembered."""
        self.remember()
        self.closed.emit()
        super().closeEvent(event)

    @Slot(object)
    def show_session(self, session: Session) -> None:
        """Show somebody's window: who it is, and the first page of the records."""
        self._header.show_user(session.username)
        if session.user_id == self._kept_for:
            self.calculator_panel.resume()
        else:
            self.calculator_panel.forget()
            self._recovery.forget()
        self._kept_for = session.user_id
        self._owner = session.username
        if self.isVisible():
            self._ask_for_records()
        else:
            self._first_page.start()
        self.calculator_panel.focus_entry()

    @Slot()
    def _ask_for_records(self) -> None:
        self.records_browser.start(self._owner)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.remember()
        self._first_page.stop()
        if not self._sessions.is_locked:
            self.calculator_panel.forget()
            self._recovery.forget()
            self._kept_for = None
        self.records_browser.forget()
        self._standing.forget()
        self.statusBar().clearMessage()

    @Slot(str)
    def _on_backed_up(self, file: str) -> None:
        self.statusBar().showMessage(say("Backed up to {file}", file=file), 10_000)

    @Slot()
    def _on_password_changed(self) -> None:
        told = say("The password is changed."), say("A recovery code made before is void; Account makes another one.")
        self.statusBar().showMessage(" ".join(told), 10_000)

    @Slot(object)
    def _on_store_failed(self, failure: Failure) -> None:
        self.statusBar().showMessage(failure.text)

    @Slot(str)
    def _on_copied(self, what: str) -> None:
        self.show_message(what, _QUIET_MS)

    def _proof(self) -> str:
        return say(_PROOFS[self._store.is_proved])

    @Slot()
    def _on_palette(self) -> None:
        from desktop.views.main_window.palette import Palette

        palette = Palette(self.menuBar(), parent=self)
        palette.chosen.connect(self._on_palette_chosen)
        palette.open()

    @Slot(QAction)
    def _on_palette_chosen(self, action: QAction) -> None:
        action.trigger()

    @Slot()
    def _on_pane_shown(self) -> None:
        self._undo_offers.find_a_place()
        self._header.show_pane(calculator=self._panes.front is self.calculator_panel)

    @Slot(QAction)
    def _on_scheme(self, action: QAction) -> None:
        self._theme.choose(action.data())

    @Slot()
    def _on_theme(self) -> None:
        self._menus.check(self._menus.schemes, self._theme.chosen)

    @Slot(bool)
    def _on_group_digits(self, shown: bool) -> None:
        show_groups(shown)
        self.calculator_panel.show_numbers_anew()
        self.records_browser.show_numbers_anew()

    @Slot(bool)
    def _on_keep_on_top(self, on_top: bool) -> None:
        if bool(self.windowFlags() & Qt.WindowType.WindowStaysOnTopHint) == on_top:
            return
        visible = self.isVisible()
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, on_top)
        if visible:
            self.show()  # changing the flag hides the window
