"""Deliberate mistakes in the reading engine, each of which some test must notice.

Each is made in a copy of the package; then the tests named beside it run against that copy. By
default, that is done for one mistake of each part of the engine; with `-m ''`, for all of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.mutate import mutate

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutation:
    """One mistake.

    Attributes:
        name: What is done wrong.
        place: The module within the tap, and the function in it.
        right: An expression or some statements that the function has once.
        wrong: What replaces them.
        tests: The file with the tests that must fail.
        named: A part of their names.
    """

    name: str
    place: str
    right: str
    wrong: str
    tests: str
    named: str

    def file(self, package: Path) -> Path:
        """The file of a package that the mistake is made in."""
        module, _ = self.place.split(":")
        return package.joinpath(*module.split(".")).with_suffix(".py")

    def make(self, source: str) -> str:
        """The source of that file with the mistake in it.

        Raises:
            ValueError: It does not fit the code any more.
        """
        _, function = self.place.split(":")
        return mutate(source, function, self.right, self.wrong)


MUTATIONS = [
    Mutation(
        "gt instead of gte",
        "reading.search.client:SearchClient._bounds",
        "'gte'",
        "'gt'",
        "tests/reading/search/test_search_read.py",
        "several_workers",
    ),
    Mutation(
        "no upper bound",
        "reading.search.client:SearchClient._bounds",
        "end is not None",
        "False",
        "tests/reading/search/test_archive.py",
        "edge_of_the_archive",
    ),
    Mutation(
        "the end of a millisecond is its beginning",
        "reading.search.client:SearchClient._bounds",
        "'9' * finer",
        "'0' * finer",
        "tests/reading/search/test_finer_times.py",
        "finer_time",
    ),
    Mutation(
        "the count of all rows is not asked for",
        "reading.search.client:SearchClient._request",
        "{_COUNT_ALL: 'true'} if _COUNT_ALL in extras else {}",
        "{}",
        "tests/reading/search/test_search_client.py",
        "count_of_all_rows_is_asked_for",
    ),
    Mutation(
        "a refused parameter is sent again",
        "reading.search.client:SearchClient._learn_refused",
        "self._session.refused_parameters.add(_COUNT_ALL)",
        "None",
        "tests/reading/search/test_search_client.py",
        "no_search_of_the_session",
    ),
    Mutation(
        "the first short page is taken for the size of pages",
        "reading.search.client:SearchClient._accept_if_permanent",
        "in_a_row < (_MISSING_AFTER if is_new else _PERMANENT_AFTER[type(latest)])",
        "False",
        "tests/reading/search/test_short_pages.py",
        "short_page_that_comes_once",
    ),
    Mutation(
        "what threads share is read twice",
        "reading.search.client:SearchClient._parse",
        "behaviour.actual_page_size is not None and len(page.rows) > behaviour.actual_page_size",
        "self._behaviour.actual_page_size is not None "
        "and len(page.rows) > self._behaviour.actual_page_size",
        "tests/reading/search/test_shared_client.py",
        "pages_are_larger_while",
    ),
    Mutation(
        "what another thread has learned is forgotten",
        "reading.search.client:SearchClient._send",
        "max(behaviour.digits, digits)",
        "digits",
        "tests/reading/search/test_shared_client.py",
        "finer_times_while",
    ),
    Mutation(
        "a search that timed out is accepted",
        "reading.search.query:parse_page",
        "meta.timed_out",
        "False",
        "tests/reading/search/test_counted_rows.py",
        "timed_out",
    ),
    Mutation(
        "rows out of order are accepted",
        "reading.search.query:parse_page",
        "_check_order(rows)",
        "None",
        "tests/reading/search/test_rows_without_times.py",
        "does_not_sort",
    ),
    Mutation(
        "a page that is too short is accepted",
        "reading.search.query:_check_count",
        "len(found) < min(page_size, total - before)",
        "False",
        "tests/reading/search/test_short_pages.py",
        "short_page_that_comes_once",
    ),
    Mutation(
        "a count of 10,000 is taken for proof",
        "reading.search.query:may_be_limited",
        "total is None or total == COUNT_LIMIT",
        "total is None",
        "tests/reading/search/test_keyset.py",
        "a_count_of_10_000",
    ),
    Mutation(
        "rows without any count are proven",
        "reading.search.query:may_be_limited",
        "total is None or total == COUNT_LIMIT",
        "total == COUNT_LIMIT",
        "tests/reading/search/test_slices.py",
        "without_a_count",
    ),
    Mutation(
        "the cursor steps past the last row's time",
        "reading.search.keyset:Keyset._read_in_order",
        "self.cursor = last",
        "self.cursor = page.rows[-1].time + 1",
        "tests/reading/search/test_keyset.py",
        "split_between_two_pages",
    ),
    Mutation(
        "a tie ends with its first page",
        "reading.search.keyset:Keyset._read_in_order",
        "yield from self._read_tie(last)",
        "None",
        "tests/reading/search/test_ties.py",
        "larger_than_a_page",
    ),
    Mutation(
        "offset paging",
        "reading.search.keyset:Keyset._ask_to",
        "page = yield SearchQuery(Window(self.cursor, end), must_be_sorted=self.is_sorted)",
        "self.at = getattr(self, 'at', 0) + 1\n"
        "page = yield SearchQuery(Window(self._count.start, end), page=self.at)",
        "tests/reading/search/test_keyset.py",
        "hides_no_other or page_one",
    ),
    Mutation(
        "rows are delivered twice",
        "reading.search.keyset:Keyset._deliver",
        "self._count.add(row)",
        "self._count.add(row) or True",
        "tests/reading/search/test_keyset.py",
        "split_between_two_pages or overlap",
    ),
    Mutation(
        "rows that are counted but do not come are not missed",
        "reading.search.keyset:_Count.is_complete",
        "self.expected is None or len(self.delivered) >= self.expected",
        "True",
        "tests/reading/search/test_counted_rows.py",
        "counted_but_never_come",
    ),
    Mutation(
        "a part without order is reached before it was delivered",
        "reading.search.keyset:Keyset._read_in_parts",
        "self.reached = self.cursor - 1",
        "self.reached = self.end",
        "tests/reading/search/test_rows_without_times.py",
        "reach_whole_parts",
    ),
    Mutation(
        "positions instead of counts",
        "reading.search.ties:TieReader._page_through",
        "len(found.created_by_id) >= total",
        "number * 50 >= total",
        "tests/reading/search/test_ties.py",
        "differs_from_query_to_query",
    ),
    Mutation(
        "no split past the cap",
        "reading.search.ties:TieReader._page_through",
        "may_be_limited(found.total) or (give_up_at is not None and total >= give_up_at)",
        "found.total is None",
        "tests/reading/search/test_ties.py",
        "split_by_creation",
    ),
    Mutation(
        "a tie is taken to end where counting may have stopped",
        "reading.search.ties:TieReader._page_through",
        "may_be_limited(found.total)",
        "found.total is None",
        "tests/reading/search/test_ties.py",
        "where_counting_may_have_stopped",
    ),
    Mutation(
        "a tie that no split makes smaller is split for ever",
        "reading.search.ties:TieReader._read_by_creation",
        "self._queries - before > _QUERIES_PER_PAGE * pages",
        "False",
        "tests/reading/search/test_ties.py",
        "ignores_the_time_of_creation or no_split_makes_smaller",
    ),
    Mutation(
        "each part of a tie is read a hundred times",
        "reading.search.ties:TieReader._read_by_creation",
        "yield from self._page_through(subtie, part_found, passes=1, give_up_at=give_up_at)",
        "for _ in range(100):\n"
        "    yield from self._page_through(subtie, part_found, passes=1, give_up_at=give_up_at)",
        "tests/reading/search/test_simulation.py",
        "no_row_that_stays",
    ),
    Mutation(
        "the rows of a tie are kept",
        "reading.search.ties:TieReader._collect",
        "found.page_rows = max(found.page_rows, len(page.rows))",
        "self.kept = [*getattr(self, 'kept', ()), *page.rows]\n"
        "found.page_rows = max(found.page_rows, len(page.rows))",
        "tests/reading/search/test_simulation.py",
        "no_row_that_stays",
    ),
    Mutation(
        "no row is created after it was updated",
        "reading.search.ties:_Subtie._end",
        "_LATEST",
        "self.time",
        "tests/reading/search/test_ties.py",
        "beyond_the_cap_is_split",
    ),
    Mutation(
        "no row is created before 2000",
        "reading.search.ties:_EARLIEST",
        "'0001-01-01'",
        "'2000-01-01'",
        "tests/reading/search/test_ties.py",
        "beyond_the_cap_is_split",
    ),
    Mutation(
        "times of creation that can't be written are asked for",
        "reading.search.ties:_Subtie.split",
        "time is not None and start <= time <= end",
        "time is not None",
        "tests/reading/search/test_ties.py",
        "cannot_be_written",
    ),
    Mutation(
        "slices out of order",
        "reading.search.slices:Schedule.deliver",
        "if not first.is_read:\n    return",
        "if not first.is_read:\n    self._slices.rotate(-1)\n    return",
        "tests/reading/search/test_slices.py",
        "in_order_of_time",
    ),
    Mutation(
        "the end of a slice is reached before it was delivered",
        "reading.search.slices:Schedule.learn",
        "NewRows(rows, keyset.reached, page.byte_count)",
        "NewRows(rows, keyset.end, page.byte_count)",
        "tests/reading/search/test_simulation.py",
        "no_row_that_stays",
    ),
    Mutation(
        "a gap between two slices",
        "reading.search.slices:Schedule._split",
        "self._keyset(Window(end + 1, keyset.end))",
        "self._keyset(Window(end + 2, keyset.end))",
        "tests/reading/search/test_slices.py",
        "no_millisecond",
    ),
    Mutation(
        "a gap where the end of a slice is moved",
        "reading.search.slices:Schedule._split",
        "self._keyset(Window(end + 1, following.keyset.end))",
        "self._keyset(Window(end + 2, following.keyset.end))",
        "tests/reading/search/test_slices.py",
        "no_millisecond",
    ),
    Mutation(
        "no bound of the rows that are read ahead",
        "reading.search.slices:Schedule.next_query",
        "self.waiting_bytes + asked * self._page_bytes < self._lookahead",
        "True",
        "tests/reading/search/test_slices.py",
        "that_wait_are_bounded",
    ),
    Mutation(
        "a slice whose count has stopped is not split",
        "reading.search.slices:Schedule._resize",
        "keyset.is_count_limited",
        "False",
        "tests/reading/search/test_slices.py",
        "stop_at_10_000",
    ),
    Mutation(
        "rows are read ahead before anybody takes them",
        "reading.search.dispatch:dispatch.send",
        "parallelism() if is_consumed() else int(not schedule.is_due)",
        "parallelism()",
        "tests/reading/search/test_slices.py",
        "before_the_consumer_takes",
    ),
    Mutation(
        "the archive is skipped",
        "reading.search.read:_SearchReader._search_by",
        "self.window.start < self.edge and self.source.archived",
        "False",
        "tests/reading/search/test_archive.py",
        "for_two_years",
    ),
    Mutation(
        "the bookmark moves without the archive",
        "reading.search.read:_SearchReader._search_with_archive",
        "archive_error is None",
        "True",
        "tests/reading/search/test_archive.py",
        "no_bookmark_moves",
    ),
    Mutation(
        "a list without end is followed",
        "reading.paging:VisitedPages.add",
        "len(self._addresses) == _MOST_PAGES",
        "False",
        "tests/reading/test_lists.py",
        "list_without_end",
    ),
    Mutation(
        "a page with fewer rows than were asked for ends a list that says nothing about its end",
        "reading.lists:_Pager._next_request",
        "len(page.data) >= self._largest_of_all.rows",
        'len(page.data) == self._first.params["pageSize"]',
        "tests/reading/test_lists.py",
        "numbers_are_tried_until",
    ),
    Mutation(
        "a list that ignores its cursor is followed",
        "reading.cursors:_CursorReader._pages",
        "keys <= before",
        "not keys",
        "tests/reading/test_cursor_pages.py",
        "ignores_its_cursor",
    ),
    Mutation(
        "a window is halved wherever there is a row",
        "reading.cursors:_CursorReader._is_too_large",
        "self._halvings < most_halvings",
        "True",
        "tests/reading/test_cursor_counts.py",
        "wherever_there_are_some",
    ),
    Mutation(
        "an empty window is halved",
        "reading.cursors:_CursorReader._is_too_large",
        "bool(first.rows) and first.next_link is not None",
        "first.next_link is not None",
        "tests/reading/test_cursor_counts.py",
        "empty_windows",
    ),
]


# One of each part: bounds, keyset, ties, slices, and the archive.
SOME = {
    "no upper bound",
    "the cursor steps past the last row's time",
    "a tie ends with its first page",
    "a gap between two slices",
    "the archive is skipped",
}


def test_every_mistake_fits_the_code_and_the_tests_that_notice_it_exist() -> None:
    assert {mutation.name for mutation in MUTATIONS} >= SOME
    for mutation in MUTATIONS:
        source = mutation.file(ROOT / "tap_kustomer").read_text()
        assert mutation.make(source) != source
        parts = mutation.named.split(" or ")
        tests = re.findall(r"def (test_\w+)", (ROOT / mutation.tests).read_text())
        assert all(any(part in test for test in tests) for part in parts), mutation.name


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(
            mutation,
            id=mutation.name,
            marks=[pytest.mark.thorough] * (mutation.name not in SOME),
        )
        for mutation in MUTATIONS
    ],
)
def test_a_mistake_is_noticed(mutation: Mutation, tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "tap_kustomer",
        tmp_path / "tap_kustomer",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    file = mutation.file(tmp_path / "tap_kustomer")
    file.write_text(mutation.make(file.read_text()))

    command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    # To show how thousands of rows differ takes longer than to notice it.
    command += ["--assert=plain", "--tb=short"]
    # Plugins take longer to start than these tests do.
    plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    environment = {**os.environ, **plugins, "PYTHONPATH": str(tmp_path)}
    finished = subprocess.run(  # noqa: S603  # What runs is this project's own.
        [*command, mutation.tests, "-k", mutation.named],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    # 1 means that tests have failed; a file that does not even import gives another code.
    assert finished.returncode == 1, finished.stdout[-2_000:]
