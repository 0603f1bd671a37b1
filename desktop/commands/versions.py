"""The command behind `--version --verbose`: what a report of trouble should say. It makes no file, opens no store."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from desktop.commands.terminal import Output


def tell(parsed: argparse.Namespace, environ: Mapping[str, str], output: Output) -> int:
    """Say it; returns the exit status. Raises `ConfigError` where the configuration does not say where the store is."""
    from desktop.models.open_ledger import library
    from desktop.settings import config
    from desktop.settings.facts import facts

    overrides = {} if parsed.database is None else {"database.url": parsed.database}
    places = config.places(parsed.data_dir, parsed.config, parsed.database)
    places = places.with_database(config.load(places.config_file, environ, overrides).database)
    output.lines(*facts(places, library()))
    return 0
