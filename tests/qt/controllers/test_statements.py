"""Statements through the real lanes and store, and the preview that they are printed from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtPrintSupport import QPrintPreviewWidget
from PySide6.QtWidgets import QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from desktop.controllers import statements as controllers
from desktop.controllers.statements import Paper, StatementsController, Wanted
from desktop.documents.statement_paper import Style
from desktop.views.dialogs.statement_preview import ICONS, StatementPreview
from tests.qt.conftest import EMAIL, Program
from tests.support.papers import pages_of
from tests.support.widgets import part

pytestmark = pytest.mark.usefixtures("cheap_passwords")
END = 2**51  # in 2041
STYLE = Style()


@pytest.fixture
def statements(program: Program) -> StatementsController:
    return StatementsController(lanes=program.lanes, access=program.access, sessions=program.sessions)


def charge(qtbot: QtBot, program: Program, *entries: str) -> None:
    for entry in entries:
        program.calculator.set_entry(entry)
        with qtbot.waitSignal(program.calculator.charged):
            program.calculator.evaluate()


def test_a_statement_is_saved_as_pdf(
    qtbot: QtBot, program: Program, statements: StatementsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    charge(qtbot, program, "1 + 1", "2 × 3")
    file = tmp_path / "a.pdf"
    with qtbot.waitSignal(statements.saved) as saved:
        statements.make(Wanted(0, END, STYLE, file))
    assert saved.args[0] == (file, 1)
    (page,) = pages_of(file)
    for text in (EMAIL, "1 + 1 = 2", "2 × 3 = 6", "Page 1 of 1"):
        assert text in page


def test_a_statement_is_read_for_paper_and_shown_before_it_is_printed(
    qtbot: QtBot, program: Program, statements: StatementsController
) -> None:
    program.register(qtbot)
    charge(qtbot, program, *(f"{number} + 1" for number in range(40)))
    with qtbot.waitSignal(statements.ready) as ready:
        statements.make(Wanted(0, END, STYLE))
    paper: Paper = ready.args[0]
    assert paper.report.count == len(paper.rows) == 41
    preview = StatementPreview(paper)
    qtbot.addWidget(preview)
    with qtbot.waitExposed(preview):
        preview.open()
    assert preview.findChild(QPrintPreviewWidget).pageCount() == 2  # type: ignore[union-attr]
    tools = part(preview, QToolBar, "")
    drawn = [action for action in tools.actions() if action.text()]
    assert {action.text().replace("&", "") for action in drawn} == set(ICONS)  # each in our own line
    room = preview.screen().availableSize()
    assert preview.height() < room.height()
    assert preview.width() <= room.width()
    buttons = [button for button in tools.findChildren(QToolButton) if button.defaultAction()]
    assert [button.defaultAction().text() for button in buttons if not button.isVisible()] == []
    assert {button.focusPolicy() for button in buttons} == {Qt.FocusPolicy.StrongFocus}
    assert [a.text() for a in tools.actions() if a.shortcut() == QKeySequence(QKeySequence.StandardKey.Print)] == [
        "Print"
    ]


def test_what_is_too_long_for_paper_says_what_to_do(
    qtbot: QtBot, program: Program, statements: StatementsController, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.register(qtbot)
    charge(qtbot, program, "1 + 1", "1 + 2")
    monkeypatch.setattr(controllers, "MOST_ON_PAPER", 2)
    with qtbot.waitSignal(statements.failed) as failed:
        statements.make(Wanted(0, END, STYLE))
    assert "3 records, too many for paper. Save it as PDF" in failed.args[0].message


def test_a_stopped_statement_leaves_no_file_and_says_so_once(
    qtbot: QtBot, program: Program, statements: StatementsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    with qtbot.assertNotEmitted(statements.saved), qtbot.waitSignal(statements.stopped):
        statements.make(Wanted(0, END, STYLE, tmp_path / "a.pdf"))
        statements.cancel()
    statements.cancel()
    with qtbot.waitSignal(statements.saved):  # the lane has dealt with the first by then
        statements.make(Wanted(0, END, STYLE, tmp_path / "b.pdf"))
    assert not (tmp_path / "a.pdf").exists()


def test_signing_out_stops_it(qtbot: QtBot, program: Program, statements: StatementsController, tmp_path: Path) -> None:
    program.register(qtbot)
    statements.make(Wanted(0, END, STYLE, tmp_path / "a.pdf"))
    with qtbot.waitSignal(statements.stopped):
        program.sessions.sign_out()


def test_a_file_that_cannot_be_written_is_told_with_a_reference(
    qtbot: QtBot, program: Program, statements: StatementsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    with qtbot.waitSignal(statements.failed) as failed:
        statements.make(Wanted(0, END, STYLE, tmp_path / "gone" / "a.pdf"))
    assert "could not be written" in failed.args[0].text
    assert failed.args[0].reference in failed.args[0].text
