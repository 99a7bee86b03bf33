"""Where the example for Dagster keeps the Singer states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustomer_dagster.states import States

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/states.db"


def test_the_last_state_is_found_by_another_process(url: str) -> None:
    states = States(url)
    states.save("acme", "present", {"bookmarks": {"messages": {}}})
    states.save("acme", "present", {"bookmarks": {"notes": {}}})
    assert States(url).load("acme", "present") == {"bookmarks": {"notes": {}}}


def test_organisations_and_periods_have_states_of_their_own(url: str) -> None:
    states = States(url)
    states.save("acme", "present", {"bookmarks": {}})
    assert states.load("acme", "2026-01") is None
    assert states.load("globex", "present") is None


def test_a_month_that_was_read_whole_can_be_read_again(url: str) -> None:
    states = States(url)
    states.save("acme", "2026-01", {"bookmarks": {}})
    states.save("acme", "present", {"bookmarks": {}})
    states.forget("acme", "2026-01")
    assert states.load("acme", "2026-01") is None
    assert states.load("acme", "present") is not None
