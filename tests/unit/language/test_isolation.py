"""What is put into a right-to-left sentence keeps its own direction, whatever kind of value it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.language.sentences import say
from tests.support.speaking import spoken


@pytest.mark.parametrize("value", ["1 + 2", Path("/home/ann/store.db"), OSError("No space left"), "", 7])
def test_a_value_is_isolated_where_one_reads_from_the_right(tmp_path: Path, value: object) -> None:
    shown = str(value) if value == "" or isinstance(value, int) else f"\u2068{value}\u2069"
    with spoken(tmp_path, "ar", {"Look at {what}.": "انظر إلى {what}."}):
        assert say("Look at {what}.", what=value) == f"انظر إلى {shown}."
    assert say("Look at {what}.", what=value) == f"Look at {value}."
