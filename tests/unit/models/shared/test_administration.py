"""What administrators do on a server: files of credits, sums of everybody's charges, accounts in trouble."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from desktop.models.ledger import credits
from desktop.models.shared import unreachable
from desktop.terms.errors import AppError, BalanceTooLow, ServerAway, StoreError
from desktop.terms.kinds import OperationType, Status
from desktop.terms.people import CreditOrder
from tests.support.postgres import shared_server
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD
from tests.unit.models.shared.conftest import Desk

OUT = (CreditOrder(ANN, -600_00, "Taken back", 2), CreditOrder(ANN, -300_00, "Taken back", 3))


def balance(desk: Desk, email: str = ANN) -> int:
    """What somebody has, as the owner sees it."""
    return int(desk.owner("SELECT balance FROM metercalc.account WHERE username = %s", values=(email,))[0][0])


def test_withdrawals_are_repeatable_though_the_balance_covers_them_no_more(desk: Desk) -> None:
    admin = desk.other()
    session = admin.sign_in(ADMIN, PASSWORD)
    for repeated in (False, True):
        assert not any(check.trouble for check in admin.check_credits(session, OUT))
        assert [receipt.repeated for receipt in admin.credit_all(session, OUT)] == [repeated] * 2
        assert balance(desk) == BALANCE - 900_00
    checks = admin.check_credits(session, OUT)
    assert [(bool(check.done_at), check.balance_after) for check in checks] == [(True, BALANCE - 900_00)] * 2


def test_a_line_that_was_given_up_before_is_done_when_the_file_is_given_again(desk: Desk) -> None:
    """An earlier program asked for each line by itself, and voided the id of the one that broke off."""
    admin = desk.other()
    session = admin.sign_in(ADMIN, PASSWORD)
    first, second = credits.request_ids(OUT)
    admin.credit(session, ANN, OUT[0].amount, OUT[0].reason, first)
    desk.owner("INSERT INTO metercalc.voided VALUES (2, %s, 0)", values=(second,))
    assert [receipt.repeated for receipt in admin.credit_all(session, OUT)] == [True, False]
    assert balance(desk) == BALANCE - 900_00
    assert admin.verify().problems == ()


def test_an_answer_that_is_lost_says_that_the_file_may_be_given_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = desk.other()
    session = admin.sign_in(ADMIN, PASSWORD)
    asking = admin._sessions.ask  # noqa: SLF001  # where the link is cut, once all was stored

    def cut(*asked: Any, **more: Any) -> Any:
        asking(*asked, **more)
        raise unreachable.away("the server")

    with monkeypatch.context() as patch:
        patch.setattr(admin._sessions, "ask", cut)  # noqa: SLF001
        with pytest.raises(ServerAway, match="each is carried out once"):
            admin.credit_all(session, OUT)
    assert [receipt.repeated for receipt in admin.credit_all(session, OUT)] == [True] * 2
    assert balance(desk) == BALANCE - 900_00


def test_a_line_that_will_not_do_says_which_and_nothing_is_done(desk: Desk) -> None:
    admin = desk.other()
    session = admin.sign_in(ADMIN, PASSWORD)
    orders = (*OUT, CreditOrder(BOB, 5_00, "Tea", 4), CreditOrder(ANN, -100_01, "Too much", 5))
    with pytest.raises(BalanceTooLow, match=r"^Line 5: The balance is 100\.00: 100\.01 .* Nothing was credited\.$"):
        admin.credit_all(session, orders)
    assert (balance(desk), balance(desk, BOB)) == (BALANCE, BALANCE)


def test_two_who_give_files_with_the_same_people_at_once_are_both_done(desk: Desk) -> None:
    people = (ANN, BOB, ADMIN)
    errors: list[AppError] = []
    start = threading.Barrier(2)

    def give(name: str, emails: tuple[str, ...]) -> None:
        admin = desk.other()
        session = admin.sign_in(ADMIN, PASSWORD)
        start.wait()
        try:
            for number in range(5):
                admin.credit_all(session, [CreditOrder(email, 1_00, f"{name} {number}") for email in emails])
        except AppError as error:
            errors.append(error)
        admin.disconnect()

    threads = [threading.Thread(target=give, args=given) for given in (("one", people), ("two", people[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [balance(desk, email) for email in people] == [BALANCE + 10_00] * 3


def test_the_sums_of_a_period_are_right_and_no_more_is_read_than_they_count(desk: Desk) -> None:
    entries = [desk.charge("1 + 2").entries[0] for _ in range(40)]
    admin = desk.other()
    boss = admin.sign_in(ADMIN, PASSWORD)
    for first, last in ((0, 39), (37, 39), (10, 12), (20, 20)):
        since, until = entries[first].date, entries[last].date + 1
        used = admin.usage(boss, since, until)
        count = last - first + 1
        assert {kind: (each.count, each.amount) for kind, each in used.items()} == {
            OperationType.ADDITION: (count, 10_00 * count)
        }
    assert admin.usage(boss, entries[39].date + 1, 2**60) == {}
    assert admin.usage(boss, 0, entries[0].date) == {}
    with shared_server().member(desk.database, ADMIN, autocommit=False) as connection:
        desk.owner("ANALYZE metercalc.record")
        connection.execute("SET enable_seqscan = off")  # which is the quickest in so small a table
        connection.execute("SELECT * FROM metercalc.usage(%s, %s)", [entries[38].date, 2**60])
        read = (
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables "
            "WHERE relid = 'metercalc.record'::regclass"
        )
        assert connection.execute(read).fetchone()[0] < 15  # two, and what halving looks at
    # Of an account whose clock was once set back all is looked at.
    before = admin.usage(boss, entries[10].date, entries[12].date + 1)
    desk.owner("UPDATE metercalc.account SET set_back = true")
    assert admin.usage(boss, entries[10].date, entries[12].date + 1) == before


def test_an_account_whose_role_is_gone_is_deactivated_and_else_told_of(desk: Desk) -> None:
    admin = desk.other()
    boss = admin.sign_in(ADMIN, PASSWORD)
    role = desk.owner("SELECT role_name FROM metercalc.account WHERE id = 3")[0][0]
    desk.owner(f"DROP ROLE {role}")
    try:
        with pytest.raises(StoreError, match="has no role for this account any more"):
            admin.reset_password(boss, BOB, "another horse 9")
        assert admin.set_status(boss, BOB, Status.INACTIVE).status is Status.INACTIVE
        with pytest.raises(StoreError, match="has no role for this account any more"):
            admin.set_status(boss, BOB, Status.ACTIVE)
        assert admin.verify().problems == ()
    finally:
        desk.owner(f"CREATE ROLE {role}")
