"""Marks in a cell what the search looked for. It finds the text that is shown, and asks nobody."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from desktop.views import theme


class HighlightDelegate(QStyledItemDelegate):
    """Draws a cell as Qt does, with a marker's stroke behind each match."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: tuple[str, ...] = ()

    def mark(self, texts: tuple[str, ...]) -> None:
        """From now on mark these texts, without regard to case; none marks nothing."""
        self._texts = tuple(text.casefold() for text in texts if text)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        text = str(index.data() or "")
        spans = matches(text, self._texts)
        if not spans:
            super().paint(painter, option, index)
            return
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        style = QApplication.style() if cell.widget is None else cell.widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, cell.widget)
        super().paint(painter, option, index)
        painter.save()
        painter.setClipRect(area)
        painter.setOpacity(0.55)
        for stroke in _strokes(text, spans, area, cell):
            painter.fillRect(stroke, QColor(theme.colours().mark))
        painter.restore()


def matches(text: str, wanted: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the wanted texts (casefolded) stand in a text: (start, end) pairs, in order, not overlapping."""
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that folds into two would shift every place behind it
        folded = text.lower()
    found: list[tuple[int, int]] = []
    for word in wanted:
        at = folded.find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            at = folded.find(word, at + len(word))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _strokes(text: str, spans: list[tuple[int, int]], area: QRect, cell: QStyleOptionViewItem) -> list[QRect]:
    """The rectangles behind the matches, as far as the cell shows the text whole; one over all where it does not."""
    metrics = QFontMetrics(cell.font)
    margin = 2 + QApplication.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin)
    width = metrics.horizontalAdvance(text)
    inner = area.adjusted(margin, 2, -margin, -2)
    if width > inner.width():
        return [inner]
    right = bool(cell.displayAlignment & Qt.AlignmentFlag.AlignRight)
    left = inner.right() + 1 - width if right else inner.left()
    return [
        QRect(
            left + metrics.horizontalAdvance(text[:start]),
            inner.top(),
            metrics.horizontalAdvance(text[start:end]),
            inner.height(),
        )
        for start, end in spans
    ]
