"""The commands about accounts through the real program: who may do what, and what they answer."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.support.command_line import ADMIN, ANN, BOB, PASSWORD, Program
from tests.support.days import where_it_is_noon


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def test_register_makes_the_store_and_its_first_account_is_the_administrator(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    first = program.run("register", " Ann@Example.org ", "--password-stdin", stdin=PASSWORD)
    assert (first.status, first.out.splitlines()) == (
        0,
        [
            "Registered ann@example.org (admin) with a balance of 1,000.00.",
            f"A new ledger was made for it: {program.folder / 'metercalc.db'}.",
        ],
    )
    second = program.run("register", BOB, "--password-stdin", "--json", stdin=PASSWORD)
    assert second.json == {"user": BOB, "role": "user", "status": "active", "balance": "1000.00"}
    answer = program.as_user("ANN@example.org", "balance", "--json").json
    assert answer == {"user": "ann@example.org", "balance": "1000.00"}


@pytest.mark.parametrize(
    ("email", "password"),
    [("no e-mail", PASSWORD), ("new@example.org", "short"), ("new@example.org", "password"), (ANN, PASSWORD)],
)
def test_register_refuses_what_cannot_be_an_account(people: Program, email: str, password: str) -> None:
    ended = people.run("register", email, "--password-stdin", stdin=password)
    assert (ended.status, ended.out) == (2, "")


def test_a_starting_balance_and_costs_come_from_the_configuration(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    environ = {"METERCALC_ACCOUNT_DEFAULT_BALANCE": "12.50", "METERCALC_COSTS_ADDITION": "12.50"}
    program.run("register", ANN, "--password-stdin", stdin=PASSWORD, **environ)
    assert program.as_user(ANN, "eval", "1+1", "--json").json["balance"] == "0.00"


def test_unknown_and_wrong_are_refused_with_the_same_words(program: Program) -> None:
    wrong = program.as_user(ANN, "balance", "--json", password="wrong").error
    unknown = program.as_user("nobody@example.org", "balance", "--json").error
    for told in (wrong, unknown):
        assert told.pop("reference")
    assert wrong == unknown
    assert wrong["code"] == "sign_in_refused"


def test_failures_are_counted_across_processes(program: Program) -> None:
    for _ in range(3):
        assert program.as_user(ANN, "balance", password="wrong").status == 4
    waiting = program.as_user(ANN, "balance", "--json")
    assert waiting.status == 4
    assert waiting.error["wait_seconds"] >= 1


def test_a_deactivated_account_is_refused_until_it_is_activated(program: Program) -> None:
    assert program.as_user(ADMIN, "deactivate", ANN).out == f"{ANN} is inactive.\n"
    refused = program.as_user(ANN, "eval", "1+1", "--json")
    assert (refused.status, refused.error["code"]) == (4, "not_allowed")
    assert program.as_user(ADMIN, "activate", ANN, "--json").json["status"] == "active"
    assert program.as_user(ANN, "balance").out == "1000.00\n"
    assert program.as_user(ADMIN, "deactivate", ADMIN).status == 2
    assert program.as_user(ADMIN, "deactivate", "nobody@example.org").status == 2


def test_a_deactivated_account_loses_a_running_session(program: Program) -> None:
    with program.calculating(ANN) as calculating:
        assert calculating.ask("1+1") == "2"
        assert program.as_user(ADMIN, "deactivate", ANN).status == 0
        calculating.send("2+2")
        ended = calculating.end()
    assert (ended.status, ended.out) == (4, "")


@pytest.mark.parametrize(
    "words",
    [
        ["users"],
        ["activate", ANN],
        ["deactivate", BOB],
        ["credit", ANN, "5", "--reason", "mine"],
        ["set-cost", "addition", "0"],
    ],
)
def test_only_an_administrator_administers(people: Program, words: list[str]) -> None:
    ended = people.as_user(ANN, *words, "--json")
    assert (ended.status, ended.error["code"]) == (4, "not_allowed")


def test_users_are_listed_with_role_status_and_balance(people: Program) -> None:
    answer = people.as_user(ADMIN, "users", "--json").json
    assert [(user["user"], user["role"]) for user in answer["users"]] == [
        (ADMIN, "admin"),
        (ANN, "user"),
        (BOB, "user"),
    ]
    table = people.as_user(ADMIN, "users").out.splitlines()
    assert table[0].split() == ["user", "role", "status", "balance", "last", "active"]
    assert table[2].split()[:4] == [ANN, "user", "active", "1,000.00"]


def test_a_credit_is_a_record_with_its_reason_and_is_given_once(program: Program) -> None:
    words = ("credit", ANN, "250.5", "--reason", "Rückzahlung", "--request-id", str(uuid.uuid4()))
    first = program.as_user(ADMIN, *words)
    assert first.out == f"+250.50 for {ANN}: the balance is 1,250.50.\n"
    again = program.as_user(ADMIN, *words, "--json").json
    assert (again["user"], again["balance"]) == (ANN, "1250.50")
    record = program.as_user(ANN, "records", "--json").json["records"][0]
    assert (record["operation"], record["operands"], record["amount"], record["source"]) == (
        "credit",
        ["Rückzahlung"],
        "-250.50",
        "ledger",
    )
    taken = program.as_user(ADMIN, "credit", ANN, "-1,250.51", "--reason", "too much")
    assert taken.status == 3
    assert program.as_user(ADMIN, "credit", ANN, "-1,250.50", "--reason", "-all of it").status == 0
    assert program.as_user(ANN, "balance").out == "0.00\n"


def test_an_amount_of_nothing_is_refused(people: Program) -> None:
    assert people.as_user(ADMIN, "credit", ANN, "0", "--reason", "why not").status == 2


def test_a_new_cost_holds_from_now_on_and_old_records_keep_theirs(program: Program) -> None:
    program.as_user(ANN, "eval", "1+1")
    assert program.as_user(ADMIN, "set-cost", "addition", "0.01").out == "addition costs 0.01 from now on.\n"
    program.as_user(ANN, "eval", "1+1")
    amounts = [record["amount"] for record in program.as_user(ANN, "records", "--json").json["records"]]
    assert amounts == ["0.01", "10.00", "-1000.00"]
    assert program.run("verify").status == 0
    assert program.as_user(ADMIN, "set-cost", "addition", "-1").status == 2


def test_an_administrator_sees_letters_that_look_like_others(program: Program) -> None:
    assert program.run("register", "аnn@example.org", "--password-stdin", stdin=PASSWORD).status == 0
    assert "аnn@example.org (not ann@example.org)" in program.as_user(ADMIN, "users").out
    listed = program.as_user(ADMIN, "users", "--json").json["users"]
    assert [user["user"] for user in listed if user["looks_like"]] == ["аnn@example.org"]


def test_a_recovery_code_replaces_a_lost_password_once(program: Program) -> None:
    code = program.as_user(ANN, "recovery-code", "--json").json["recovery_code"]
    ended = program.run("recover", ANN, "--password-stdin", stdin=f"{code}\na better horse 8")
    assert (ended.status, ended.out.splitlines()[0]) == (
        0,
        f"The password of {ANN} is changed, and the code is used up.",
    )
    assert program.as_user(ANN, "balance", password="a better horse 8").status == 0
    again = program.run("recover", ANN, "--password-stdin", "--json", stdin=f"{code}\nyet another horse 9")
    assert again.status == 4
    assert "was used before" in again.error["message"]


def test_an_administrator_gives_a_one_time_password(program: Program) -> None:
    given = program.as_user(ADMIN, "reset-password", ANN, "--json").json["one_time_password"]
    assert program.as_user(ANN, "balance").status == 4
    due = program.as_user(ANN, "balance", "--json", password=given)
    assert (due.status, "Choose one of your own" in due.error["message"]) == (4, True)
    changed = program.as_user(ANN, "change-password", password=f"{given}\na better horse 8")
    assert changed.status == 0
    assert program.as_user(ANN, "balance", password="a better horse 8").status == 0


def test_the_balance_tells_of_the_budget_and_the_warning_that_were_set(program: Program) -> None:
    wanted = {"METERCALC_SPENDING_MONTHLY_BUDGET": "50", "METERCALC_SPENDING_WARNING_LEVEL": "1000"}
    wanted["TZ"] = where_it_is_noon()
    program.as_user(ANN, "eval", "2 × 2")
    told = program.as_user(ANN, "balance", **wanted)
    assert (told.status, told.out) == (0, "970.00\n")
    assert told.err.splitlines() == [
        "20.00 left of this month’s 50.00.",
        f"Below the 1,000.00 of your warning. {ADMIN} may put credit in.",
        f"Please give credit to {ANN}: metercalc credit {ANN} AMOUNT --reason TEXT --user {ADMIN}, "
        "or Account, Administration, Credits in the window.",
    ]
    answer = program.as_user(ANN, "balance", "--json", **wanted).json
    assert (answer["budget"], answer["spent_this_month"], answer["budget_left"]) == ("50.00", "30.00", "20.00")
    assert program.as_user(ANN, "balance").err == ""


def test_beyond_the_budget_is_refused_only_where_that_was_asked_for(program: Program) -> None:
    wanted = {"METERCALC_SPENDING_MONTHLY_BUDGET": "20", "TZ": where_it_is_noon()}
    refuse = wanted | {"METERCALC_SPENDING_BEYOND_BUDGET": "refuse"}
    refused = program.as_user(ANN, "eval", "2 × 2", "--json", **refuse)
    assert (refused.status, refused.json["error"]["code"]) == (3, "beyond_budget")
    assert (refused.json["error"]["budget"], refused.json["error"]["spent"]) == ("20.00", "0.00")
    assert program.as_user(ANN, "eval", "2 × 2", **wanted).status == 0
    assert program.as_user(ANN, "balance").out == "970.00\n"
