"""A display of its own, and one sitting for most of it, since it costs seconds to begin.

Each test leaves the window as it found it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.random_server import RandomServer
from tests.support.sittings import EMAIL, Sitting, screen, until

SIZE = "1440x900"
MANY = 60  # records: more than fit


@pytest.fixture(scope="package")
def display() -> Iterator[dict[str, str]]:
    with screen(SIZE) as environ:
        yield environ


@pytest.fixture(scope="package")
def server() -> Iterator[RandomServer]:
    with RandomServer() as made:
        yield made


@pytest.fixture(scope="package")
def whole(display: dict[str, str], server: RandomServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """A window with more records than fit, on a random.org of its own."""
    made = Sitting(
        display,
        tmp_path_factory.mktemp("whole"),
        random_url=server.url,
        random_quota_url=server.quota_url,
        account_default_balance="100000.00",
    )
    made.run("register", EMAIL, "--password-stdin")
    made.run("eval", "-", "--user", EMAIL, "--password-stdin", lines="".join(f"{n}+1\n" for n in range(MANY)))
    for name in ("Documents", "elsewhere"):
        (made.folder / name).mkdir()
    made.begin()
    try:
        made.sign_in()
        yield made
    finally:
        made.end()


@pytest.fixture
def sitting(whole: Sitting) -> Iterator[Sitting]:
    """The window at rest: nothing typed, nothing looked for, the keyboard in the entry."""
    yield whole
    for _ in range(4):
        if whole.see("window") != "main_window":
            whole.press("Escape")
            until(lambda: True)
    assert whole.bugs() == "", "a mistake of the program's own"
    whole.press("ctrl+1", "ctrl+f", "Escape", "ctrl+l", "Escape")
    until(lambda: not whole.text("entry_edit"), "an empty entry")
