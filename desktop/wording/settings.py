"""What settings are called, what each does, and on which page of the settings it stands. It reads none."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.arithmetic.money import format_money, parse_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, in_order
from desktop.language.sentences import LANGUAGES, mark, say, say_in
from desktop.terms.settings import Effect, Kind, Origin, Setting

PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mark("Appearance"), ("language.name", "language.digits", "window.text_size", "window.start_pane")),
    (mark("Records"), ("records.page_size", "records.page_sizes")),
    (mark("Spending"), ("spending.warning_level", "spending.monthly_budget", "spending.beyond_budget")),
    (
        mark("Random strings"),
        (
            "random.length", "random.classes", "random.contact", "random.fallback", "random.block", "random.timeout",
            "random.url", "random.quota_url",
        ),
    ),
    (mark("Security"), ("security.idle_lock_minutes", "security.minimum_password_length")),
    (
        mark("Ledger"),
        (
            "account.default_balance", "database.url", "costs.addition", "costs.subtraction", "costs.multiplication",
            "costs.division", "costs.square_root", "costs.random_string",
        ),
    ),
    (mark("Log"), ("logging.level", "logging.keep")),
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
    "language.name": Words(
        mark("Language"),
        mark("Of the window and the command line."),
        (("system", mark("As the system has it")), *LANGUAGES.items()),
    ),
    "language.digits": Words(
        mark("Digits"),
        mark("How the digits of numbers are written."),
        (("locale", mark("As the locale writes them")), ("latin", mark("0 to 9 everywhere"))),
    ),
    "window.text_size": Words(
        mark("Text size"), mark("All text of the window, beside the size that the system sets."), unit=mark(" %")
    ),
    "window.start_pane": Words(
        mark("Shown at the start"),
        mark("What the window opens with."),
        (
            ("last", mark("What was shown last")),
            ("both", mark("Calculator and records")),
            ("calculator", mark("Calculator alone")),
            ("records", mark("Records alone")),
        ),
    ),
    "records.page_size": Words(mark("Records on a page"), mark("One of the sizes below, or a size of its own.")),
    "records.page_sizes": Words(mark("Sizes to choose from"), mark("Offered beside the pages, separated by commas.")),
    "spending.warning_level": Words(
        mark("Warn below"), mark("A balance below this is told quietly beside it. 0 tells nothing before it is needed.")
    ),
    "spending.monthly_budget": Words(
        mark("Budget of a month"),
        mark("What you mean to spend in a calendar month; what is left stands beside the balance. 0 is none."),
    ),
    "spending.beyond_budget": Words(
        mark("Beyond the budget"),
        mark("Whether an operation that goes beyond the budget is told, or refused and not charged."),
        (("tell", mark("Say so, and go on")), ("refuse", mark("Refuse, and charge nothing"))),
    ),
    "random.length": Words(mark("Length"), mark("Characters in a random string.")),
    "random.classes": Words(
        mark("Made of"),
        mark("What its characters are taken from."),
        (("digits", mark("Digits")), ("upper", mark("A to Z")), ("lower", mark("a to z"))),
    ),
    "random.contact": Words(
        mark("Contact"),
        mark("Your e-mail, sent along with each draw: random.org writes to it before it blocks anybody. May be empty."),
    ),
    "random.fallback": Words(
        mark("Without random.org"),
        mark("What happens when nothing can be drawn. Each record says where its string came from."),
        (("deny", mark("Refuse, and charge nothing")), ("local", mark("Let this computer draw it"))),
    ),
    "random.block": Words(
        mark("Drawn at once"), mark("Strings kept in memory until they are sold. random.org asks for few, large draws.")
    ),
    "random.timeout": Words(
        mark("Patience"), mark("Until a draw is given up. A draw given up early is wasted."), unit=mark(" s")
    ),
    "random.url": Words(mark("Address for draws"), mark("https only, but for addresses of this computer.")),
    "random.quota_url": Words(mark("Address for the quota"), mark("Where it is asked how much may still be drawn.")),
    "security.idle_lock_minutes": Words(
        mark("Lock after"),
        mark("Minutes without a key or a click until the window signs out. 0 is never."),
        unit=mark(" min"),
    ),
    "security.minimum_password_length": Words(
        mark("Shortest password"),
        mark("For new accounts and new passwords; those in use stay good."),
        unit=mark(" characters"),
    ),
    "account.default_balance": Words(mark("Starting balance"), mark("What a new account begins with.")),
    "database.url": Words(
        mark("Place of the ledger"), mark("A file’s path; empty is metercalc.db in the data directory.")
    ),
    "costs.addition": Words(mark("Addition"), ""),
    "costs.subtraction": Words(mark("Subtraction"), ""),
    "costs.multiplication": Words(mark("Multiplication"), ""),
    "costs.division": Words(mark("Division"), ""),
    "costs.square_root": Words(mark("Square root"), ""),
    "costs.random_string": Words(mark("Random string"), ""),
    "logging.level": Words(
        mark("Written down"),
        mark("The least that goes into the log. Never passwords, results or random strings."),
        (
            ("DEBUG", mark("Everything")),
            ("INFO", mark("What is done")),
            ("WARNING", mark("Warnings and errors")),
            ("ERROR", mark("Errors")),
        ),
    ),
    "logging.keep": Words(mark("Files kept"), mark("Of 1 MB each; the oldest goes first.")),
}

_EFFECTS = {
    Effect.NOW: "",
    Effect.START: mark("Counts from the next start on."),
    Effect.NEW_STORE: mark("Only for a ledger that is made anew: an administrator sets the prices of this one."),
}


def words_of(setting: Setting) -> Words:
    """What a setting is called; by its own name where nobody has given it another."""
    words = _WORDS.get(setting.name)
    if words is None:
        return Words(setting.name, "")
    choices = tuple((value, say(called)) for value, called in words.choices)
    return Words(say(words.label), say(words.what), choices, say(words.unit))


def shown_value(setting: Setting, value: str, fmt: NumberFormat) -> str:
    """A value as a person reads it."""
    words = words_of(setting)
    if setting.shape.kind is Kind.MONEY:
        return format_money(parse_money(value), fmt)
    if setting.shape.kind in (Kind.CHOICE, Kind.SOME):
        called = dict(words.choices)
        return ", ".join(called.get(one, one) for one in value.split(", "))
    if not value:
        return say_in("a value", "empty")
    numbers = Kind.NUMBER, Kind.NUMBERS
    return f"{_numbers(value, fmt)}{words.unit}" if setting.shape.kind in numbers else f"{value}{words.unit}"


def limits_text(setting: Setting, fmt: NumberFormat) -> str:
    """ "From 75 to 200. Default: 100 %."."""
    shape = setting.shape
    default = say("Default: {value}.", value=shown_value(setting, setting.default, fmt))
    if shape.kind is Kind.MONEY:
        most = say("Up to {amount}.", amount=format_money(shape.most, fmt))
        return f"{most} {default}"
    if shape.kind in (Kind.NUMBER, Kind.NUMBERS):
        least, most = _numbers(shape.least, fmt), _numbers(shape.most, fmt)
        return f"{say('From {least} to {most}.', least=least, most=most)} {default}"
    return default


def _numbers(numbers: object, fmt: NumberFormat) -> str:
    """One number, or several between commas, with the digits of the fields beside it."""
    return in_order(digits_of(str(numbers), fmt), fmt)


def hint(setting: Setting, fmt: NumberFormat) -> str:
    """All that is to be said below a setting: what it does, its limits, its default, and from when on it counts."""
    parts = (words_of(setting).what, limits_text(setting, fmt), say(_EFFECTS[setting.effect]))
    return " ".join(part for part in parts if part)


def lock_text(setting: Setting) -> str:
    """Why a setting cannot be changed here; "" where it can."""
    if not setting.locked_by:
        return ""
    if setting.origin is Origin.COMMAND_LINE:
        return say("Set by the command line, which has the last word over the file.")
    return say("Set by the environment variable {name}, which has the last word over the file.", name=setting.locked_by)
