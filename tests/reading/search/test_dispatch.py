"""The order in which queries are sent and rows are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from support.search_model import StillIndex
from support.virtual_time import VirtualWorkers
from tap_kustomer.client.errors import GaveUpError
from tap_kustomer.client.limits import Budget
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.dispatch import dispatch
from tap_kustomer.reading.search.slices import Schedule

if TYPE_CHECKING:
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery

WINDOW = Window(0, 100_000)


class Extraction:
    """A window of two thousand rows, twenty on a page, that takes a while to write."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.schedule = Schedule(WINDOW, "conversations", page_size=20, lookahead=60_000)
        self.workers = VirtualWorkers(Budget(100, 0.9), lambda: 3.0)
        self.asked = 0
        self._index = StillIndex(range(0, 100_000, 50))
        self._fails_at = fails_at
        self.batches = dispatch(
            self.schedule,
            self._ask,
            cast("Workers", self.workers),
            parallelism=lambda: 4,
            is_consumed=lambda: True,
        )

    def write_all(self) -> None:
        for _ in self.batches:
            self.workers.sleep(0.5)

    def _ask(self, query: SearchQuery) -> SearchPage:
        self.asked += 1
        if self._fails_at and self.asked >= self._fails_at:
            raise GaveUpError("the search is down")
        return self._index.search(query, 20)


@pytest.mark.parametrize("fails_at", range(20, 100, 4))
def test_an_error_is_raised_after_the_rows_that_came_before_it(fails_at: int) -> None:
    extraction = Extraction(fails_at=fails_at)

    with pytest.raises(GaveUpError):
        extraction.write_all()

    assert not extraction.schedule.is_due


def test_no_query_is_sent_before_rows_are_taken() -> None:
    assert Extraction().workers.under_way == 0


def test_a_consumer_that_takes_no_more_rows_stops_the_queries() -> None:
    extraction = Extraction()
    for _ in range(3):
        next(extraction.batches)

    del extraction.batches
    asked = extraction.asked
    extraction.workers.sleep(60)

    assert extraction.asked == asked
