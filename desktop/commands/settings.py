"""The command about the configuration: what is set, from where, and setting it. It knows no file format."""

from __future__ import annotations

import os
from collections.abc import Mapping

from desktop.commands.run import Command, Run
from desktop.commands.tables import aligned, shortened
from desktop.language.sentences import mark, say, say_in
from desktop.settings import editing
from desktop.terms.errors import BadInput
from desktop.terms.settings import Change, Effect, Setting

_WIDEST = 40
_EFFECTS = {
    Effect.NOW: "",
    Effect.START: mark("A window that is open takes it up at its next start."),
    Effect.NEW_STORE: mark("It is the price in a ledger that is made anew; metercalc set-cost sets this ledger's."),
}


def settings(run: Run) -> int:
    """`settings`: all of them, one, or one to be set."""
    found = editing.settings(run.places.config_file, os.environ, {})
    name, value = run.arguments.name, run.arguments.value
    if name is None:
        rows = [(one.name, shortened(one.value, _WIDEST), one.default, _origin(one)) for one in found]
        table = aligned((say("setting"), say("value"), say("default"), say_in("a column", "from")), rows)
        return run.answer({"file": str(run.places.config_file), "settings": [_document(one) for one in found]}, *table)
    setting = next((one for one in found if one.name == name), None)
    if setting is None:
        names = ", ".join(one.name for one in found)
        raise BadInput(say("“{name}” is no setting. The settings are {names}.", name=name, names=names))
    if value is None:
        return run.answer(_document(setting), setting.value)
    return _set(run, setting, value)


def _set(run: Run, setting: Setting, value: str) -> int:
    if setting.locked_by:
        raise BadInput(
            say(
                "{name} is set by {source}, which has the last word over the file. Nothing was saved.",
                name=setting.name,
                source=setting.locked_by,
            )
        )
    editing.save(run.places.config_file, [Change(setting.section, setting.key, setting.in_file, value)])
    found = editing.settings(run.places.config_file, os.environ, {})
    saved = next(one for one in found if one.name == setting.name)
    value = saved.value or say_in("a value", "empty")
    told = say("{name} is {value} from now on.", name=saved.name, value=value)
    effect = _EFFECTS[saved.effect]
    return run.answer(_document(saved), f"{told} {say(effect)}" if effect else told)


def _origin(setting: Setting) -> str:
    return setting.locked_by or say(setting.origin.value)


def _document(setting: Setting) -> dict[str, object]:
    return {
        "setting": setting.name,
        "value": setting.value,
        "default": setting.default,
        "accepts": setting.accepts,
        "from": setting.origin.value,
        "locked_by": setting.locked_by or None,
        "effect": setting.effect.value,
    }


COMMANDS: Mapping[str, Command] = {"settings": settings}
