"""What a proof of a ledger on a server has found so far, and whose it is. It checks nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.terms.reports import Problem

MOST = 1_000


class Enough(Exception):
    """More problems would tell nothing more."""


@dataclass(frozen=True, slots=True)
class ProofAccount:
    """An account as it is proved."""

    id: int
    username: str
    role: str
    status: str
    balance: int
    generation: int
    seq: int
    hash: bytes
    journal_number: int
    journal_hash: bytes


class Problems:
    """The problems of one ledger as they were found, `MOST` of them; `accounts` says whose they are."""

    def __init__(self) -> None:
        self.all: list[Problem] = []
        self.accounts: dict[int, ProofAccount] = {}

    def __bool__(self) -> bool:
        return bool(self.all)

    def found(self, rule: str, user_id: int, record_id: int, message: str) -> None:
        """Note what is wrong: the rule, the account's and the record's id (0 for none). Raises `Enough`."""
        account = self.accounts.get(user_id)
        self.all.append(Problem(rule, account.username if account else "", record_id, message))
        if len(self.all) >= MOST:
            raise Enough
