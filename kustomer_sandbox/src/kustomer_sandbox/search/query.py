"""The body of a search, checked as strictly as documented.

https://developer.kustomer.com/docs/concepts/search
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kustomer_sandbox.errors import bad_parameter
from kustomer_sandbox.search import criteria
from kustomer_sandbox.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import tzinfo

_MOST_CRITERIA = 20
_MOST_SORTS = 5
_SHARED_KEYS = frozenset(["queryContext", "and", "or", "not", "sort", "includeDeleted", "timeZone"])
_UNKNOWN_KEY = "Additional properties not allowed"


@dataclass(frozen=True)
class Rules:
    """What one of the two searches accepts."""

    path: str
    contexts: tuple[str, ...]
    keys: frozenset[str]
    kind: Callable[[str], str | None]
    sortable: Callable[[str], bool]

    def without_and_with(self, refused: Collection[str], accepted: Collection[str]) -> Rules:
        """Copy the rules, with some criteria refused and further times accepted."""

        def kind(name: str) -> str | None:
            if name in refused:
                return None
            return "datetime" if name in accepted else self.kind(name)

        def sortable(name: str) -> bool:
            return name not in refused and (name in accepted or self.sortable(name))

        return replace(self, kind=kind, sortable=sortable)

    def schema(self, accepted: Collection[str] = ()) -> dict[str, Any]:
        """List the criteria, their operators and the sort keys, without custom attributes.

        Args:
            accepted: Further times that these rules accept.
        """
        names = sorted({*criteria.STANDARD, *accepted})
        kinds = {name: kind for name in names if (kind := self.kind(name)) is not None}
        operators = {kind: {"enum": list(criteria.OPERATORS)} for kind in sorted({*kinds.values()})}
        sorts = [name for name in names if self.sortable(name)]
        return {
            "fields": {"properties": {name: {"operator": kind} for name, kind in kinds.items()}},
            "operators": {"properties": operators},
            "sort": {"type": "object", "properties": {"fields": {"enum": sorts}}},
        }


STANDARD = Rules(
    path="/v1/customers/search",
    contexts=criteria.CONTEXTS,
    keys=_SHARED_KEYS | {"fields", "aggs", "searchHash"},
    kind=criteria.standard_kind,
    sortable=criteria.standard_sort,
)
ARCHIVE = Rules(
    path="/v1/customers/archive/search",
    contexts=criteria.ARCHIVE_CONTEXTS,
    keys=_SHARED_KEYS,
    kind=criteria.archive_kind,
    sortable=criteria.archive_sort,
)


@dataclass(frozen=True)
class Condition:
    """One criterion with one operator."""

    name: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Query:
    """A valid body of a search."""

    context: str
    all_of: tuple[tuple[Condition, ...], ...]
    any_of: tuple[tuple[Condition, ...], ...]
    none_of: tuple[tuple[Condition, ...], ...]
    sorts: tuple[tuple[str, bool], ...]
    include_deleted: bool


def parse_query(body: Any, rules: Rules) -> Query:
    """Parse the body of a search.

    Raises:
        ApiError: It is not valid (400).
    """
    if not isinstance(body, dict):
        raise bad_parameter("body", "The body must be an object")
    for key in body:
        if key not in rules.keys:
            raise bad_parameter(key, _UNKNOWN_KEY, f"/properties/{key}/additionalProperties")
    context = body.get("queryContext")
    if not _context_known(context, rules):
        raise bad_parameter("queryContext", f"Unknown queryContext: {context}")
    include_deleted = body.get("includeDeleted", False)
    if not isinstance(include_deleted, bool):
        raise bad_parameter("includeDeleted", "Must be a boolean")
    zone = _zone(body.get("timeZone", "GMT"))
    fields = body.get("fields", [])
    if not isinstance(fields, list) or len(fields) > _MOST_CRITERIA:
        raise bad_parameter("fields", "Must be an array of at most 20 objects")

    def conditions(key: str) -> tuple[tuple[Condition, ...], ...]:
        groups = _objects(body.get(key, []), key, _MOST_CRITERIA)
        return tuple(_conditions(one, rules, zone) for one in groups)

    return Query(
        context=str(context),
        all_of=conditions("and"),
        any_of=conditions("or"),
        none_of=conditions("not"),
        sorts=_sorts(body.get("sort", []), rules),
        include_deleted=include_deleted,
    )


def _context_known(context: Any, rules: Rules) -> bool:
    return isinstance(context, str) and (
        context in rules.contexts or context.startswith("kobject_")
    )


def _zone(name: Any) -> tzinfo:
    # Windows has no time zone database, in which even UTC would be looked up.
    if name in ("GMT", "UTC", ""):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise bad_parameter("timeZone", f"Unknown time zone: {name}") from error


def _objects(value: Any, key: str, most: int) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise bad_parameter(key, "Must be an object or an array of objects")
    if len(value) > most:
        raise bad_parameter(key, f"At most {most} objects are allowed")
    if any(one in value[:n] for n, one in enumerate(value)):
        raise bad_parameter(key, "The objects must be unique")
    return [one for one in value if one]


def _conditions(group: dict[str, Any], rules: Rules, zone: tzinfo) -> tuple[Condition, ...]:
    found = []
    for name, tests in group.items():
        kind = rules.kind(name)
        if kind is None:
            raise bad_parameter(name, _UNKNOWN_KEY, f"/properties/{name}/additionalProperties")
        if not isinstance(tests, dict) or not tests:
            raise bad_parameter(name, "Must be an object of operators")
        for operator, value in tests.items():
            if operator not in criteria.OPERATORS:
                raise bad_parameter(name, f"Unknown operator: {operator}")
            value = _checked(name, kind, operator, value, zone)  # noqa: PLW2901
            found.append(Condition(name, operator, value))
    return tuple(found)


def _checked(name: str, kind: str, operator: str, value: Any, zone: tzinfo) -> Any:
    if operator == "not_set":
        if value not in ("", True):
            raise bad_parameter(name, 'not_set takes "" or true')
        return value
    if operator == "in":
        if not isinstance(value, list):
            raise bad_parameter(name, "in takes an array")
        return value
    if kind == "datetime":
        if not isinstance(value, str):
            raise bad_parameter(name, "Must be a date")
        try:
            return parse_time(value, zone, end_of_day=operator in ("lte", "gt"))
        except ValueError as error:
            raise bad_parameter(name, f"Not a date: {value}") from error
    return value


def _sorts(value: Any, rules: Rules) -> tuple[tuple[str, bool], ...]:
    sorts = []
    for one in _objects(value, "sort", _MOST_SORTS):
        for name, direction in one.items():
            if not rules.sortable(name):
                raise bad_parameter(name, f"Sorting by {name} is unavailable")
            if direction not in ("asc", "desc"):
                raise bad_parameter(name, 'Must be "asc" or "desc"')
            sorts.append((name, direction == "desc"))
    return tuple(sorts)
