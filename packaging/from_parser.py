"""Makes the manual page and the shells' completions from the command line's own parser, into packaging/share.

Run it when the command line or the version has changed: .venv/bin/python packaging/from_parser.py
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import shtab

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from desktop import __version__  # noqa: E402 - found by the line above
from desktop.commands import grammar  # noqa: E402

COMPLETIONS = {
    "bash": "bash-completion/completions/metercalc",
    "zsh": "zsh/site-functions/_metercalc",
    "fish": "fish/vendor_completions.d/metercalc.fish",
}
MANUAL = "man/man1/metercalc.1"

_ENDING = r"""
.SH FILES
.TP
.I ~/.config/metercalc/config.toml
The configuration, with a comment for every value.
.TP
.I ~/.local/share/metercalc/
The store, its key, its anchor and its backups.
.TP
.I ~/.local/state/metercalc/log/
What happened, without passwords, results and random strings.
.SH ENVIRONMENT
.TP
.B METERCALC_<SECTION>_<KEY>
Overrides a value of the configuration, like METERCALC_ACCOUNT_DEFAULT_BALANCE=500.
.TP
.B QT_QPA_PLATFORM
What the window is drawn on: wayland, xcb or offscreen.
"""


def made() -> dict[str, str]:
    """Each file's text, by its name below share/."""
    parser = grammar.parser()
    _say_what_is_a_file(parser)
    texts = {name: shtab.complete(parser, shell) for shell, name in COMPLETIONS.items()}
    return {**texts, MANUAL: manual(parser)}


def manual(parser: argparse.ArgumentParser) -> str:
    """The manual page of the program and of all its commands."""
    commands = _commands(parser)
    parts = [
        f'.TH METERCALC 1 "" "Metercalc {__version__}" "User Commands"',
        f".SH NAME\nmetercalc \\- {_escaped(_first(parser))}",
        f".SH SYNOPSIS\n.B metercalc\n{_synopsis(parser)}\n.RI [ COMMAND ...]",
        f".SH DESCRIPTION\n{_paragraphs(parser.description)}\nWithout a command the window opens.",
        f".SH OPTIONS\n{_options(parser)}",
        ".SH COMMANDS",
    ]
    for name, command in commands.items():
        parts += [
            f".SS {_escaped(name)}",
            f".B metercalc {_escaped(name)}\n{_synopsis(command)}\n.PP\n{_paragraphs(command.description)}",
            _options(command),
        ]
    status = re.findall(r"([0-9])  (\S.*?)(?:\s{2,}|$)", parser.epilog or "", re.MULTILINE)
    parts.append(".SH EXIT STATUS\n" + "\n".join(f".TP\n.B {code}\n{_escaped(said)}" for code, said in sorted(status)))
    return "\n".join(parts) + _ENDING


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (group,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))  # noqa: SLF001 - no other way
    return dict(group.choices)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    actions = parser._actions  # noqa: SLF001 - argparse tells them in no other way
    return [each for each in actions if not isinstance(each, argparse._SubParsersAction | argparse._HelpAction)]  # noqa: SLF001


def _synopsis(parser: argparse.ArgumentParser) -> str:
    lines = []
    for action in _actions(parser):
        value = "" if action.nargs == 0 else f" \\fI{_escaped(str(action.metavar))}\\fR"
        if not action.option_strings:
            lines.append(f"{value.strip()}{' ...' if action.nargs == '+' else ''}")
        elif action.required:
            lines.append(f"\\fB{_escaped(action.option_strings[-1])}\\fR{value}")
        else:
            lines.append(f"[\\fB{_escaped(action.option_strings[-1])}\\fR{value}]")
    return "\n".join(lines)


def _options(parser: argparse.ArgumentParser) -> str:
    lines = []
    for action in _actions(parser):
        value = "" if action.nargs == 0 else f" \\fI{_escaped(str(action.metavar))}\\fR"
        if action.help:
            names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in action.option_strings)
            lines.append(f".TP\n{names}{value if names else value.strip()}\n{_escaped(action.help)}")
    return "\n".join(lines)


def _first(parser: argparse.ArgumentParser) -> str:
    said = (parser.description or "").partition("\n")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def _paragraphs(text: str | None) -> str:
    return "\n.PP\n".join(_escaped(part.replace("\n", " ")) for part in (text or "").split("\n\n"))


def _escaped(text: str) -> str:
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def _say_what_is_a_file(parser: argparse.ArgumentParser) -> None:
    kinds = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}
    for each in (parser, *_commands(parser).values()):
        for action in _actions(each):
            if action.metavar in kinds:
                action.complete = kinds[action.metavar]  # type: ignore[attr-defined] # shtab's way


def main() -> None:
    """Write them all."""
    for name, text in made().items():
        file = ROOT / "packaging" / "share" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
