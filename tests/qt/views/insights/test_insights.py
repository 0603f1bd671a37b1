"""Insights: they come in the background, follow the filters, say their figures by mouse and keys, and can be kept."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QObject, QPoint, QSettings, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.controllers.insights import InsightsController
from desktop.models.embedded import insights as core
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, Totals
from desktop.terms.reports import BalancePoint, DaySum, Insights
from desktop.views.insights.chart import Chart
from desktop.views.insights.window import InsightsWindow
from desktop.views.look.theme import Theme
from tests.qt.conftest import Program
from tests.support.fake_controllers import JULY
from tests.support.widgets import part

DAY = 86_400_000_000
ADDITIONS = Filters(operations=frozenset({OperationType.ADDITION}))
FOUND = Insights(
    Filters(),
    Totals(8, 70_00, 1_000_00),
    tuple(BalancePoint(JULY + n * DAY, 1_000_00 - n * 10_00, 1_000_00 - n * 10_00, 1_000_00) for n in range(8)),
    tuple(
        DaySum(JULY // DAY + n, (OperationType.ADDITION, OperationType.DIVISION)[n % 2], 1, 10_00, 0, 1)
        for n in range(7)
    ),
)
NOTHING = Insights(ADDITIONS, Totals(0, 0, 0), (), ())


class FakeInsights(InsightsController):
    """Notes what is asked; a test answers with `changed`."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self.asked: list[object] = []

    def open(self, filters: Filters) -> None:
        self.asked.append(filters)
        self.begun.emit(True)

    def close(self) -> None:
        self.asked.append("close")

    def keep(self, save: Callable[[], Path]) -> None:
        self.kept.emit(save())


@pytest.fixture
def controller(program: Program) -> InsightsController:
    return InsightsController(lanes=program.lanes, access=program.access, sessions=program.sessions)


@pytest.fixture
def theme(qapp: QApplication, tmp_path: Path) -> Iterator[Theme]:
    palette, style = qapp.palette(), qapp.styleSheet()
    yield Theme(qapp, QSettings(str(tmp_path / "theme.ini"), QSettings.Format.IniFormat))
    qapp.setPalette(palette)
    qapp.setStyleSheet(style)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def window(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> InsightsWindow:
    made = InsightsWindow(
        insights=FakeInsights(),
        settings=QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat),
        parent=parent,
        locale=QLocale(QLocale.Language.C),
    )
    made.resize(900, 640)
    with qtbot.waitExposed(made):
        made.show_for(Filters())
    return made


def chart(window: InsightsWindow, name: str) -> Chart:
    return part(window, Chart, f"{name}_chart")


def charge(qtbot: QtBot, program: Program, entry: str) -> None:
    program.calculator.set_entry(entry)
    with qtbot.waitSignal(program.calculator.charged):
        program.calculator.evaluate()


@pytest.mark.usefixtures("cheap_passwords")
def test_insights_tell_what_the_records_hold(qtbot: QtBot, program: Program, controller: InsightsController) -> None:
    program.register(qtbot)
    charge(qtbot, program, "1 + 1")
    with qtbot.waitSignals([controller.begun, controller.progress, controller.changed]) as ended:
        controller.open(ADDITIONS)
    assert ended.signal_triggered
    with qtbot.waitSignal(controller.changed) as changed:
        controller.open(Filters())
    found: Insights = changed.args[0]
    assert found.totals.count == 2
    assert [day.operation for day in found.days] == [OperationType.ADDITION, OperationType.CREDIT]


@pytest.mark.usefixtures("cheap_passwords")
def test_they_follow_filters_and_records_only_while_open(
    qtbot: QtBot, program: Program, controller: InsightsController
) -> None:
    program.register(qtbot)
    with qtbot.waitSignal(controller.changed):
        controller.open(Filters())
    with qtbot.waitSignal(controller.changed) as changed:
        controller.follow(ADDITIONS)
    assert changed.args[0].filters == ADDITIONS
    charge(qtbot, program, "1 + 1")
    with qtbot.waitSignal(controller.changed) as changed:
        controller.follow(ADDITIONS)
    assert changed.args[0].totals.count == 1
    controller.close()
    with qtbot.assertNotEmitted(controller.begun):
        controller.follow(Filters())


