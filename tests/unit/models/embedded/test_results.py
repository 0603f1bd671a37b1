"""Rule L8: records are worked out again where that is asked for, and those that do not follow are named."""

from __future__ import annotations

from collections.abc import Callable

from desktop.models.embedded import charges
from desktop.models.embedded.verify import verify
from desktop.terms.charges import Charge, Step
from desktop.terms.kinds import OperationType
from tests.support.stores import Books, new_id, random_charge

ADD, DIVIDE, MULTIPLY = OperationType.ADDITION, OperationType.DIVISION, OperationType.MULTIPLICATION


def written(books: Books, expression: str, *steps: Step) -> tuple[int, ...]:
    """A charge as it is, with the right key and chain: what another program or version could have written."""
    charge = Charge(new_id(), steps, expression=expression, result=steps[-1].response, exact=steps[-1].exact)
    return tuple(entry.id for entry in charges.charge(books.store, books.ann, charge).entries)


def test_a_response_that_does_not_follow_is_named_where_results_are_asked_for(open_books: Callable[[], Books]) -> None:
    books = open_books()
    for expression in ("1÷3×3", "√8÷√2+√3", "√(8+2×√15)−(√5+√3)", "-√2"):
        books.charge(expression)
    charges.charge(books.store, books.ann, random_charge("aB3dE6gH"))
    (wrong,) = written(books, "1 + 2", Step(ADD, ("1", "2"), "4"))
    (boast,) = written(books, "1 ÷ 3", Step(DIVIDE, ("1", "3"), "0.3", exact=True))
    assert verify(books.store).problems == ()
    problems = verify(books.store, results=True).problems
    assert [(problem.rule, problem.record_id) for problem in problems] == [("L8", wrong), ("L8", boast)]
    assert problems[0].message == "Its response does not follow: “1 + 2” = “4”."


def test_records_of_the_version_that_went_on_with_what_was_shown_follow_and_stay_as_they_are(
    open_books: Callable[[], Books],
) -> None:
    books = open_books()
    third, nines = "0." + "3" * 34, "0." + "9" * 34
    steps = (Step(DIVIDE, ("1", "3"), third, exact=False), Step(MULTIPLY, (third, "3"), nines))
    request = new_id()
    charges.charge(books.store, books.ann, Charge(request, steps, "1 ÷ 3 × 3", nines, exact=False))
    assert verify(books.store, results=True).problems == ()
    found = charges.find(books.store, books.ann, request)
    assert found is not None
    assert (found.result, found.exact) == (nines, False)
    now = (Step(DIVIDE, ("1", "3"), third, exact=False), Step(MULTIPLY, ("1/3", "3"), "1"))
    again = charges.charge(books.store, books.ann, Charge(request, now, "1 ÷ 3 × 3", "1"))
    assert (again.result, again.exact, again.repeated) == (nines, False, True)


def test_a_repeated_request_is_exact_where_its_last_step_is(open_books: Callable[[], Books]) -> None:
    books = open_books()
    for expression, result, exact in (("1÷3×3", "1", True), ("-(1÷3+1)", "-1." + "3" * 33, False)):
        receipt = books.charge(expression)
        found = charges.find(books.store, books.ann, receipt.request_id)
        assert found is not None
        assert (receipt.result, receipt.exact) == (found.result, found.exact) == (result, exact)
