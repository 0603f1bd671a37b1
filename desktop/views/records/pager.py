"""The row under the records: which page, of how many, how long, and what they come to. It asks by signal."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QSpinBox, QToolButton, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import mark, say, say_many
from desktop.terms.pages import Page, Totals
from desktop.views.look import scales, theme
from desktop.views.look.icons import icon
from desktop.views.look.number_locale import widgets_locale
from desktop.views.look.told import call

_TURNS = (
    ("first_page_action", mark("&First page"), ("Alt+Home",)),
    ("previous_page_action", mark("&Previous page"), ("Ctrl+PgUp", "Alt+Left")),
    ("next_page_action", mark("&Next page"), ("Ctrl+PgDown", "Alt+Right")),
    ("last_page_action", mark("&Last page"), ("Alt+End",)),
)
FIT = 0  # the page size that follows the window


class Pager(QWidget):
    """Moves through the pages."""

    page_asked = Signal(int)
    size_asked = Signal(int)  # `FIT` for as many as fit

    def __init__(
        self, *, page_sizes: tuple[int, ...], number_format: NumberFormat, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._format = number_format
        self._page_sizes = page_sizes
        self._pages = 1
        self._going = 1  # the page that was asked for last
        self._build()
        self._connect()

    def _build(self) -> None:
        self._total = QLabel()
        self._total.setObjectName("total_label")
        self._total.setAccessibleName(say("Total"))
        self._total.setFont(scales.font(figures=True))
        self._total.setWordWrap(True)
        theme.set_role(self._total, "muted")
        self._indexing = QLabel()
        self._indexing.setObjectName("indexing_label")
        self._indexing.setToolTip(say("Until the index of the records is made, pages and searches come slower"))
        self._indexing.setFont(scales.font(figures=True))
        self._indexing.setWordWrap(True)  # it comes and goes: the pages beside it keep their room
        theme.set_role(self._indexing, "muted")
        self._indexing.hide()
        self._first = _button("first_page_button", "first", "⏮", say("First page"))
        self._previous = _button("previous_page_button", "previous", "‹", say("Previous page"))
        self._next = _button("next_page_button", "next", "›", say("Next page"))
        self._last = _button("last_page_button", "last", "⏭", say("Last page"))
        self.menu = QMenu(say("&Page"), self)
        self.menu.setObjectName("page_menu")
        self._actions = [self._action(*words) for words in _TURNS]
        self.addActions(self._actions)
        self._number = QSpinBox()
        self._number.setObjectName("page_spin")
        self._number.setAccessibleName(say("Page"))
        self._number.setLocale(widgets_locale())
        self._number.setMinimum(1)
        self._number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._number.setKeyboardTracking(False)
        self._of = QLabel()  # empty until the totals are known
        self._of.setObjectName("pages_label")
        self._size = QComboBox()
        self._size.setObjectName("page_size_combo")
        call(self._size, say("Records on a page"))
        # Translators: As many records on a page as fit.
        self._size.addItem(say("What fits"), FIT)
        for size in self._page_sizes:
            self._size.addItem(
                say_many("{count} a page", "{count} a page", size, count=format_count(size, self._format)), size
            )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(scales.TIGHT)
        said = QVBoxLayout()  # above each other: beside each other they leave a narrow window no room for the pages
        said.setSpacing(0)
        said.addWidget(self._total)
        said.addWidget(self._indexing)
        row.addLayout(said, 1)
        for widget in (
            self._first,
            self._previous,
            self._number,
            self._of,
            self._next,
            self._last,
            self._size,
        ):
            row.addWidget(widget)

    def _connect(self) -> None:
        turns = (self._on_first, self.turn_back, self.turn_on, self._on_last)
        for button, action, turn in zip(self._buttons, self._actions, turns, strict=True):
            button.clicked.connect(turn)
            action.triggered.connect(turn)
        self._number.valueChanged.connect(self.page_asked)
        self._size.currentIndexChanged.connect(self._on_size)

    @property
    def _buttons(self) -> tuple[QToolButton, ...]:
        return self._first, self._previous, self._next, self._last

    def _action(self, name: str, text: str, keys: tuple[str, ...]) -> QAction:
        action = self.menu.addAction(say(text))
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in keys])
        return action

    def choose_size(self, size: int) -> None:
        """Set the page size without asking for a page."""
        with QSignalBlocker(self._size):
            self._size.setCurrentIndex(max(0, self._size.findData(size)))

    def forget(self) -> None:
        """Say nothing of the records of whoever has signed out."""
        self._total.clear()
        self._of.clear()
        self._number.setMaximum(1)

    def show_page(self, page: Page) -> None:
        """Show where a page stands and, once that is known, of how many, and what the filtered set comes to."""
        known = page.totals is not None
        # Until the totals are known a full page may have a next one.
        self._pages = page.pages if known else page.number + (len(page.entries) == page.request.size)
        self._going = page.number
        with QSignalBlocker(self._number):
            self._number.setMaximum(self._pages)
            self._number.setValue(page.number)
        self._of.setText(_of(format_count(page.pages, self._format)) if known else "")
        back, on = page.number > 1, page.number < self._pages
        # Translators: Why a button is off, behind a colon: the page is the first one, or the last one.
        reasons = ("" if back else say("this is the first one"), "" if on else say("this is the last one"))
        why = (
            reasons[0],
            reasons[0],
            reasons[1],
            reasons[1] if known or not on else say("the records are being counted"),
        )
        for button, action, words, reason in zip(self._buttons, self._actions, _TURNS, why, strict=True):
            button.setEnabled(not reason)
            action.setEnabled(not reason)
            keys = QKeySequence(words[2][0]).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{button.accessibleName()} ({keys})" + (f": {reason}" if reason else ""))
        self._total.setText(_in_words(page.totals, self._format) if page.totals is not None else say("Counting …"))

    @Slot(int, int)
    def show_counting(self, done: int, total: int) -> None:
        """Say how far the totals are."""
        self._total.setText(say("Counting … {percent} %", percent=self._percent(done, total)))

    @Slot(int, int)
    def show_indexing(self, done: int, total: int) -> None:
        """Say how far the index behind the pages is; it is made in the background, and nobody need wait for it."""
        self._indexing.setText(say("Making the index … {percent} %", percent=self._percent(done, total)))
        if done < total:  # a handful of new records is taken in before anybody could read it
            self._indexing.show()

    def _percent(self, done: int, total: int) -> str:
        return format_count(100 * done // max(1, total), self._format)

    @Slot()
    def end_indexing(self) -> None:
        """The index is made, or made no further."""
        self._indexing.hide()

    @Slot()
    def _on_first(self) -> None:
        self._go_to(1)

    @Slot()
    def turn_back(self) -> None:
        """To the page before."""
        self._go_to(self._going - 1)

    @Slot()
    def turn_on(self) -> None:
        """To the next page."""
        self._go_to(self._going + 1)

    @Slot()
    def _on_last(self) -> None:
        self._go_to(self._pages)

    def _go_to(self, number: int) -> None:
        """Ask for a page; clicks that come before it has count from it."""
        self._going = min(max(1, number), self._pages)
        self.page_asked.emit(self._going)

    @Slot()
    def _on_size(self) -> None:
        self.size_asked.emit(self._size.currentData())


def _in_words(totals: Totals, number_format: NumberFormat) -> str:
    return say_many(
        "{count} record · spent {spent} · credited {credited}",
        "{count} records · spent {spent} · credited {credited}",
        totals.count,
        count=format_count(totals.count, number_format),
        spent=format_money(totals.spent, number_format),
        credited=format_money(totals.credited, number_format),
    )


def _of(pages: str) -> str:
    # Translators: Behind the number of a page, as in "3 of 12".
    return say("of {pages}", pages=pages)


def _button(name: str, picture: str, sign: str, spoken: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setAccessibleName(spoken)
    button.setToolTip(spoken)
    found = icon(picture)
    button.setIcon(found)
    if found.isNull():
        button.setText(sign)
    return button
