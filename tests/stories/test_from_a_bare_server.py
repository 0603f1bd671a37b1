"""README's "One ledger for many desks": from a bare server to the first charge, then a store brought over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.command_line import Program
from tests.support.postgres import OWNER_PASSWORD, Server
from tests.support.stores import ADMIN, ANN, PASSWORD


@pytest.fixture(scope="module")
def bare() -> Iterator[Server]:
    """A server as it comes: one that forgets would not be called sound."""
    with postgres.running() as server:
        yield server


@pytest.fixture
def database(bare: Server) -> tuple[Server, str]:
    """A server, and a name that no database has yet."""
    return bare, f"story_{next(bare.numbers)}"


def test_two_commands_lead_from_a_bare_server_to_a_charge(tmp_path: Path, database: tuple[Server, str]) -> None:
    server, name = database
    program = Program(tmp_path)
    made = program.run(
        "server", "install", server.owner_url(name), "--admin", ADMIN, "--password-stdin",
        stdin=f"{OWNER_PASSWORD}\n{PASSWORD}\n",
    )  # fmt: skip
    assert (made.status, made.err) == (0, "")
    assert f"{ADMIN} is its administrator" in made.out
    paid = program.run(
        "eval", "12.50 × 3", "--user", ADMIN, "--database", server.url(name), "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert (paid.status, paid.err) == (0, "")
    assert paid.out.splitlines()[0] == "37.5"
    status = program.run(
        "server", "status", server.owner_url(name), "--json", "--password-stdin", stdin=f"{OWNER_PASSWORD}\n"
    )
    assert status.status == 0
    assert (status.json["accounts"], status.json["records"], status.json["sound"]) == (1, 2, True)


def test_a_store_is_brought_to_a_server_and_goes_on_there(tmp_path: Path, database: tuple[Server, str]) -> None:
    server, name = database
    here = Program.with_people(tmp_path / "here")
    assert here.as_user(ANN, "eval", "1 ÷ 3 × 3").status == 0
    before = here.as_user(ANN, "balance", "--json").json
    url, owner = server.owner_url(name), f"{OWNER_PASSWORD}\n"
    assert (
        here.run("server", "install", url, "--admin", ADMIN, "--password-stdin", stdin=f"{owner}{PASSWORD}\n").status
        == 0
    )
    store = next((tmp_path / "here").rglob("*.db"))
    brought = here.run("server", "import", url, "--from", str(store), "--json", "--password-stdin", stdin=owner)
    assert brought.status == 0
    assert brought.json["records"] == 2 + len(brought.json["passwords"]) + 1
    word = brought.json["passwords"][ANN]
    there = ("--user", ANN, "--database", server.url(name), "--password-stdin")
    due = here.run("balance", "--json", *there, stdin=f"{word}\n")
    assert (due.status, due.error["code"]) == (4, "password_due")
    assert here.run("change-password", *there, stdin=f"{word}\n{PASSWORD}\n").status == 0
    assert here.run("balance", "--json", *there, stdin=f"{PASSWORD}\n").json["balance"] == before["balance"]
    assert here.run("eval", "1 + 1", *there, stdin=f"{PASSWORD}\n").status == 0
    again = here.run("server", "import", url, "--from", str(store), "--password-stdin", stdin=owner)
    assert again.status == 2
    assert "has been used" in again.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("install", "postgresql://o:secret@127.0.0.1/x", "--admin", ADMIN), 2, "password does not belong"),
        (("install", "postgresql://o@db.example.org/x?sslmode=require", "--admin", ADMIN), 2, "sslmode"),
        (("install", "postgresql://o@127.0.0.1/x"), 2, "--admin"),
        (("import", "postgresql://o@127.0.0.1/x"), 2, "--from"),
        (("import", "postgresql://o@127.0.0.1/x", "--from", "/nowhere.db"), 2, "no store"),
        (("status", "postgresql://o@127.0.0.1:1/x"), 6, "cannot be reached"),
        (("status", "ledger.db"), 2, "postgresql://"),
        (("dance", "postgresql://o@127.0.0.1/x"), 2, "dance"),
    ],
)
def test_a_slip_is_told_in_a_sentence_without_a_secret(
    tmp_path: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    outcome = Program(tmp_path).run("server", *words, "--password-stdin", stdin="canary 77\nanother 88\n")
    assert (outcome.status, outcome.out) == (status, "")
    assert said in outcome.err
    everything = outcome.err + "".join(file.read_text() for file in tmp_path.rglob("*.log*"))
    assert not [secret for secret in ("canary", "another 88", "secret") if secret in everything]
