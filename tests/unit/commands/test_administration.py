"""The administrators' commands through the real program: what they answer, and that it is on record who did it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command_line import ADMIN, ANN, BOB, PASSWORD, Program

NEW, OWN = "new@example.org", "a horse of my own 3"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def test_who_is_invited_chooses_a_password_and_is_a_user(program: Program) -> None:
    invited = program.as_user(ADMIN, "invite", NEW, "--json").json
    assert (invited["user"], invited["role"], invited["balance"]) == (NEW, "user", "1000.00")
    password = invited["one_time_password"]
    refused = program.run("balance", "--user", NEW, "--password-stdin", stdin=f"{password}\n")
    assert refused.status == 4
    assert "metercalc change-password" in refused.err
    assert [u["user"] for u in program.as_user(ADMIN, "users", "--json").json["users"] if u["invited"]] == [NEW]
    changed = program.run("change-password", "--user", NEW, "--password-stdin", stdin=f"{password}\n{OWN}\n")
    assert (changed.status, changed.out) == (0, f"The password of {NEW} is changed.\n")
    assert program.run("balance", "--user", NEW, "--password-stdin", stdin=f"{OWN}\n").out == "1000.00\n"
    missing = program.run("change-password", "--user", NEW, "--password-stdin", stdin=f"{OWN}\n")
    assert (missing.status, "second line" in missing.err) == (2, True)


def test_the_last_administrator_cannot_be_lost(program: Program) -> None:
    refused = program.as_user(ADMIN, "set-role", ADMIN, "user")
    assert (refused.status, "last active administrator" in refused.err) == (2, True)
    assert program.as_user(ADMIN, "set-role", ANN, "admin").out == f"{ANN} is an administrator.\n"
    assert program.as_user(ADMIN, "set-role", ADMIN, "user").out == f"{ADMIN} is a user.\n"
    assert program.as_user(ADMIN, "users").status == 4


def test_a_file_of_credits_is_looked_at_and_then_carried_out_once(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "credits.csv"
    file.write_text(f"email,amount,reason\n{ANN},100,Allowance\n{BOB},50.5,Allowance\n")
    looked = program.as_user(ADMIN, "credit-file", str(file), "--dry-run")
    assert looked.out.splitlines()[-1] == "2 credits, +150.50 in all. Nothing was credited."
    assert program.as_user(ANN, "balance").out == "1000.00\n"
    assert program.as_user(ADMIN, "credit-file", str(file)).out == "2 credits, +150.50 in all.\n"
    file.write_text(file.read_text() + f"{ANN},1,Another\n")
    again = program.as_user(ADMIN, "credit-file", str(file), "--json").json
    assert (again["credited"], again["credited_before"], again["amount"]) == (1, 2, "1.00")
    assert program.as_user(ANN, "balance").out == "1101.00\n"
    assert "carried out on 2" in program.as_user(ADMIN, "credit-file", str(file), "--dry-run").out


def test_a_file_with_a_bad_line_credits_nobody_and_names_it(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "credits.csv"
    file.write_text(f"{ANN},100,Allowance\nnobody@example.org,1,x\n{BOB},much,x\n")
    refused = program.as_user(ADMIN, "credit-file", str(file))
    assert (refused.status, refused.out) == (2, "")
    assert "Line 2: There is no account" in refused.err
    assert "Line 3: “much” is not an amount" in refused.err
    looked = program.as_user(ADMIN, "credit-file", str(file), "--dry-run", "--json").json
    assert [trouble["line"] for trouble in looked["troubles"]] == [2, 3]
    assert program.as_user(ANN, "balance").out == "1000.00\n"


def test_prices_are_told_with_their_history_and_what_others_would_have_come_to(program: Program) -> None:
    program.as_user(ADMIN, "set-cost", "division", "45")
    told = program.as_user(ADMIN, "prices", "--json", "--what-if", "division=50").json
    assert told["prices"]["division"] == "45.00"
    newest = told["history"][0]
    assert (newest["operation"], newest["cost"], newest["user"]) == ("division", "45.00", ADMIN)
    lines = program.as_user(ADMIN, "prices", "--what-if", "division=50").out.splitlines()
    assert lines[-2:] == [
        "Division at 50.00: It was not used last month.",
        "All of last month: 0.00; it would have been 0.00.",
    ]
    for word in ("division", "division=-1", "credit=1", "no=1"):
        assert program.as_user(ADMIN, "prices", "--what-if", word).status == 2


def test_the_log_says_who_did_what(program: Program) -> None:
    program.as_user(ADMIN, "credit", ANN, "5", "--reason", "A present")
    program.as_user(ADMIN, "set-cost", "addition", "11")
    program.as_user(ADMIN, "deactivate", BOB)
    lines = program.as_user(ADMIN, "admin-log").out.splitlines()
    assert [line.split("  ", 2)[1:] for line in lines[1:4]] == [
        [ADMIN, f"{BOB}: deactivated"],
        [ADMIN, "Addition: 10.00 → 11.00"],
        [ADMIN, f"+5.00 for {ANN}: A present"],
    ]
    assert len(program.as_user(ADMIN, "admin-log", "--limit", "1", "--json").json["deeds"]) == 1


@pytest.mark.parametrize(
    "words", [("invite", NEW), ("set-role", BOB, "admin"), ("prices",), ("admin-log",), ("users",)]
)
def test_nobody_else_may(people: Program, words: tuple[str, ...]) -> None:
    refused = people.as_user(ANN, *words)
    assert (refused.status, refused.out) == (4, "")


def test_a_one_time_password_is_told_once_and_stands_in_no_log(program: Program) -> None:
    password = program.as_user(ADMIN, "invite", NEW, "--json").json["one_time_password"]
    assert len(password) == 14
    for file in program.folder.rglob("*"):
        if file.is_file():
            assert password.encode() not in file.read_bytes()
    assert password != PASSWORD


def test_every_time_in_json_is_utc(program: Program) -> None:
    program.as_user(ADMIN, "set-price", "addition", "12.50")
    program.run("verify")
    log = program.as_user(ADMIN, "admin-log", "--json").json["deeds"]
    prices = program.as_user(ADMIN, "prices", "--json").json["history"]
    users = program.as_user(ADMIN, "users", "--json").json["users"]
    moments = [*(deed["date"] for deed in log), *(one["date"] for one in prices)]
    moments += [user["last_active"] for user in users if user["last_active"]]
    moments.append(program.run("verify", "--json").json["anchored_at"])
    assert len(moments) > 3
    for moment in moments:
        assert datetime.fromisoformat(moment).utcoffset() == timedelta()
