"""Pictures of every screen, light and dark, taken from the real window as a person would use it. For the demo alone.

The scenes are a generator that yields what to wait for, a signal or milliseconds; nothing blocks the window meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QLocale, QObject, QSize, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLineEdit, QTableView, QTabWidget, QWidget

from desktop.arithmetic.numbers import localise
from desktop.language.sentences import say
from desktop.settings.config import Config, Places
from desktop.terms.errors import AppError, BadInput
from desktop.terms.kinds import OperationType
from desktop.views.filters.periods import Period
from desktop.views.look.number_locale import number_format_of
from desktop.window.program import Program
from desktop.window.start import make_application

if TYPE_CHECKING:
    from desktop.views.main_window.window import MainWindow

PAINT_MS = 120  # for what was just changed to be on screen
SETTLE_MS = 600  # the search's delay, and the page that follows
LIMIT_MS = 120_000  # for what a scene waits for: it comes within a second, but not on a machine that is busy
MARK = 8  # the day whose figures are shown
_QUICK = 80  # of a PNG's "quality": a fifth larger, three times faster
WINDOW = (1180, 760)
COMPACT = (380, 700)
NARROW = (560, 700)
ADMINISTRATION = (920, 560)
_ORDER = (
    ("credit_to_edit", "demo@example.org"),
    ("credit_amount_edit", "100"),
    ("credit_reason_edit", "Allowance"),
)
_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


class Album(NamedTuple):
    """Where the pictures go, and in which colours they are taken."""

    folder: Path
    schemes: Sequence[str]


def take(
    places: Places, config: Config, account: tuple[str, str], folder: Path, *, schemes: Sequence[str] = ("light",)
) -> None:
    """Write the pictures into `folder`, in the configuration's language. Raises `AppError` where a scene never came."""
    application = make_application()
    QLocale.setDefault(QLocale(config.language.name))  # its numbers too, as where the whole system speaks it
    program = Program(application, places, config)
    director = Director(_scenes(program, account, Album(folder, schemes)))
    program.start()
    QTimer.singleShot(0, director.go_on)
    application.exec()
    program.close()
    if director.error is not None:
        raise director.error
    if not director.finished:
        raise AppError(say("The pictures are not complete; the log says what happened."))


class Director(QObject):
    """Goes through the scenes, waiting for each thing that they yield."""

    def __init__(self, scenes: Iterator[Any]) -> None:
        super().__init__()
        self.finished = False
        self.error: AppError | None = None
        self._scenes = scenes
        self._awaited: Any = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(QCoreApplication.quit)

    @Slot()
    def go_on(self) -> None:
        """Play until the next wait."""
        self._patience.start(LIMIT_MS)
        if self._awaited is not None:
            self._awaited.disconnect(self.go_on)
            self._awaited = None
        try:
            awaited = next(self._scenes)
        except StopIteration:
            self.finished = True
            QCoreApplication.quit()
            return
        except AppError as error:
            self.error = error
            QCoreApplication.quit()
            return
        if isinstance(awaited, int):
            QTimer.singleShot(awaited, self.go_on)
        else:
            self._awaited = awaited
            awaited.connect(self.go_on)


