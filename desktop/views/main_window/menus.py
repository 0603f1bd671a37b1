"""The menu bar: every action of the window, its words and its keys. It carries none of them out."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop.language.sentences import mark, say
from desktop.views.look.icons import icon

BOTH, CALCULATOR, RECORDS = "both", "calculator", "records"
_KEY = QKeySequence.StandardKey
_ARRANGEMENTS = (
    (BOTH, mark("Calculator &and records"), "Ctrl+1"),
    (CALCULATOR, mark("&Calculator alone"), "Ctrl+2"),
    (RECORDS, mark("&Records alone"), "Ctrl+3"),
)
_SCHEMES = (
    ("system", mark("&System colours")),
    ("light", mark("&Light")),
    ("dark", mark("&Dark")),
    ("contrast", mark("&High contrast")),
)


class Menus(QObject):
    """The actions, by name; whoever holds this connects them."""

    def __init__(
        self,
        bar: QMenuBar,
        *,
        export: QAction,
        copy_menu: QMenu,
        sort_menu: QMenu,
        columns_menu: QMenu,
        page_menu: QMenu,
        scheme: str,
    ) -> None:
        super().__init__(bar)
        self._build_file(bar.addMenu(say("&File")), export)
        self._build_edit(bar.addMenu(say("&Edit")), copy_menu)
        # Translators: The menu of what is shown and how.
        self._build_view(bar.addMenu(say("&View")), (sort_menu, columns_menu, page_menu), scheme)
        account = bar.addMenu(say("&Account"))
        self.change_password = self._add(
            account, say("&Change password…"), name="change_password_action", picture="user"
        )
        self.administration = self._add(account, say("&Administration…"), "Ctrl+Shift+A", name="administration_action")
        self.offer_administration(False)
        self.recovery_code = self._add(account, say("New &recovery code…"), name="recovery_code_action")
        account.addAction(self.sign_out)
        self._build_help(bar.addMenu(say("&Help")))

    def _build_file(self, menu: QMenu, export: QAction) -> None:
        menu.addAction(export)
        self.statement = self._add(menu, say("S&tatement…"), "Ctrl+T", name="statement_action", picture="statement")
        self.back_up = self._add(menu, say("Back &up now…"), name="back_up_action", picture="backup")
        self.settings = self._add(menu, say("Settin&gs…"), "Ctrl+,", name="settings_action", picture="settings")
        menu.addSeparator()
        self.sign_out = self._add(menu, say("&Sign out"), "Ctrl+Shift+Q", name="sign_out_action", picture="sign-out")
        self.quit = self._add(menu, say("&Quit"), "Ctrl+Q")  # Qt 6.10 has a key for it that few keyboards have

    def _build_edit(self, menu: QMenu, copy_menu: QMenu) -> None:
        self.copy = self._add(menu, say("Copy &result"), "Ctrl+Shift+C", picture="copy")
        menu.addMenu(copy_menu)
        self.undo = self._add(menu, say("&Undo"), _standard(_KEY.Undo, "Ctrl+Z"), name="undo_action", picture="undo")
        self.undo.setEnabled(False)
        self.draw = self._add(menu, say("Draw a random &string"), "Ctrl+G", name="draw_random_action", picture="random")
        self.memory = self._add(menu, say("Add to the &memory"), "Ctrl+M", name="memory_action")
        self.sign = self._add(menu, say("Chan&ge the sign"), "F9", name="sign_action")
        self.search = self._add(menu, say("&Find in the records"), _standard(_KEY.Find, "Ctrl+F"), picture="search")
        self.calculate = self._add(menu, say("Go to the &calculator"), "Ctrl+L")
        self.next_pane = self._add(menu, say("Go to the &next pane"), "F6", name="next_pane_action")

    def _build_view(self, menu: QMenu, of_records: tuple[QMenu, ...], scheme: str) -> None:
        self.arrangements = QActionGroup(self)
        for name, text, shortcut in _ARRANGEMENTS:
            self._choice(self.arrangements, self._add(menu, say(text), shortcut), name)
        self.insights = self._add(menu, say("&Insights"), "Ctrl+I", name="insights_action", picture="insights")
        self.details = self._add(menu, say("Record d&etails"), "Ctrl+D", name="details_pane_action")
        self.details.setCheckable(True)
        menu.addSeparator()
        for one in of_records:
            menu.addMenu(one)
        self.groups = self._add(menu, say("&Group digits"), name="group_digits_action")
        self.groups.setCheckable(True)
        self.on_top = self._add(menu, say("Keep on &top"), picture="pin")
        self.on_top.setCheckable(True)
        menu.addSeparator()
        self.schemes = QActionGroup(self)
        for name, text in _SCHEMES:
            self._choice(self.schemes, self._add(menu, say(text)), name)
        self.check(self.schemes, scheme)

    def _build_help(self, menu: QMenu) -> None:
        self.shortcuts = self._add(
            menu, say("&Keyboard shortcuts"), _standard(_KEY.HelpContents, "F1"), name="shortcuts_action"
        )
        self.palette = self._add(menu, say("&Find an action…"), "Ctrl+Shift+P", name="palette_action", picture="search")
        self.verify = self._add(menu, say("&Verify ledger…"), name="verify_action", picture="verify")
        self.logs = self._add(menu, say("Open &log folder"), name="log_folder_action")
        menu.addSeparator()
        self.about = self._add(menu, say("&About Metercalc"), name="about_action", picture="info")

    def offer_undo(self, available: bool, what: str) -> None:
        """Offer to take `what` back, or nothing."""
        self.undo.setEnabled(available)
        self.undo.setText(say("&Undo: {what}", what=what.replace("&", "&&")) if available else say("&Undo"))

    def offer_administration(self, offered: bool) -> None:
        """Offer the administrators' window, or keep it out of sight."""
        self.administration.setVisible(offered)
        self.administration.setEnabled(offered)

    @staticmethod
    def check(group: QActionGroup, name: str) -> None:
        """Check the choice of this name."""
        for action in group.actions():
            action.setChecked(action.data() == name)

    def _add(self, menu: QMenu, text: str, shortcut: str = "", *, name: str = "", picture: str = "") -> QAction:
        action = QAction(text, self)
        if picture:
            action.setIcon(icon(picture))
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        if name:
            action.setObjectName(name)
        menu.addAction(action)
        return action

    @staticmethod
    def _choice(group: QActionGroup, action: QAction, name: str) -> None:
        action.setCheckable(True)
        action.setData(name)
        group.addAction(action)


def _standard(key: QKeySequence.StandardKey, fallback: str) -> str:
    """The platform's shortcut, or one of ours: without a desktop theme Qt has none for some."""
    return QKeySequence(key).toString() or fallback