@pytest.mark.usefixtures("cheap_passwords")
def test_a_burst_of_records_does_not_starve_who_looks(
    qtbot: QtBot, program: Program, controller: InsightsController, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.register(qtbot)
    monkeypatch.setattr("desktop.controllers.insights.PATIENCE_MS", 0)
    controller._patience.setInterval(0)  # noqa: SLF001 - so that each round is a request
    monkeypatch.setattr(core, "STEP", 1)
    controller.open(Filters())
    for _ in range(20):
        with qtbot.waitSignal(controller.changed):
            controller.follow(Filters())


@pytest.mark.usefixtures("cheap_passwords")
def test_signing_out_ends_it(qtbot: QtBot, program: Program, controller: InsightsController) -> None:
    program.register(qtbot)
    controller.open(Filters())
    with qtbot.assertNotEmitted(controller.changed):
        program.sessions.sign_out()
        controller.follow(ADDITIONS)


def test_the_window_is_there_before_its_data(window: InsightsWindow) -> None:
    assert window.isVisible()
    assert part(window, QLabel, "insights_filters_label").text() == "Reading the records …"
    assert not part(window, QPushButton, "save_picture_button").isEnabled()
    for one in window.findChildren(Chart):
        assert not one.grab().isNull()


def test_facts_and_headings_are_shown_when_they_come(window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    for name, figure in (("balance", "930.00"), ("spent", "70.00"), ("credited", "1,000.00"), ("records", "8")):
        assert part(window, QLabel, f"insights_{name}_label").text() == figure
    assert chart(window, "spend").accessibleName() == "Spent by day"
    assert not part(window, QProgressBar, "insights_progress").isVisible()


def test_nothing_under_the_filters_is_said(window: InsightsWindow) -> None:
    window.show_insights(NOTHING)
    for one in window.findChildren(Chart):
        assert "under these filters" in one.accessibleDescription()
        assert not one.grab().isNull()


@pytest.mark.parametrize("name", ["balance", "spend", "operations"])
def test_the_figure_under_the_mouse_is_shown(qtbot: QtBot, window: InsightsWindow, name: str) -> None:
    window.show_insights(FOUND)
    one = chart(window, name)
    one.grab()
    qtbot.mouseMove(one, QPoint(one.width() - 8, one.height() // 3))
    qtbot.waitUntil(lambda: one.mark is not None)
    before = one.mark
    plain = one.grab().toImage()
    one.set_mark(None)
    assert one.grab().toImage() != plain
    qtbot.mouseMove(one, QPoint(10, 10))
    qtbot.waitUntil(lambda: one.mark is not None and one.mark != before)


def test_keys_go_from_figure_to_figure(qtbot: QtBot, window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    one = chart(window, "balance")
    for key, mark in (
        (Qt.Key.Key_Right, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 7), (Qt.Key.Key_Right, 7), (Qt.Key.Key_Left, 6),
        (Qt.Key.Key_PageUp, 0), (Qt.Key.Key_Escape, None), (Qt.Key.Key_Left, 7), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        qtbot.keyClick(one, key)
        assert one.mark == mark
    assert window.isVisible()  # the first Esc left the figure, not the window


def test_tab_goes_on_from_a_chart(qtbot: QtBot, window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    window.activateWindow()
    chart(window, "balance").setFocus()
    seen = set()
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.add(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert {"balance_chart", "spend_chart", "operations_chart", "save_picture_button"} <= seen


def test_a_figure_is_a_sentence_for_who_cannot_see_it(window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    plots = window.plots
    assert plots[1].say(0) == "Tue, 1 Jul 2025, Addition 10.00, 1 charge 10.00"
    assert plots[2].say(0) == "Addition, Spent 40.00, Charges 4, Share 57.1 %"


def test_charts_follow_light_and_dark(window: InsightsWindow, theme: Theme) -> None:
    window.show_insights(FOUND)
    pictures = []
    for scheme in ("light", "dark", "light"):
        theme.choose(scheme)
        pictures.append(chart(window, "spend").grab().toImage())
    assert pictures[0] == pictures[2] != pictures[1]


@pytest.mark.parametrize("found", [FOUND, NOTHING])
def test_a_picture_is_kept_as_png_and_as_svg(window: InsightsWindow, tmp_path: Path, found: Insights) -> None:
    window.show_insights(found)
    for name in ("a.png", "b.SVG"):
        window.save_picture(str(tmp_path / name))
    assert (QImage(str(tmp_path / "a.png")).width(), QImage(str(tmp_path / "a.png")).height()) == (2400, 1640)
    drawing = ET.parse(tmp_path / "b.SVG").getroot()
    assert drawing.tag.endswith("svg")
    assert "Insights" in {text.text for text in drawing.iter() if text.tag.endswith("text")}
    assert sorted(file.name for file in tmp_path.glob("*.part")) == []


def test_no_file_dialog_stops_the_window(qtbot: QtBot, window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    part(window, QPushButton, "save_picture_button").click()
    dialog = part(window, QWidget, "picture_file_dialog")
    assert dialog.isVisible()
    dialog.close()


def test_who_signs_in_next_sees_nothing_of_it(window: InsightsWindow) -> None:
    window.show_insights(FOUND)
    window.forget()
    assert not window.isVisible()
    assert part(window, QLabel, "insights_balance_label").text() == "…"


def test_a_chart_is_a_picture_to_a_screen_reader(window: InsightsWindow) -> None:
    for name in ("balance", "spend", "operations"):
        told = QAccessible.queryAccessibleInterface(chart(window, name))
        assert told.role() == QAccessible.Role.Graphic
        assert told.text(QAccessible.Text.Name)
