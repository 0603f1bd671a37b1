"""How a shared ledger is named: its URL, and the roles that a person has on the server. It connects to nothing."""

from __future__ import annotations

import hashlib
from typing import Final

from desktop.models.ledger.emails import kept_form
from desktop.settings.server_urls import ServerUrl, is_local, is_server, parse

__all__ = ["ServerUrl", "code_role_name", "is_local", "is_server", "parse", "role_name"]

_ROLE_DIGITS: Final = 24


def role_name(ledger_name: str, email: str) -> str:
    """A person's role: what was typed is enough to know it, it shows no e-mail to others on the server, and is never
    cut to the 63 bytes that a name can have there.
    """
    text = f"{ledger_name}\n{kept_form(email)}"
    return "mc_" + hashlib.sha256(text.encode()).hexdigest()[:_ROLE_DIGITS]


def code_role_name(ledger_name: str, email: str) -> str:
    """The role whose password is a person's recovery code."""
    return "mr_" + role_name(ledger_name, email).removeprefix("mc_")
