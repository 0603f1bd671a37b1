"""The settings: pages on the left, the fields of one on the right; only "Save" saves. It reads no file."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from desktop.controllers.requests import Failure
from desktop.controllers.settings import SettingsController, Tried
from desktop.language.sentences import mark, say
from desktop.system.overriding import override
from desktop.terms.errors import BadInput
from desktop.terms.settings import Effect, Setting
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.mnemonics import letters_of
from desktop.views.look.number_locale import number_format_of
from desktop.views.settings.fields import width_of
from desktop.views.settings.page import SettingsPage
from desktop.wording.settings import PAGES, words_of

_CHARACTERS, _LINES = 112, 31  # of the size, where the screen has room for it
_BUTTONS = (mark("&Save"), mark("&Defaults of this page"), mark("&Try it now"), mark("&Colours"))
_COLOURS = (
    ("system", mark("As the system has it")),
    ("light", mark("Light")),
    ("dark", mark("Dark")),
    ("contrast", mark("High contrast")),
)
_APPEARANCE, _RANDOM = "Appearance", "Random strings"  # titles of `PAGES`


class SettingsDialog(Dialog):
    """Everything that may be changed, each with its default, its limits and what it does."""

    done_saving = Signal(str)  # what there is to say afterwards

    def __init__(
        self,
        *,
        settings: SettingsController,
        colours: theme.Theme,
        locale: QLocale | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("settings_dialog", say("Settings"), parent)
        self._settings = settings
        self._theme = colours
        self._before = colours.chosen
        self._format = number_format_of(locale or QLocale())
        self._pages: list[SettingsPage] = []
        self._build()
        self._connect()
        self._settings.look()

    def _build(self) -> None:
        self._list = QListWidget()
        self._list.setObjectName("settings_pages")
        self._list.setAccessibleName(say("Pages"))
        theme.set_role(self._list, "pages")
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget()
        body = QHBoxLayout()
        body.setSpacing(scales.WIDE)
        body.addWidget(self._list)
        body.addWidget(self._stack, 1)
        self.layout_.addLayout(body, 1)
        self._message = self.add_text(say("Reading the settings …"), role="muted")
        self._message.setObjectName("settings_message_label")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        buttons = self.add_buttons(accept=say("&Save"), reject=say("Cancel"))
        self._save = next(
            one for one in buttons.buttons() if buttons.buttonRole(one) is QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._save.setObjectName("save_settings_button")
        self._cancel = next(one for one in buttons.buttons() if one is not self._save)
        self._save.setEnabled(False)
        self._defaults = buttons.addButton(say("&Defaults of this page"), QDialogButtonBox.ButtonRole.ResetRole)
        self._defaults.setObjectName("settings_defaults_button")
        self._defaults.setEnabled(False)
        room = self.screen().availableGeometry().size() * 0.9
        metrics = self.fontMetrics()
        wanted = QSize(metrics.averageCharWidth() * _CHARACTERS, metrics.lineSpacing() * _LINES)
        self.resize(wanted.boundedTo(room))

    def _connect(self) -> None:
        self._settings.found.connect(self._on_found)
        self._settings.saved.connect(self._on_saved)
        self._settings.failed.connect(self._on_failed)
        self._settings.tried.connect(self._on_tried)
        self._settings.try_failed.connect(self._on_try_failed)
        self._list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._save.clicked.connect(self._on_save)
        self._defaults.clicked.connect(self._on_defaults)

    def _put_buttons_last(self) -> None:
        """Have Tab come to what stands below the pages after them, though they were made later."""
        *_, last = self._pages[-1].fields.values()
        before: QWidget = last.editor
        for widget in (self._defaults, self._save, self._cancel):
            self.setTabOrder(before, widget)
            before = widget

    @override
    def reject(self) -> None:
        """Leave everything as it was, the colours that were tried on too."""
        if self._theme.chosen != self._before:
            self._theme.choose(self._before)
        self._settings.cancel_try()
        super().reject()

    def show_page(self, title: str) -> None:
        """Turn to a page."""
        for row, page in enumerate(self._pages):
            if page.title == title:
                self._list.setCurrentRow(row)

    @Slot(object)
    def _on_found(self, settings: tuple[Setting, ...]) -> None:
        if self._pages:
            return
        by_name = {setting.name: setting for setting in settings}
        taken = letters_of(map(say, _BUTTONS))
        for title, names in PAGES:
            page = SettingsPage(title, [by_name[name] for name in names], self._format, taken=taken)
            self._pages.append(page)
            self._list.addItem(say(title))
            self._stack.addWidget(page)
            for field in page.fields.values():
                field.edited.connect(self._on_edited)
            if title == _APPEARANCE:
                self._add_colours(page)
            elif title == _RANDOM:
                self._add_trial(page)
        self._put_buttons_last()
        self._list.setFixedWidth(self._list.sizeHintForColumn(0) + 2 * scales.TIGHT)
        self._say("", "muted")
        self._save.setEnabled(True)
        self._defaults.setEnabled(True)
        self._list.setCurrentRow(0)
        self._list.setFocus()

    def _add_colours(self, page: SettingsPage) -> None:
        self._colours = QComboBox()
        self._colours.setObjectName("colour_scheme_setting")
        for name, text in _COLOURS:
            self._colours.addItem(say(text), name)
        self._colours.setCurrentIndex(self._colours.findData(self._before))
        self._colours.setFixedWidth(width_of(self._colours, 40))
        self._colours.currentIndexChanged.connect(self._on_colours)
        label = QLabel(say("&Colours"))
        label.setBuddy(self._colours)
        page.append(label, gap=scales.MEDIUM)
        page.append(self._colours)

    def _add_trial(self, page: SettingsPage) -> None:
        self._try = QPushButton(say("&Try it now"))
        self._try.setObjectName("try_random_button")
        self._try.setToolTip(
            say("Draw one string with what is set here, and throw it away; nothing is charged or saved")
        )
        self._try.clicked.connect(self._on_try)
        self._outcome = QLabel(
            say("Draws one string with what is set here and throws it away. Nothing is charged or saved.")
        )
        self._outcome.setObjectName("try_outcome_label")
        self._outcome.setWordWrap(True)
        self._outcome.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(self._outcome, "muted")
        page.append(self._outcome, gap=scales.MEDIUM)
        page.append(self._try)
        page.column.setAlignment(self._try, Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def _on_colours(self) -> None:
        self._theme.choose(self._colours.currentData())

    @Slot()
    def _on_edited(self) -> None:
        self._say("", "muted")

    @Slot()
    def _on_defaults(self) -> None:
        page = self._pages[self._list.currentRow()]
        page.show_defaults()
        if page.title == _APPEARANCE:
            self._colours.setCurrentIndex(self._colours.findData("system"))
        self._say(say("The defaults of this page are filled in. They count once they are saved."), "muted")

    @Slot()
    def _on_save(self) -> None:
        changes = []
        for row, page in enumerate(self._pages):
            try:
                changes += page.changes()
            except BadInput as error:
                self._list.setCurrentRow(row)
                self._say(error.message, "negative")
                return
        if not changes:
            self.accept()
            return
        self._save.setEnabled(False)
        self._settings.save(changes)

    @Slot(object)
    def _on_saved(self, settings: tuple[Setting, ...]) -> None:
        before = {setting.name: setting.value for page in self._pages for setting in page.settings}
        later = [
            say(words_of(setting).label)
            for setting in settings
            if setting.effect is Effect.START and setting.value != before.get(setting.name)
        ]
        told = [say("The settings are saved.")]
        if later:
            told.append(say("{settings}: from the next start on.", settings=", ".join(later)))
        self.done_saving.emit(" ".join(told))
        self.accept()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._save.setEnabled(bool(self._pages))
        self._say(failure.text, "negative")
        key = str(failure.details.get("key", ""))
        for row, page in enumerate(self._pages):
            for setting in page.settings:
                if key == f"[{setting.section}] {setting.key}":
                    self._list.setCurrentRow(row)
                    page.show_trouble(setting.name, say("Accepted: {values}.", values=setting.accepts))

    @Slot()
    def _on_try(self) -> None:
        page = self._pages[self._list.currentRow()]
        try:
            values = page.values()
        except BadInput as error:
            self._tell(error.message, "negative")
            return
        self._try.setEnabled(False)
        self._tell(say("Drawing a string …"), "muted")
        self._settings.try_random(values)

    @Slot(object)
    def _on_tried(self, tried: Tried) -> None:
        self._try.setEnabled(True)
        seconds = f"{tried.seconds:.1f}"
        self._tell(say("It works: {url} gave a string in {seconds} s.", url=tried.url, seconds=seconds), "positive")

    @Slot(object)
    def _on_try_failed(self, failure: Failure) -> None:
        self._try.setEnabled(True)
        self._tell(failure.text, "negative")

    def _tell(self, text: str, role: str) -> None:
        self._outcome.setText(text)
        theme.set_role(self._outcome, role)
        announce(self._outcome, text)

    def _say(self, text: str, role: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))
        theme.set_role(self._message, role)
        if text:
            announce(self, text, urgent=role == "negative")
