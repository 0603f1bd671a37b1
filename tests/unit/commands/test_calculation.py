"""`eval` and `random` through the real program: what is charged, shown, repeated and refused."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from tests.support.command_line import ADMIN, ANN, BOB, PASSWORD, Program
from tests.support.random_server import Behaviour, RandomServer

RECEIPT = ["request_id", "cost", "balance", "result", "exact", "steps"]
STEP = [
    "record_id",
    "operation",
    "operands",
    "response",
    "exact",
    "source",
    "amount",
    "user_balance",
    "date",
]
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program.with_people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def balance(program: Program, user: str = ANN) -> str:
    return program.as_user(user, "balance").out.strip()


def test_an_expression_is_charged_step_by_step(program: Program) -> None:
    request_id = str(uuid.uuid4())
    answer = program.as_user(ANN, "eval", "0.1 + 0.2 × √2", "--json", "--request-id", request_id).json
    assert list(answer) == RECEIPT
    steps = answer["steps"]
    assert [list(step) for step in steps] == [STEP] * 3
    assert [(s["operation"], s["operands"], s["amount"], s["user_balance"]) for s in steps] == [
        ("square_root", ["2"], "50.00", "950.00"),
        ("multiplication", ["0.2", "√2"], "30.00", "920.00"),
        ("addition", ["0.1", "1/5×√2"], "10.00", "910.00"),
    ]
    assert [s["exact"] for s in steps] == [False, False, False]
    assert (answer["request_id"], answer["cost"], answer["balance"]) == (request_id, "90.00", "910.00")
    assert (answer["result"], answer["exact"]) == ("0.3828427124746190097603377448419396", False)
    assert {s["source"] for s in steps} == {"computed"}
    assert all(MICROSECONDS.fullmatch(s["date"]) for s in steps)
    assert all(isinstance(s["record_id"], int) for s in steps)


def test_the_result_stands_alone_on_the_first_line(program: Program) -> None:
    exact = program.as_user(ANN, "eval", "0.1+0.2")
    assert (exact.status, exact.err) == (0, "")
    assert exact.out == "0.3\ncost 10.00   balance 990.00\n"
    rounded = program.as_user(ANN, "eval", "1+2/3").out.splitlines()
    assert rounded[0] == "≈ 1.666666666666666666666666666666667"
    assert rounded[2].startswith("2 ÷ 3 ≈ 0.6666666666666666666666666666666667   −40.00   balance 950.00")


@pytest.mark.parametrize(
    ("words", "result"), [(["-5+3"], "-2"), (["--5-1"], "4"), (["-sqrt(4)+1"], "-1"), (["--", "-(2)"], "-2")]
)
def test_an_expression_may_begin_with_a_minus(people: Program, words: list[str], result: str) -> None:
    ended = people.run("eval", "--json", "--user", ADMIN, "--password-stdin", *words, stdin=PASSWORD)
    assert ended.json["result"] == result


def test_an_expression_without_operators_is_free(program: Program) -> None:
    answer = program.as_user(ANN, "eval", "(1,234.50)", "--json").json
    assert (answer["result"], answer["cost"], answer["balance"], answer["steps"]) == ("1234.5", "0.00", "1000.00", [])


def test_what_has_no_result_is_bad_input_and_charges_nothing(people: Program) -> None:
    refused = {
        "2+": "expression",
        "NaN": "expression",
        "0x10+1": "expression",
        "5/0": "division_by_zero",
        "0÷0": "division_by_zero",
        "√(1−2)": "negative_square_root",
        "1" * 101 + "+1": "out_of_bounds",
        "1" + "+1" * 101: "out_of_bounds",
        "(" * 101 + "1" + ")" * 101: "out_of_bounds",
        "1+" * 600 + "1": "out_of_bounds",
    }
    ended = people.as_user(BOB, "eval", "-", "--json", more="\n".join(refused))
    errors = [json.loads(line)["error"] for line in ended.out.splitlines()]
    assert ended.status == 2
    assert [error["code"] for error in errors] == list(refused.values())
    assert all(error["message"].endswith("Nothing was charged.") for error in errors)
    alone = people.as_user(BOB, "eval", "", "--json")
    assert (alone.status, alone.error["code"]) == (2, "expression")
    assert balance(people, BOB) == "1000.00"


def test_the_same_request_is_charged_once_in_however_many_processes(program: Program) -> None:
    words = ("eval", "-(2+3)", "--json", "--request-id", "8E0F4F6A-8E9F-4D0B-9B5C-0242AC120002")
    first, again = program.as_user(ANN, *words), program.as_user(ANN, *words)
    assert first.json["result"] == "-5"
    assert first.json == again.json
    assert balance(program) == "990.00"
    plain = program.as_user(ANN, *words[:2], *words[3:])
    assert "charged before, not again" in plain.out
    other = program.as_user(ANN, "eval", "2+4", *words[2:])
    assert (other.status, other.error["code"]) == (2, "request_reused")
    assert other.error["reference"] == "8e0f4f6a"
    foreign = program.as_user(BOB, *words)  # ids are each person's own
    assert (foreign.status, foreign.json["cost"]) == (0, "10.00")
    assert (balance(program), balance(program, BOB)) == ("990.00", "990.00")


def test_more_than_the_caller_allows_is_refused(program: Program) -> None:
    ended = program.as_user(ANN, "eval", "1+1+1", "--max-cost", "19.99", "--json")
    assert (ended.status, ended.error["code"]) == (2, "price_changed")
    assert (ended.error["cost"], ended.error["quoted"]) == ("20.00", "19.99")
    assert program.as_user(ANN, "eval", "1+1+1", "--max-cost", "20").status == 0


def test_a_balance_equal_to_the_cost_is_enough_and_one_below_is_denied(program: Program) -> None:
    twenty_roots = "+".join(["√4"] * 10) + "+1" * 31
    assert program.as_user(ANN, "eval", twenty_roots, "--json").json["balance"] == "100.00"
    assert program.as_user(ADMIN, "credit", ANN, "-90.01", "--reason", "a correction").status == 0
    denied = program.as_user(ANN, "eval", "1+1", "--json")
    assert denied.status == 3
    error = denied.error
    assert (error["code"], error["cost"], error["balance"], error["shortfall"]) == (
        "balance_too_low",
        "10.00",
        "9.99",
        "0.01",
    )
    plain = program.as_user(ANN, "eval", "1+1")
    assert (plain.status, plain.out) == (3, "")
    assert "0.01 too little. Nothing was charged." in plain.err
    assert program.as_user(ADMIN, "credit", ANN, "0.01", "--reason", "back again").status == 0
    assert program.as_user(ANN, "eval", "1+1", "--json").json["balance"] == "0.00"


def test_lines_are_answered_one_by_one_and_a_failed_one_stops_nothing(program: Program) -> None:
    lines = "0.1+0.2\n\n5/0\r\n   \n√2\n1" + "+1" * 101 + "\n2×3\n"
    ended = program.as_user(ANN, "eval", "-", more=lines)
    assert ended.status == 2
    assert ended.out == "0.3\n≈ 1.414213562373095048801688724209698\n6\n"
    assert [line.partition("line ")[2][:2] for line in ended.err.splitlines()] == ["3:", "6:"]
    answers = [json.loads(line) for line in program.as_user(ANN, "eval", "-", "--json", more=lines).out.splitlines()]
    assert [answer["error"]["code"] if "error" in answer else answer["result"] for answer in answers] == [
        "0.3",
        "division_by_zero",
        "1.414213562373095048801688724209698",
        "out_of_bounds",
        "6",
    ]
    references = [a["error"]["reference"] if "error" in a else a["request_id"][:8] for a in answers]
    assert len(set(references)) == len(references)


def test_the_status_of_many_lines_is_the_last_failures(program: Program) -> None:
    assert program.as_user(ANN, "eval", "-", more="1/0\n1+1\n").status == 2
    expensive = "1" + "+1" * 100
    assert program.as_user(ANN, "eval", "-", more=f"1/0\n{expensive}\n1+1\n{expensive}\n1+1").status == 3
    assert program.as_user(BOB, "eval", "-", more="").status == 0


def test_a_line_that_cannot_be_read_spoils_no_other(program: Program) -> None:
    stdin = f"{PASSWORD}\n1+1\n".encode() + b"\xff+1\n" + b"9" * 50_000 + b"\n2+2"
    ended = program.run("eval", "-", "--user", ANN, "--password-stdin", stdin=stdin)
    assert (ended.status, ended.out) == (2, "2\n4\n")
    assert balance(program) == "980.00"


def test_each_answer_comes_before_the_next_line_is_read(program: Program) -> None:
    with program.calculating(ANN) as calculating:
        assert calculating.ask("1+1") == "2"
        assert calculating.ask("2*3") == "6"
        assert calculating.end().status == 0


def test_the_same_lines_with_the_same_id_are_charged_once(program: Program) -> None:
    words = ("eval", "-", "--request-id", str(uuid.uuid4()))
    first = program.as_user(ANN, *words, more="1+1\n\n1/0\n2+2\n")
    again = program.as_user(ANN, *words, more="1+1\n\n1/0\n2+2\n3+3\n")
    assert (first.out, again.out) == ("2\n4\n", "2\n4\n6\n")
    assert balance(program) == "970.00"


def test_a_random_string_is_drawn_once_and_repeated_without_a_draw(program: Program) -> None:
    request_id = str(uuid.uuid4())
    with RandomServer() as server:
        addresses = {"METERCALC_RANDOM_URL": server.url, "METERCALC_RANDOM_QUOTA_URL": server.quota_url}
        first = program.as_user(ANN, "random", "--json", "--request-id", request_id, **addresses).json
        again = program.as_user(ANN, "random", "--json", "--request-id", request_id, **addresses).json
        assert program.as_user(ANN, "eval", "1+1", "--request-id", request_id).status == 2
        assert len(server.served) == 1
        used = program.as_user(ANN, "eval", "1+1", "--json").json["request_id"]
        reused = program.as_user(ANN, "random", "--json", "--request-id", used, **addresses)
        assert (reused.status, reused.error["code"]) == (2, "request_reused")
        assert [first["result"]] == server.served
    assert list(first) == RECEIPT
    assert first["steps"] == again["steps"]
    step = first["steps"][0]
    assert (step["operation"], step["operands"], step["source"], step["amount"]) == (
        "random_string",
        [],
        "random.org",
        "60.00",
    )
    assert balance(program) == "930.00"


def test_a_failed_draw_charges_nothing_and_says_so(program: Program) -> None:
    with RandomServer(Behaviour.UNAVAILABLE) as server:
        addresses = {"METERCALC_RANDOM_URL": server.url, "METERCALC_RANDOM_QUOTA_URL": server.quota_url}
        ended = program.as_user(ANN, "random", "--json", **addresses)
        assert (ended.status, ended.error["code"]) == (6, "network")
        assert ended.error["message"].endswith("Nothing was charged.")
        local = program.as_user(ANN, "random", "--json", METERCALC_RANDOM_FALLBACK="local", **addresses).json
    assert re.fullmatch("[0-9A-Za-z]{8}", local["result"])
    assert local["steps"][0]["source"] == "local"
    assert balance(program) == "940.00"


def test_nothing_is_drawn_that_could_not_be_paid_for(program: Program) -> None:
    assert program.as_user(ADMIN, "credit", ANN, "-940.01", "--reason", "a correction").status == 0
    with RandomServer() as server:
        addresses = {"METERCALC_RANDOM_URL": server.url, "METERCALC_RANDOM_QUOTA_URL": server.quota_url}
        ended = program.as_user(ANN, "random", "--json", **addresses)
        assert (ended.status, ended.error["shortfall"]) == (3, "0.01")
        assert server.served == []


def test_results_and_strings_are_not_in_the_log(program: Program) -> None:
    with RandomServer() as server:
        addresses = {"METERCALC_RANDOM_URL": server.url, "METERCALC_RANDOM_QUOTA_URL": server.quota_url}
        text = program.as_user(ANN, "random", "--json", METERCALC_LOGGING_LEVEL="DEBUG", **addresses).json["result"]
    program.as_user(ANN, "eval", "7654321.5 + 1", METERCALC_LOGGING_LEVEL="DEBUG")
    log = (program.folder / "logs" / "metercalc.log").read_text()
    assert not [secret for secret in (text, "7654322.5", "7654321.5", PASSWORD) if secret in log]


def test_each_of_many_requests_is_in_the_log(program: Program) -> None:
    given = str(uuid.uuid4())
    lines = "1+1\n1/0\n2+2\n3+3\n"
    answers = program.as_user(ANN, "eval", "-", "--json", "--request-id", given, more=lines).out.splitlines()
    ids = [found["request_id"] for found in map(json.loads, answers) if "request_id" in found]
    assert len(ids) == 3
    log = (program.folder / "logs" / "metercalc.log").read_text()
    assert all(each in log for each in ids)
