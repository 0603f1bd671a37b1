"""The entry: one line that takes an expression. Enter or "=" asks for its result, Esc clears it, Up recalls.

"ans" and "mr" are the last answer and the memory: they turn into their numbers as soon as they are typed.

A result that stands here untouched gives way to the next digit, pasted text or reused value, and is gone on from by an
operator, however either comes. Only editing or a cursor that the person sets ends that: never where the focus was.

It runs from left to right in every language. Arabic-Indic digits would turn the signs between them round even so: with
those an override, which takes no room, stands before the first character, and whoever takes the text from here as text
takes it `bare`.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QInputMethodEvent, QKeyEvent, QMouseEvent, QTextCharFormat
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.arithmetic.table import COMPUTED
from desktop.language.directions import OVERRIDE, bare, turns_signs
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.calculator.history import History
from desktop.views.calculator.memory import Memory
from desktop.views.calculator.negating import negated_at
from desktop.views.look import scales, theme
from desktop.wording.grouping import gaps

# What continues a calculation when it comes right after a result.
CONTINUES = tuple(sorted({sign for row in COMPUTED if row.arity == 2 for sign in (row.symbol, *row.typed)}))
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BARE = Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_PLACES_CURSOR = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
_RECALLS = {int(Qt.Key.Key_Up): -1, int(Qt.Key.Key_Down): 1}
EXAMPLE = "12.50 × 3"
"""What a new person can try, as the locale writes it."""
_GAP = QTextCharFormat()
_GAP.setFontLetterSpacingType(QFont.SpacingType.PercentageSpacing)
_GAP.setFontLetterSpacing(140)
_POINTS = (Qt.Key.Key_Period, Qt.Key.Key_Comma)


class EntryEdit(QLineEdit):
    """The line in which everything is typed. `number_format` is how the person's locale writes numbers."""

    evaluated = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("entry_edit")
        self.setAccessibleName(say("Expression"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._order = ""
        scales.set_size(self, scales.Size.LEAD)  # the answer is the largest text of the card
        self.write_like(NumberFormat())
        self.history = History()
        self.memory: Memory | None = None
        self._held = ""
        self._untouched = False
        self._putting = False
        self._marked: int | None = None
        self._dressed = False
        self.cursorPositionChanged.connect(self._on_cursor)
        self.textEdited.connect(self._on_edited)
        self.textChanged.connect(self._on_changed)  # after the other, where somebody edits

    def write_like(self, number_format: NumberFormat) -> None:
        """Read and show numbers as the person's locale writes them."""
        self.number_format = number_format
        self._order = OVERRIDE if turns_signs(number_format.zero_digit) else ""
        example = in_order(localise(EXAMPLE, number_format), number_format)
        self.setPlaceholderText(say("Type a calculation, like {example}", example=example))

    @override
    def setText(self, text: str | None) -> None:
        super().setText(self._ordered(text or ""))

    @override
    def insert(self, text: str) -> None:
        super().insert(self._ordered(text) if self._begins else bare(text))

    def _ordered(self, text: str) -> str:
        plain = bare(text)
        return f"{self._order}{plain}" if plain else ""

    @property
    def _begins(self) -> bool:
        """Whether what is put in next will stand first."""
        return not self.text() or self.selectionStart() == 0

    def _keep_order(self) -> None:
        """What came or went past `insert`, by paste or a key, leaves our override alone, before all else."""
        text = self.text()
        wanted = self._ordered(text)
        if not wanted:
            self.clear()
        elif wanted != text:
            cursor = len(self._ordered(text[: self.cursorPosition()]))
            with QSignalBlocker(self):
                self.selectAll()
                super().insert(wanted)
                self.setCursorPosition(cursor)

    @Slot(int, int)
    def _on_cursor(self, _before: int, now: int) -> None:
        if self._order and not now and self.text().startswith(self._order) and not self.hasSelectedText():
            self.setCursorPosition(1)

    @property
    def holds_result(self) -> bool:
        """Whether what stands here is a result, and nothing has been typed since."""
        return bool(self._held) and self.text() == self._held

    def hold_result(self, text: str) -> None:
        """Show a result that the next digit replaces and the next operator continues; undo brings the entry back."""
        self._put(text)
        self._held = self.text()
        self._untouched = True
        self._select_from_end()

    def _select_from_end(self) -> None:
        """Select all with the cursor before it: of a long result the head stays in sight."""
        self.setSelection(len(self.text()), -len(self.text()))

    def mark(self, position: int | None) -> None:
        """Underline the character that is not understood; None takes the mark away."""
        if position != self._marked:
            self._marked = position
            self.dress()

    def dress(self) -> None:
        """Show where groups of figures end, by room alone, and what is not understood; the text stays as it is.

        A line edit has no formats of its own, but shows those that an input method asks for.
        """
        formats = [(place, _GAP) for place in gaps(self.text(), self.number_format)]
        if self._marked is not None:
            wave = QTextCharFormat()
            wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wave.setUnderlineColor(QColor(theme.colours().negative))
            formats.append((self._marked, wave))
        if not formats and not self._dressed:
            return
        self._dressed = bool(formats)
        kind = QInputMethodEvent.AttributeType.TextFormat
        cursor = self.cursorPosition()
        attributes = [QInputMethodEvent.Attribute(kind, place - cursor, 1, form) for place, form in formats]
        super().inputMethodEvent(QInputMethodEvent("", attributes))

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        if not event.preeditString():  # while something is being composed its own formats are in sight
            self.dress()

    def type_in(self, text: str) -> None:
        """Put text in at the cursor, as if it had been typed."""
        if self._untouched:
            self.selectAll()
        self.insert(text)
        self.setFocus()

    def turn_sign(self) -> None:
        """Give what ends at the cursor the other sign; a result that stands here is still one to go on with."""
        if not self._untouched:
            before = len(self._order)
            text, cursor = negated_at(bare(self.text()), max(0, self.cursorPosition() - before), self.number_format)
            self._put(text)
            self.setCursorPosition(cursor + before)
        else:
            held = bare(self._held)
            self.hold_result(negated_at(held, len(held), self.number_format).text)
        self.setFocus()

    @Slot()
    def take_back(self) -> None:
        """Take back one character, or the selection."""
        if self._untouched:
            self.selectAll()
        self.backspace()
        self.setFocus()

    def _put(self, text: str) -> None:
        """Have this text stand here, as a step that undo takes back."""
        self._putting = True
        self.selectAll()
        self.insert(text)
        self._putting = False

    def _recall(self, by: int) -> None:
        """Put an earlier entry here, or a later one; it is priced like any other, and paid by Enter only."""
        text = self.history.step(by, self.text())
        if text is not None:
            self._untouched = False
            self._put(text)

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        """One rule for keys, input methods, paste and drop: they find an untouched result selected, and replace it."""
        if self._putting:
            return
        self.history.leave()
        self._read_word()
        text = bare(self.text())
        goes_on = self._untouched and text.lstrip().startswith(CONTINUES)
        self._untouched = False
        if goes_on:
            self._put(bare(self._held) + text)

    def _read_word(self) -> None:
        """Put the number that a typed word means in its place, as what will be calculated with."""
        word = self.memory.word_at_end(self.text()[: self.cursorPosition()]) if self.memory else ""
        if word:
            self._putting = True
            self.setSelection(self.cursorPosition() - len(word), len(word))
            self.insert(self.memory.value_of(word) if self.memory else "")
            self._putting = False

    @Slot(str)
    def _on_changed(self, text: str) -> None:
        if not self._putting and bare(text) != bare(self._held):
            self._untouched = False
        if text and not text.isascii():
            self._keep_order()
        self.dress()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._untouched:
            self._select_from_end()  # Qt dropped it when the focus went away

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._untouched = False  # who sets the cursor means that place
        super().mousePressEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~_KEYPAD
        if event.key() in _ENTER:
            # Bare, or it is another program's or nobody's; a held key asks once.
            if modifiers == _BARE and not event.isAutoRepeat():
                self.evaluated.emit()
        elif event.text() == "=":
            if modifiers in (_BARE, _SHIFT) and not event.isAutoRepeat():  # Shift where the layout has it there
                self.evaluated.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cleared.emit()
        elif event.key() in _POINTS and event.modifiers() == _KEYPAD:
            self.type_in(self.number_format.decimal_mark)
        else:
            if event.key() in _RECALLS and modifiers == _BARE:
                self._recall(_RECALLS[event.key()])
                return
            if event.key() in _PLACES_CURSOR:
                self._untouched = False
            super().keyPressEvent(self._as_written(event))

    def _as_written(self, event: QKeyEvent) -> QKeyEvent:
        """A key's digit or point as the person's digits go; and the override before what a key puts in first."""
        typed, zero = event.text(), self.number_format.zero_digit
        if len(typed) == 1 and typed.isdecimal():
            typed = chr(ord(zero) + int(typed))
        elif typed == "." and not zero.isascii() and typed in self.number_format.decimal_marks:
            typed = self.number_format.decimal_mark
        plain = event.modifiers() & ~(_KEYPAD | _SHIFT) == _BARE
        if self._order and plain and typed and typed.isprintable() and self._begins:
            with QSignalBlocker(self):
                super().insert(self._order)
        if typed == event.text():
            return event
        return QKeyEvent(event.type(), event.key(), event.modifiers(), typed, event.isAutoRepeat())
