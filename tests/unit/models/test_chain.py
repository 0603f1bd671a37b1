"""The canonical form, the keyed chain, and the two files beside the store."""

from __future__ import annotations

import hmac
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import StoreError
from desktop.models import chain
from desktop.values import OperationType, Source

KEY = bytes(range(32))


@dataclass(frozen=True)
class Fields:
    """What `record_form` takes, in its order."""

    id: int
    request_id: str
    step: int
    operation: str
    user_id: int
    seq: int
    amount: int
    user_balance: int
    operands: str
    response: str
    expression: str
    exact: int
    source: str
    date: int

    def form(self) -> bytes:
        """Its canonical form."""
        return chain.record_form(*astuple(self))


NUMBERS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
# Texts that could pass for what follows them in the form.
TEXTS = st.text(alphabet="|:0123é ", max_size=6)
FIELDS = st.builds(
    Fields,
    id=NUMBERS,
    request_id=st.uuids().map(str),
    step=st.integers(1, 100),
    operation=st.sampled_from([kind.value for kind in OperationType]),
    user_id=NUMBERS,
    seq=NUMBERS,
    amount=NUMBERS,
    user_balance=NUMBERS,
    operands=TEXTS,
    response=TEXTS,
    expression=TEXTS,
    exact=st.integers(0, 1),
    source=st.sampled_from([source.value for source in Source]),
    date=NUMBERS,
)


@given(FIELDS)
def test_a_record_can_be_told_from_its_form(one: Fields) -> None:
    """So no two records share one: the form is injective."""
    _, *fixed, rest = one.form().decode().split("|", 12)
    texts = []
    for _ in range(3):
        length, _, rest = rest.partition(":")
        texts.append(rest[: int(length)])
        rest = rest[int(length) :].removeprefix("|")
    id, request_id, step, operation, user_id, seq, amount, balance, exact, source, date = fixed
    numbers = [int(text) for text in (id, step, user_id, seq, amount, balance, exact, date)]
    assert (rest, [request_id, operation, source, *texts]) == (
        "",
        [one.request_id, one.operation, one.source, one.operands, one.response, one.expression],
    )
    assert numbers == [
        one.id, one.step, one.user_id, one.seq, one.amount, one.user_balance, one.exact, one.date,
    ]  # fmt: skip


@given(FIELDS, st.tuples(TEXTS, TEXTS, TEXTS))
def test_text_cannot_move_from_one_field_to_the_next(one: Fields, texts: tuple[str, str, str]) -> None:
    other = replace(one, operands=texts[0], response=texts[1], expression=texts[2])
    assert (one.form() == other.form()) == (one == other)


def test_text_that_looks_like_a_separator_stays_text() -> None:
    base = Fields(1, "r", 1, "addition", 1, 1, 0, 0, "", "", "", 1, "computed", 1)
    texts = [("a|1:b", "", ""), ("a", "b", ""), ("a", "", "b"), ("", "a|1:b", ""), ("a|1:b|0:", "", "")]
    forms = {
        replace(base, operands=operands, response=response, expression=text).form()
        for operands, response, text in texts
    }
    assert len(forms) == len(texts)


@pytest.mark.parametrize("field", list(Fields.__dataclass_fields__))
def test_every_field_counts(field: str) -> None:
    base = Fields(1, "r", 1, "addition", 1, 1, 10, 90, "1 + 1", "2", "1 + 1", 1, "computed", 1)
    value = getattr(base, field)
    changed = replace(base, **{field: value + 1 if isinstance(value, int) else value + "x"})
    assert changed.form() != base.form()


def test_prices_differ_in_every_field_and_from_records() -> None:
    base = [1, "addition", 10_00, 1, 7, 1]
    forms = {chain.price_form(*base)}  # type: ignore[arg-type]
    for place, value in enumerate(base):
        other = list(base)
        other[place] = value + 1 if isinstance(value, int) else value + "x"
        forms.add(chain.price_form(*other))  # type: ignore[arg-type]
    assert len(forms) == len(base) + 1
    assert all(form.startswith(b"price|") for form in forms)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_the_fast_mac_is_hmac_sha_256(key: bytes, message: bytes) -> None:
    assert chain.mac(key)(message) == hmac.digest(key, message, "sha256")


def test_the_chains_of_two_users_never_begin_alike() -> None:
    assert len({chain.genesis(KEY, user) for user in range(50)}) == 50
    assert chain.genesis(KEY, 1) != chain.genesis(bytes(32), 1)


def test_a_visibility_mark_is_of_one_record_one_state_and_one_time() -> None:
    one, other = bytes(32), bytes([1]) * 32
    marks = [chain.visibility_mark(KEY, record, at) for record in (one, other) for at in (None, 0, 1, 10)]
    assert len(set(marks)) == len(marks)


def test_a_key_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "store.key"
    key = chain.make_key(file)
    assert (len(key), chain.read_key(file)) == (32, key)
    assert file.stat().st_mode & 0o777 == 0o600
    assert chain.make_key(tmp_path / "other.key") != key


@pytest.mark.parametrize("content", [b"", b"\n", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff" * 64, "é".encode() * 32])
def test_what_is_no_key_is_no_key(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "store.key"
    file.write_bytes(content)
    assert chain.read_key(file) is None
    assert chain.read_key(tmp_path / "missing.key") is None
    assert chain.read_key(tmp_path) is None


ANCHORS = st.dictionaries(
    st.integers(0, 10**9), st.tuples(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32)), max_size=5
).map(chain.Anchor)


@given(ANCHORS, st.binary(min_size=32, max_size=32))
def test_an_anchor_is_read_back_as_it_was_written(anchor: chain.Anchor, key: bytes) -> None:
    assert chain.Anchor.from_bytes(anchor.to_bytes(key), key) == anchor


def test_an_anchor_of_another_key_is_refused() -> None:
    content = chain.Anchor({1: (3, bytes(32))}).to_bytes(KEY)
    with pytest.raises(StoreError, match="not written with this store's key"):
        chain.Anchor.from_bytes(content, bytes(32))


def test_no_changed_byte_gives_another_anchor() -> None:
    anchor = chain.Anchor({0: (6, bytes(32)), 1: (3, bytes([1]) * 32)})
    content = anchor.to_bytes(KEY)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        try:
            found = chain.Anchor.from_bytes(bytes(changed), KEY)
        except StoreError:
            continue
        assert found == anchor  # white space, the version, the case of a hexadecimal digit


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"chains": 1, "mac": ""}',
        b'{"chains": {"x": [1, ""]}, "mac": ""}',
        b'{"chains": {"1": 5}, "mac": "00"}',
        b'{"chains": {"1": [1, 2, 3]}, "mac": "00"}',
        b'{"chains": {"1": [Infinity, ""]}, "mac": "00"}',
        b'{"chains": {}, "mac": 5}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_anchor_is_called_unreadable(content: bytes) -> None:
    with pytest.raises(StoreError):
        chain.Anchor.from_bytes(content, KEY)


def test_a_missing_anchor_is_none_and_an_unreadable_one_an_error(tmp_path: Path) -> None:
    assert chain.read_anchor(tmp_path / "missing.anchor", KEY) is None
    with pytest.raises(StoreError, match="cannot be read"):
        chain.read_anchor(tmp_path, KEY)
