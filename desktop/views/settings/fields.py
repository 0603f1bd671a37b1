"""A field for each kind of setting: it shows a value and gives one back, as the configuration writes it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from desktop.arithmetic.money import format_money, parse_money, plain_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.errors import BadInput
from desktop.terms.settings import Kind, Setting
from desktop.views.look import scales, theme
from desktop.views.look.left_to_right import left_to_right
from desktop.views.look.number_locale import widgets_locale
from desktop.wording.settings import Words, words_of

_WIDE, _NARROW = 40, 18  # characters: an address, and a number


class SettingField(QWidget):
    """Holds the value of one setting; `editor` is what takes the focus and what a label is for."""

    edited = Signal()
    editor: QWidget

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(scales.MEDIUM)
        self._name = setting.name.replace(".", "_")

    def value(self) -> str:
        """The value as the configuration writes it. Raises `BadInput` for what cannot be read."""
        raise NotImplementedError

    def show_value(self, value: str) -> None:
        """Show a value that the configuration has."""
        raise NotImplementedError

    def mark(self, trouble: str) -> None:
        """Mark what is not accepted, and say why to whoever cannot see it; "" ends that."""
        theme.set_role(self.editor, "invalid" if trouble else "")
        self.editor.setAccessibleDescription(trouble)

    def _add(self, editor: QWidget, characters: int) -> None:
        self.editor = editor
        editor.setObjectName(f"{self._name}_setting")
        editor.setFixedWidth(width_of(editor, characters))
        self._row.addWidget(editor)
        self._row.addStretch(1)
        self.setFocusProxy(editor)


class _TextField(SettingField):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._edit = QLineEdit()
        left_to_right(self._edit)  # addresses, all of them
        self._add(self._edit, _WIDE)
        self._edit.textEdited.connect(self.edited)

    @override
    def value(self) -> str:
        return self._edit.text().strip()

    @override
    def show_value(self, value: str) -> None:
        self._edit.setText(value)
        self._edit.setCursorPosition(0)


class _MoneyField(SettingField):
    def __init__(self, setting: Setting, fmt: NumberFormat) -> None:
        super().__init__(setting)
        self._format = fmt
        self._edit = QLineEdit()
        self._edit.setFont(scales.font(figures=True))
        left_to_right(self._edit)
        self._add(self._edit, _NARROW)
        self._edit.textEdited.connect(self.edited)

    @override
    def value(self) -> str:
        amount = parse_money(self._edit.text(), self._format)
        if amount < 0:
            shown = format_money(amount, self._format)
            raise BadInput(say("{amount} is below zero. Write an amount from 0 on.", amount=shown))
        return plain_money(amount)

    @override
    def show_value(self, value: str) -> None:
        self._edit.setText(bare(format_money(parse_money(value), self._format)))


class _NumberField(SettingField):
    def __init__(self, setting: Setting, unit: str) -> None:
        super().__init__(setting)
        self._spin = QSpinBox()
        self._spin.setLocale(widgets_locale())
        self._spin.setRange(setting.shape.least, setting.shape.most)
        self._spin.setSuffix(say(unit) if unit else "")
        if not any(char.isalpha() for char in unit):  # a word runs as the language does
            left_to_right(self._spin)
        self._spin.lineEdit().setTextMargins(scales.SMALL, 0, scales.SMALL, 0)  # Qt lays it over the whole field
        self._add(self._spin, _NARROW)
        self._spin.valueChanged.connect(self.edited)

    @override
    def value(self) -> str:
        self._spin.interpretText()
        return str(self._spin.value())

    @override
    def show_value(self, value: str) -> None:
        with QSignalBlocker(self._spin):
            self._spin.setValue(int(value))


class _ChoiceField(SettingField):
    def __init__(self, setting: Setting, words: Words) -> None:
        super().__init__(setting)
        self._combo = QComboBox()
        called = dict(words.choices)
        for choice in setting.shape.choices:
            self._combo.addItem(say(called.get(choice, choice)), choice)
        self._add(self._combo, _WIDE)
        self._combo.currentIndexChanged.connect(self.edited)

    @override
    def value(self) -> str:
        return str(self._combo.currentData())

    @override
    def show_value(self, value: str) -> None:
        with QSignalBlocker(self._combo):
            self._combo.setCurrentIndex(max(0, self._combo.findData(value)))


class _SomeField(SettingField):
    def __init__(self, setting: Setting, words: Words) -> None:
        super().__init__(setting)
        called = dict(words.choices)
        self._boxes: dict[str, QCheckBox] = {}
        for choice in setting.shape.choices:
            box = QCheckBox(say(called.get(choice, choice)))
            box.setObjectName(f"{self._name}_{choice}_setting")
            box.toggled.connect(self.edited)
            self._boxes[choice] = box
            self._row.addWidget(box)
        self._row.addStretch(1)
        self.editor = next(iter(self._boxes.values()))
        self.setFocusProxy(self.editor)

    @override
    def value(self) -> str:
        chosen = [choice for choice, box in self._boxes.items() if box.isChecked()]
        if not chosen:
            raise BadInput(say("Choose at least one of them."))
        return ", ".join(chosen)

    @override
    def show_value(self, value: str) -> None:
        chosen = value.split(", ")
        for choice, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setChecked(choice in chosen)

    @override
    def mark(self, trouble: str) -> None:
        for box in self._boxes.values():
            box.setAccessibleDescription(trouble)


def width_of(editor: QWidget, characters: int) -> int:
    """How wide a field is for so many characters, in pixels."""
    return editor.fontMetrics().averageCharWidth() * characters + 2 * scales.MEDIUM


def field_for(setting: Setting, fmt: NumberFormat) -> SettingField:
    """The field for a setting, showing the value in force."""
    words = words_of(setting)
    made: SettingField
    match setting.shape.kind:
        case Kind.MONEY:
            made = _MoneyField(setting, fmt)
        case Kind.NUMBER:
            made = _NumberField(setting, words.unit)
        case Kind.CHOICE:
            made = _ChoiceField(setting, words)
        case Kind.SOME:
            made = _SomeField(setting, words)
        case _:
            made = _TextField(setting)
    made.show_value(setting.value)
    made.setEnabled(not setting.locked_by)
    return made
