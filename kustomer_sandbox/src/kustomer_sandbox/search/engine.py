"""A search index: sorted, paged, capped and late."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.dice import Dice
from kustomer_sandbox.errors import bad_parameter
from kustomer_sandbox.parameters import whole_number
from kustomer_sandbox.search.matching import condition_holds, sort_value
from kustomer_sandbox.search.query import ARCHIVE, Rules, parse_query
from kustomer_sandbox.times import DAY, SECOND, YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from kustomer_sandbox.options import Options
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.search.query import Condition, Query

_LARGEST_PAGE = 500
_DEFAULT_PAGE = 100
_TWO_YEARS = 2 * YEAR
_SEED = attrgetter("seed")
_ORDER = attrgetter("order")


@dataclass
class SearchPage:
    """A page of rows, with its metadata."""

    rows: Sequence[Row]
    page: int
    page_size: int
    total: int
    ids_only: bool
    data: list[Any] = field(default_factory=list)

    def fill(self, organisation: Organisation) -> None:
        """Write the rows into `data`."""
        if self.ids_only:
            self.data = [{"type": row.type, "id": row.id} for row in self.rows]
        else:
            encoded: list[msgspec.Raw] = [organisation.encoded(r) for r in self.rows]
            self.data = encoded


class SearchEngine:
    """Standard and archive search in one organisation.

    Args:
        organisation: Has the rows.
        options: How to behave.
    """

    def __init__(self, organisation: Organisation, options: Options) -> None:
        self._organisation = organisation
        self._options = options
        self._shuffle = random.Random(organisation.seed)  # noqa: S311  # Repeatable.
        self.dice = Dice(organisation.seed)

    def search(self, body: Any, parameters: dict[str, str], rules: Rules) -> SearchPage:
        """Page that a request asks for.

        Raises:
            ApiError: The request is refused (400).
        """
        options = self._options
        accepting = rules.without_and_with(options.refused_criteria, options.accepted_criteria)
        query = parse_query(body, accepting)
        for name in parameters:
            if name in options.refused_parameters:
                raise bad_parameter(name, "Additional properties not allowed")
        page = whole_number(parameters, "page", 1)
        size = min(whole_number(parameters, "pageSize", _DEFAULT_PAGE), _LARGEST_PAGE)
        if page > self._options.page_limit:
            raise bad_parameter("page", f"At most {self._options.page_limit} pages")
        limit = self._options.row_limit
        if limit and page * size > limit:
            raise bad_parameter("page", f"At most {limit} rows can be reached")
        rows = self._found(query, archive=rules is ARCHIVE)
        start = (page - 1) * size
        answer = SearchPage(
            rows=rows[start : start + size],
            page=page,
            page_size=size,
            total=len(rows),
            ids_only=parameters.get("idsOnly") == "true",
        )
        if self._options.total_cap and not _tracks_all(parameters, rules):
            answer.total = min(answer.total, self._options.total_cap)
        answer.fill(self._organisation)
        return answer

    def type_of(self, context: str) -> str:
        """Resource type of a context."""
        if context.startswith("kobject_"):
            return f"kobject.{context.removeprefix('kobject_')}"
        return context

    def _found(self, query: Query, *, archive: bool) -> list[Row]:
        low, high = self._bounds(query)
        edge = self._organisation.clock.now() - _TWO_YEARS
        if archive:
            overlap = round(self._options.archive_overlap_days * DAY)
            high = _lower(high, edge + overlap - 1)
        else:
            low = _higher(low, edge)
        rows = self._indexed(self.type_of(query.context), low, high)
        if not query.include_deleted:
            rows = [row for row in rows if row.deleted is None]
        rest = [
            [one for one in group if not _is_bound(one, query.context)] for group in query.all_of
        ]
        groups = [group for group in rest if group]
        if groups or query.any_of or query.none_of:
            rows = [row for row in rows if self._matches(row, groups, query)]
        return self._sorted(rows, query)

    def _bounds(self, query: Query) -> tuple[int | None, int | None]:
        """Bounds by the conditions on the update time."""
        low: int | None = None
        high: int | None = None
        for group in query.all_of:
            for one in group:
                if not _is_bound(one, query.context):
                    continue
                if one.operator in ("gte", "gt", "equals"):
                    low = _higher(low, one.value + (one.operator == "gt"))
                if one.operator in ("lte", "lt", "equals"):
                    high = _lower(high, one.value - (one.operator == "lt"))
        return low, high

    def _indexed(self, type_: str, low: int | None, high: int | None) -> list[Row]:
        """Rows as the index shows them by now: late ones in their previous version."""
        index = self._organisation.index(type_)
        lag = round(self._options.index_lag * SECOND)
        if not lag:
            return index.window(low, high)
        seen = self._organisation.clock.now() - lag
        rows = index.window(low, _lower(high, seen))
        late = [_version_before(row, seen) for row in index.window(seen + 1, None)]
        stale = [
            row
            for row in late
            if row and (low is None or row.updated >= low) and (high is None or row.updated <= high)
        ]
        return sorted([*rows, *stale], key=_ORDER) if stale else rows

    def _matches(self, row: Row, groups: list[list[Condition]], query: Query) -> bool:
        def holds(condition: Condition) -> bool:
            return condition_holds(self._organisation, row, condition)

        if not all(holds(one) for group in groups for one in group):
            return False
        either = [one for group in query.any_of for one in group]
        if either and not any(holds(one) for one in either):
            return False
        return not any(holds(one) for group in query.none_of for one in group)

    def _sorted(self, rows: list[Row], query: Query) -> list[Row]:
        if not query.sorts or query.context in self._options.unsorted_contexts:
            return sorted(rows, key=_SEED)
        if self._options.shuffle_ties:
            rows = rows.copy()
            self._shuffle.shuffle(rows)
        elif _by_update(query):
            # The index is in this order already.
            return rows[::-1] if query.sorts[0][1] else rows
        for name, descending in reversed(query.sorts):
            if name.endswith("updated_at"):
                rows = sorted(rows, key=attrgetter("updated"), reverse=descending)
            else:
                key = partial(sort_value, self._organisation, name)
                rows = sorted(rows, key=key, reverse=descending)
        return rows


def _times_of_update(context: str) -> tuple[str, ...]:
    """Criteria of a context on the update time, by which the index is ordered."""
    if context == "conversation_time":
        # It never changes after its creation.
        return ("conversation_time_created_at",)
    if context.startswith("kobject_"):
        return (f"{context}_updated_at", "kobject_updated_at")
    return (f"{context}_updated_at",)


def _by_update(query: Query) -> bool:
    return len(query.sorts) == 1 and query.sorts[0][0] in _times_of_update(query.context)


def _is_bound(condition: Condition, context: str) -> bool:
    return condition.name in _times_of_update(context) and condition.operator in (
        "gte",
        "gt",
        "lte",
        "lt",
        "equals",
    )


def _version_before(row: Row, seen: int) -> Row | None:
    version = row.earlier
    while version is not None and version.updated > seen:
        version = version.earlier
    return version


def _lower(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


def _higher(one: int | None, other: int) -> int:
    return other if one is None else max(one, other)


def _tracks_all(parameters: dict[str, str], rules: Rules) -> bool:
    """Whether to count all rows, which is not documented for archive search."""
    given = parameters.get("trackTotalHits", "false")
    if rules is ARCHIVE:
        return False
    if given not in ("true", "false"):
        raise bad_parameter("trackTotalHits", f"Must be a boolean: {given}")
    return given == "true"
