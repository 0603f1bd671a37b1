"""A proof of the ledger in words: each rule with what it says, and a page to hand over. It proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from desktop import __version__
from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import PLAIN, NumberFormat, in_order, localise
from desktop.language.sentences import is_right_to_left, mark, say, say_in, spoken
from desktop.terms.reports import Problem, Verification
from desktop.wording.markup import escaped
from desktop.wording.shown import explain_verification, moment_text

RULES: Mapping[str, str] = {
    "L1": mark("Every balance is that of the account's last record"),
    "L2": mark("No account's records have a gap: 1, 2, 3 …"),
    "L3": mark("Every record's balance is the one before it, less its amount, and never below zero"),
    "L4": mark("Every charge has a response, and cost what was quoted"),
    "L5": mark("No request was charged twice"),
    "L6": mark("Every record is chained to the one before it, and the anchor lies on the chain"),
    "L7": mark("The file is whole, and of the version that the program expects"),
}

_PAGE = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 44em; margin: 3em auto; padding: 0 1em; }}
td {{ padding: 0.2em 0.8em 0.2em 0; vertical-align: top; }}</style></head><body>
<h1>{title}</h1><p>{outcome}</p>
<table>{rules}</table><h2>{facts_title}</h2><table>{facts}</table>{problems}
<p>{evidence}</p></body></html>
"""


def judged(verification: Verification) -> list[tuple[str, bool, str]]:
    """The rules with whether each holds. Only of a proof that came to its end; otherwise those that are broken."""
    broken = {problem.rule for problem in verification.problems}
    known = [(rule, rule not in broken, say(text)) for rule, text in RULES.items()]
    unknown = [(rule, False, say("Another rule")) for rule in sorted(broken - RULES.keys())]
    return [one for one in (*known, *unknown) if verification.complete or not one[1]]


def facts(verification: Verification, fmt: NumberFormat = PLAIN) -> list[tuple[str, str]]:
    """What the proof went through, with numbers as the person's locale has them."""
    anchored_at, seconds = verification.anchored_at, localise(f"{verification.seconds:.1f}", fmt)
    return [
        (say("Records"), format_count(verification.records, fmt)),
        (say("Accounts"), format_count(verification.users, fmt)),
        (say("Changes in the journal"), format_count(verification.changes, fmt)),
        (say("Anchor of"), moment_text(anchored_at, fmt) if anchored_at else say_in("an anchor", "none yet")),
        (say("Took"), say("{seconds} s", seconds=in_order(seconds, fmt))),
    ]


def page(verification: Verification, *, store: str, moment: datetime) -> str:
    """An HTML page that stands alone."""
    made = [
        (say("Made"), f"{moment:%Y-%m-%d %H:%M:%S %Z}".strip()),
        (say_in("the program", "By"), f"Metercalc {__version__}"),
        (say("Store"), store),
    ]
    problems = "".join(f"<li>{_safe(_problem(problem))}</li>" for problem in verification.problems)
    language = spoken()
    return _PAGE.format(
        language=language.replace("_", "-"),
        direction="rtl" if is_right_to_left(language) else "ltr",
        title=_safe(say("Proof of a Metercalc ledger")),
        facts_title=_safe(say("Facts")),
        evidence=_safe(
            say(
                "It is evidence for whoever trusts the key beside the store, not prevention: who has the key can make "
                "another ledger."
            )
        ),
        outcome=_safe(explain_verification(verification)),
        rules=_rows((rule, f"{'✓' if holds else '✗'} {text}") for rule, holds, text in judged(verification)),
        facts=_rows([*facts(verification), *made]),
        problems=f"<h2>{_safe(say('Problems'))}</h2><ul>{problems}</ul>" if problems else "",
    )


def _problem(problem: Problem) -> str:
    return say(
        "{rule} {person}, record {id}: {problem}",
        rule=problem.rule,
        person=problem.username,
        id=problem.record_id,
        problem=problem.message,
    )


def _rows(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<tr><td>{_safe(name)}</td><td>{_safe(text)}</td></tr>" for name, text in pairs)


def _safe(text: object) -> str:
    return escaped(str(text))
