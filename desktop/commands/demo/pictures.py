"""Pictures of every screen in several languages and at two sizes: a process for each set, `screenshots` takes them.

Each has a store of its own, so that all show the same, and a screen of its own, whatever the machine has.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.demo import demo_data
from desktop.language.sentences import say
from desktop.models.embedded.storage.opening import open_store
from desktop.settings import config as configuration
from desktop.settings.config import Config, Places
from desktop.system import logs
from desktop.system.private_files import make_folder
from desktop.system.team import Team, answering, dismiss, hire, processors
from desktop.terms.errors import AppError, BadInput

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LANGUAGES = ("en", "de", "ar")
"""Those whose pictures are taken unless others are named: the source, a long one, one from right to left."""

SCHEMES, CONTRAST = ("light", "dark"), "contrast"

LARGE, SMALL = (1920, 1080), (800, 600)
"""The screens, in pixels at 96 dpi; the second is the smallest on which all can be used."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """One set: in which language, on which screen, in which colours, into which folder.

    `data_dir` is for what is thrown away.
    """

    language: str
    screen: tuple[int, int]
    schemes: tuple[str, ...]
    folder: Path
    data_dir: Path
    log_dir: Path
    config: Config
    records: int

    @property
    def places(self) -> Places:
        """Where the store of this set lies."""
        return configuration.places(self.data_dir)._replace(log_dir=self.log_dir)


def planned(places: Places, config: Config, languages: Sequence[str], folder: Path, records: int) -> Sequence[Pictures]:
    """What is to be taken: each language at both sizes, in folders named after both.

    The first language's larger pictures lie in the folder itself, and are there in high contrast too.
    """
    sets: list[Pictures] = []
    for language in dict.fromkeys(languages or LANGUAGES):
        for screen in (LARGE, SMALL):
            name = language if screen == LARGE else "{}-{}x{}".format(language, *screen)
            schemes = SCHEMES if sets else (*SCHEMES, CONTRAST)
            own = folder / name if sets else folder, places.data_dir / name
            sets.append(Pictures(language, screen, schemes, *own, places.log_dir, config, records))
    return sets


def take_all(sets: Sequence[Pictures]) -> None:
    """Take all, as many at a time as there are processors. Raises the `AppError` of the first that fails."""
    for one in sets:
        try:
            make_folder(one.folder)
        except OSError as error:
            why = os.strerror(error.errno or 0)
            raise BadInput(say("There can be no pictures in {folder}: {why}.", folder=one.folder, why=why)) from error
    team: Team = {}
    waiting = list(sets)
    try:
        while waiting or team:
            while waiting and len(team) < processors():
                hire(team, _work, waiting.pop(0))
            for connection in answering(team):
                _heed(connection)
                team.pop(connection).join()
                connection.close()
    finally:
        dismiss(team)


def take(one: Pictures) -> None:
    """Take one set, in this process, which has no window yet. Raises `AppError` where that fails."""
    _have_screen(one)
    config = replace(one.config, language=one.config.language._replace(name=one.language))
    configuration.ensure_file(one.places.config_file)
    with closing(open_store(one.places.store_file, costs=config.costs, make=True)) as store:
        demo_data.fill(store, demo_data.open_account(store), one.records)
    from desktop.commands.demo import screenshots  # late: it brings Qt

    screenshots.take(one.places, config, demo_data.ACCOUNT, one.folder, schemes=one.schemes)


def _work(one: Pictures, answer: Connection) -> None:
    """What a process of the team does: one set, and says the error that ended it, or None."""
    logs.set_up(one.log_dir, one.config.logging.level, one.config.logging.keep)
    try:
        take(one)
    except AppError as error:
        answer.send(error)
    else:
        answer.send(None)


def _heed(connection: Connection) -> None:
    try:
        error = connection.recv()
    except EOFError:
        error = AppError(say("The pictures are not complete; the log says what happened."))
    if error is not None:
        raise error


def _have_screen(one: Pictures) -> None:
    """Have Qt draw on a screen of just this size that nobody sees, unless it is told to draw on another."""
    if os.name != "posix" or os.environ.get("QT_QPA_PLATFORM", "offscreen") != "offscreen":
        return
    width, height = one.screen
    screen = {"name": "pictures", "x": 0, "y": 0, "width": width, "height": height, "logicalDpi": 96, "dpr": 1}
    make_folder(one.data_dir)
    file = one.data_dir / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}))
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"
