"""Sets of records are what a look at each text would have found, wherever the borders of their containers lie."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.grouping import BLOCK, grouped, runs
from desktop.models.embedded.browsing.keys import AMOUNT, KIND, LONGEST, LONGEST_RUN, grams, key_of, key_of_run
from desktop.models.embedded.browsing.lines import RecordLine


def _texts(chance: random.Random, count: int) -> list[bytes]:
    words = ("0.33333333333333333333333333333333333", "12.5 × 4", "", "東京", "1,000.00", "a", "7777", "ß7777777")
    return ["\0".join([*chance.choices(words, k=3), "\0"]).encode() for _ in range(count)]


@pytest.mark.parametrize("first", [1, 77, BLOCK - 300, 5 * BLOCK])
def test_one_to_three_bytes_are_found_where_they_stand(first: int) -> None:
    texts = _texts(random.Random(first), 300)
    wanted: dict[int, set[int]] = defaultdict(set)
    for seq, text in enumerate(texts, first):
        for size in range(1, LONGEST + 1):
            for gram in grams(text, size):
                if 0 not in gram:
                    wanted[key_of(gram)].add(seq)
    assert {key: set(members) for key, members in grouped(first, texts)} == wanted


def test_more_than_a_container_lists_are_found_too() -> None:
    texts = [b"x%d\0\0" % (number % 3) for number in range(BLOCK - 1)]
    found = dict(grouped(1, texts))
    assert len(found[key_of(b"x")]) == BLOCK - 1
    assert list(found[key_of(b"x1")])[:3] == [2, 5, 8]


@pytest.mark.parametrize("digit", [b"3", b"7"])
def test_digits_in_a_row_are_found_up_to_the_longest(digit: bytes) -> None:
    texts = _texts(random.Random(7), 300)
    found = dict(runs(1, texts))
    for length in range(LONGEST + 1, LONGEST_RUN + 1):
        wanted = {seq for seq, text in enumerate(texts, 1) if digit * length in text}
        assert set(found.get(key_of_run(digit[0], length), ())) == wanted


def test_records_across_a_border_have_what_they_are_shown_with() -> None:
    first, step = BLOCK - 3_000, 97_000_000
    some = [
        RecordLine(first + n, n % 2, 10_00, n, 1_700_000_000_000_000 + n * step, f"{n} + 1", str(n + 1), "", 0, b"")
        for n in range(9_000)
    ]
    fresh = Fresh(first)
    fresh.add(lines.columns_of(some), [1] * len(some))
    found = fresh.bitmaps({1: lines.amount_texts(10_00)})
    assert list(found[KIND + 1]) == [line.seq for line in some if line.kind == 1]
    assert len(found[AMOUNT + 1]) == len(some)
    for text in (b":07", b"11-", b"99", b" 00", b"0.0"):
        shown = ((line.seq, [*lines.texts_of(lines.columns_of([line])), lines.date_text(line.date)]) for line in some)
        wanted = {seq for seq, texts in shown if any(text in one for one in (*texts, *lines.amount_texts(10_00)))}
        assert set(found[key_of(text)]) == wanted
