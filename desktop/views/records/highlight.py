"""Marks in a cell what the search looked for, as it is shown there. It asks nobody."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.arithmetic.numbers import NumberFormat, digits_of, localise
from desktop.finding.searching import folded, folded_letters
from desktop.language.directions import is_backwards
from desktop.system.overriding import override
from desktop.views.look import theme
from desktop.views.look.colours import is_dark
from desktop.wording.cut import cut_number

SEEN_ROLE = int(Qt.ItemDataRole.UserRole)
"""A text for the eye, where it is another than the one that is copied and filtered by: with its thousands grouped."""

_DISPLAY, _FONT = int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.FontRole)
_ALIGNMENT, _FOREGROUND = int(Qt.ItemDataRole.TextAlignmentRole), int(Qt.ItemDataRole.ForegroundRole)
_HAS_TEXT = QStyleOptionViewItem.ViewItemFeature.HasDisplay
_ROUND = 3  # pixels, of a stroke's corners
_AROUND = 4 * theme.SMALL  # pixels, more than any style puts around a text: what it takes is slow to ask for
_SHORT = 12  # letters that fit into every column at its least width: a page has thousands of cells


class HighlightDelegate(QStyledItemDelegate):
    """Draws a cell as Qt does, a number that is too long cut behind its point, and a marker over each match."""

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._texts: tuple[str, ...] = ()

    def mark(self, texts: Iterable[str]) -> None:
        """From now on mark these texts, as they are and as the locale writes them, in any case; none marks nothing."""
        self._texts = tuple(dict.fromkeys(form for text in texts for form in self._forms(text)))

    def _forms(self, text: str) -> tuple[str, ...]:
        """As it was typed, as a number and as a date are written."""
        return text, localise(text, self._format), digits_of(text, self._format)

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.text = index.data(SEEN_ROLE) or option.text

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = QStyleOptionViewItem(option)
        _fill(cell, index)
        if len(cell.text) > _SHORT and (metrics := cell.fontMetrics).horizontalAdvance(cell.text) > (
            cell.rect.width() - _AROUND
        ):
            room = _room(cell).width()
            cell.text = cut_number(cell.text, lambda cut: metrics.horizontalAdvance(cut) <= room, self._format)
        _style_of(cell).drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        if not self._texts or not self._matches(str(index.data() or "")):
            return
        painter.save()
        # A marker's ink: it dyes the ground and leaves the letters as they are, dark on light or light on dark.
        dark = is_dark(theme.colours())
        modes = QPainter.CompositionMode
        painter.setCompositionMode(modes.CompositionMode_Lighten if dark else modes.CompositionMode_Darken)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().mark))
        for stroke in self._strokes(cell):
            painter.drawRoundedRect(stroke, _ROUND, _ROUND)
        painter.restore()

    def _matches(self, text: str) -> list[tuple[int, int]]:
        return matches(text, self._texts, skipped=self._format.group_marks)

    def _strokes(self, cell: QStyleOptionViewItem) -> list[QRect]:
        """The places of the matches; the whole text's where the cell cuts a match out of it."""
        inner, seen = _room(cell), cell.text
        metrics = QFontMetrics(cell.font)
        height = min(inner.height(), metrics.height() + 2)
        top = inner.top() + (inner.height() - height) // 2
        width = metrics.horizontalAdvance(seen)
        side = QStyle.visualAlignment(cell.direction, cell.displayAlignment)
        right = bool(side & Qt.AlignmentFlag.AlignRight)
        left = inner.right() + 1 - width if right else inner.left()
        spans = self._matches(seen) or [(0, len(seen))]
        found = []
        backwards = is_backwards(seen)
        for start, end in spans:
            begin, stop = (metrics.horizontalAdvance(seen[:place]) for place in (start, end))
            found.append(QRect(left + (width - stop if backwards else begin), top, stop - begin, height))
        return found


def _fill(cell: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
    """What `initStyleOption` does for a cell of text: by Qt it asks for eight roles, each by way of C++ and back."""
    data = index.model().data
    cell.features |= _HAS_TEXT
    text = data(index, SEEN_ROLE) or data(index, _DISPLAY)
    cell.text = "" if text is None else str(text)
    if (font := data(index, _FONT)) is not None:
        cell.font = font
        cell.fontMetrics = QFontMetrics(font)
    if (alignment := data(index, _ALIGNMENT)) is not None:
        cell.displayAlignment = alignment
    if (colour := data(index, _FOREGROUND)) is not None:
        palette = cell.palette
        palette.setBrush(QPalette.ColorRole.Text, colour)
        cell.palette = palette


def _style_of(cell: QStyleOptionViewItem) -> QStyle:
    return QApplication.style() if cell.widget is None else cell.widget.style()


def _room(cell: QStyleOptionViewItem) -> QRect:
    """Where a cell's text stands."""
    style = _style_of(cell)
    area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, cell.widget)
    margin = 1 + style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, cell, cell.widget)
    return area.adjusted(margin, 0, -margin, 0)


def matches(text: str, wanted: Iterable[str], *, skipped: str = "") -> list[tuple[int, int]]:
    """Where the wanted texts stand in a text: (start, end) pairs, in order, not overlapping.

    They are compared as the search compares them. `skipped` characters of the text need not be in what is wanted.
    """
    words = [meant for word in wanted if (meant := folded(word))]
    found = _places(text, words, "")
    if skipped:
        found += _places(text, words, skipped)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _places(text: str, words: list[str], skipped: str) -> list[tuple[int, int]]:
    # A letter can fold into two ("ß" into "ss"): each folded one remembers where it came from.
    letters = [found for found in folded_letters(text) if text[found[1]] not in skipped]
    origins = [(start, end) for meant, start, end in letters for _ in meant]
    plain = "".join(meant for meant, _, _ in letters)
    found = []
    for word in words:
        at = plain.find(word)
        while at >= 0:
            found.append((origins[at][0], origins[at + len(word) - 1][1]))
            at = plain.find(word, at + len(word))
    return found
