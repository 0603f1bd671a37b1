"""The language of the window: its sentences, Qt's own words, the way the window is laid out, and its digits.

Widgets take their words when they are built: whoever calls `use` on a running program builds its windows anew.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Slot
from PySide6.QtGui import QGuiApplication

from desktop.arithmetic.money import write_numbers
from desktop.arithmetic.numbers import PLAIN
from desktop.language.directions import OVERRIDE, bare
from desktop.language.sentences import SOURCE, is_right_to_left
from desktop.system.spoken import choose
from desktop.views.look import by_number
from desktop.views.look.number_locale import number_format_of, use_digits

if TYPE_CHECKING:
    from PySide6.QtCore import QTranslator

    from desktop.settings.config import LanguageSection

log = logging.getLogger(__name__)


def asked_for() -> list[str]:
    """The languages that the system asks for, best first."""
    return QLocale.system().uiLanguages()


class Speech(QObject):
    """What is spoken in the window; one for the application."""

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__()
        self._application = application
        self._own_words: QTranslator | None = None
        application.clipboard().dataChanged.connect(self._on_copied)

    def use(self, language: LanguageSection) -> None:
        """Speak what was set, or what the system asks for; numbers stay the system's, but for their digits."""
        code = choose(language.name, asked_for())
        self._take_own_words(code)
        use_digits(language.digits)
        by_number.run(self._application, right_to_left=is_right_to_left(code))
        write_numbers(number_format_of(QLocale()))  # last: it goes by digits and direction

    def end(self) -> None:
        """Take Qt's words away, and heed the clipboard no more."""
        self._take_own_words(SOURCE)
        write_numbers(PLAIN)
        self._application.clipboard().dataChanged.disconnect(self._on_copied)

    def _take_own_words(self, code: str) -> None:
        """The words of Qt's own buttons, menus and dialogs, from its own catalogue; in English it needs none."""
        if self._own_words is not None:
            self._application.removeTranslator(self._own_words)
            self._own_words = None
        if code == SOURCE:
            return
        from PySide6.QtCore import QLibraryInfo, QTranslator

        words = QTranslator()
        if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            self._application.installTranslator(words)
            self._own_words = words
        else:
            log.info("Qt has no words of its own in %s", code)

    @Slot()
    def _on_copied(self) -> None:
        """Whatever was copied in this program, from whatever widget, is copied without what keeps it in order."""
        clipboard = self._application.clipboard()
        text = clipboard.text()
        ours = clipboard.ownsClipboard() or OVERRIDE in text  # not every platform knows whose it is
        if ours and bare(text) != text:
            clipboard.setText(bare(text))
