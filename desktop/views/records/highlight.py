"""Marks in a cell what the search looked for, as it is shown there. It asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QMargins, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.arithmetic.numbers import NumberFormat, digits_of, localise
from desktop.finding.searching import folded, folded_letters
from desktop.language.directions import is_backwards
from desktop.system.overriding import override
from desktop.views.look import theme
from desktop.views.look.colours import is_dark
from desktop.views.records.cell import AT_RIGHT, CELL_ROLE, Cell
from desktop.views.records.line import Line
from desktop.wording.cut import cut_number

_HAS_TEXT = QStyleOptionViewItem.ViewItemFeature.HasDisplay
_ENABLED = QStyle.StateFlag.State_Enabled.value
_DRESSED = (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus).value  # with more than its text
_ROUND = 3  # pixels, of a stroke's corners

Index = QModelIndex | QPersistentModelIndex


class HighlightDelegate(QStyledItemDelegate):
    """Draws what a model says of its cells, a number that is too long cut behind its point, a marker over each match.

    Most cells have nothing but their text, which is written here: the style takes four times as long.
    """

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._texts: tuple[str, ...] = ()
        self._found: dict[str, list[tuple[int, int]]] = {}  # where they stand in what is shown
        self._around: QMargins | None = None  # a text in its cell

    def mark(self, texts: Iterable[str]) -> None:
        """From now on mark these texts, as they are and as the locale writes them, in any case; none marks nothing."""
        self._texts = tuple(dict.fromkeys(form for text in texts for form in self._forms(text)))
        self._found.clear()

    def _forms(self, text: str) -> tuple[str, ...]:
        """As it was typed, as a number and as a date are written."""
        return text, localise(text, self._format), digits_of(text, self._format)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return _whole(index.model().data(index, CELL_ROLE), option).size.grownBy(self._margins(option))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: Cell = index.model().data(index, CELL_ROLE)
        at_right = cell.figures or option.direction == Qt.LayoutDirection.RightToLeft
        room = option.rect.marginsRemoved(self._margins(option))
        line = cell.whole or _whole(cell, option)
        if line.width > room.width():
            line = self._cut(cell, option, room.width())
        state = option.state.value
        if state & _ENABLED and not state & _DRESSED:
            left = room.right() + 1 - line.width if at_right else room.left()
            painter.setPen(cell.colour or option.palette.text().color())
            line.draw(painter, left, room.top() + (room.height() - int(line.height)) // 2)
        else:
            _draw_by_style(painter, option, replace(cell, seen=line.text, font=cell.font or option.font))
        if self._texts and self._matches(cell.text):
            metrics = QFontMetrics(cell.font or option.font)
            _dye(painter, self._strokes(line.text, metrics, room, at_right=at_right))

    def _cut(self, cell: Cell, option: QStyleOptionViewItem, room: int) -> Line:
        """As much of a cell as there is room for."""
        if cell.cut is None or cell.cut[0] != room:
            font = cell.font or option.font
            metrics = QFontMetricsF(font)
            text = cut_number(cell.seen, lambda cut: metrics.horizontalAdvance(cut) <= room, self._format)
            cell.cut = room, Line.of(text, font)
        return cell.cut[1]

    def _strokes(self, seen: str, metrics: QFontMetrics, room: QRect, *, at_right: bool) -> list[QRect]:
        """The places of the matches; the whole text's where the cell cuts a match out of it."""
        height = min(room.height(), metrics.height() + 2)
        top = room.top() + (room.height() - height) // 2
        width = metrics.horizontalAdvance(seen)
        left = room.right() + 1 - width if at_right else room.left()
        backwards = is_backwards(seen)
        found = []
        for start, end in self._matches(seen) or [(0, len(seen))]:
            begin, stop = (metrics.horizontalAdvance(seen[:place]) for place in (start, end))
            found.append(QRect(left + (width - stop if backwards else begin), top, stop - begin, height))
        return found

    def _margins(self, option: QStyleOptionViewItem) -> QMargins:
        """What the style wants around a text, which is the same in all cells and slow to ask for."""
        if self._around is None:
            cell = QStyleOptionViewItem(option)
            cell.features |= _HAS_TEXT
            cell.rect = whole = QRect(0, 0, 1_000, 100)
            style = _style_of(cell)
            area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, cell.widget)
            side = 1 + style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, cell, cell.widget)
            self._around = QMargins(
                area.left() + side, area.top(), whole.right() - area.right() + side, whole.bottom() - area.bottom()
            )
        return self._around

    def _matches(self, text: str) -> list[tuple[int, int]]:
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = matches(text, self._texts, skipped=self._format.group_marks)
        return found


def _whole(cell: Cell, option: QStyleOptionViewItem) -> Line:
    if cell.whole is None:
        cell.whole = Line.of(cell.seen, cell.font or option.font)
    return cell.whole


def _draw_by_style(painter: QPainter, option: QStyleOptionViewItem, cell: Cell) -> None:
    """A cell with what the style draws around its text."""
    drawn = QStyleOptionViewItem(option)
    drawn.features |= _HAS_TEXT
    drawn.text = cell.seen
    if cell.font is not None:
        drawn.font, drawn.fontMetrics = cell.font, QFontMetrics(cell.font)
    if cell.figures:
        drawn.displayAlignment = AT_RIGHT
    if cell.colour is not None:
        palette = drawn.palette
        palette.setBrush(QPalette.ColorRole.Text, cell.colour)
        drawn.palette = palette
    _style_of(drawn).drawControl(QStyle.ControlElement.CE_ItemViewItem, drawn, painter, drawn.widget)


def _dye(painter: QPainter, strokes: list[QRect]) -> None:
    """A marker's ink: it dyes the ground and leaves the letters as they are, dark on light or light on dark."""
    painter.save()
    dark = is_dark(theme.colours())
    modes = QPainter.CompositionMode
    painter.setCompositionMode(modes.CompositionMode_Lighten if dark else modes.CompositionMode_Darken)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.colours().mark))
    for stroke in strokes:
        painter.drawRoundedRect(stroke, _ROUND, _ROUND)
    painter.restore()


def _style_of(cell: QStyleOptionViewItem) -> QStyle:
    return QApplication.style() if cell.widget is None else cell.widget.style()


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
