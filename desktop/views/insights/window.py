"""The insights window: facts, three charts, and a picture of them to keep. It shows what the controller sends."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.arithmetic.money import format_count, format_money
from desktop.controllers.insights import InsightsController
from desktop.controllers.requests import Failure
from desktop.language.sentences import mark, say
from desktop.system.overriding import override
from desktop.terms.pages import Filters
from desktop.terms.reports import Insights
from desktop.views.dialogs import places
from desktop.views.insights import pictures
from desktop.views.insights.balance_plot import BalancePlot
from desktop.views.insights.chart import Chart
from desktop.views.insights.drawing import Look
from desktop.views.insights.pictures import Picture
from desktop.views.insights.plot import Plot
from desktop.views.insights.spend_plots import OperationsPlot, SpendPlot
from desktop.views.look import remembered, scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.icons import icon
from desktop.views.look.number_locale import day_form, number_format_of, widgets_locale

_FACTS = (mark("Balance"), mark("Spent"), mark("Credited"), mark("Records"))
_PLOTS = (BalancePlot, SpendPlot, OperationsPlot)  # in the order of the charts
_SETTINGS = "insights"
_SIZE = QSize(1080, 720)


class InsightsWindow(QWidget):
    """A window of its own; closing it only hides it."""

    def __init__(
        self, *, insights: InsightsController, settings: QSettings, parent: QWidget, locale: QLocale | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("insights_window")
        self._controller = insights
        self._settings = settings
        self._locale = widgets_locale(locale)
        self._format = number_format_of(self._locale)
        self._insights: Insights | None = None
        self.plots: tuple[Plot, ...] = ()  # what is shown, in the order of the charts
        self._build()
        self._recall()
        self._connect()

    def _build(self) -> None:
        self.setWindowTitle(say("Insights"))
        title = QLabel(say("Insights"))
        scales.set_size(title, scales.Size.TITLE, bold=True)
        self._subtitle = QLabel()
        self._subtitle.setObjectName("insights_filters_label")
        self._subtitle.setWordWrap(True)
        theme.set_role(self._subtitle, "muted")
        self._save = QPushButton(icon("export"), say("&Save picture …"))
        self._save.setObjectName("save_picture_button")
        self._save.setEnabled(False)
        self._progress = QProgressBar()
        self._progress.setObjectName("insights_progress")
        self._progress.setAccessibleName(say("Records read"))
        self._progress.setTextVisible(False)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # else the charts would jump
        self._progress.setSizePolicy(policy)
        self._message = QLabel()
        self._message.setObjectName("insights_message_label")
        self._message.setWordWrap(True)
        theme.set_role(self._message, "negative")
        self._message.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(title)
        words.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.setSpacing(scales.WIDE)
        head.addLayout(words, 1)
        self._facts = {name: self._add_fact(head, name) for name in _FACTS}
        head.addWidget(self._save, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.LARGE, scales.LARGE, scales.LARGE, scales.LARGE)
        layout.setSpacing(scales.SMALL)
        layout.addLayout(head)
        layout.addWidget(self._progress)
        layout.addWidget(self._message)
        layout.addLayout(self._make_charts(), 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)

    def _add_fact(self, row: QHBoxLayout, name: str) -> QLabel:
        caption = QLabel(say(name))
        theme.set_role(caption, "muted")
        figure = QLabel("…")
        figure.setObjectName(f"insights_{name.lower()}_label")
        figure.setAccessibleName(say(name))
        figure.setFont(scales.font(scales.Size.LEAD, bold=True, figures=True))
        column = QVBoxLayout()
        column.setSpacing(0)
        for label in (caption, figure):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignRight)
        row.addLayout(column)
        return figure

    def _make_charts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(scales.MEDIUM)
        self._charts: list[Chart] = []
        self._headings: list[QLabel] = []
        places = ((0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1))
        for name, plot, place in zip(("balance", "spend", "operations"), _PLOTS, places, strict=True):
            heading = QLabel(say(plot.title))
            scales.set_size(heading, scales.Size.BODY, bold=True)
            chart = Chart(name, say(plot.title))
            card = QFrame()
            theme.set_role(card, "card")
            column = QVBoxLayout(card)
            column.setContentsMargins(scales.LARGE, scales.MEDIUM, scales.LARGE, scales.MEDIUM)
            column.setSpacing(scales.TIGHT)
            column.addWidget(heading)
            column.addWidget(chart, 1)
            grid.addWidget(card, *place)
            self._headings.append(heading)
            self._charts.append(chart)
        grid.setColumnStretch(0, 9)
        grid.setColumnStretch(1, 5)
        grid.setRowStretch(0, 1)
        grid.setRowStretch(1, 1)
        return grid

    def _recall(self) -> None:
        geometry = remembered.state(self._settings, f"{_SETTINGS}/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(_SIZE.boundedTo(self.screen().availableGeometry().size() * 0.9))

    def _connect(self) -> None:
        self._save.clicked.connect(self._on_save)
        self._controller.begun.connect(self._on_begun)
        self._controller.progress.connect(self._on_progress)
        self._controller.changed.connect(self.show_insights)
        self._controller.failed.connect(self._on_failed)
        self._controller.kept.connect(self._on_kept)

    def show_for(self, filters: Filters) -> None:
        """Show the window at once, and ask for the insights under the filters."""
        if self.isVisible():
            self.raise_()
            self.activateWindow()
        self.show()
        self._charts[0].setFocus()
        self._controller.open(filters)

    def forget(self) -> None:
        """Show nothing: somebody else may sign in."""
        self._insights = None
        self.plots = ()
        self._save.setEnabled(False)
        self._subtitle.clear()
        for figure in self._facts.values():
            figure.setText("…")
        for chart in self._charts:
            chart.show_plot(None)
        self.close()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # not a shortcut: a chart's figure is left first
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue(f"{_SETTINGS}/geometry", self.saveGeometry())
        self._controller.close()
        super().closeEvent(event)

    @Slot(object)
    def show_insights(self, insights: Insights) -> None:
        """Show these."""
        self._insights = insights
        self.plots = tuple(plot(insights, self._format, self._locale) for plot in _PLOTS)
        for chart, heading, plot in zip(self._charts, self._headings, self.plots, strict=True):
            chart.show_plot(plot)
            heading.setText(plot.heading)
        for name, figure in self._figures(insights):
            self._facts[name].setText(figure)
        self._subtitle.setText(self._describe(insights))
        self._progress.hide()
        self._message.hide()
        self._save.setEnabled(True)

    @Slot(bool)
    def _on_begun(self, other: bool) -> None:
        self._progress.setRange(0, 0)
        self._progress.show()
        if other and self._insights is None:
            self._subtitle.setText(say("Reading the records …"))
            for chart in self._charts:
                chart.show_plot(None)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._say(failure.text)

    def _say(self, text: str) -> None:
        self._progress.hide()
        self._message.setText(text)
        self._message.show()
        announce(self, text, urgent=True)

    def _figures(self, insights: Insights) -> list[tuple[str, str]]:
        totals = insights.totals
        balance = format_money(insights.balance[-1].balance, self._format) if insights.balance else "–"
        spent, credited = (format_money(sum_, self._format) for sum_ in (totals.spent, totals.credited))
        return list(zip(_FACTS, (balance, spent, credited, format_count(totals.count, self._format)), strict=True))

    def _describe(self, insights: Insights) -> str:
        all_of_them = insights.filters == Filters()
        what = say("All records outside the Trash") if all_of_them else say("The records that the filters let through")
        if not insights.balance:
            return what
        form = day_form("d MMM yyyy", self._locale)
        first, last = (
            self._locale.toString(QDateTime.fromSecsSinceEpoch(point.date // 1_000_000).date(), form)
            for point in (insights.balance[0], insights.balance[-1])
        )
        return f"{what}, {first}" if first == last else f"{what}, {first} – {last}"

    @Slot()
    def _on_save(self) -> None:
        dialog = places.ask(
            self,
            self._settings,
            _SETTINGS,
            title=say("Save picture"),
            name="insights",
            suffix="png",
            forms=";;".join((say("PNG picture (*.png)"), say("SVG drawing (*.svg)"))),
            object_name="picture_file_dialog",
        )
        dialog.filterSelected.connect(self._on_picture_kind)
        dialog.fileSelected.connect(self.save_picture)
        dialog.open()

    @Slot(str)
    def _on_picture_kind(self, name: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix("svg" if "*.svg" in name else "png")

    @Slot(str)
    def save_picture(self, file: str) -> None:
        """Write what is shown to a PNG or SVG file."""
        if self._insights is None:
            return
        places.remember(self._settings, _SETTINGS, file)
        picture = Picture(self.plots, self._figures(self._insights), self._describe(self._insights), Look.now())
        self._controller.keep(partial(pictures.save, Path(file), picture))

    @Slot(object)
    def _on_kept(self, file: Path) -> None:
        told = say("Saved as {file}", file=file)
        self._subtitle.setText(told)
        announce(self, told)
