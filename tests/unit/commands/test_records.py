"""`records`, `delete` and `restore` through the real program: what is found, how it is shown, and whose it is."""

from __future__ import annotations

import csv
import io
import os
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.commands.demo.demo_data import fill
from desktop.documents.exports import CSV_FIELDS
from desktop.models.embedded import accounts
from desktop.models.embedded.storage.opening import open_store
from desktop.settings import config
from tests.support.command_line import ADMIN, ANN, BOB, PASSWORD, Outcome, Program

EXPRESSIONS = ("9+0", "10-1", "100×1", "1÷3", "-5+3", "√4")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Ann has six records after her starting balance; the administrator forty."""
    program = Program.with_people(tmp_path_factory.mktemp("people"))
    assert program.as_user(ANN, "eval", "-", more="\n".join(EXPRESSIONS)).status == 0
    store = open_store(program.folder / "metercalc.db", costs=config.load(Path("none"), {}, {}).costs)
    fill(store, accounts.sign_in(store, ADMIN, PASSWORD), 40)
    store.close()
    return program


@pytest.fixture
def program(people: Program, tmp_path: Path) -> Program:
    return people.copy_to(tmp_path)


def show(program: Program, *words: str, user: str = ANN, **environ: str) -> Outcome:
    if environ:
        return program.as_user(user, "records", *words, **environ)
    return program.here(user, "records", *words)


def found(program: Program, *words: str) -> list[str]:
    return [record["expression"] for record in show(program, *words, "--json").json["records"]]


def test_a_page_says_which_it_is_and_what_all_of_it_comes_to(people: Program) -> None:
    page = show(people, "--per-page", "3", "--page", "2", "--json").json
    assert list(page) == ["page", "pages", "total", "spent", "credited", "records"]
    assert (page["page"], page["pages"], page["total"]) == (2, 3, 7)
    assert (page["spent"], page["credited"]) == ("160.00", "1000.00")
    assert [record["seq"] for record in page["records"]] == [4, 3, 2]


def test_a_page_past_the_end_is_empty_and_has_its_own_number(people: Program) -> None:
    words = ("--per-page", "3", "--page", "4")
    past = show(people, *words, "--json").json
    assert (past["page"], past["pages"], past["total"], past["records"]) == (4, 3, 7, [])
    assert show(people, *words, "--format", "csv").out == ",".join(CSV_FIELDS) + "\r\n"
    table = show(people, *words).out
    assert table.startswith("There is nothing on this page.\n")
    assert "Page 4 of 3   7 records" in table


def test_the_newest_come_first_and_every_column_sorts_both_ways(people: Program) -> None:
    newest = found(people)
    assert newest[0] == "√4"
    assert found(people, "--sort", "date") == newest[::-1]
    amounts = [r["amount"] for r in show(people, "--sort", "-amount", "--json").json["records"]]
    assert amounts == ["50.00", "40.00", "30.00", "20.00", "10.00", "10.00", "-1000.00"]
    operations = [r["operation"] for r in show(people, "--sort", "operation", "--json").json["records"]]
    assert operations == sorted(operations)
    responses = [
        r["response"] for r in show(people, "--sort=response", "--operation", "addition", "--json").json["records"]
    ]
    assert responses == ["-2", "9"]


def test_search_finds_what_is_shown_and_knows_no_wildcards(people: Program) -> None:
    assert found(people, "--search", "√4") == ["√4"]
    assert found(people, "--search", "-5 +") == ["-5 + 3"]
    assert found(people, "--search", "1/3") == found(people, "--search", "division") == ["1 ÷ 3"]
    assert found(people, "--search", "-50.00") == found(people, "--search", "50.00") == ["√4"]
    assert found(people, "--search", "%") == found(people, "--search", "_") == []
    assert show(people, "--search", "%").out == "No record matches.\n"


def test_operations_and_days_narrow_it_down(people: Program) -> None:
    assert found(people, "--operation", "division", "--operation", "square_root") == ["√4", "1 ÷ 3"]
    today = datetime.now().date()
    yesterday, tomorrow = str(today - timedelta(days=1)), str(today + timedelta(days=1))
    assert len(found(people, "--from", yesterday, "--to", tomorrow)) == 7
    assert found(people, "--to", "2020-01-01") == found(people, "--from", "9999-12-31") == []
    assert show(people, "--from", tomorrow, "--to", yesterday).status == 2
    assert show(people, "--to", "9999-12-31").status == 2


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_those_of_the_persons_time_zone_with_the_last_included(people: Program, zone: str) -> None:
    table = show(people, TZ=zone).out.splitlines()
    day = table[1].split()[1]
    page = people.as_user(ANN, "records", "--json", "--from", day, "--to", day, TZ=zone).json
    assert "√4" in [record["expression"] for record in page["records"]]


def test_the_table_shows_ids_signed_amounts_and_totals(people: Program) -> None:
    lines = show(people, "--per-page", "2").out.splitlines()
    assert lines[0].split() == ["id", "date", "operation", "operands", "response", "amount", "balance"]
    assert lines[1].split()[-2:] == ["−50.00", "840.00"]
    assert lines[-1] == "Page 1 of 4   7 records   spent 160.00   credited 1,000.00"


def test_csv_holds_all_that_match_unless_a_page_is_named(people: Program) -> None:
    whole = show(people, "--format", "csv", user=ADMIN)
    rows = list(csv.reader(io.StringIO(whole.out, newline="")))
    assert tuple(rows[0]) == CSV_FIELDS
    assert len(rows) == 42
    assert whole.out.count("\r\n") == whole.out.count("\n") == 42
    assert len(show(people, "--format", "csv", "--per-page", "10", user=ADMIN).out.splitlines()) == 11


def test_csv_guards_text_and_leaves_numbers_alone(people: Program) -> None:
    read = csv.DictReader(io.StringIO(show(people, "--format", "csv", "--operation", "addition").out, newline=""))
    row = next(read)
    assert (row["operands"], row["response"], row["amount"]) == ("'-5 + 3", "-2", "10.00")


def test_deleting_hides_and_restoring_shows_and_neither_moves_the_balance(program: Program) -> None:
    ids = [str(record["record_id"]) for record in show(program, "--json").json["records"]]
    deleted = program.as_user(ANN, "delete", ids[0], ids[1], "999", "--json")
    assert deleted.json == {"deleted": [int(ids[0]), int(ids[1])], "unknown": [999]}
    assert len(found(program)) == 5
    assert found(program, "--trash") == ["√4", "-5 + 3"]
    assert program.as_user(ANN, "delete", ids[0]).status == 2
    restored = program.as_user(ANN, "restore", ids[1])
    assert restored.out == f"Restored: {ids[1]}.\n"
    assert found(program, "--trash") == ["√4"]
    assert program.as_user(ANN, "balance").out == "840.00\n"
    assert program.run("verify").status == 0


def test_an_empty_trash_says_so(people: Program) -> None:
    assert show(people, "--trash").out == "The Trash is empty.\n"


def test_anothers_records_are_as_good_as_unknown(program: Program) -> None:
    ids = [str(record["record_id"]) for record in show(program, "--json").json["records"]]
    taken = program.as_user(ADMIN, "delete", *ids, "--json")
    assert taken.status == 2
    assert taken.error["unknown"] == [int(number) for number in ids]
    assert len(found(program)) == 7
    others = [str(record["record_id"]) for record in show(program, "--json", user=ADMIN).json["records"]]
    assert not set(ids) & set(others)


def test_a_page_has_as_many_records_as_the_configuration_says(people: Program) -> None:
    page = show(people, "--json", METERCALC_RECORDS_PAGE_SIZE="4").json
    assert (len(page["records"]), page["pages"]) == (4, 2)
    assert show(people, "--per-page", "1001").status == 2


@pytest.fixture(scope="module")
def long_ledger(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The administrator has more records than a pipe of one page and the program's own buffer hold."""
    program = Program.with_people(tmp_path_factory.mktemp("long"))
    store = open_store(program.folder / "metercalc.db", costs=config.load(Path("none"), {}, {}).costs)
    fill(store, accounts.sign_in(store, ADMIN, PASSWORD), 150)
    store.close()
    return program


