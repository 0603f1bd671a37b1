"""The keyed chain, and the two files beside the store."""

from __future__ import annotations

import hmac
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.embedded.storage import chain, forms
from desktop.terms.errors import StoreError

KEY = bytes(range(32))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_the_fast_mac_is_hmac_sha_256(key: bytes, message: bytes) -> None:
    assert chain.mac(key)(message) == hmac.digest(key, message, "sha256")


@pytest.mark.parametrize("missing", [("_sha2",), ("_sha256",), ("_sha2", "_sha256")])
def test_a_mac_is_the_same_without_a_hash_of_pythons_own(
    monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    key = bytes(range(32))
    inner, outer = chain.begun.__wrapped__(key)
    first, second = inner(), outer()
    first.update(b"a message")
    second.update(first.digest())
    assert second.digest() == hmac.digest(key, b"a message", "sha256")


def test_the_chains_of_two_users_never_begin_alike() -> None:
    assert len({chain.genesis(KEY, user) for user in range(50)}) == 50
    assert chain.genesis(KEY, 1) != chain.genesis(bytes(32), 1)


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


ANCHORS = st.builds(
    chain.Anchor,
    st.integers(0, 2**63 - 1),
    st.binary(max_size=32),
    st.integers(0, 2**63 - 1),
    st.binary(max_size=32),
    st.integers(0, 2**256 - 1),
    st.integers(0, 2**63 - 1),
)
SOME = chain.Anchor(3, bytes(32), 6, bytes([1]) * 32, 5, 7)


def old_anchor(key: bytes) -> bytes:
    """An anchor as the version before wrote it."""
    chains = {"0": [6, "00" * 32], "1": [3, "01" * 32]}
    mac = hmac.digest(key, forms.ANCHOR.encode(json.dumps([5, chains], separators=(",", ":"))), "sha256")
    return json.dumps({"version": 2, "date": 5, "chains": chains, "mac": mac.hex()}).encode() + b"\n"


@given(ANCHORS, st.binary(min_size=32, max_size=32))
def test_an_anchor_is_read_back_as_it_was_written(anchor: chain.Anchor, key: bytes) -> None:
    assert chain.anchor_of(anchor.to_bytes(key), key) == anchor


def test_an_anchor_of_the_form_before_is_still_read() -> None:
    found = chain.anchor_of(old_anchor(KEY), KEY)
    assert found == chain.OldAnchor({0: (6, bytes(32)), 1: (3, bytes([1]) * 32)}, 5)
    assert found.journal == (6, bytes(32))


def test_an_anchor_of_another_key_is_refused() -> None:
    content = SOME.to_bytes(KEY)
    with pytest.raises(StoreError, match="not written with this store's key"):
        chain.anchor_of(content, bytes(32))


@pytest.mark.parametrize("content", [SOME.to_bytes(KEY), old_anchor(KEY)])
def test_no_changed_byte_gives_another_anchor(content: bytes) -> None:
    anchor = chain.anchor_of(content, KEY)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        try:
            found = chain.anchor_of(bytes(changed), KEY)
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
        b'{"version": 3, "mac": "00"}',
        b'{"version": 3, "date": 1, "records":Infinity, "last": "", "mac": ""}',
        b'{"version": 3, "date": 1, "records": 1, "last": "", "changes": 0, "change": "", "heads": [], "mac": ""}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_anchor_is_called_unreadable(content: bytes) -> None:
    with pytest.raises(StoreError):
        chain.anchor_of(content, KEY)


def test_a_missing_anchor_is_none_and_an_unreadable_one_an_error(tmp_path: Path) -> None:
    assert chain.read_anchor(tmp_path / "missing.anchor", KEY) is None
    with pytest.raises(StoreError, match="cannot be read"):
        chain.read_anchor(tmp_path, KEY)
