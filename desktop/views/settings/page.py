"""One page of the settings: each with its label, its field, what it does and what is accepted. It saves none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say
from desktop.terms.errors import BadInput
from desktop.terms.settings import Change, Setting
from desktop.views.look import scales, theme
from desktop.views.look.mnemonics import lettered
from desktop.views.settings.fields import SettingField, field_for
from desktop.wording.settings import hint, lock_text, words_of


class SettingsPage(QScrollArea):
    """The settings of one page, under each other; scrolled where there is no room for all."""

    def __init__(self, title: str, settings: Sequence[Setting], fmt: NumberFormat, *, taken: str) -> None:
        """`taken` are the letters that the dialog around it uses with Alt."""
        super().__init__()
        self.title = title
        self.settings = settings
        self.fields: dict[str, SettingField] = {}
        self._format = fmt
        self._troubles: dict[str, QLabel] = {}
        self._shown: dict[str, str] = {}  # as the fields write what they were given: 1000 and 1000.00 are the same
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inner = QWidget()
        inner.setAutoFillBackground(False)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, scales.MEDIUM, 0)
        self.column.setSpacing(scales.TIGHT)
        heading = QLabel(say(title))
        scales.set_size(heading, scales.Size.LEAD, bold=True)
        self.column.addWidget(heading)
        labels = lettered([say(words_of(setting).label) for setting in settings], taken=taken)
        for setting, label in zip(settings, labels, strict=True):
            self._add(setting, label)
        self.column.addStretch(1)
        self.setWidget(inner)

    def _add(self, setting: Setting, text: str) -> None:
        field = field_for(setting, self._format)
        self.fields[setting.name] = field
        self._shown[setting.name] = field.value()
        label = QLabel(text)
        label.setBuddy(field.editor)
        self.insert(label, gap=scales.MEDIUM)
        self.insert(field)
        said = hint(setting, self._format)
        self.insert(_small(said, "muted"))
        if lock := lock_text(setting):
            locked = _small(lock, "warning")
            locked.setObjectName(f"{setting.name.replace('.', '_')}_lock_label")
            self.insert(locked)
        trouble = _small("", "negative")
        trouble.setObjectName(f"{setting.name.replace('.', '_')}_trouble_label")
        trouble.hide()
        self._troubles[setting.name] = trouble
        self.insert(trouble)
        field.editor.setToolTip(lock or said)

    def insert(self, widget: QWidget, *, gap: int = 0) -> None:
        """Put something below what is there, with more room above it."""
        if gap:
            self.column.addSpacing(gap)
        self.column.addWidget(widget)

    def append(self, widget: QWidget, *, gap: int = 0) -> None:
        """Put something below all settings."""
        place = self.column.count() - 1  # above the stretch
        self.column.insertSpacing(place, gap)
        self.column.insertWidget(place + 1, widget)

    def changes(self) -> list[Change]:
        """What was changed on this page. Raises `BadInput` for what cannot be read, which is marked."""
        found = []
        for setting in self.settings:
            if setting.locked_by:
                continue
            try:
                value = self.fields[setting.name].value()
            except BadInput as error:
                self.show_trouble(setting.name, error.message)
                raise
            self.show_trouble(setting.name, "")
            if value != self._shown[setting.name]:
                found.append(Change(setting.section, setting.key, setting.in_file, value))
        return found

    def values(self) -> dict[str, str]:
        """All that is set on this page, by "section.key". Raises `BadInput` as `changes` does."""
        self.changes()
        return {name: field.value() for name, field in self.fields.items()}

    def show_defaults(self) -> None:
        """Put the defaults into all fields that can be changed; nothing is saved yet."""
        for setting in self.settings:
            if not setting.locked_by:
                self.fields[setting.name].show_value(setting.default)
                self.show_trouble(setting.name, "")

    def show_trouble(self, name: str, trouble: str) -> None:
        """Say below a field why its value is not accepted; "" when it is."""
        self.fields[name].mark(trouble)
        self._troubles[name].setText(trouble)
        self._troubles[name].setVisible(bool(trouble))
        if trouble:
            self.fields[name].setFocus()
            self.ensureWidgetVisible(self._troubles[name])


def _small(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    theme.set_role(label, role)
    scales.set_size(label, scales.Size.CAPTION)
    return label
