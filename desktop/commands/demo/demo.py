"""`demo`: the program on a store that is thrown away afterwards. What stands in it is `demo_data`'s."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from desktop.commands.demo import demo_data
from desktop.commands.display import require_display
from desktop.commands.run import Command, Run
from desktop.models.embedded.storage.opening import open_store
from desktop.system.private_files import make_folder
from desktop.terms.errors import BadInput


def demo(run: Run) -> int:
    """Fill the store, then open the window signed in, or take the pictures. Nothing is drawn from random.org."""
    pictures = run.arguments.screenshots
    if pictures is None:
        require_display(os.environ)
    else:
        try:
            make_folder(pictures)
        except OSError as error:
            raise BadInput(f"There can be no pictures in {pictures}: {os.strerror(error.errno or 0)}.") from error
    run.prepare()
    run = replace(run, config=replace(run.config, random=replace(run.config.random, fallback="local")))
    with closing(open_store(run.places.store_file, costs=run.config.costs, make=True)) as store:
        session = demo_data.open_account(store)
        demo_data.fill(store, session, run.arguments.records)
    # Late: they bring Qt.
    if pictures is not None:
        from desktop.commands.demo import screenshots

        return screenshots.take(run.places, run.config, demo_data.ACCOUNT, pictures)
    from desktop.window.start import run as run_window

    return run_window(run.places, run.config, sign_in_as=demo_data.ACCOUNT)


COMMANDS: Mapping[str, Command] = {"demo": demo}
