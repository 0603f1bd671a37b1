"""The demo's records: just as many as asked for, dated in order, and proved like any others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop.commands.demo import demo_data
from desktop.models.embedded import charges, records
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.verify import verify
from desktop.settings import config
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters


@pytest.mark.parametrize("count", [1, 2, 200])
def test_the_demo_has_as_many_records_as_asked_for_and_they_are_proved(tmp_path: Path, count: int) -> None:
    store = open_store(tmp_path / "demo.db", costs=config.load(tmp_path / "none", {}, {}).costs)
    clock = store.clock
    session = demo_data.open_account(store)
    demo_data.fill(store, session, count)
    found = list(records.stream(store, session, Filters(), Column.DATE, descending=False))
    assert store.clock is clock
    assert len(found) == count + 1
    dates = [entry.date for entry in found]
    assert dates == sorted(dates)
    assert dates[-1] <= time.time_ns() // 1000
    assert verify(store).problems == ()
    assert charges.statement(store, session).account.balance == found[-1].user_balance
    if count == 200:
        assert {entry.operation for entry in found} == set(OperationType)
        assert dates[-1] - dates[0] > 30 * 24 * 3600 * 1_000_000
    store.close()