@pytest.fixture
def small_pipe() -> Iterator[tuple[int, int]]:
    """Its two ends; whoever writes waits for whoever reads after a page."""
    if sys.platform != "linux":
        pytest.skip("only Linux sets a pipe's size")
    import fcntl  # Windows has none

    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:  # the test closed it
            continue


@pytest.mark.parametrize("leaving", ["the reader", "an interrupt"])
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_a_reader_that_leaves_and_an_interrupt_are_no_fault(
    long_ledger: Program, small_pipe: tuple[int, int], form: str, leaving: str
) -> None:
    read, write = small_pipe
    size = [] if form == "csv" else ["--per-page", "150"]
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    words = ("records", "--format", form, *size, "--user", ADMIN, "--password-stdin")
    with long_ledger.started(*words, stdout=write) as process:
        os.close(write)
        assert process.stdin
        process.stdin.write(PASSWORD.encode())
        process.stdin.close()
        process.stdin = None
        assert os.read(read, 100)
        if leaving == "the reader":
            os.close(read)
        else:
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=180)
    signal.signal(signal.SIGINT, inherited)
    assert (process.returncode, err) == (141 if leaving == "the reader" else 130, b"")
    assert not (long_ledger.folder / "metercalc.db-wal").exists()


def test_csv_for_a_spreadsheet_keeps_words_of_digits(program: Program) -> None:
    program.as_user(ADMIN, "credit", ANN, "1", "--reason", "007")
    plain, kept = (
        next(csv.DictReader(io.StringIO(show(program, "--format", "csv", *words).out)))["operands"]
        for words in ([], ["--keep-text"])
    )
    assert (plain, kept) == ("007", "'007")
    assert show(program, "--keep-text").status == 2


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    "words", [["--from", "today"], ["--to", "this-month"], ["--from", "last-7-days", "--to", "today"]]
)
def test_periods_are_named_as_in_the_window(people: Program, words: list[str]) -> None:
    assert len(found(people, *words)) == 7
    assert found(people, "--to", "last-year") == []


def test_an_end_counts_to_its_own_precision(people: Program) -> None:
    moment = show(people, "--json").json["records"][0]["date"]
    minute = moment[:16] + "Z"
    assert found(people, "--from", moment, "--to", moment) == ["√4"]
    assert "√4" in found(people, "--from", minute, "--to", minute)


def test_a_note_is_written_found_and_taken_away(program: Program) -> None:
    record = program.as_user(ANN, "eval", "2 × 3", "--json").json["steps"][0]["record_id"]
    assert program.as_user(ANN, "note", str(record), "For the roof").out == f"Record {record}: For the roof\n"
    shown = program.as_user(ANN, "records", "--search", "roof", "--json").json["records"]
    assert [(one["record_id"], one["note"]) for one in shown] == [(record, "For the roof")]
    assert program.as_user(BOB, "note", str(record), "mine").status == 2
    assert program.as_user(ANN, "note", str(record), "").out == f"Record {record} has no note.\n"
    assert program.run("verify").status == 0
