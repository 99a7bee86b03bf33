"""Deliberate mistakes in the reading engine, each of which some test must notice.

Each is applied to a copy of the package; then the tests named beside it run against that copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutation:
    """One mistake: in which file, what is replaced by what, and which tests must fail."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str
    named: str


MUTATIONS = [
    Mutation(
        "gt instead of gte",
        "reading/search/client.py",
        'bounds.append({name: {"gte": ',
        'bounds.append({name: {"gt": ',
        "tests/reading/search/test_search_extraction.py",
        "several_workers",
    ),
    Mutation(
        "the cursor steps past the last row's time",
        "reading/search/keyset.py",
        "                last += 1\n            self.cursor = last\n",
        "            self.cursor = last + 1\n",
        "tests/reading/search/test_keyset.py",
        "page_cuts_in_two",
    ),
    Mutation(
        "positions instead of counts",
        "reading/search/keyset.py",
        "                elif len(found.created) >= total:\n",
        "                elif page * 500 >= total:\n",
        "tests/reading/search/test_keyset.py",
        "differs_from_call_to_call",
    ),
    Mutation(
        "no upper bound",
        "reading/search/client.py",
        "        if end is not None:\n",
        "        if False:\n",
        "tests/reading/search/test_search_extraction.py",
        "edge_of_the_archive or several_workers",
    ),
    Mutation(
        "no dedupe",
        "reading/search/keyset.py",
        "            if self._count.add(row):\n",
        "            if self._count.add(row) or True:\n",
        "tests/reading/search/test_keyset.py",
        "page_cuts_in_two or overlap",
    ),
    Mutation(
        "offset paging",
        "reading/search/keyset.py",
        "        answer = yield SearchQuery(Window(self.cursor, end), sorted=self.is_sorted)\n",
        "        self.at = getattr(self, 'at', 0) + 1\n"
        "        answer = yield SearchQuery(Window(self._count.start, end), page=self.at)\n",
        "tests/reading/search/test_keyset.py",
        "hides_nobody or page_one",
    ),
    Mutation(
        "archive skipped",
        "reading/search/extraction.py",
        "        if self.window.start < self.edge and self.source.archived:\n",
        "        if False:\n",
        "tests/reading/search/test_search_extraction.py",
        "two_years",
    ),
    Mutation(
        "an archive that can't be read is passed over",
        "reading/search/extraction.py",
        "            except MissingError as error:\n",
        "            except Exception as error:\n",
        "tests/reading/search/test_search_extraction.py",
        "no_bookmark",
    ),
    Mutation(
        "tie cut at a page",
        "reading/search/keyset.py",
        "                yield from self._read_tie(last)\n",
        "                pass\n",
        "tests/reading/search/test_keyset.py",
        "larger_than_a_page",
    ),
    Mutation(
        "no split past the cap",
        "reading/search/keyset.py",
        "elif may_be_cut_off(found.total) or (most is not None and total >= most):",
        "elif found.total is None:",
        "tests/reading/search/test_keyset.py",
        "split_by_creation",
    ),
    Mutation(
        "slices out of order",
        "reading/search/slices.py",
        "                return\n            if first.keyset.shortfall",
        "                self._slices.rotate(-1)\n                return\n"
        "            if first.keyset.shortfall",
        "tests/reading/search/test_slices.py",
        "in_order_of_time",
    ),
    Mutation(
        "reached at the end of a slice before it was delivered",
        "reading/search/slices.py",
        "Batch(rows, keyset.reached, answer.size)",
        "Batch(rows, keyset.end, answer.size)",
        "tests/reading/search/test_simulation.py",
        "nothing_that_stays",
    ),
    Mutation(
        "a gap between slices",
        "reading/search/slices.py",
        "rest = self._keyset(Window(end + 1, keyset.end))",
        "rest = self._keyset(Window(end + 2, keyset.end))",
        "tests/reading/search/test_slices.py",
        "no_millisecond",
    ),
    Mutation(
        "a gap where the end of a slice is moved",
        "reading/search/slices.py",
        "following.keyset = self._keyset(Window(end + 1, following.keyset.end))",
        "following.keyset = self._keyset(Window(end + 2, following.keyset.end))",
        "tests/reading/search/test_slices.py",
        "no_millisecond",
    ),
    Mutation(
        "a window that timed out is believed",
        "reading/search/query.py",
        "    if meta.timed_out:\n",
        "    if False:\n",
        "tests/reading/search/test_search_extraction.py",
        "timed_out",
    ),
    Mutation(
        "a page that is too short is believed",
        "reading/search/query.py",
        "    if len(found) < min(size, total - before):\n",
        "    if False:\n",
        "tests/reading/search/test_search_client.py",
        "comes_but_once",
    ),
    Mutation(
        "the first short page is taken for the size of pages",
        "reading/search/client.py",
        "        if alike < _ANSWERS[type(latest)]:\n",
        "        if False:\n",
        "tests/reading/search/test_search_client.py",
        "comes_but_once",
    ),
    Mutation(
        "an order that goes backwards is believed",
        "reading/search/query.py",
        "    if query.sorted:\n        _check_order(rows)\n    else:",
        "    if not query.sorted:",
        "tests/reading/search/test_search_extraction.py",
        "does_not_sort",
    ),
    Mutation(
        "the end of a millisecond is its beginning",
        "reading/search/client.py",
        "{'9' * finer}Z",
        "{'0' * finer}Z",
        "tests/reading/search/test_search_client.py",
        "finer_time",
    ),
    Mutation(
        "what the count lacks is not missed",
        "reading/search/keyset.py",
        "return self.expected is None or len(self.delivered) >= self.expected",
        "return True",
        "tests/reading/search/test_search_extraction.py",
        "counted_but_never_come",
    ),
    Mutation(
        "look-ahead without a bound",
        "reading/search/slices.py",
        "has_room = self.waiting + asked * self._page_bytes < self._lookahead",
        "has_room = True",
        "tests/reading/search/test_slices.py",
        "is_bounded",
    ),
    Mutation(
        "reading ahead before its turn",
        "reading/search/dispatch.py",
        "most = parallel() if is_consumed() else int(not schedule.is_due)",
        "most = parallel()",
        "tests/reading/search/test_slices.py",
        "nobody_waits",
    ),
    Mutation(
        "a part without order is reached before it was delivered",
        "reading/search/keyset.py",
        "            self.reached = self.cursor - 1\n",
        "            self.reached = self.end\n",
        "tests/reading/search/test_search_extraction.py",
        "whole_parts",
    ),
    Mutation(
        "a tie is split as long as it does not come apart",
        "reading/search/keyset.py",
        "            if self._asked - began > _QUESTIONS_A_PAGE * pages:\n",
        "            if False:\n",
        "tests/reading/search/test_keyset.py",
        "takes_no_notice or takes_apart",
    ),
    Mutation(
        "no row is created after it was updated",
        "reading/search/keyset.py",
        "return _LATEST if end is None else end",
        "return self.time if end is None else end",
        "tests/reading/search/test_keyset.py",
        "beyond_the_cap_comes_apart",
    ),
    Mutation(
        "no row is created before 2000",
        "reading/search/keyset.py",
        '_EARLIEST: Final = times.to_milliseconds("0001-01-01")',
        '_EARLIEST: Final = times.to_milliseconds("2000-01-01")',
        "tests/reading/search/test_keyset.py",
        "beyond_the_cap_comes_apart",
    ),
    Mutation(
        "the rows of a tie are kept",
        "reading/search/keyset.py",
        "        found.page_rows = max(",
        "        self.kept = [*getattr(self, 'kept', ()), *answer.rows]\n"
        "        found.page_rows = max(",
        "tests/reading/search/test_simulation.py",
        "nothing_that_stays",
    ),
    Mutation(
        "each part of a tie is asked for a hundred times",
        "reading/search/keyset.py",
        "                yield from self._page_through(part, of_part, passes=1, most=most)\n",
        "                for _ in range(100):\n"
        "                    yield from self._page_through(part, of_part, passes=1, most=most)\n",
        "tests/reading/search/test_simulation.py",
        "nothing_that_stays",
    ),
    Mutation(
        "times of creation that can't be written are asked for",
        "reading/search/keyset.py",
        "if time is not None and start <= time <= end)",
        "if time is not None)",
        "tests/reading/search/test_keyset.py",
        "cannot_be_written",
    ),
    Mutation(
        "a count that stops at 10,000 is believed",
        "reading/search/keyset.py",
        "return total is None or total == MOST_ROWS",
        "return total is None",
        "tests/reading/search/test_keyset.py",
        "a_count_of_10_000",
    ),
    Mutation(
        "a slice whose count has stopped is not cut",
        "reading/search/slices.py",
        "        if keyset.is_cut_off:\n",
        "        if False:\n",
        "tests/reading/search/test_slices.py",
        "stop_at_10_000",
    ),
    Mutation(
        "a tie is believed to end where counting may have stopped",
        "reading/search/keyset.py",
        "elif may_be_cut_off(found.total) or (",
        "elif found.total is None or (",
        "tests/reading/search/test_keyset.py",
        "where_counting_may_have_stopped",
    ),
    Mutation(
        "rows without any count are proven",
        "reading/search/keyset.py",
        "return total is None or total == MOST_ROWS",
        "return total == MOST_ROWS",
        "tests/reading/search/test_slices.py",
        "without_a_count",
    ),
    Mutation(
        "the count of all rows is not asked for",
        "reading/search/client.py",
        '**({_TRACK: "true"} if track else {}),',
        "",
        "tests/reading/search/test_search_client.py",
        "count_of_all_rows_is_asked_for",
    ),
    Mutation(
        "a parameter that is refused is asked for again",
        "reading/search/client.py",
        "                self._session.refusals.add(_TRACK)\n",
        "",
        "tests/reading/search/test_search_client.py",
        "no_search_of_the_session",
    ),
    Mutation(
        "what threads share is looked at twice",
        "reading/search/client.py",
        "if manner.cap is not None and len(answer.rows) > manner.cap:",
        "if self._manner.cap is not None and len(answer.rows) > self._manner.cap:",
        "tests/reading/search/test_search_client.py",
        "pages_are_larger_while",
    ),
    Mutation(
        "what another thread has learned is forgotten",
        "reading/search/client.py",
        "digits=max(manner.digits, digits)",
        "digits=digits",
        "tests/reading/search/test_search_client.py",
        "finer_times_while",
    ),
    Mutation(
        "a list is followed on and on",
        "reading/paging.py",
        "        if len(self._addresses) == _MOST_PAGES:\n",
        "        if False:\n",
        "tests/reading/test_lists.py",
        "on_and_on",
    ),
    Mutation(
        "a cursor that is taken no notice of is followed",
        "reading/cursors.py",
        "if keys <= before or",
        "if not keys or",
        "tests/reading/test_cursors.py",
        "takes_no_notice_of_its_cursor",
    ),
    Mutation(
        "a window is halved wherever there is a row",
        "reading/cursors.py",
        " and self._halved < most_halvings",
        "",
        "tests/reading/test_cursors.py",
        "wherever_there_are_some",
    ),
    Mutation(
        "an empty window is halved",
        "reading/cursors.py",
        "has_more = bool(first.rows) and first.next_link is not None",
        "has_more = first.next_link is not None",
        "tests/reading/test_cursors.py",
        "empty_windows",
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mistake_is_noticed(mutation: Mutation, tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "tap_kustomer",
        tmp_path / "tap_kustomer",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    file = tmp_path / "tap_kustomer" / mutation.file
    text = file.read_text()
    assert text.count(mutation.right) == 1, "the mutation no longer fits the code"
    file.write_text(text.replace(mutation.right, mutation.wrong))

    command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
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
