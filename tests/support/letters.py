"""Which letters with Alt are taken in a window, and which of them twice."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def mnemonics(texts: list[str]) -> Counter[str]:
    """How often each letter with Alt is taken."""
    keys = (QKeySequence.mnemonic(text).toString() for text in texts)
    return Counter(key for key in keys if key)


def twice(texts: list[str]) -> list[str]:
    return [key for key, times in mnemonics(texts).items() if times > 1]


def texts_of(widget: QWidget) -> list[str]:
    """All that takes a letter with Alt in a window: labels with a buddy, buttons, the menu bar."""
    labels = [label.text() for label in widget.findChildren(QLabel) if label.buddy() is not None]
    buttons = [button.text() for button in widget.findChildren(QAbstractButton)]
    return labels + buttons
