"""The audit log, the only list with a cursor."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from kustomer_sandbox import roles
from kustomer_sandbox.errors import bad_parameter
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.parameters import whole_number
from kustomer_sandbox.times import parse_time

if TYPE_CHECKING:
    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

_MOST = 1000
_AGE = attrgetter("created", "id")


def _audit_logs(call: Call) -> Document:
    """List the audit log, newest first, by cursor."""
    given = call.parameters
    count = min(whole_number(given, "count", 100), _MOST)
    rows = sorted(_wanted(call.organisation, given), key=_AGE, reverse=True)
    total = len(rows)
    if "before" in given:
        cursor = _AGE(_cursor(call, "before"))
        rows = [row for row in rows if _AGE(row) < cursor]
    elif "after" in given:
        cursor = _AGE(_cursor(call, "after"))
        rows = [row for row in rows if _AGE(row) > cursor][-count:]
    shown = rows[:count]
    others = {k: v for k, v in given.items() if k not in ("before", "after", "count")}

    def link(**cursor: str) -> str:
        return f"{call.path}?{urlencode({**others, 'count': count, **cursor})}"

    more = len(rows) > count or ("after" in given and bool(shown))
    return {
        "meta": {"count": len(shown), "total": total, "cursorCount": len(rows)},
        "links": {
            "self": link(),
            "first": link(),
            "prev": link(after=shown[0].id) if shown else None,
            "next": link(before=shown[-1].id) if more else None,
        },
        "data": [call.organisation.encoded(row) for row in shown],
    }


def _cursor(call: Call, name: str) -> Row:
    row = call.organisation.by_id.get(call.parameters[name])
    if row is None or row.type != "audit_log":
        raise bad_parameter(name, f"Unknown audit log: {call.parameters[name]}")
    return row


def _wanted(organisation: Organisation, given: dict[str, str]) -> list[Row]:
    """Entries that pass the filters, unordered."""
    try:
        start = parse_time(given.get("filter[start]", "1970-01-01"))
        end = parse_time(given.get("filter[end]", "2999-01-01"))
    except ValueError as error:
        raise bad_parameter("filter", "Not a date") from error
    rows = [row for row in organisation.rows["audit_log"] if start <= row.created <= end]
    kinds = [given["filter[objectType]"]] if "filter[objectType]" in given else []
    kinds += given.get("filter[include]", "").split(",") if kinds else []
    wanted = {"objectId": given.get("filter[objectId]"), "userId": given.get("filter[userId]")}
    if not kinds and not any(wanted.values()):
        return rows

    def fits(row: Row) -> bool:
        attributes = organisation.document(row)["attributes"]
        return (not kinds or attributes["objectType"] in kinds) and all(
            value in (None, attributes[name]) for name, value in wanted.items()
        )

    return [row for row in rows if fits(row)]


ENDPOINTS = (Endpoint("/v1/audit-logs", roles.AUDIT_LOGS, _audit_logs),)