def _scenes(program: Program, account: tuple[str, str], album: Album) -> Iterator[Any]:
    yield program.sessions.first_run_known
    yield from _both(program, program.login_dialog, album, "sign-in")
    refusal = say("The e-mail or the password is not right.")
    program.login_dialog.show_error(say("{message} (reference {reference})", message=refusal, reference="5f0c2a91"))
    _find(program.login_dialog, QLineEdit, "email_edit").setText(account[0])
    _find(program.login_dialog, QLineEdit, "password_edit").setText("not the right one")
    yield from _both(program, program.login_dialog, album, "sign-in-refused")
    program.sessions.sign_in(*account)
    yield program.records.page_changed
    window = program.window
    assert window is not None
    _resize(window, WINDOW)
    entry = _find(window, QLineEdit, "entry_edit")
    for text in ("0.1 + 0.2", "12.50 × 3", "√2", "(19.99 + 5) ÷ 3"):
        entry.setText(_written(text))
        program.calculator.evaluate()
        yield program.calculator.charged
    entry.setText(_written("4 × 17.35 + 8"))
    yield SETTLE_MS
    yield from _both(program, window, album, "calculator")
    entry.setText(_written("7 ÷ 0"))
    program.calculator.evaluate()
    yield program.calculator.failed
    yield from _both(program, window, album, "error")
    entry.setText(_written("8 + 1"))
    program.calculator.evaluate()
    yield program.calculator.charged
    yield from _records(program, window, album)
    yield from _details(program, window, album)
    yield from _dialogs(program, window, album)
    yield from _insights(program, window, album)
    yield from _settings(program, window, album)
    yield from _administration(program, window, album)
    window.arrange("calculator")
    _resize(window, COMPACT)
    entry.setText(_written("2 ÷ 7"))
    program.calculator.evaluate()
    yield program.calculator.charged
    yield from _both(program, window, album, "compact")


def _records(program: Program, window: MainWindow, album: Album) -> Iterator[Any]:
    operation = _find(window, QComboBox, "operation_filter")
    search = _find(window, QLineEdit, "search_edit")
    trash = _find(window, QAbstractButton, "trash_toggle")
    _find(window, QAbstractButton, "records_tab").click()  # where there is room for one pane alone
    table = _find(window, QTableView, "records_table")
    operation.setCurrentIndex(operation.findData(OperationType.MULTIPLICATION))
    search.setText("5")
    yield SETTLE_MS
    yield from _both(program, window, album, "records-filtered")
    yield from _filters(program, window, album)
    search.setText("no such thing")
    yield SETTLE_MS
    yield from _both(program, window, album, "records-no-match")
    _find(window, QAbstractButton, "clear_filters_button").click()
    yield program.records.page_changed
    for row in (1, 2, 4):
        table.selectionModel().select(table.model().index(row, 0), _ROWS)
    _find(window, QObject, "delete_action").trigger()
    yield program.records.page_changed
    yield from _both(program, window, album, "records-deleted")
    trash.click()
    yield program.records.page_changed
    yield from _both(program, window, album, "trash")
    trash.click()
    yield program.records.page_changed


def _filters(program: Program, window: MainWindow, album: Album) -> Iterator[Any]:
    """All filters in use, further columns, and the same in a narrow window."""
    for name in ("more_filters_button", "chip_addition", "chip_division"):
        _find(window, QAbstractButton, name).click()
    for name, text in (("search_edit", "2"), ("least_edit", "-1000"), ("most_edit", "-5")):
        _find(window, QLineEdit, name).setText(_written(text))
    _find(window, QComboBox, "period_filter").setCurrentText(say(Period.YEAR.value))
    yield SETTLE_MS
    table = _find(window, QTableView, "records_table")
    for row in (1, 2, 3):
        table.selectionModel().select(table.model().index(row, 0), _ROWS)
    yield from _both(program, window, album, "records-all-filters")
    for name in ("show_number_action", "show_source_action", "show_date_action"):
        _find(window, QObject, name).trigger()
    yield from _both(program, window, album, "records-columns")
    _find(window, QObject, "reset_columns_action").trigger()
    window.arrange("records")
    _resize(window, NARROW)
    yield from _both(program, window, album, "records-narrow")
    window.arrange("both")
    _resize(window, WINDOW)
    _find(window, QAbstractButton, "records_tab").click()
    for name in ("clear_filters_button", "more_filters_button"):
        _find(window, QAbstractButton, name).click()
    yield SETTLE_MS


def _details(program: Program, window: MainWindow, album: Album) -> Iterator[Any]:
    """The pane under the records, and the same record in a dialog."""
    table = _find(window, QTableView, "records_table")
    table.setCurrentIndex(table.model().index(1, 0))
    pane = _find(window, QAction, "details_pane_action")
    pane.trigger()
    yield from _both(program, window, album, "record-details")
    pane.trigger()
    _find(window, QAction, "record_details_action").trigger()
    yield from _closing(program, window, album, "record_dialog")


