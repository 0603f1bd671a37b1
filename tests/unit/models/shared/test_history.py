"""What a program remembers of its person's records, against what the server says: nobody rewrites them unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.models.shared import history, links
from desktop.terms.errors import NotSignedIn, StoreDamaged
from desktop.terms.people import Session
from tests.support.command_line import Program
from tests.support.postgres import shared_server
from tests.support.stores import ANN, PASSWORD
from tests.unit.models.shared.conftest import Desk


def rewrite(desk: Desk, seq: int, *, rebuild: bool) -> int:
    """As the owner, who has the key, change a record, and with `rebuild` all links behind it; the record's id."""
    (key,), *_ = desk.owner("SELECT key FROM metercalc.ledger")
    desk.owner(f"UPDATE metercalc.record SET operands = '9 + 9' WHERE account_id = 2 AND seq = {seq}")
    rows = rows_of(desk)
    if rebuild:
        chain = links.Chain(bytes(key), 2)
        for row in rows:
            chain.hash = chain.mac(links.form_of(row) + chain.hash)
            desk.owner("UPDATE metercalc.record SET hash = %s WHERE id = %s", values=(chain.hash, row[links.ID]))
        desk.owner("UPDATE metercalc.account SET hash = %s WHERE id = 2", values=(chain.hash,))
    return int(rows[seq - 1][links.ID])


def rows_of(desk: Desk) -> list[links.Proof]:
    """Ann's records as they are proved."""
    return desk.owner(
        "SELECT id, request_id::text, step, seq, operation, operands, response, exact, source, amount, user_balance, "
        "date, deleted_at, expression, account_id, price_id, NULL, form, hash FROM metercalc.record "
        "WHERE account_id = 2 ORDER BY seq"
    )


def fill(desk: Desk, count: int) -> None:
    """Give Ann some records, and have the program remember them."""
    for _ in range(count):
        desk.charge("1 + 2")
    desk.ledger.note_witness()
    other = desk.other()
    other.sign_in(ANN, PASSWORD)
    other.close()


def test_a_history_that_holds_is_found_again(desk: Desk) -> None:
    fill(desk, 3)
    assert desk.other().sign_in(ANN, PASSWORD).username == ANN


def test_an_owner_who_rebuilds_the_whole_chain_is_found_with_the_record(desk: Desk) -> None:
    fill(desk, 5)
    changed = rewrite(desk, 3, rebuild=True)
    with pytest.raises(StoreDamaged, match=f"record {changed} .*written anew") as refused:
        desk.other().sign_in(ANN, PASSWORD)
    assert refused.value.details["seq"] == 3
    # Planted: a program that remembers nothing has nothing to compare with.
    assert desk.other(desk.folder / "new").sign_in(ANN, PASSWORD).username == ANN


def test_a_changed_record_whose_link_was_left_is_found(desk: Desk) -> None:
    fill(desk, 5)
    changed = rewrite(desk, 2, rebuild=False)
    for folder in (desk.folder, desk.folder / "new"):
        with pytest.raises(StoreDamaged, match=f"record {changed} .*hash"):
            desk.other(folder).sign_in(ANN, PASSWORD)


def test_an_older_copy_of_the_ledger_is_found_by_what_it_lacks(desk: Desk) -> None:
    fill(desk, 2)
    before = desk.owner("SELECT seq, hash, balance FROM metercalc.account WHERE id = 2")[0]
    desk.charge("2 × 2")
    desk.ledger.note_witness()
    desk.owner(f"DELETE FROM metercalc.record WHERE account_id = 2 AND seq > {before[0]}")
    desk.owner("UPDATE metercalc.account SET seq = %s, hash = %s, balance = %s WHERE id = 2", values=before)
    with pytest.raises(StoreDamaged, match=f"has {before[0]} records, and this program was given {before[0] + 1}"):
        desk.other().sign_in(ANN, PASSWORD)


def test_who_accepts_an_older_copy_moves_one_file_away_and_goes_on(desk: Desk) -> None:
    fill(desk, 4)
    rewrite(desk, 2, rebuild=True)
    with pytest.raises(StoreDamaged, match=r"move .*json away") as refused:
        desk.other().sign_in(ANN, PASSWORD)
    (named,) = desk.folder.glob("*.json")
    assert str(named) in refused.value.message
    named.unlink()
    for _ in range(2):  # the second program reads what the first one has written
        accepted = desk.other()
        accepted.sign_in(ANN, PASSWORD)
        assert accepted.verify().problems == ()
        accepted.close()


def test_who_is_refused_can_prove_and_sees_every_record_that_was_rewritten(desk: Desk) -> None:
    fill(desk, 5)
    rewrite(desk, 3, rebuild=True)
    refused = desk.other()
    with pytest.raises(StoreDamaged):
        refused.sign_in(ANN, PASSWORD)
    found = refused.verify().problems
    expected = [row[links.ID] for row in rows_of(desk)[2:]]
    assert [problem.record_id for problem in found if "written anew" in problem.message] == expected
    with pytest.raises(NotSignedIn):
        refused.account(Session("", 2, ANN))
    refused.close()
    assert not refused.verify().complete


def test_the_command_lists_what_is_broken_though_nobody_is_signed_in_by_it(desk: Desk, tmp_path: Path) -> None:
    program = Program(tmp_path)
    url = shared_server().url(desk.database)
    assert program.as_user(ANN, "--database", url, "eval", "1 + 2").status == 0
    assert program.as_user(ANN, "--database", url, "verify").status == 0
    changed = rewrite(desk, 2, rebuild=True)
    assert program.as_user(ANN, "--database", url, "balance").status == 5
    outcome = program.as_user(ANN, "--database", url, "verify")
    assert outcome.status == 5
    assert f"record {changed} of {ANN}: It is not the one that this program was given" in outcome.out
    assert "is not to be trusted" in outcome.err


def test_of_a_long_chain_old_records_are_worked_out_in_turns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PIECE", 3)
    monkeypatch.setattr(links, "BATCH", 2)
    fill(desk, 11)
    changed = rewrite(desk, 2, rebuild=False)
    found = ""
    for _ in range(4):
        try:
            desk.other().sign_in(ANN, PASSWORD)
        except StoreDamaged as error:
            found = error.message
            break
    assert f"record {changed} " in found


def test_what_is_remembered_can_be_caught_up_with(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PIECE", 2)
    monkeypatch.setattr(links, "BATCH", 2)
    for _ in range(6):
        desk.charge("1 + 2")
    assert desk.ledger.catch_up(desk.ann)
    changed = rewrite(desk, 4, rebuild=True)
    with pytest.raises(StoreDamaged, match=f"record {changed} "):
        desk.other().sign_in(ANN, PASSWORD)


def test_the_proof_names_it_too(desk: Desk) -> None:
    fill(desk, 4)
    changed = rewrite(desk, 3, rebuild=True)
    assert changed in {problem.record_id for problem in desk.ledger.verify().problems}
    assert not [
        p for p in desk.ledger.verify(anchored=False).problems if p.rule == "L6" and "written anew" in p.message
    ]
