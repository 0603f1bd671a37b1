"""What a new account must have, asked before anything is made. It knows no account."""

from __future__ import annotations

from desktop.models.ledger import emails, passwords


def check_new(email: str, password: str, *, minimum_length: int) -> str:
    """The user name that an e-mail gives. Raises `BadInput` where it, or the password, cannot be used."""
    username = emails.normal(email)
    passwords.check_new(password, email=username, minimum_length=minimum_length)
    return username
