"""The command line's composition root: it wires one command, ends it, and tells its outcome. It holds no logic.

Each run is one request: its reference is in every line of the log and in whatever is told about trouble. Statuses
that a command does not give itself: 130, 143 or 129 when it was asked to end by a signal, 141 when the reader of the
output has gone, as a shell has them.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands import failures, words
from desktop.commands.failures import Asked
from desktop.commands.terminal import Terminal, open_terminal
from desktop.language.choosing import SYSTEM
from desktop.language.sentences import say
from desktop.system import ending, spoken
from desktop.system.request_ids import new_request_id
from desktop.terms.errors import AppError, NoDisplay

if TYPE_CHECKING:
    import argparse

    from desktop.commands.run import Command, Run
    from desktop.settings.config import Places

log = logging.getLogger(__name__)

READER_GONE = 141
_DEMO = "demo"
_SETTINGS = "settings"  # of the file alone: where the ledger is to lie can be said before there is one
_SERVER = "server"  # its ledger is not the configuration's
_MAKERS = ("init", "register", "restore-backup")  # beside the window and the demo: nothing else makes a ledger


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    os.umask(0o077)
    said = sys.argv[1:] if argv is None else argv
    if said != ["--version"]:  # which says no word
        spoken.choose()
    asked = Asked("", new_request_id(), "--json" in said)
    terminal = open_terminal()
    try:
        with ending.raised():
            return _answer(words.decoded(said), asked, terminal)
    except ending.Ended as ended:
        terminal.output.abandon()  # the reader may be why it was to end: what is unwritten would wait for it again
        return ended.status
    except BrokenPipeError:
        terminal.output.abandon()
        return READER_GONE
    except Exception as error:  # noqa: BLE001 - the end of a request that did not come as far as its own log
        return _bug_before(error, asked, terminal)


def _bug_before(error: Exception, asked: Asked, terminal: Terminal) -> int:
    """Tell of a bug from before the request was under way; it goes into the usual log."""
    from desktop.settings import config
    from desktop.system import logs

    with logs.request(asked.reference):
        try:
            return failures.show_bug(error, asked, terminal.output, config.places().log_dir)
        finally:
            logs.shut_down()


def _answer(said: Sequence[str], asked: Asked, terminal: Terminal) -> int:
    try:
        parsed = _parsed(said)
        asked = Asked(parsed.command, getattr(parsed, "request_id", None) or asked.request_id, _wants_json(parsed))
        if parsed.command == words.VERSION:
            from desktop.commands.versions import tell

            return tell(parsed, os.environ, terminal.output)
        if parsed.command == words.WINDOW:
            from desktop.commands.display import require_display

            require_display(os.environ)
            gc.disable()  # until the window's command says so
        else:
            gc.enable()
    except AppError as error:
        return failures.show(error, asked, terminal.output)
    return _request(parsed, asked, terminal)


def _parsed(said: Sequence[str]) -> argparse.Namespace:
    """What was said. The whole grammar is imported for what is more than the window: it takes as long as that does."""
    window = words.of_window(said)
    if window is None:
        from desktop.commands import grammar

        return grammar.parse(said)
    from argparse import Namespace

    return Namespace(command=words.WINDOW, verbose=False, **window)


def _request(parsed: argparse.Namespace, asked: Asked, terminal: Terminal) -> int:
    from desktop.system import logs

    with _places(parsed) as places, logs.request(asked.reference):
        try:
            status = _carry_out(parsed, asked, places, terminal)
        except AppError as error:
            log.info("%s ended in %s", asked.command, error.code)
            status = failures.show(error, asked, terminal.output)
            if asked.command == words.WINDOW and not isinstance(error, NoDisplay):
                from desktop.commands import window

                status = window.show_trouble(places, failures.told(error, asked)) or status
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the end of a request
            status = failures.show_bug(error, asked, terminal.output, places.log_dir)
            if asked.command == words.WINDOW:
                from desktop.commands import window

                status = window.show_bug(places, asked.reference, error) or status
        finally:
            logs.shut_down()
    return status


def _carry_out(parsed: argparse.Namespace, asked: Asked, places: Places, terminal: Terminal) -> int:
    from desktop.commands.run import Run
    from desktop.settings import config

    environ: Mapping[str, str] = {} if parsed.command == _DEMO else os.environ
    overrides = {} if parsed.database is None or parsed.command == _DEMO else {"database.url": parsed.database}
    settings = config.load(places.config_file, environ, overrides)
    if settings.language.name != SYSTEM:
        spoken.choose(settings.language.name)
    places = places.with_database(settings.database)
    run = Run(parsed, asked, places, settings, terminal.input, terminal.output)
    if _has_ledger(run):
        run.begin()
    for name in config.misspelt_variables(environ):
        log.warning("the environment: %s is no setting", name)
        terminal.output.note(f"metercalc: {say('{name} is no setting of Metercalc and was left out.', name=name)}")
    return _command(asked.command)(run)


def _has_ledger(run: Run) -> bool:
    """Whether there is a ledger. Raises `StoreMissing` for a command that makes none; the window finds out later."""
    if run.asked.command in (words.WINDOW, _DEMO, _SERVER):
        return False
    from desktop.models import open_ledger

    if run.asked.command not in (*_MAKERS, _SETTINGS):
        open_ledger.require(run.places)
    return open_ledger.is_there(run.places)


def _command(name: str) -> Command:
    """What carries a command out; only the window's start is spared what the others need."""
    if name == words.WINDOW:
        from desktop.commands.window import open_window

        return open_window
    if name == _SERVER:  # alone: what it needs is an extra
        from desktop.commands.server import on_server

        return on_server
    from desktop.commands import accounts, administration, calculation, records, settings, store
    from desktop.commands.demo import demo

    groups: tuple[Mapping[str, Command], ...] = (
        demo.COMMANDS,
        calculation.COMMANDS,
        accounts.COMMANDS,
        administration.COMMANDS,
        records.COMMANDS,
        settings.COMMANDS,
        store.COMMANDS,
    )
    return next(group[name] for group in groups if name in group)


@contextmanager
def _places(parsed: argparse.Namespace) -> Iterator[Places]:
    """Where the command's files lie; those of the demo are gone afterwards, but for its lines in the usual log."""
    from desktop.settings.config import places

    usual = places(parsed.data_dir, parsed.config, parsed.database)
    if parsed.command != _DEMO:
        yield usual
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="metercalc-demo-") as folder:
        yield places(Path(folder))._replace(log_dir=usual.log_dir)


def _wants_json(parsed: argparse.Namespace) -> bool:
    return bool(getattr(parsed, "json", False)) or getattr(parsed, "format", None) == "json"
