"""An e-mail is one whatever its case or the form of its accents, and never another's."""

from __future__ import annotations

import pytest

from desktop.models.embedded import accounts, charges
from desktop.models.ledger import emails
from desktop.terms.errors import BadInput, SignInRefused
from tests.support.stores import PASSWORD, Books, join, new_id

COMPOSED, DECOMPOSED = "rené@example.org", "rene\u0301@example.org"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ann@Example.ORG ", "ann@example.org"),
        (DECOMPOSED, COMPOSED),
        ("RENÉ@example.org", COMPOSED),
        ("straße@example.org", "straße@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("ﬁn@example.org", "ﬁn@example.org"),
    ],
)
def test_an_email_is_kept_composed_and_in_lower_case_and_with_its_own_letters(typed: str, kept: str) -> None:
    assert emails.normal(typed) == kept


def test_two_forms_of_one_email_are_one_account(books: Books) -> None:
    account = join(books.store, DECOMPOSED)
    assert account.username == COMPOSED
    for typed in (COMPOSED, DECOMPOSED, "RENE\u0301@EXAMPLE.ORG"):
        assert accounts.sign_in(books.store, typed, PASSWORD).user_id == account.id
        assert accounts.by_email(books.store.database, typed).id == account.id
        with pytest.raises(BadInput, match="already"):
            join(books.store, typed)


def test_different_letters_are_different_accounts(books: Books) -> None:
    sharp, double = join(books.store, "straße@example.org"), join(books.store, "strasse@example.org")
    assert sharp.id != double.id
    assert accounts.sign_in(books.store, "STRASSE@example.org", PASSWORD).user_id == double.id
    assert accounts.sign_in(books.store, "straße@example.org", PASSWORD).user_id == sharp.id


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch, books: Books) -> dict[str, int]:
    """Accounts as version 1.0 made them: by what was typed then, their ids."""
    with monkeypatch.context() as patch:
        patch.setattr(emails, "kept_form", lambda email: email.strip().casefold())
        patch.setattr(emails, "spellings", lambda email: (email.strip().casefold(),))
        return {typed: join(books.store, typed).id for typed in (COMPOSED, DECOMPOSED, "Straße@example.org")}


def test_who_registered_with_version_1_0_signs_in_as_ever(books: Books, old: dict[str, int]) -> None:
    for typed, account in old.items():
        assert accounts.sign_in(books.store, typed, PASSWORD).user_id == account
    assert accounts.sign_in(books.store, "strasse@example.org", PASSWORD).user_id == old["Straße@example.org"]


def test_an_old_account_that_was_decomposed_is_found_by_either_form(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(emails, "kept_form", lambda email: email.strip().casefold())
        account = join(books.store, DECOMPOSED)
    assert accounts.sign_in(books.store, COMPOSED, PASSWORD).user_id == account.id
    with pytest.raises(BadInput, match="already"):
        join(books.store, COMPOSED)


def test_no_credit_goes_to_an_account_of_other_letters(books: Books) -> None:
    join(books.store, "strasse@example.org")
    with pytest.raises(BadInput, match="no account with the e-mail straße"):
        charges.credit(books.store, books.admin, "straße@example.org", 100, "Top-up", new_id())


def test_an_unknown_email_is_refused_as_ever(books: Books) -> None:
    for typed in ("nobody@example.org", DECOMPOSED, "\ud800@example.org"):
        with pytest.raises(SignInRefused, match="not right"):
            accounts.sign_in(books.store, typed, PASSWORD)


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("ann@example.org", ""),
        (COMPOSED, ""),
        ("почта@example.org", ""),
        ("аnn@example.org", "ann@example.org"),  # a Cyrillic а
        ("rеné@example.org", COMPOSED),  # a Cyrillic е
        ("ａnn@example.org", "ann@example.org"),  # a full-width a
        ("bοb@example.org", "bob@example.org"),  # a Greek ο
    ],
)
def test_letters_that_look_like_others_are_told(username: str, seen: str) -> None:
    assert emails.looks_like(username) == seen
