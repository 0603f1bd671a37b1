"""How passwords are hashed, and which new ones are refused."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from desktop.models.ledger import passwords
from desktop.terms.errors import BadInput
from tests.support.stores import cheap_hasher

EMAIL = "ann.smith@example.org"


def test_the_parameters_are_at_or_above_owasps_floor() -> None:
    found = extract_parameters(passwords.hash_password("correct horse 7"))
    assert found.type is Type.ID
    assert (found.memory_cost, found.time_cost, found.parallelism) >= (19 * 1024, 2, 1)
    assert (found.hash_len, found.salt_len) >= (32, 16)


def test_the_same_password_never_gives_the_same_hash(cheap_passwords: None) -> None:
    assert passwords.hash_password("correct horse 7") != passwords.hash_password("correct horse 7")


@pytest.mark.parametrize(
    ("password", "attempt", "right"),
    [
        ("correct horse 7", "correct horse 7", True),
        ("correct horse 7", "correct horse 8", False),
        ("correct horse 7", "Correct horse 7", False),
        ("correct horse 7", "", False),
        ("correct horse 7", " correct horse 7", False),
        ("caf\u00e9 au lait", "cafe\u0301 au lait", True),  # composed or not, as keyboards differ
        ("pass\u00a0phrase", "pass phrase", True),
        ("zero\x00one two", "zero\x00one three", False),
        ("half \ud800 a pair", "half \ud800 a pair", True),
        ("half \ud800 a pair", "half \ud801 a pair", False),
        ("🐎🔋📎 correct", "🐎🔋📎 correct", True),
        ("x" * 1024, "x" * 1024, True),
        ("x" * 1024, "x" * 1023, False),
    ],
)
def test_only_the_same_characters_are_the_same_password(
    cheap_passwords: None, password: str, attempt: str, right: bool
) -> None:
    assert passwords.verify_password(passwords.hash_password(password), attempt) is right


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "plain text", "$2b$12$" + "x" * 53])
def test_a_damaged_hash_fits_no_password(stored: str) -> None:
    assert not passwords.verify_password(stored, "")
    assert not passwords.verify_password(stored, stored)


def test_weaker_parameters_ask_for_a_new_hash() -> None:
    assert passwords.needs_rehash(cheap_hasher().hash("correct horse 7"))
    assert not passwords.needs_rehash(passwords.hash_password("correct horse 7"))


def test_the_decoy_is_as_costly_as_a_real_hash_and_fits_nothing() -> None:
    decoy = passwords.decoy()
    assert extract_parameters(decoy) == extract_parameters(passwords.hash_password("correct horse 7"))
    assert not any(passwords.verify_password(decoy, guess) for guess in ("", "x", decoy))


def test_making_the_decoy_takes_no_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the first unknown e-mail of a process would take twice as long as a known one."""

    def forbidden(*_arguments: object, **_more: object) -> str:
        raise AssertionError("it hashes")

    monkeypatch.setattr(PasswordHasher, "hash", forbidden)
    assert passwords.decoy().startswith("$argon2id$")


LONG = "é" * 513  # 1,026 bytes
NEW = [
    pytest.param("correct horse 7", 8, None, id="good"),
    pytest.param("x7#kq2vw", 8, None, id="just long enough"),
    pytest.param("x7#kq2v", 8, "too short", id="one short"),
    pytest.param("x7#kq2vw", 12, "too short", id="shorter than the configuration asks"),
    pytest.param("", 8, "too short", id="empty"),
    pytest.param("é" * 512, 8, None, id="1,024 bytes"),
    pytest.param(LONG, 8, "too long", id="1,026 bytes"),
    pytest.param(EMAIL, 8, "too close", id="the e-mail"),
    pytest.param(EMAIL.upper(), 8, "too close", id="the e-mail in capitals"),
    pytest.param("ann.smith", 8, "too close", id="its first part"),
    pytest.param("Ann.Smith2026!", 8, "too close", id="its first part and a year"),
    pytest.param("ann.smith knits", 8, None, id="a sentence that contains it"),
    pytest.param("password", 8, "most common", id="common"),
    pytest.param("PassWord", 8, "most common", id="common in mixed case"),
    pytest.param("ｐａｓｓｗｏｒｄ", 8, "most common", id="common in wide letters"),
    pytest.param("half \ud800 a pair", 8, None, id="half a surrogate pair"),
    pytest.param("        ", 8, None, id="spaces: no composition rules"),
]


@pytest.mark.parametrize(("password", "minimum", "problem"), NEW)
def test_a_new_password_is_refused_for_what_is_wrong_with_it(password: str, minimum: int, problem: str | None) -> None:
    if problem is None:
        passwords.check_new(password, email=EMAIL, minimum_length=minimum)
    else:
        with pytest.raises(BadInput, match=problem) as refused:
            passwords.check_new(password, email=EMAIL, minimum_length=minimum)
        assert problem == "most common" or not password or password not in refused.value.message
