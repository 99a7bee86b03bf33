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
        "reading/search.py",
        '{source.updated_at: {"gte": times.to_text(question.updated.start)}}',
        '{source.updated_at: {"gt": times.to_text(question.updated.start)}}',
        "tests/reading/test_windows.py",
        "several_workers",
    ),
    Mutation(
        "the cursor steps past the last row's time",
        "reading/keyset.py",
        "            if self.cursor == before:\n",
        "            self.cursor += 1\n            if self.cursor == before:\n",
        "tests/reading/test_keyset.py",
        "page_cuts_in_two",
    ),
    Mutation(
        "positions instead of counts",
        "reading/keyset.py",
        "                if len(found) >= total:\n",
        "                if page * 500 >= total:\n",
        "tests/reading/test_keyset.py",
        "differs_from_call_to_call",
    ),
    Mutation(
        "no upper bound",
        "reading/search.py",
        '        {source.updated_at: {"lte": times.to_text(question.updated.end)}},\n',
        "",
        "tests/reading/test_windows.py",
        "edge_of_the_archive or several_workers",
    ),
    Mutation(
        "no dedupe",
        "reading/keyset.py",
        "            if self._count.add(row):\n",
        "            if self._count.add(row) or True:\n",
        "tests/reading/test_keyset.py",
        "page_cuts_in_two or overlap",
    ),
    Mutation(
        "offset paging",
        "reading/keyset.py",
        "            answer = yield Question(Window(self.cursor, self.end))\n",
        "            self.at = getattr(self, 'at', 0) + 1\n"
        "            answer = yield Question(Window(self._count.start, self.end), page=self.at)\n",
        "tests/reading/test_keyset.py",
        "hides_nobody or page_one",
    ),
    Mutation(
        "archive skipped",
        "reading/windows.py",
        "        if window.start >= edge:\n",
        "        if window.start >= 0:\n",
        "tests/reading/test_windows.py",
        "two_years",
    ),
    Mutation(
        "tie group cut at a page",
        "reading/keyset.py",
        "yield from self._read_group(_Group(self.cursor))\n                self.cursor += 1",
        "self.cursor += 1",
        "tests/reading/test_keyset.py",
        "larger_than_a_page",
    ),
    Mutation(
        "no split past the cap",
        "reading/keyset.py",
        "if total is None or (total >= MOST_ROWS and self._is_splittable(group)):",
        "if total is None:",
        "tests/reading/test_keyset.py",
        "split_by_creation",
    ),
    Mutation(
        "slices out of order",
        "reading/schedule.py",
        "                return\n            if first.keyset.shortfall",
        "                self._slices.rotate(-1)\n                return\n"
        "            if first.keyset.shortfall",
        "tests/reading/test_schedule.py",
        "in_order_of_time",
    ),
    Mutation(
        "a gap between slices",
        "reading/schedule.py",
        "Slice(self._continued(end + 1, keyset, remaining))",
        "Slice(self._continued(end + 2, keyset, remaining))",
        "tests/reading/test_schedule.py",
        "no_millisecond",
    ),
    Mutation(
        "a window that timed out is believed",
        "reading/search.py",
        "    if meta.timed_out:\n",
        "    if False:\n",
        "tests/reading/test_windows.py",
        "timed_out",
    ),
    Mutation(
        "a page that is too short is believed",
        "reading/search.py",
        "    if found < min(size, total - before):\n",
        "    if False:\n",
        "tests/reading/test_windows.py",
        "stays_wrong",
    ),
    Mutation(
        "an order that goes backwards is believed",
        "reading/search.py",
        "    if question.sorted:\n        _check_order(rows)\n    else:",
        "    if not question.sorted:",
        "tests/reading/test_windows.py",
        "does_not_sort",
    ),
    Mutation(
        "what the count lacks is not missed",
        "reading/keyset.py",
        "return self.expected is None or len(self.delivered) >= self.expected",
        "return True",
        "tests/reading/test_windows.py",
        "counted_but_never_come",
    ),
    Mutation(
        "look-ahead without a bound",
        "reading/schedule.py",
        "return part if self._has_room or part is self._slices[0] else None",
        "return part",
        "tests/reading/test_schedule.py",
        "is_bounded",
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

    command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "no:randomly"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
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
