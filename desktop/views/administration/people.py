"""The people of a ledger: who there is, what they have, and what can be done about them. It decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.administration import AdministrationController
from desktop.language.sentences import mark, say, say_count, say_many
from desktop.terms.kinds import Role, Status
from desktop.terms.people import Person
from desktop.views.administration.sheet import Cell, Sheet, SheetModel
from desktop.views.look import scales, theme
from desktop.views.look.clearing_edit import ClearingEdit
from desktop.views.look.flow_layout import FlowLayout
from desktop.wording.shown import moment_text

_HEADS = (
    mark("E-mail"),
    # Translators: Administrator or user.
    mark("Role"),
    # Translators: Of an account: active, inactive or invited.
    mark("State"),
    mark("Balance"),
    mark("Last active"),
)
_ROLES = {Role.ADMIN: mark("Administrator"), Role.USER: mark("User")}


class PeoplePage(QWidget):
    """Everybody, found by typing. What concerns several people is done to each of them."""

    invite_asked = Signal()
    credit_asked = Signal(object)  # e-mails: tuple[str, ...]
    password_asked = Signal(str)  # an e-mail

    def __init__(self, *, controller: AdministrationController, number_format: NumberFormat) -> None:
        super().__init__()
        self._controller = controller
        self._format = number_format
        self._people: tuple[Person, ...] = ()
        self._build()
        self._connect()
        self._on_selection()

    def _build(self) -> None:
        self._search = ClearingEdit()
        self._search.setObjectName("people_search_edit")
        self._search.setPlaceholderText(say("Find somebody"))
        self._search.setAccessibleName(say("Find somebody"))
        self._invite = self._button(say("In&vite…"), "invite_button", say("Make an account with a one-time password"))
        self._credit = self._button(
            say("Give &credit…"), "give_credit_button", say("Put credit into the chosen accounts")
        )
        self._status = self._button(say("&Deactivate"), "status_button", say("Keep from signing in; nothing is lost"))
        self._role = self._button(
            say("Make &administrator"), "role_button", say("Who administers sees and sets all of this")
        )
        self._reset = self._button(
            say("Give a &password…"), "reset_password_button", say("For who has lost theirs: used once")
        )
        self._model = SheetModel(_HEADS, figures=(3,))
        self._sheet = Sheet("people_table", say("People"), self._model, stretch=0)
        self._count = QLabel()
        self._count.setObjectName("people_count_label")
        theme.set_role(self._count, "muted")
        tools = QWidget()
        flow = FlowLayout(tools, spacing=scales.SMALL, growing=self._search)  # in a narrow window in two rows
        for widget in (self._search, self._invite, self._credit, self._reset, self._status, self._role):
            flow.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        layout.addWidget(tools)
        layout.addWidget(self._sheet, 1)
        layout.addWidget(self._count)

    @staticmethod
    def _button(text: str, name: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        return button

    def _connect(self) -> None:
        self._controller.people_found.connect(self.show_people)
        self._search.textChanged.connect(self._on_search)
        self._sheet.selectionModel().selectionChanged.connect(self._on_selection)
        self._invite.clicked.connect(self.invite_asked)
        self._credit.clicked.connect(self._on_credit)
        self._reset.clicked.connect(self._on_reset)
        self._status.clicked.connect(self._on_status)
        self._role.clicked.connect(self._on_role)

    def focus_search(self) -> None:
        """Type to find somebody."""
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def show_people(self, people: tuple[Person, ...]) -> None:
        """Show these, and keep chosen who was."""
        names = {self._people[row].account.username for row in self._sheet.chosen()}
        self._people = people
        self._model.show([self._row(person) for person in people])
        select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row, person in enumerate(people):
            if person.account.username in names:
                index = self._sheet.proxy.mapFromSource(self._model.index(row, 0))
                self._sheet.selectionModel().select(index, select)
        self._on_selection()

    def chosen(self) -> tuple[Person, ...]:
        """Who is chosen."""
        return tuple(self._people[row] for row in self._sheet.chosen())

    def _row(self, person: Person) -> tuple[Cell, ...]:
        account = person.account
        inactive = account.status is Status.INACTIVE
        state = say("Inactive") if inactive else say("Invited") if person.invited else say("Active")
        return (
            Cell(account.username),
            Cell(say(_ROLES[account.role])),
            Cell(state, role="negative" if inactive else ""),
            Cell(format_money(account.balance, self._format), account.balance),
            Cell(moment_text(person.active_at, self._format) if person.active_at else say("Never"), person.active_at),
        )

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._sheet.proxy.setFilterFixedString(text)
        self._tell()

    @Slot()
    def _on_selection(self) -> None:
        chosen = self.chosen()
        self._credit.setEnabled(bool(chosen))
        self._status.setEnabled(bool(chosen))
        self._role.setEnabled(len(chosen) == 1)
        self._reset.setEnabled(len(chosen) == 1)
        activate = bool(chosen) and all(person.account.status is Status.INACTIVE for person in chosen)
        self._status.setText(say("&Activate") if activate else say("&Deactivate"))
        admin = len(chosen) == 1 and chosen[0].account.role is Role.ADMIN
        self._role.setText(say("Make a &user") if admin else say("&Make administrator"))
        self._tell()

    def _tell(self) -> None:
        found, everybody, chosen = self._sheet.proxy.rowCount(), len(self._people), len(self.chosen())
        matches = say_count(found)
        told = (
            say_many("{count} account", "{count} accounts", everybody)
            if found == everybody
            else say_many("{found} of {count} account", "{found} of {count} accounts", everybody, found=matches)
        )
        if chosen:
            told = say_many("{accounts}, {count} chosen", "{accounts}, {count} chosen", chosen, accounts=told)
        self._count.setText(told)

    @Slot()
    def _on_credit(self) -> None:
        self.credit_asked.emit(tuple(person.account.username for person in self.chosen()))

    @Slot()
    def _on_reset(self) -> None:
        for person in self.chosen():
            self.password_asked.emit(person.account.username)

    @Slot()
    def _on_status(self) -> None:
        chosen = self.chosen()
        activate = all(person.account.status is Status.INACTIVE for person in chosen)
        status = Status.ACTIVE if activate else Status.INACTIVE
        for person in chosen:
            if person.account.status is not status:
                self._controller.set_status(person.account.username, status)

    @Slot()
    def _on_role(self) -> None:
        for person in self.chosen():
            role = Role.USER if person.account.role is Role.ADMIN else Role.ADMIN
            self._controller.set_role(person.account.username, role)
