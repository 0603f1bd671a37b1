"""The manual page and the completions that ship are those of the command line as it is."""

from __future__ import annotations

import argparse
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from desktop.commands import grammar

PACKAGING = Path(__file__).parents[2] / "packaging"
SHARE = PACKAGING / "share"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Each file as it would be made now, by its name below share/."""
    texts: dict[str, str] = runpy.run_path(str(PACKAGING / "from_parser.py"))["made"]()
    return texts


def _said() -> set[str]:
    """Every command and option there is."""
    parsers = [grammar.parser()]
    for action in parsers[0]._actions:  # noqa: SLF001 - argparse tells them in no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            parsers += action.choices.values()
    options = {name for each in parsers for name in each._option_string_actions if name.startswith("--")}  # noqa: SLF001
    return (options | {each.prog.split()[-1] for each in parsers}) - {"--help"}


def test_what_ships_is_what_the_parser_says_now(made: dict[str, str]) -> None:
    behind = [name for name, text in made.items() if (SHARE / name).read_text(encoding="utf-8") != text]
    assert not behind, "run packaging/from_parser.py"


def test_the_manual_and_each_completion_know_every_command_and_option(made: dict[str, str]) -> None:
    for name, text in made.items():
        plain = text.replace("\\-", "-")
        assert {said for said in _said() if said not in plain and said.lstrip("-") not in plain} == set(), name


def test_bash_completes_commands_options_and_files(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    (tmp_path / "ledger.metercalc-backup").touch()
    script = f"""
        source '{SHARE}/bash-completion/completions/metercalc'
        complete_it() {{
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            made="$(complete -p metercalc | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
            "$made" metercalc "${{COMP_WORDS[-1]}}" "${{COMP_WORDS[-2]}}"
            echo "${{COMPREPLY[@]}}"
        }}
        complete_it metercalc records
        complete_it metercalc records --tr
        complete_it metercalc restore-backup led
    """
    ran = subprocess.run([bash, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False)
    assert ran.stdout.split() == ["records", "--trash", "ledger.metercalc-backup"], ran.stderr
