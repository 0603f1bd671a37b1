"""Where the configuration leads, and what is imported on the way there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.models import open_ledger
from desktop.settings import config
from desktop.settings.config import DatabaseSection
from desktop.terms.errors import BadInput, ConfigError
from tests.support import shared
from tests.support.postgres import shared_server
from tests.support.stores import ADMIN, ANN, PASSWORD

ROOT = Path(__file__).resolve().parents[3]
URL = "postgresql://127.0.0.1:1/ledger"


def python(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )


def test_no_driver_is_imported_before_a_server_is_configured(tmp_path: Path) -> None:
    program = (
        "import sys; from desktop.cli import main; main(['--data-dir', sys.argv[1], 'init'])\n"
        "print(*sorted(name for name in sys.modules if name.partition('.')[0] in ('psycopg', 'psycopg2')))"
    )
    ended = python(program, str(tmp_path))
    assert (ended.returncode, ended.stderr, ended.stdout.splitlines()[-1]) == (0, "", "")


def test_a_driver_that_is_not_installed_is_one_sentence(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None; from desktop.cli import main;"
        "sys.exit(main(['--data-dir', *sys.argv[1:], 'verify', '--user', 'ann@example.org', '--password-stdin']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), "--database", URL],
        cwd=ROOT, input="correct horse 7\n", capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert ended.returncode == 5
    assert "pip install 'metercalc[postgres]'" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.example.org",
        "postgresql://db.example.org/ledger?sslmode=require",
        "postgresql://db.example.org/ledger?connect_timeout=1",
        "postgresql:///ledger",
    ],
)
def test_an_address_that_will_not_do_is_refused_before_anything_is_asked(tmp_path: Path, url: str) -> None:
    places = config.places(tmp_path).with_database(DatabaseSection(url))
    with pytest.raises(ConfigError, match=r"^\[database\] url: "):
        open_ledger.require(places)


def test_a_server_has_its_ledger_and_takes_no_backup_of_ours(tmp_path: Path) -> None:
    places = config.places(tmp_path).with_database(DatabaseSection(URL))
    assert open_ledger.is_there(places)
    assert open_ledger.proves_for_people(places)
    with pytest.raises(BadInput, match="pg_restore"):
        open_ledger.check_restorable(places)


def test_a_password_stands_in_no_log_of_ours_or_of_the_servers(tmp_path: Path, cheap_passwords: None) -> None:
    database = shared.peopled(tmp_path, ADMIN, ANN)
    url = shared_server().url(database)
    for password, status in ((PASSWORD, 0), ("canary of a password", 4)):
        ended = subprocess.run(
            [sys.executable, "-m", "desktop", "--data-dir", tmp_path, "--database", url,
             "eval", "1 + 2", "--user", ANN, "--password-stdin"],
            cwd=ROOT, input=f"{password}\n", capture_output=True, text=True, timeout=180, check=False,
            env=os.environ | {"METERCALC_LOGGING_LEVEL": "DEBUG"},
        )  # fmt: skip
        assert ended.returncode == status, ended.stderr
    written = [*(tmp_path / "logs").iterdir(), shared_server().log]
    said = "".join(file.read_text(errors="replace") for file in written)
    assert "signed in" in said
    assert "password authentication failed" in said
    assert PASSWORD not in said
    assert "canary" not in said
    shared.give_back(tmp_path)
