"""What settings are called, what each does, and on which page of the settings it stands. It reads none."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.arithmetic.money import format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.settings import Effect, Kind, Setting

PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Appearance", ("window.text_size", "window.start_pane")),
    ("Records", ("records.page_size", "records.page_sizes")),
    ("Spending", ("spending.warning_level", "spending.monthly_budget", "spending.beyond_budget")),
    (
        "Random strings",
        (
            "random.length", "random.classes", "random.contact", "random.fallback", "random.block", "random.timeout",
            "random.url", "random.quota_url",
        ),
    ),
    ("Security", ("security.idle_lock_minutes", "security.minimum_password_length")),
    (
        "Ledger",
        (
            "account.default_balance", "database.url", "costs.addition", "costs.subtraction", "costs.multiplication",
            "costs.division", "costs.square_root", "costs.random_string",
        ),
    ),
    ("Log", ("logging.level", "logging.keep")),
)  # fmt: skip
"""The pages, with the settings on each."""


@dataclass(frozen=True, slots=True)
class Words:
    """A setting's label, what it does, and what its choices are called."""

    label: str
    what: str
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""


_WORDS = {
    "window.text_size": Words("Text size", "All text of the window, beside the size that the system sets.", unit=" %"),
    "window.start_pane": Words(
        "Shown at the start",
        "What the window opens with.",
        (
            ("last", "What was shown last"),
            ("both", "Calculator and records"),
            ("calculator", "Calculator alone"),
            ("records", "Records alone"),
        ),
    ),
    "records.page_size": Words("Records on a page", "One of the sizes below, or a size of its own."),
    "records.page_sizes": Words("Sizes to choose from", "Offered beside the pages, separated by commas."),
    "spending.warning_level": Words(
        "Warn below", "A balance below this is told quietly beside it. 0 tells nothing before it is needed."
    ),
    "spending.monthly_budget": Words(
        "Budget of a month",
        "What you mean to spend in a calendar month; what is left stands beside the balance. 0 is none.",
    ),
    "spending.beyond_budget": Words(
        "Beyond the budget",
        "Whether an operation that goes beyond the budget is told, or refused and not charged.",
        (("tell", "Say so, and go on"), ("refuse", "Refuse, and charge nothing")),
    ),
    "random.length": Words("Length", "Characters in a random string."),
    "random.classes": Words(
        "Made of",
        "What its characters are taken from.",
        (("digits", "Digits"), ("upper", "A to Z"), ("lower", "a to z")),
    ),
    "random.contact": Words(
        "Contact",
        "Your e-mail, sent along with each draw: random.org writes to it before it blocks anybody. May be empty.",
    ),
    "random.fallback": Words(
        "Without random.org",
        "What happens when nothing can be drawn. Each record says where its string came from.",
        (("deny", "Refuse, and charge nothing"), ("local", "Let this computer draw it")),
    ),
    "random.block": Words(
        "Drawn at once", "Strings kept in memory until they are sold. random.org asks for few, large draws."
    ),
    "random.timeout": Words("Patience", "Until a draw is given up. A draw given up early is wasted.", unit=" s"),
    "random.url": Words("Address for draws", "https only, but for addresses of this computer."),
    "random.quota_url": Words("Address for the quota", "Where it is asked how much may still be drawn."),
    "security.idle_lock_minutes": Words(
        "Lock after", "Minutes without a key or a click until the window signs out. 0 is never.", unit=" min"
    ),
    "security.minimum_password_length": Words(
        "Shortest password", "For new accounts and new passwords; those in use stay good.", unit=" characters"
    ),
    "account.default_balance": Words("Starting balance", "What a new account begins with."),
    "database.url": Words("Place of the ledger", "A file’s path; empty is metercalc.db in the data directory."),
    "costs.addition": Words("Addition", ""),
    "costs.subtraction": Words("Subtraction", ""),
    "costs.multiplication": Words("Multiplication", ""),
    "costs.division": Words("Division", ""),
    "costs.square_root": Words("Square root", ""),
    "costs.random_string": Words("Random string", ""),
    "logging.level": Words(
        "Written down",
        "The least that goes into the log. Never passwords, results or random strings.",
        (("DEBUG", "Everything"), ("INFO", "What is done"), ("WARNING", "Warnings and errors"), ("ERROR", "Errors")),
    ),
    "logging.keep": Words("Files kept", "Of 1 MB each; the oldest goes first."),
}

_EFFECTS = {
    Effect.NOW: "",
    Effect.START: "Counts from the next start on.",
    Effect.NEW_STORE: "Only for a ledger that is made anew: an administrator sets the prices of this one.",
}


def words_of(setting: Setting) -> Words:
    """What a setting is called; by its own name where nobody has given it another."""
    return _WORDS.get(setting.name, Words(setting.name, ""))


def shown_value(setting: Setting, value: str, fmt: NumberFormat) -> str:
    """A value as a person reads it."""
    words = words_of(setting)
    if setting.shape.kind is Kind.MONEY:
        return format_money(parse_money(value), fmt)
    if setting.shape.kind in (Kind.CHOICE, Kind.SOME):
        called = dict(words.choices)
        return ", ".join(called.get(one, one) for one in value.split(", "))
    return f"{value}{words.unit}" if value else "empty"


def limits_text(setting: Setting, fmt: NumberFormat) -> str:
    """ "From 75 to 200. Default: 100 %."."""
    shape = setting.shape
    default = f"Default: {shown_value(setting, setting.default, fmt)}."
    if shape.kind is Kind.MONEY:
        return f"Up to {format_money(shape.most, fmt)}. {default}"
    if shape.kind in (Kind.NUMBER, Kind.NUMBERS):
        return f"From {shape.least} to {shape.most}. {default}"
    return default


def hint(setting: Setting, fmt: NumberFormat) -> str:
    """All that is to be said below a setting: what it does, its limits, its default, and from when on it counts."""
    parts = (words_of(setting).what, limits_text(setting, fmt), _EFFECTS[setting.effect])
    return " ".join(part for part in parts if part)


def lock_text(setting: Setting) -> str:
    """Why a setting cannot be changed here; "" where it can."""
    if not setting.locked_by:
        return ""
    what = (
        setting.locked_by
        if setting.locked_by == "the command line"
        else f"the environment variable {setting.locked_by}"
    )
    return f"Set by {what}, which has the last word over the file."
