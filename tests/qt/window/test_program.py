"""What only the program as a whole shows, in a process of its own: the first paint, bugs, pictures that never come."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.support.command_line import ROOT


def run_program(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run `body` with `places` and `config` for the folder, without a screen."""
    head = f"""
        import sys, threading
        from pathlib import Path
        from PySide6.QtCore import QTimer
        from desktop.window import program as app, start as window
        from desktop.commands.demo import screenshots
        from desktop.settings import config as configuration
        from tests.support import windows

        places = configuration.places(Path({str(folder)!r}))
        config = windows.make_config(Path({str(folder)!r}))
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(body)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_bug_on_any_thread_is_reported_as_one_on_the_windows_is(tmp_path: Path) -> None:
    ended = run_program(
        tmp_path,
        """
        class Program(app.Program):
            def start(self):
                super().start()
                self.seen = []
                self.bug_found.connect(self.note)
                QTimer.singleShot(0, self.fail)
                QTimer.singleShot(120_000, self.application.quit)

            def fail(self):
                threading.Thread(target=self.fail_too).start()
                raise RuntimeError("planted on the window's thread")

            def fail_too(self):
                raise RuntimeError("planted on another thread")

            def note(self, reference, trace):
                self.seen.append(trace.strip().splitlines()[-1])
                if len(self.seen) == 2:
                    print(*sorted(self.seen), sep="\\n")
                    self.application.quit()

        window.Program = Program
        sys.exit(window.run(places, config))
        """,
    )
    assert ended.stdout.splitlines() == [
        "RuntimeError: planted on another thread",
        "RuntimeError: planted on the window's thread",
    ], ended.stderr
    assert ended.returncode == 0


def test_pictures_of_a_scene_that_never_comes_are_an_error(tmp_path: Path) -> None:
    ended = run_program(
        tmp_path,
        """
        from desktop.terms.errors import AppError

        def scenes(program, account, folder):
            yield program.sessions.first_run_known
            yield program.records.page_changed  # nobody signs in

        screenshots._scenes, screenshots.LIMIT_MS = scenes, 1_500
        try:
            screenshots.take(places, config, ("ada@example.org", "difference engine"), places.log_dir)
        except AppError as error:
            print(error.message)
            sys.exit(error.exit_status)
        """,
    )
    assert "not complete" in ended.stdout
    assert ended.returncode == 1


FIRST_PAINT = """
import os, sys
from desktop.cli import main
from desktop.commands import window

usual = window.open_window

def open_window(run):
    from desktop.window import program
    import PySide6.QtCore

    class Dialog(program.LoginDialog):
        def paintEvent(self, event):
            super().paintEvent(event)
            print("Qt" in vars(PySide6.QtCore), "desktop.views.main_window.window" in sys.modules, flush=True)
            os._exit(0)

    program.LoginDialog = Dialog
    return usual(run)

window.open_window = open_window
sys.exit(main(["--data-dir", sys.argv[1]]))
"""


def test_before_the_first_paint_neither_qts_namespace_is_named_nor_the_window_imported(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert ended.stdout.split() == ["False", "False"], ended.stderr


def test_a_window_that_was_never_painted_is_found_by_the_next_start(tmp_path: Path) -> None:
    ended = run_program(
        tmp_path,
        """
        import threading
        from PySide6.QtCore import QEvent
        from desktop.window.first_start import FirstStart

        class Dialog(app.LoginDialog):
            def event(self, event):
                return event.type() == QEvent.Type.Paint or super().event(event)

        def look():
            second = FirstStart(places.store_file)
            if second.is_second():
                print("found")
                program.quit()
            second.close()

        app.LoginDialog = Dialog
        program = window.make_application()
        window.make_application = lambda: program
        clock = QTimer()
        clock.timeout.connect(look)
        clock.start(50)
        QTimer.singleShot(60_000, program.quit)
        window.run(places, config)
        """,
    )
    assert ended.stdout.split() == ["found"], ended.stderr
