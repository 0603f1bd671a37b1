"""A person's whole way through the command line: from an empty folder to a proved and restored ledger."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import ADMIN, ANN, PASSWORD, Program


def test_from_an_empty_folder_to_a_proved_ledger(tmp_path: Path) -> None:
    program, begun = Program(tmp_path / "data"), Program(tmp_path / "data", anew=True)
    assert begun.run("init").status == 0
    for run, email in ((begun, ADMIN), (program, ANN)):
        assert run.run("register", email, "--password-stdin", stdin=PASSWORD).status == 0

    six = begun.as_user(ANN, "eval", "-", more="0.1+0.2\n10-20\n1.05*2\n1/3\nsqrt(2.25)\n")
    assert (six.status, six.err) == (0, "")
    assert six.out.splitlines() == ["0.3", "-10", "2.1", "≈ 0.3333333333333333333333333333333333", "1.5"]
    string = program.as_user(
        ANN, "random", "--json", METERCALC_RANDOM_FALLBACK="local", METERCALC_RANDOM_URL="http://127.0.0.1:9/"
    ).json
    assert (string["cost"], string["balance"]) == ("60.00", "790.00")

    everything = program.as_user(ANN, "records", "--json").json
    assert (everything["total"], everything["spent"], everything["credited"]) == (7, "210.00", "1000.00")
    first = everything["records"][-2]
    assert program.as_user(ANN, "delete", str(first["record_id"])).status == 0
    assert program.as_user(ANN, "records", "--search", "0.1 + 0.2", "--json").json["total"] == 0
    assert program.as_user(ANN, "restore", str(first["record_id"])).status == 0
    assert program.as_user(ANN, "records", "--search", "0.1 + 0.2", "--json").json["total"] == 1

    copy = tmp_path / "copy"
    assert program.run("backup", str(copy)).status == 0
    assert program.as_user(ADMIN, "credit", ANN, "10", "--reason", "a present").status == 0
    assert program.as_user(ANN, "balance").out == "800.00\n"
    assert program.run("restore-backup", str(copy)).status == 0
    assert program.as_user(ANN, "balance").out == "790.00\n"
    assert begun.run("verify").status == 0
