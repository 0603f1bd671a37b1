"""The language that the program speaks from now on, out of what was set and what the system asks for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable

from desktop.language import choosing
from desktop.language.sentences import LANGUAGES, SOURCE, speak
from desktop.system import resources

log = logging.getLogger(__name__)


def choose(setting: str = choosing.SYSTEM, wanted: Iterable[str] | None = None) -> str:
    """Speak the language that was set, a code of `LANGUAGES` or "system"; returns the code that is spoken.

    `wanted` is what the system asks for, best first; without it the environment is asked. Where a catalogue is missing
    or broken it is English, since trouble must be told in any case.
    """
    code = setting
    if code not in LANGUAGES:
        code = choosing.of_environment(os.environ) if wanted is None else choosing.of_names(wanted)
    try:
        speak(code, None if code == SOURCE else resources.path(f"languages/{code}.mo"))
    except OSError as error:
        log.info("the catalogue of %s cannot be used: %s", code, error)
        speak(SOURCE)
        return SOURCE
    return code
