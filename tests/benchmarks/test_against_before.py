"""What the ledger does today beside version 1.0.0, in one run, by the command line that both have.

    METERCALC_BEFORE=DIR python -m pytest -m benchmark -s tests/benchmarks/test_against_before.py

DIR is a checkout of 1.0.0 with its own `.venv`. Without one, only what is compared with itself is measured. How many
lines and records: METERCALC_LINES (20,000) and METERCALC_RECORDS (300,000).
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.models.embedded import accounts
from desktop.models.embedded.storage import entries, journal
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger import passwords, receipts
from desktop.terms.kinds import OperationType, Source
from tests.benchmarks.support import ROOT, paired, report
from tests.benchmarks.test_charges import COSTS

EMAIL, PASSWORD = "ada@example.org", "difference engine"
LINES = int(os.environ.get("METERCALC_LINES", "20000"))
RECORDS = int(os.environ.get("METERCALC_RECORDS", "300000"))
ACCOUNTS = (10, 20_000)
ENVIRON = {name: text for name, text in os.environ.items() if not name.startswith(("METERCALC_", "PYTHON", "LC_"))}


@dataclass(frozen=True)
class Version:
    """A version of the program and a folder of its data."""

    tree: Path
    python: str
    data: Path

    def run(self, *words: str, stdin: str = "") -> str:
        """Run a command to its end; what it answered."""
        command = [self.python, "-m", "desktop", "--data-dir", str(self.data), *words]
        ended = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=self.tree, env=ENVIRON)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def as_ada(self, *words: str, more: str = "") -> str:
        """The same, signed in."""
        return self.run(*words, "--user", EMAIL, "--password-stdin", stdin=f"{PASSWORD}\n{more}")

    def build(self, records: int) -> None:
        """A store of so many records."""
        command = [self.python, "-m", "tests.benchmarks.build_store", str(self.data), "--records", str(records)]
        subprocess.run(command, cwd=self.tree, check=True, capture_output=True, env=ENVIRON)


def today(data: Path) -> Version:
    return Version(ROOT, sys.executable, data)


@pytest.fixture
def before(tmp_path: Path) -> Version:
    if "METERCALC_BEFORE" not in os.environ:
        pytest.skip("METERCALC_BEFORE names no checkout of version 1.0.0")
    tree = Path(os.environ["METERCALC_BEFORE"])
    return Version(tree, str(tree / ".venv" / "bin" / "python"), tmp_path / "before")


@pytest.mark.benchmark
def test_lines_at_once(before: Version, tmp_path: Path) -> None:
    now = today(tmp_path / "today")
    lines = "\n".join(f"{number}.25 + 0.{number % 90 + 10}" for number in range(LINES))
    for version in (before, now):
        version.run("register", EMAIL, "--password-stdin", stdin=PASSWORD)
        version.as_ada("credit", EMAIL, "100000000", "--reason", "To be spent")

    def answered(version: Version) -> None:
        assert len(version.as_ada("eval", "-", more=lines).splitlines()) == LINES

    mine, other = paired(lambda: answered(now), lambda: answered(before), rounds=2)
    report(f"eval -, {LINES:,} lines at once, against 1.0.0", f"{other / mine:.1f} x", ">= 5 x")
    report(
        "lines a second, start and sign-in included", f"{LINES / mine:,.0f}, 1.0.0 {LINES / other:,.0f}", "pairs only"
    )


@pytest.mark.benchmark
def test_a_line_alone(before: Version, tmp_path: Path) -> None:
    now = today(tmp_path / "today")
    for version in (before, now):
        version.run("register", EMAIL, "--password-stdin", stdin=PASSWORD)
        version.as_ada("credit", EMAIL, "1000000", "--reason", "To be spent")

    def one_by_one(version: Version) -> None:
        command = [version.python, "-m", "desktop", "--data-dir", str(version.data), "eval", "-"]
        command += ["--user", EMAIL, "--password-stdin"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **pipes, cwd=version.tree, env=ENVIRON) as process:  # type: ignore[call-overload]
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{PASSWORD}\n".encode())
            for _ in range(2_000):
                process.stdin.write(b"1 + 1\n")
                process.stdin.flush()
                assert process.stdout.readline() == b"2\n"
            process.stdin.close()

    mine, other = paired(lambda: one_by_one(now), lambda: one_by_one(before), rounds=2)
    report(
        "eval -, 2,000 lines each after the answer to the one before, against 1.0.0", f"{other / mine:.2f} x", ">= 1"
    )


@pytest.mark.benchmark
def test_the_proof_of_a_ledger(before: Version, tmp_path: Path) -> None:
    now = today(tmp_path / "today")
    for version in (before, now):
        version.data.mkdir()
        version.build(RECORDS)
    mine, other = paired(lambda: now.run("verify"), lambda: before.run("verify"), rounds=3)
    report(f"verify of {RECORDS:,} records against 1.0.0", f"{other / mine:.2f} x", ">= 2.5 x")
    report("records proved a second", f"{RECORDS / mine:,.0f}, 1.0.0 {RECORDS / other:,.0f}", "pairs only")


@pytest.mark.benchmark
def test_a_command_among_many_accounts(tmp_path: Path) -> None:
    few, many = (today(tmp_path / str(count)) for count in ACCOUNTS)
    for version, count in zip((few, many), ACCOUNTS, strict=True):
        _fill(version.data, count)
    mine, other = paired(lambda: many.as_ada("balance"), lambda: few.as_ada("balance"), rounds=5)
    report(f"balance with {ACCOUNTS[1]:,} accounts against {ACCOUNTS[0]}", f"{mine / other:.2f} x", "<= 1.2 x")


def _fill(data: Path, count: int) -> None:
    """A store with so many accounts, in one transaction."""
    data.mkdir()
    store = open_store(data / "metercalc.db", costs=COSTS)
    accounts.register(store, EMAIL, PASSWORD, starting_balance=receipts.MAX_MONEY // 10)
    hashed = passwords.hash_password(PASSWORD)
    line = entries.Line(OperationType.CREDIT, "Starting balance", "", amount=-1_000_00, source=Source.LEDGER)
    with store.writing() as database:
        for number in range(count - 1):
            values = (f"somebody{number}@example.org", hashed)
            sql = "INSERT INTO user (username, password, status, role, balance) VALUES (?, ?, 'active', 'user', 100000)"
            user_id = database.execute_sql(sql, values).lastrowid
            journal.write_account(store, database, user_id, detail="registered", actor_id=user_id)
            entries.append(
                store,
                database.connection().execute,
                entries.Head.of_new_user(store, user_id),
                str(uuid.uuid4()),
                [line],
            )
    store.close()
