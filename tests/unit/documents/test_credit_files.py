"""A file of credits is read as spreadsheets write it; what cannot be read is named by its line, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.documents import credit_files
from desktop.terms.errors import BadInput
from desktop.terms.people import CreditOrder

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")
EXPECTED = (
    CreditOrder("ann@example.org", 100_00, "Allowance, November", 2),
    CreditOrder("bob@example.org", -5_50, "Counted twice", 3),
)


@pytest.mark.parametrize(
    "text",
    [
        'email,amount,reason\nann@example.org,100,"Allowance, November"\nbob@example.org,-5.50,Counted twice\n',
        "E-Mail;Amount;Reason\r\nann@example.org;100.00;Allowance, November\r\nbob@example.org;−5.5;Counted twice\r\n",
        "\ufeffuser\tamount\treason\nann@example.org\t 100 \tAllowance, November\n"
        "bob@example.org\t-5.50\tCounted twice",
        'email,amount,reason,\nann@example.org,100,"Allowance, November",\nbob@example.org,-5.5,Counted twice,,\n,,\n',
    ],
)
def test_what_spreadsheets_write_is_read_alike(tmp_path: Path, text: str) -> None:
    file = tmp_path / "credits.csv"
    file.write_bytes(text.encode())
    assert credit_files.read(file) == credit_files.CreditFile(EXPECTED, ())


def test_a_file_without_a_heading_is_read_from_its_first_line() -> None:
    found = credit_files.parse("ann@example.org,1,x")
    assert found.orders == (CreditOrder("ann@example.org", 1_00, "x", 1),)


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_read() -> None:
    found = credit_files.parse(
        'ann@example.org,1,x\nbob@example.org,much,x\nann@example.org,1\nann,"1,x\nann@example.org,2,y'
    )
    assert [order.line for order in found.orders] == [1, 5]
    assert [line for line, _ in found.troubles] == [2, 3, 4]
    assert "is not an amount" in found.troubles[0][1]
    assert "It has 2 cells" in found.troubles[1][1]


@pytest.mark.parametrize(
    ("text", "fmt", "amount"),
    [("1.234,50", GERMAN, 1_234_50), ("1234.50", GERMAN, 1_234_50), ("1,234.50", PLAIN, 1_234_50), ("0,5", GERMAN, 50)],
)
def test_amounts_are_read_as_the_locale_and_as_machines_write_them(text: str, fmt: NumberFormat, amount: int) -> None:
    (order,) = credit_files.parse(f"a@example.org;{text};x", fmt).orders
    assert order.amount == amount


def test_an_amount_that_can_mean_two_things_is_not_guessed() -> None:
    found = credit_files.parse("a@example.org;1.500;x\na@example.org;1,500;x\na@example.org;12.50;x", GERMAN)
    assert [order.amount for order in found.orders] == [12_50]
    assert all("two ways" in said for _, said in found.troubles)
    assert credit_files.parse("a@example.org;1,500;x").orders[0].amount == 1_500_00


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"email,amount,reason\n", b"\xff\xfe", b"a,1,x\n" * 10_001, b"x" * 2_000_001]
)
def test_what_is_no_such_file_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "credits.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="Nothing was credited"):
        credit_files.read(file)
    with pytest.raises(BadInput, match="cannot be read"):
        credit_files.read(tmp_path / "missing.csv")
