"""The main window: balance, calculator beside records, menus. It wires views, and asks for dialogs by signal."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import QLocale, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
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
from desktop.terms.values import Entry, Receipt, Role, Session, Statement
from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.calculator.price_texts import way_out
from desktop.views.look import remembered, theme
from desktop.views.look.icons import application_icon
from desktop.views.look.number_locale import number_format_of
from desktop.views.look.shortcuts import Shortcuts
from desktop.views.look.told import Told
from desktop.views.main_window.banner import Banner
from desktop.views.main_window.header import Header
from desktop.views.main_window.menus import BOTH, CALCULATOR, RECORDS, Menus
from desktop.views.main_window.panes import Panes
from desktop.views.main_window.recovery_bar import RecoveryBar
from desktop.views.main_window.spending_line import SpendingLine
from desktop.views.main_window.undo_offers import UndoOffers
from desktop.views.records.browser import RecordsBrowser
from desktop.wording.grouping import show_groups

_SIZE = (1180, 760)
_FRAME = QSize(8, 48)  # what a window manager puts around a window, of which Qt knows nothing before it is shown
_QUIET_MS = 4_000
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
        calculator_panel: CalculatorPanel | None = None,
        start_pane: str = "last",
    ) -> None:
        """`start_pane` is the arrangement to begin with, or "last".

        `calculator_panel` is one made before: together the two would take longer than a person should feel.
        """
        super().__init__()
        self.setObjectName("main_window")
        self._sessions = sessions
        self._calculator = calculator
        self._records = records
        self._store = store
        self._kept_for: int | None = None  # whose entry and tape stand in the calculator, locked or not
        self._settings = settings
        self._theme = colours
        self._arrangement = BOTH
        self._whole_size = QSize(*_SIZE)
        self._start_pane = start_pane
        self._prices: list[int] = []  # hundredths, of the operations, the lowest first
        self._way_out = ""
        self._format = number_format_of(locale or QLocale())
        self.calculator_panel = calculator_panel or CalculatorPanel(calculator=calculator, locale=locale)
        self.records_browser = RecordsBrowser(
            records=records,
            settings=settings,
            page_size=page_size,
            page_sizes=page_sizes,
            page_fits=page_fits,
            proof=self._proof,
            locale=locale,
        )
        self._build()
        self._recall()
        self._connect()

    def _build(self) -> None:
        self.setWindowTitle("Metercalc")
        self.setWindowIcon(application_icon())
        self._header = Header(number_format=self._format)
        self.spending_line = SpendingLine(number_format=self._format)
        self._banner = Banner()
        self._banner.show_text(self._store.trouble)
        # From the outside in: what moves into another widget takes all that it holds through the style sheet again.
        self._body = QWidget()
        self.setCentralWidget(self._body)
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._recovery = RecoveryBar()
        for widget in (self._header, self.spending_line, self._banner, self._recovery):
            layout.addWidget(widget)
        self._panes = Panes(self.calculator_panel, self.records_browser)
        layout.addWidget(self._panes, 1)
        self._selection = Told(say("Selection"))
        self._selection.setObjectName("selection_label")
        self._selection.setFont(theme.font(figures=True))
        theme.set_role(self._selection, "muted")
        self.statusBar().addPermanentWidget(self._selection)
        self._menus = Menus(
            self.menuBar(),
            export=self.records_browser.export_action,
            copy_menu=self.records_browser.copy_menu,
            sort_menu=self.records_browser.sort_menu,
            columns_menu=self.records_browser.columns_menu,
            page_menu=self.records_browser.page_menu,
            scheme=self._theme.chosen,
        )
        self._undo_offers = UndoOffers(
            self,
            bar=self.records_browser.undo_bar,
            places=(self.records_browser.undo_place, self.calculator_panel.undo_place),
            details=self._menus.details,
        )
        everywhere = [action for menu in self.menuBar().findChildren(QMenu) for action in menu.actions()]
        self._shortcuts = Shortcuts(everywhere, self)
        self._shortcuts.hold_in([*self.findChildren(QLineEdit), *self.findChildren(QAbstractSpinBox)])
        self._open_menu = QShortcut(QKeySequence("F10"), self)

    def _connect(self) -> None:
        self._sessions.signed_in.connect(self.show_session)
        self._sessions.signed_out.connect(self._on_signed_out)
        self._sessions.recovery_code_made.connect(self._recovery.show_code)
        self._recovery.copied.connect(self._on_copied)
        self._menus.recovery_code.triggered.connect(self.recovery_code_asked)
        self._sessions.password_changed.connect(self._on_password_changed)
        self._calculator.statement_changed.connect(self._on_statement)
        self._calculator.charged.connect(self._on_charged)
        self._store.trouble_changed.connect(self._banner.show_text)
        self._store.failed.connect(self._on_store_failed)
        self._store.backed_up.connect(self._on_backed_up)
        self.spending_line.copied.connect(self._on_copied)
        records, menus = self.records_browser, self._menus
        records.details_asked.connect(self._on_details)
        records.note_asked.connect(self._on_note)
        self._records.noted.connect(self.calculator_panel.take_note)
        records.result_asked.connect(self._to_calculator)
        records.result_asked.connect(self.calculator_panel.take_result)
        records.expression_asked.connect(self._to_calculator)
        records.expression_asked.connect(self.calculator_panel.take_expression)
        records.copied.connect(self._on_copied)
        self.calculator_panel.copied.connect(self._on_copied)
        self.calculator_panel.details_asked.connect(self._on_details)
        records.entry_asked.connect(self._to_calculator)
        records.undo_changed.connect(menus.offer_undo)
        records.undo_changed.connect(self._undo_offers.tell)
        self._undo_offers.said.connect(self.show_message)
        for part in (self._undo_offers, self.calculator_panel):
            part.can_undo.connect(self._records.can_undo)
            part.came_back.connect(self._records.look_over_undo)
        records.selection_changed.connect(self._selection.setText)
        menus.undo.triggered.connect(records.undo)
        menus.search.triggered.connect(self._to_search)
        menus.calculate.triggered.connect(self._to_calculator)
        self._header.calculator_asked.connect(self._to_calculator)
        self._header.records_asked.connect(self._to_records)
        self._panes.folded_changed.connect(self._header.fold)
        self._header.fold(self._panes.is_folded)
        self._panes.shown_changed.connect(self._on_pane_shown)
        menus.palette.triggered.connect(self._on_palette)
        menus.next_pane.triggered.connect(self._on_next_pane)
        self._open_menu.activated.connect(self._on_open_menu)
        menus.draw.triggered.connect(self.calculator_panel.draw_random)
        menus.memory.triggered.connect(self.calculator_panel.add_to_memory)
        menus.sign.triggered.connect(self.calculator_panel.change_sign)
        menus.copy.triggered.connect(self.calculator_panel.copy_result)
        menus.sign_out.triggered.connect(self._sessions.sign_out)
        menus.quit.triggered.connect(self.close)
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
        menus.arrangements.triggered.connect(self._on_arrangement)
        menus.schemes.triggered.connect(self._on_scheme)
        menus.groups.toggled.connect(self._on_group_digits)
        menus.details.toggled.connect(records.show_details)
        records.details_closed.connect(menus.details.toggle)
        self._theme.changed.connect(self._on_theme)
        menus.on_top.toggled.connect(self._on_keep_on_top)

    def _recall(self) -> None:
        geometry = remembered.state(self._settings, "window/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self._take_room()
        # Not restoreState(), which believes whatever is kept: two numbers can be looked at.
        widths = remembered.text(self._settings, "window/splitter")
        plain = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", widths)
        if widths and not plain:
            remembered.ignored("window/splitter")
        if plain:
            self._panes.recall([int(width) for width in plain.groups()])
        self._menus.groups.setChecked(remembered.text(self._settings, "window/group_digits", "1") == "1")
        show_groups(self._menus.groups.isChecked())
        self._menus.details.setChecked(remembered.text(self._settings, "window/details", "0") == "1")
        self.records_browser.show_details(self._menus.details.isChecked())
        self._menus.on_top.setChecked(remembered.text(self._settings, "window/on_top", "0") == "1")
        self._on_keep_on_top(self._menus.on_top.isChecked())
        last = remembered.text(self._settings, "window/arrangement", BOTH)
        self.arrange(last if self._start_pane == "last" else self._start_pane)

    def _take_room(self) -> None:
        """The usual size, or all of a screen that is smaller."""
        usual = QSize(*_SIZE)
        # Where there is no real screen Qt's is 800 × 800, and binds nobody.
        room = usual if QGuiApplication.platformName() == "offscreen" else self.screen().availableSize() - _FRAME
        self.resize(usual.boundedTo(room))
        if usual != usual.boundedTo(room):
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def remember(self) -> None:
        """Keep geometry, splitter and arrangement for the next time."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self._settings.setValue("window/splitter", "/".join(map(str, self._panes.widths())))
        self._settings.setValue("window/group_digits", int(self._menus.groups.isChecked()))
        self._settings.setValue("window/details", int(self._menus.details.isChecked()))
        self._settings.setValue("window/on_top", int(self._menus.on_top.isChecked()))
        self.records_browser.remember()

    def take_over(self, other: MainWindow, session: Session | None) -> None:
        """Stand where another window stood, with what the same person had in it, in this one's words.

        Without a session the person is away, and what they had waits for them.
        """
        other.remember()
        self._recall()
        self.arrange(other._arrangement)
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
        if self._arrangement != CALCULATOR:
            self._whole_size = self.size()
        panes = {CALCULATOR: (self.calculator_panel,), RECORDS: (self.records_browser,)}
        self._panes.arrange(*panes.get(name, (self.calculator_panel, self.records_browser)))
        self._selection.setVisible(name != CALCULATOR)
        self._menus.check(self._menus.arrangements, name)
        self._undo_offers.find_a_place()
        changed = (self._arrangement == CALCULATOR) != (name == CALCULATOR)
        self._arrangement = name
        self._lay_out()
        if changed and self.isVisible() and not self.isMaximized():
            # The calculator alone is a small window; the whole one comes back as it was.
            compact = QSize(self.calculator_panel.sizeHint().width(), self.height())
            self.resize(compact if name == CALCULATOR else self._whole_size)

    def _lay_out(self) -> None:
        """Now, not when the event comes: until then the hidden half still counts for the smallest width."""
        self._panes.updateGeometry()
        for layout in (self._body.layout(), self.layout()):
            if layout is not None:
                layout.invalidate()
                layout.activate()

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
        self.records_browser.start(session.username)
        self.calculator_panel.focus_entry()

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.remember()
        if not self._sessions.is_locked:
            self.calculator_panel.forget()
            self._recovery.forget()
            self._kept_for = None
        self.records_browser.forget()
        self._header.forget()
        self.spending_line.forget()
        self._menus.offer_administration(False)
        self.statusBar().clearMessage()

    @Slot(object)
    def _on_statement(self, statement: Statement) -> None:
        self._prices = sorted(filter(None, statement.prices.values()))  # what is free, every balance covers
        self._way_out = way_out(statement.account)
        self._menus.offer_administration(statement.account.role is Role.ADMIN)
        self._show_balance(statement.account.balance)
        self.spending_line.show_account(statement.account)

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        self._show_balance(receipt.balance)
        self.spending_line.show_balance(receipt.balance)

    def _show_balance(self, balance: int) -> None:
        cheapest, dearest = (self._prices[0], self._prices[-1]) if self._prices else (0, 0)
        self._header.show_balance(balance, cheapest=cheapest, dearest=dearest, way_out=self._way_out)

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

    @Slot(object)
    def _on_details(self, entry: Entry) -> None:
        from desktop.views.dialogs.record import RecordDialog

        dialog = RecordDialog(entry, proof=self._proof(), number_format=self._format, parent=self)
        dialog.result_asked.connect(self._to_calculator)
        dialog.result_asked.connect(self.calculator_panel.take_result)
        dialog.expression_asked.connect(self._to_calculator)
        dialog.expression_asked.connect(self.calculator_panel.take_expression)
        dialog.copied.connect(self._on_copied)
        dialog.note_asked.connect(self._on_note)
        dialog.open()

    @Slot(object)
    def _on_note(self, entry: Entry) -> None:
        from desktop.views.dialogs.note import NoteDialog

        dialog = NoteDialog(entry, records=self._records, parent=self)
        dialog.note_given.connect(self._records.set_note)
        dialog.open()

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
    def _on_next_pane(self) -> None:
        """From the calculator to the search, to the records, and round; over what is not in sight."""
        records = self.records_browser
        places = ((self.calculator_panel, self.calculator_panel), *((records, pane) for pane in records.panes))
        wanted = [(pane, place) for pane, place in places if self._panes.can_show(pane)]
        here = next((number for number, (_, place) in enumerate(wanted) if _has_focus(place)), -1)
        pane, place = wanted[(here + 1) % len(wanted)]
        if pane is self.calculator_panel:
            self._to_calculator()
        else:
            self._panes.bring(records)
            place.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _bring(self, pane: QWidget) -> None:
        if not self._panes.can_show(pane):
            self.arrange(BOTH)  # whoever asks for it does not want it hidden
        self._panes.bring(pane)

    @Slot()
    def _to_calculator(self) -> None:
        self._bring(self.calculator_panel)
        self.calculator_panel.focus_entry()

    @Slot()
    def _to_search(self) -> None:
        self._bring(self.records_browser)
        self.records_browser.focus_search()

    @Slot()
    def _to_records(self) -> None:
        self._bring(self.records_browser)
        self.records_browser.panes[-1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _on_pane_shown(self) -> None:
        self._undo_offers.find_a_place()
        self._header.show_pane(calculator=self._panes.front is self.calculator_panel)

    @Slot()
    def _on_open_menu(self) -> None:
        self.menuBar().setFocus(Qt.FocusReason.MenuBarFocusReason)
        self.menuBar().setActiveAction(self.menuBar().actions()[0])

    @Slot(QAction)
    def _on_arrangement(self, action: QAction) -> None:
        before, now = self._arrangement, action.data()
        self._choose_arrangement(now)
        back = partial(self._choose_arrangement, before)
        self._undo_offers.hid_a_pane(before, now, back, partial(self._is_arranged, now))

    def _choose_arrangement(self, name: str) -> None:
        self.arrange(name)
        self._settings.setValue("window/arrangement", name)

    def _is_arranged(self, name: str) -> bool:
        return self._arrangement == name

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


def _has_focus(pane: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (focus is pane or pane.isAncestorOf(focus))
