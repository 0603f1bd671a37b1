"""A plot on screen, with the figure under the mouse or at the keyboard's mark; a skeleton until there are data."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.insights.drawing import CENTRE, GAP, Look, Pencil
from desktop.views.insights.palette import faded
from desktop.views.insights.plot import Plot
from desktop.views.look import scales
from desktop.views.look.announcing import announce

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_PAGE = {Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
_SKELETON = (0.35, 0.6, 0.45, 0.8, 0.55, 0.7, 0.4, 0.65, 0.5, 0.3, 0.75, 0.6)


class Chart(QLabel):
    """One plot, a label to Qt: so that screen readers are told of a picture, which a plain widget never is.

    Left and Right go from mark to mark, Home and End to the ends, Esc away from them.
    """

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}_chart")
        self.setAccessibleName(title)
        self.setPixmap(QPixmap(1, 1))  # what makes a label a picture; what is seen is painted here
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(260, 170)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plot: Plot | None = None
        self._mark: int | None = None
        self._boxes: list[QRectF] = []
        self._drawing = QPixmap()  # of the plot alone: only the mark is drawn anew as the mouse moves
        self._drawn_for: object = None
        self._by_keyboard = False

    @property
    def mark(self) -> int | None:
        """The mark whose figure is shown."""
        return self._mark

    def show_plot(self, plot: Plot | None) -> None:
        """Show a plot; None stands for data that are on their way."""
        self._plot = plot
        self._mark = None
        self._boxes = []
        self._drawn_for = None
        if plot is not None:
            self.setAccessibleName(plot.heading)
            self.setAccessibleDescription(
                say(plot.nothing) if not plot.marks else say("Arrow keys go from figure to figure.")
            )
        self.update()

    def set_mark(self, mark: int | None) -> None:
        """Show the figure of a mark, or of none."""
        if mark != self._mark:
            self._mark = mark
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        area = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        ratio, look = self.devicePixelRatioF(), Look.now()
        drawn_for = (self.size(), ratio, look)
        if self._drawn_for != drawn_for:
            self._drawing = QPixmap(self.size() * ratio)
            self._drawing.setDevicePixelRatio(ratio)
            self._drawing.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawing) as painter:
                self._draw(Pencil(painter, look), area)
            self._drawn_for = drawn_for
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawing)
            self._draw_mark(Pencil(painter, look), area)

    def _draw(self, pencil: Pencil, area: QRectF) -> None:
        if self._plot is None:
            self._paint_skeleton(pencil, area)
        elif self._plot.marks:
            self._boxes = self._plot.draw(pencil, area)
        else:
            pencil.text(area, say(self._plot.nothing), align=CENTRE, font=pencil.body)

    def _draw_mark(self, pencil: Pencil, area: QRectF) -> None:
        if self._plot is not None and self._mark is not None:
            box = self._boxes[self._mark]
            self._plot.point_out(pencil, area, box)
            title, lines = self._plot.card(self._mark, pencil.colours)
            at = QPointF(box.center().x(), box.top())
            pencil.card(QRectF(self.rect()).adjusted(1, 1, -1, -1), at, title, lines)
        if self.hasFocus() and self._by_keyboard:
            pencil.painter.setPen(QPen(faded(pencil.colours.accent, 0.9), 1))
            pencil.painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), scales.RADIUS, scales.RADIUS
            )

    @staticmethod
    def _paint_skeleton(pencil: Pencil, area: QRectF) -> None:
        slot = area.width() / len(_SKELETON)
        for place, share in enumerate(_SKELETON):
            height = area.height() * share * 0.8
            box = QRectF(area.left() + slot * place + GAP / 2, area.bottom() - height, slot - GAP, height)
            pencil.block(box, faded(pencil.colours.border, 0.35), scales.RADIUS)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        distances = [_distance(box, at) for box in self._boxes]
        self.set_mark(distances.index(min(distances)) if distances else None)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self.set_mark(None)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.set_mark(None)
        super().focusOutEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        marks = self._plot.marks if self._plot is not None else 0
        key = Qt.Key(event.key())
        if not marks or (key is Qt.Key.Key_Escape and self._mark is None):
            super().keyPressEvent(event)
        elif key is Qt.Key.Key_Escape:
            self.set_mark(None)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to(0 if key is Qt.Key.Key_Home else marks - 1)
        elif key in _STEPS or key in _PAGE:
            step = _STEPS.get(key) or _PAGE[key]
            start = self._mark if self._mark is not None else (-1 if step > 0 else marks)
            self._go_to(min(max(start + step, 0), marks - 1))
        else:
            super().keyPressEvent(event)

    def _go_to(self, mark: int) -> None:
        self.set_mark(mark)
        assert self._plot is not None
        announce(self, self._plot.say(mark))


def _distance(box: QRectF, at: QPointF) -> tuple[float, float]:
    """How far beside a box a point is, and how far above or below."""
    beside = max(box.left() - at.x(), at.x() - box.right(), 0.0)
    return beside, max(box.top() - at.y(), at.y() - box.bottom(), 0.0)
