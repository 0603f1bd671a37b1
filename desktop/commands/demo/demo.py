"""`demo`: the program on a store that is thrown away afterwards. What stands in it is `demo_data`'s."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from desktop.commands.demo import demo_data
from desktop.commands.demo.pictures import planned, take_all
from desktop.commands.display import require_display
from desktop.commands.run import Command, Run
from desktop.models.embedded.storage.opening import open_store
from desktop.system import ending


def demo(run: Run) -> int:
    """Fill the store, then open the window signed in, or take the pictures. Nothing is drawn from random.org."""
    folder, records = run.arguments.screenshots, run.arguments.records
    if folder is None:
        require_display(os.environ)
    run.prepare()
    run = run._replace(config=replace(run.config, random=run.config.random._replace(fallback="local")))
    if folder is not None:
        take_all(planned(run.places, run.config, run.arguments.languages, folder, records))
        return 0
    with closing(open_store(run.places.store_file, costs=run.config.costs, make=True)) as store:
        session = demo_data.open_account(store)
        demo_data.fill(store, session, records)
    with ending.held():  # Qt's import does not bear what a signal raises
        from desktop.window.start import run as run_window  # late: it brings Qt

    return run_window(run.places, run.config, sign_in_as=demo_data.ACCOUNT)


COMMANDS: Mapping[str, Command] = {"demo": demo}
