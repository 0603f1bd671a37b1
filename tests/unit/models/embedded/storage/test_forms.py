"""The canonical forms are injective: each can be told back from its bytes, whatever its texts hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.embedded.storage import forms
from desktop.models.embedded.storage.forms import Form

FORMS = {
    "record": forms.RECORD,
    "price": forms.PRICE,
    "account": forms.ACCOUNT,
    "entry": forms.ENTRY,
    "chain": forms.CHAIN,
    "head": forms.HEAD,
    "anchor": forms.ANCHOR,
    "proof": forms.PROOF,
    "attempts": forms.ATTEMPTS,
}
SHAPES = {
    "record": (8, 6, 0),
    "price": (5, 1, 0),
    "account": (2, 4, 0),
    "entry": (5, 2, 1),
    "chain": (1, 0, 0),
    "head": (2, 0, 1),
    "anchor": (0, 1, 0),
    "proof": (0, 1, 0),
    "attempts": (3, 0, 1),
}
NUMBERS = st.integers(-(2**63), 2**63 - 1)
# Texts that could pass for separators, lengths and numbers, in one byte and in more.
TEXTS = st.text(alphabet="|:0123é\0\ud800 ", max_size=6)


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, tuple[int | str | bytes, ...]]:
    """A kind of form and values for it."""
    name = draw(st.sampled_from(sorted(FORMS)))
    numbers, texts, blobs = SHAPES[name]
    values = [draw(NUMBERS) for _ in range(numbers)] + [draw(TEXTS) for _ in range(texts)]
    return name, (*values, *(draw(st.binary(max_size=4)) for _ in range(blobs)))


@given(messages())
def test_what_was_encoded_is_decoded(message: tuple[str, tuple[int | str | bytes, ...]]) -> None:
    name, values = message
    assert FORMS[name].decode(FORMS[name].encode(*values)) == values


@given(messages(), messages())
def test_no_two_messages_share_their_bytes(
    one: tuple[str, tuple[int | str | bytes, ...]], other: tuple[str, tuple[int | str | bytes, ...]]
) -> None:
    """Neither by themselves nor with a hash of 32 bytes behind them, as a link is hashed."""
    forms_of = [FORMS[name].encode(*values) for name, values in (one, other)]
    assert (forms_of[0] == forms_of[1]) == (one == other)
    assert not any(first.startswith(second) and first != second for first, second in (forms_of, forms_of[::-1]))


def test_a_text_cut_elsewhere_is_another_record() -> None:
    """What the form of the first three versions could not tell: fields between separators, without lengths."""
    numbers = (1, 1, 1, 1, 0, 0, 1, 1)
    texts = [("a|1", "b", "c"), ("a", "1|b", "c"), ("a|1|b", "", "c"), ("a", "1", "b|c"), ("", "a|1|b", "c")]
    assert len({forms.RECORD.encode(*numbers, *three, "", "", "") for three in texts}) == len(texts)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_value_counts(name: str) -> None:
    numbers, texts, blobs = SHAPES[name]
    base = [*range(1, numbers + 1), *("t" * texts), *([b"b"] * blobs)]
    made = {FORMS[name].encode(*base)}
    for place, value in enumerate(base):
        other = list(base)
        other[place] = value + 1 if isinstance(value, int) else value + value
        made.add(FORMS[name].encode(*other))
    assert len(made) == len(base) + 1


def test_kinds_differ_in_their_tags() -> None:
    assert len({form.tag for form in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize(
    "values", [(1,), (1, "x", 2), ("x", "y"), (1, b"x"), (2**63, "x"), (1.5, "x"), (None, "x"), (1, None)]
)
def test_values_of_another_kind_or_number_have_no_form(values: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        Form("T", numbers=1, texts=1).encode(*values)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["shorter", "longer", "other kind", "other version", "empty"])
def test_bytes_that_are_not_a_form_are_refused(change: str) -> None:
    form = forms.PRICE.encode(1, 2, 3, 4, 5, "addition")
    changed = {
        "shorter": form[:-1],
        "longer": form + b"x",
        "other kind": forms.CHAIN.encode(1),
        "other version": b"\x03" + form[1:],
        "empty": b"",
    }[change]
    with pytest.raises(ValueError, match="form"):
        forms.PRICE.decode(changed)