def _dialogs(program: Program, window: MainWindow, album: Album) -> Iterator[Any]:
    """What the menus open."""
    for name in ("palette", "shortcuts", "about", "change_password", "export", "statement"):
        _find(window, QAction, f"{name}_action").trigger()
        yield from _closing(program, window, album, f"{name.removeprefix('change_')}_dialog")
    _find(window, QAction, "verify_action").trigger()
    yield program.store.verified
    yield from _closing(program, window, album, "verify_dialog")


def _closing(program: Program, window: MainWindow, album: Album, name: str) -> Iterator[Any]:
    """Both pictures of an open dialog, and its end."""
    yield PAINT_MS
    dialog = _find(window, QDialog, name)
    yield from _both(program, dialog, album, name.replace("_", "-"))
    dialog.reject()


def _insights(program: Program, window: QWidget, album: Album) -> Iterator[Any]:
    from desktop.views.insights.chart import Chart  # late, as in the window itself

    _find(window, QObject, "insights_action").trigger()
    shown = _find(window, QWidget, "insights_window")
    yield _find(window, QObject, "insights_controller").changed
    _find(shown, Chart, "spend_chart").set_mark(MARK)
    yield from _both(program, shown, album, "insights")
    shown.close()


def _settings(program: Program, window: QWidget, album: Album) -> Iterator[Any]:
    from desktop.views.settings.dialog import SettingsDialog

    chosen = program.theme.chosen
    _find(window, QObject, "settings_action").trigger()
    dialog = _find(window, SettingsDialog, "settings_dialog")
    yield _find(window, QObject, "settings_controller").found
    for page in ("Appearance", "Spending", "Random strings"):
        dialog.show_page(page)
        yield from _both(program, dialog, album, f"settings-{page.split()[0].lower()}")
    dialog.reject()
    program.theme.choose(chosen)


def _administration(program: Program, window: QWidget, album: Album) -> Iterator[Any]:
    _find(window, QObject, "administration_action").trigger()
    shown = _find(window, QWidget, "administration_window")
    yield _find(window, QObject, "administration_controller").usage_found
    _resize(shown, ADMINISTRATION)
    tabs = _find(shown, QTabWidget, "administration_tabs")
    for place, name in enumerate(("people", "credits", "prices", "log")):
        tabs.setCurrentIndex(place)
        if name == "credits":
            for field, text in _ORDER:
                _find(shown, QLineEdit, field).setText(_written(text) if text.isdigit() else text)
            _find(shown, QAbstractButton, "credit_add_button").click()
            yield _find(window, QObject, "administration_controller").credits_checked
        elif name == "prices":
            _find(shown, QLineEdit, "price_edit").setText(_written("12.50"))
        yield from _both(program, shown, album, f"administration-{name}")
    shown.close()


def _both(program: Program, widget: QWidget, album: Album, name: str) -> Iterator[int]:
    """One picture in each scheme, that in force first: a change takes half a second of styling everything anew."""
    for scheme in sorted(album.schemes, key=lambda scheme: scheme != program.theme.chosen):
        if scheme != program.theme.chosen:
            program.theme.choose(scheme)
        yield PAINT_MS
        QCoreApplication.sendPostedEvents()  # on a busy machine what was shown may not be laid out yet
        file = album.folder / f"{name}-{scheme}.png"
        if not widget.grab().save(str(file), quality=_QUICK):
            raise BadInput(say("The picture could not be written ({file}).", file=file))


def _resize(window: QWidget, size: tuple[int, int]) -> None:
    """As large as that, or as the screen is."""
    window.resize(QSize(*size).boundedTo(window.screen().availableSize()))


def _written(text: str) -> str:
    """What a person of this locale would type: its decimal mark and digits."""
    return localise(text, number_format_of(QLocale()))


def _find(parent: QWidget, kind: type[Any], name: str) -> Any:
    found = parent.findChild(kind, name)
    assert found is not None, f"no {name} in the window"
    return found
