"""The keys of the memory and of the last answer: what they show, what they put into the entry, what can be undone."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.controllers.undoing import Act
from desktop.language.sentences import say
from desktop.views.calculator.keypad import Keypad
from desktop.views.calculator.memory import Memory
from desktop.wording.grouping import grouped


class MemoryKeys(QObject):
    """MC, MR and Ans; M+ goes by way of the entry, and is the panel's."""

    recalled = Signal(str)  # a canonical number, for the entry
    cleared = Signal()
    can_undo = Signal(object)  # Act: the memory was cleared
    came_back = Signal()  # a number may be in the memory again

    def __init__(self, keypad: Keypad, memory: Memory, *, number_format: NumberFormat) -> None:
        super().__init__(keypad)
        self._keypad = keypad
        self._memory = memory
        self._format = number_format
        keypad.memory_cleared.connect(self._on_cleared)
        keypad.memory_recalled.connect(self._on_recalled)
        keypad.answer_recalled.connect(self._on_answer)

    def show_numbers(self) -> None:
        """Say on the keys what there is."""
        numbers = (localise(number, self._format) for number in (self._memory.kept, self._memory.answer))
        memory, answer = (in_order(number, self._format) for number in numbers)
        self._keypad.show_numbers(memory=memory, answer=answer)
        self.came_back.emit()

    @Slot()
    def _on_cleared(self) -> None:
        before = self._memory.kept
        self._keep("")
        self.cleared.emit()
        if before:
            shown = grouped(localise(before, self._format), self._format)
            lacks = partial(self._lacks, before)
            self.can_undo.emit(Act(say("Memory {number} cleared", number=shown), partial(self._keep, before), lacks))

    def _keep(self, number: str) -> None:
        self._memory.clear()
        self._memory.kept = number
        self.show_numbers()

    def _lacks(self, number: str) -> bool:
        return self._memory.kept != number

    @Slot()
    def _on_recalled(self) -> None:
        self.recalled.emit(self._memory.kept)

    @Slot()
    def _on_answer(self) -> None:
        self.recalled.emit(self._memory.answer)
