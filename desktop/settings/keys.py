"""Every key of the configuration, and what it accepts. It reads no value and knows no default."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.language.choosing import SYSTEM
from desktop.language.sentences import LANGUAGES
from desktop.settings import values as kinds
from desktop.terms.operation_type import OperationType

CLASSES = ("digits", "upper", "lower")
PRICED = tuple(operation for operation in OperationType if operation is not OperationType.CREDIT)

KEYS: Mapping[str, Mapping[str, kinds.Reader]] = {
    "database": {"url": kinds.database_url()},
    "account": {"default_balance": kinds.money()},
    "costs": {operation.value: kinds.money() for operation in PRICED},
    "spending": {
        "warning_level": kinds.money(),
        "monthly_budget": kinds.money(),
        "beyond_budget": kinds.one_of("tell", "refuse"),
    },
    "language": {"name": kinds.one_of(SYSTEM, *LANGUAGES), "digits": kinds.one_of("locale", "latin")},
    "window": {
        "text_size": kinds.whole(75, 200),
        "start_pane": kinds.one_of("last", "both", "calculator", "records"),
    },
    "records": {"page_size": kinds.whole(1, 1000), "page_sizes": kinds.wholes(1, 1000)},
    "random": {
        "url": kinds.web_address(),
        "quota_url": kinds.web_address(),
        "length": kinds.whole(1, 20),
        "classes": kinds.some_of(*CLASSES),
        "block": kinds.whole(1, 10_000),
        "timeout": kinds.whole(1, 600),
        "contact": kinds.email(),
        "fallback": kinds.one_of("deny", "local"),
    },
    "security": {
        "minimum_password_length": kinds.whole(8, 1024),
        "idle_lock_minutes": kinds.whole(0, 1440),
    },
    "logging": {"level": kinds.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "keep": kinds.whole(2, 100)},
}

AT_START = frozenset(
    (
        *(("database", key) for key in KEYS["database"]),
        *(("logging", key) for key in KEYS["logging"]),
        ("records", "page_sizes"),
        ("window", "start_pane"),
    )
)
"""What is read once, when the program starts."""

NEW_STORE = frozenset(("costs", key) for key in KEYS["costs"])
"""What matters only where a ledger is made."""


def reader_of(section: str, key: str) -> kinds.Reader:
    """What reads a key's value."""
    return KEYS[section][key]
