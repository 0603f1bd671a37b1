"""Text to read and to copy: About, and a crash. It finds none of it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QWidget,
)

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look.first_icons import application_icon
from desktop.wording.markup import escaped


class DetailsDialog(Dialog):
    """Text to read and copy: what the program is, or what went wrong in it."""

    link_asked = Signal(str)  # an address, to be opened by the program that the system has for it

    def __init__(
        self,
        *,
        name: str,
        title: str,
        text: str,
        details: Sequence[str],
        links: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`links` are addresses by the words that lead to them."""
        super().__init__(name, title, parent)
        self._details = "\n".join(details)
        picture = QLabel()
        picture.setPixmap(application_icon().pixmap(48, 48))
        self.layout_.addWidget(picture)
        self.add_text(text)
        self._addresses = links or {}
        self._links = self.add_text("") if links else None
        if self._links is not None:
            self._add_links(self._links)
        shown = QPlainTextEdit(self._details)
        shown.setReadOnly(True)
        shown.setAccessibleName(say("Details"))
        shown.setTabChangesFocus(True)
        self.layout_.addWidget(shown, 1)
        buttons = self.add_buttons()
        copy = buttons.addButton(say("&Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_details_button")
        copy.clicked.connect(self._on_copy)
        self.resize(560, 380)

    def _add_links(self, label: QLabel) -> None:
        label.setObjectName("links_label")
        label.setAccessibleName(say("Links: {names}", names=", ".join(self._addresses)))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)  # Tab and Enter too
        label.linkActivated.connect(self.link_asked)
        self._colour_links()

    def _colour_links(self) -> None:
        """In the colour of the moment: Qt takes the palette's once, as the text is set."""
        if self._links is not None:
            words = (f'<a href="{escaped(address)}">{escaped(text)}</a>' for text, address in self._addresses.items())
            self._links.setText("")  # the same once more would be left as it is
            self._links.setText(" &nbsp;·&nbsp; ".join(words))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_links()

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
