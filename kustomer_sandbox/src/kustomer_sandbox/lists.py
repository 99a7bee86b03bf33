"""Lists by page number.

https://developer.kustomer.com/docs/concepts/pagination
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from kustomer_sandbox.errors import bad_parameter, json_api
from kustomer_sandbox.generation.settings.routing import QUEUES
from kustomer_sandbox.parameters import COMPARISONS, whole_number
from kustomer_sandbox.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

_DEFAULT_PAGE = 100

Parameters = dict[str, str]


@dataclass(frozen=True)
class Listing:
    """One list: its path, the type of its rows, and its special features."""

    path: str
    type: str
    roles: tuple[str, ...] = ()
    # The largest pageSize; larger ones are reduced to it.
    largest: int = 100
    # Whether meta has total and totalPages.
    total: bool = False
    # Whether deleted rows are listed.
    deleted: bool = False
    # Type of the record with the {id} in the path.
    parent: str | None = None
    narrow: Callable[[Organisation, list[Row], Parameters], list[Row]] | None = None
    # Adds meta or included to the page.
    extend: Callable[[Organisation, Sequence[Row], Parameters, Document], None] | None = None
    # Whether the order is newest first; by default, oldest first.
    newest_first: bool = False
    # Whether meta is {}, links have only self, and there is one page.
    bare: bool = False


def page_of(
    organisation: Organisation, listing: Listing, path: str, given: dict[str, str]
) -> Document:
    """Page of a list that the parameters ask for."""
    rows = _rows(organisation, listing, given)
    number = whole_number(given, "page", 1)
    size = min(whole_number(given, "pageSize", _DEFAULT_PAGE), listing.largest)
    start = (number - 1) * size
    shown = rows[start : start + size]
    document: Document = {
        "meta": {"pageSize": size, "page": number},
        "links": page_links(path, given, number, size, len(rows)),
        "data": [organisation.encoded(row) for row in shown],
    }
    if listing.total:
        document["meta"] |= {"total": len(rows), "totalPages": -(-len(rows) // size)}
    if listing.bare:
        document |= {"meta": {}, "links": {"self": path}}
    if listing.extend:
        listing.extend(organisation, shown, given, document)
    return document


def _rows(organisation: Organisation, listing: Listing, given: dict[str, str]) -> list[Row]:
    if listing.parent:
        parent = find(organisation, given["id"], listing.parent)
        rows = list(organisation.children(parent, listing.type))
    else:
        rows = list(organisation.rows[listing.type])
    if not listing.deleted:
        rows = [row for row in rows if row.deleted is None]
    if listing.narrow:
        rows = listing.narrow(organisation, rows, given)
    order = given.get("sort", "")
    if order == "desc":
        rows.sort(key=lambda row: row.id, reverse=True)
    elif order.startswith("-") or listing.newest_first:
        rows.sort(key=lambda row: row.created, reverse=True)
    return rows


def find(organisation: Organisation, id_: str, *types: str) -> Row:
    """Row with an id.

    Raises:
        ApiError: There is none (404).
    """
    row = organisation.by_id.get(id_)
    if row is None or (types and row.type.partition(".")[0] not in types):
        raise json_api(404, "notfound", "Not Found", parameter="id")
    return row


def page_links(path: str, given: dict[str, str], number: int, size: int, count: int) -> Document:
    """The links of a page of rows."""
    others = {k: v for k, v in given.items() if k not in ("id", "page", "pageSize")}

    def link(page: int) -> str:
        return f"{path}?{urlencode({**others, 'page': page, 'pageSize': size})}"

    last = max(1, -(-count // size))
    return {
        "self": link(number),
        "first": link(1),
        "prev": link(number - 1) if number > 1 else None,
        "next": link(number + 1) if number < last else None,
        "last": link(last),
    }


def users(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter users; the filters can't be combined."""
    filters = [one for one in ("deleted", "pending", "userType", "email") if one in given]
    if len(filters) > 1:
        raise bad_parameter(filters[1], "Filters cannot be combined")
    if "deleted" in given:
        wanted = given["deleted"] == "true"
        return [row for row in rows if (row.deleted is not None) is wanted]
    if "pending" in given:
        # A user whose address is not verified has a pending invitation.
        wanted = given["pending"] == "true"
        return [row for row in rows if (row.number % 7 == 0) is wanted]
    if filters:
        return _equal(organisation, rows, given, *filters)
    return [row for row in rows if row.deleted is None]


