"""Why a draw was refused, in a sentence for each reason."""

from __future__ import annotations

from desktop.language.sentences import mark, say, say_many

_SENTENCES = {
    "deadline": mark(
        "{host} did not answer in full within {timeout} s. Try again later; the waiting time is"
        " [random] timeout in the configuration."
    ),
    "unreachable": mark("{host} could not be reached. Check the network connection and try again."),
    "proxy": mark(
        "{host} could not be reached through the proxy {named}. Check that the proxy runs, and its address in this"
        " computer's network settings or in HTTPS_PROXY."
    ),
    "authorities": mark(
        "The certificates that connections are checked with cannot be read ({named}). REQUESTS_CA_BUNDLE or"
        " CURL_CA_BUNDLE names them: put the file there, or take the variable away to trust what this computer trusts."
    ),
    "untrusted": mark(
        "No trusted connection to {host} could be made: its certificate is not valid for it. Check this"
        " computer's clock, and whether the network asks for a sign-in of its own."
    ),
    "garbled": mark(
        "{host} answered with something that is not HTTP as it should be. Check whether a proxy stands in"
        " between, and try again."
    ),
    "broken": mark("The connection to {host} broke off before the answer was complete. Try again."),
    "redirect": mark(
        "{host} pointed to another address, which is not followed. Check whether the network asks for a"
        " sign-in of its own, and [random] url in the configuration."
    ),
    "refused": mark("{host} refused the draw: “{quote}” Try again later."),
    "status": mark("{host} answered with an error (status {status}). Try again later."),
    "encoded": mark(
        "{host} answered in a form that was not asked for. Check whether a proxy stands in between, and try again."
    ),
    "too_long": mark("{host} answered with more than was asked for, and the answer was refused. Try again later."),
    "malformed": mark(
        "{host} answered with something else than the strings asked for, and the answer was refused."
        " Check whether a proxy stands in between, and try again."
    ),
    "quota": mark(
        "The random bits that {host} gives to this network address are used up for now; more come every midnight"
        " UTC. Try again in {span}."
    ),
    "busy": mark("Another draw, perhaps of another window or program, was still running after {timeout} s. Try again."),
}


def sentence(reason: str, **facts: object) -> str:
    """What a person is told of a reason: `host` and `timeout` in any case, further facts by the reason."""
    return say(_SENTENCES[reason], **facts)


def span(seconds: int) -> str:
    """A waiting time in whole minutes or hours, rounded up."""
    if seconds <= 5400:
        return say_many("{count} minute", "{count} minutes", -(-seconds // 60))
    return say_many("{count} hour", "{count} hours", -(-seconds // 3600))
