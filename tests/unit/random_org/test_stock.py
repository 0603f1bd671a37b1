"""What the stock of drawn strings promises: each string is handed out once, and none is shown."""

from __future__ import annotations

import logging
import threading

import pytest

from desktop.random_org.stock import Drawn, RandomStock
from desktop.terms.kinds import Source


def test_an_empty_stock_gives_nothing() -> None:
    stock = RandomStock(10)

    assert stock.take() is None
    assert len(stock) == 0


def test_strings_are_taken_in_the_order_they_came_with_their_source() -> None:
    stock = RandomStock(10)
    stock.add(["aaa", "bbb"])
    stock.add(["ccc"], Source.LOCAL)

    assert [stock.take() for _ in range(4)] == [
        ("aaa", Source.RANDOM_ORG),
        ("bbb", Source.RANDOM_ORG),
        ("ccc", Source.LOCAL),
        None,
    ]


def test_a_string_that_was_not_sold_is_the_next_to_be_taken() -> None:
    stock = RandomStock(10)
    stock.add(["aaa", "bbb"])
    first = stock.take()
    assert first is not None

    stock.put_back(first)

    assert len(stock) == 2
    assert stock.take() == first


def test_a_block_that_fails_halfway_adds_nothing() -> None:
    stock = RandomStock(10)

    with pytest.raises(ZeroDivisionError):
        stock.add(str(1 // (1 - number)) for number in range(3))

    assert len(stock) == 0


@pytest.mark.parametrize(
    ("block", "held", "low"),
    [(9, 0, True), (9, 2, True), (9, 3, False), (10, 3, True), (10, 4, False), (1, 0, True), (1, 1, False)],
)
def test_below_a_third_of_a_block_the_stock_is_low(block: int, held: int, low: bool) -> None:
    stock = RandomStock(block)
    stock.add(["x"] * held)

    assert stock.low is low


def test_no_string_shows_in_a_repr_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stock = RandomStock(10)
    stock.add(["canary"])
    drawn = stock.take()
    assert drawn is not None
    stock.put_back(drawn)

    assert "canary" not in f"{stock!r} {stock} {drawn!r} {drawn} {(drawn,)} {caplog.text}"


def test_many_threads_together_sell_each_string_once() -> None:
    stock = RandomStock(10)
    stock.add(str(number) for number in range(4000))
    taken: list[list[Drawn]] = [[] for _ in range(8)]
    start = threading.Barrier(8)

    def sell(mine: list[Drawn]) -> None:
        start.wait()
        while (drawn := stock.take()) is not None:
            if int(drawn.text) % 7 == 0 and len(mine) % 2:
                stock.put_back(drawn)
                drawn = stock.take()
                if drawn is None:
                    return
            mine.append(drawn)

    threads = [threading.Thread(target=sell, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    texts = [drawn.text for mine in taken for drawn in mine]
    assert sorted(map(int, texts)) == list(range(4000))