def deleted(_: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter by `deleted`, which is true, false (the default) or all."""
    wanted = given.get("deleted", "false")
    if wanted not in ("true", "false", "all"):
        raise bad_parameter("deleted", f"Must be true, false or all: {wanted}")
    return [row for row in rows if wanted in ("all", _text(row.deleted is not None))]


def deleted_too(_: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Leave deleted rows out, unless `includeDeleted=true` asks for them."""
    if given.get("includeDeleted") == "true":
        return rows
    return [row for row in rows if row.deleted is None]


def queues(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter queues: `system=true` for the system's, `all=true` for those without agents, too.

    What the two parameters show is not documented.
    """
    wanted = {"system": _text(given.get("system") == "true")}
    rows = _equal(organisation, _equal(organisation, rows, wanted, "system"), given, "key")
    return rows if given.get("all") == "true" else [row for row in rows if row.number < len(QUEUES)]


def searches(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Leave private searches out, unless `filter=all` asks for them."""
    if given.get("filter") == "all":
        return rows
    return _equal(organisation, rows, {"private": "false"}, "private")


def kviews(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter views by `appDisabled`, which is false by default."""
    wanted = {"appDisabled": given.get("appDisabled", "false")}
    return _equal(organisation, rows, wanted, "appDisabled")


def snoozes(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter options by `resource`, conversation by default, and by the klass that has its own."""
    klass = given.get("klassId")
    own = [
        row for row in rows if (row.facts["klass"].id if "klass" in row.facts else None) == klass
    ]
    return _equal(organisation, own, {"resource": "conversation", **given}, "resource")


def edges(_: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Only the edges from a company to one below it."""
    return [row for row in rows if row.facts["source"].id == given["id"]]


def equal(*names: str) -> Any:
    """Make a filter for attributes equal to the parameters with their name."""

    def narrow(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
        return _equal(organisation, rows, given, *names)

    return narrow


def _equal(
    organisation: Organisation, rows: list[Row], given: Parameters, *names: str
) -> list[Row]:
    wanted = {name: given[name] for name in names if name in given}
    if not wanted:
        return rows

    def fits(row: Row) -> bool:
        attributes = organisation.document(row)["attributes"]
        return all(_text(attributes.get(k)) == v for k, v in wanted.items())

    return [row for row in rows if fits(row)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def klasses(organisation: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter klasses by status, which is `enabled` by default."""
    status = given.get("status", "enabled")
    if status not in ("enabled", "disabled", "existing_only"):
        raise bad_parameter("status", f"Unknown status: {status}")
    return _equal(organisation, rows, {"status": status}, "status")


def dates(_: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter by `filter[createdAt][gte]`, `filter[updatedAt][lt]` and the like."""
    for attribute, time_of in (
        ("createdAt", attrgetter("created")),
        ("updatedAt", attrgetter("updated")),
    ):
        for operator, holds in COMPARISONS.items():
            text = given.get(f"filter[{attribute}][{operator}]")
            if text is None:
                continue
            try:
                bound = parse_time(text)
            except ValueError as error:
                raise bad_parameter("filter", f"Not a date: {text}") from error
            rows = [row for row in rows if holds(time_of(row), bound)]
    return rows


def from_date(_: Organisation, rows: list[Row], given: Parameters) -> list[Row]:
    """Filter by `fromDate`, here the update time: which one it is, is not documented."""
    if "fromDate" not in given:
        return rows
    try:
        bound = parse_time(given["fromDate"])
    except ValueError as error:
        raise bad_parameter("fromDate", "Not a date") from error
    return [row for row in rows if row.updated >= bound]
