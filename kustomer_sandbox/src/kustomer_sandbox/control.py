"""Endpoints that control the sandbox: its data, the requests served, time and faults."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.routing import Route

from kustomer_sandbox.faults import from_json
from kustomer_sandbox.generation.document import at
from kustomer_sandbox.responses import json_answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from kustomer_sandbox.api import Api


def control_routes(api: Api) -> list[Route]:  # noqa: C901  # One small function each.
    """Make the control endpoints; they need no key and count towards no limit."""

    async def counts(_: Request) -> Response:
        return json_answer(api.organisation.counts(), {})

    async def resources(request: Request) -> Response:
        return json_answer(api.organisation.resources(request.path_params["type"]), {})

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            api.requests.clear()
        served = list(api.requests)
        statuses = Counter(str(one["status"]) for one in served)
        paths = Counter(f"{one['method']} {one['path']}" for one in served)
        return json_answer(
            {
                "total": len(served),
                "statuses": statuses,
                "paths": paths,
                "requests": served,
            },
            {},
        )

    async def advance(request: Request) -> Response:
        try:
            api.advance(float(request.query_params.get("minutes", "60")))
        except ValueError as error:
            return _refused(error)
        return json_answer({"now": at(api.organisation.clock.now())}, {})

    async def purge(request: Request) -> Response:
        organisation = api.organisation
        rows = list(organisation.index(request.query_params.get("type", "")))
        for row in rows[: int(request.query_params.get("count", "1"))]:
            organisation.purge(row)
        return json_answer(organisation.counts(), {})

    async def spend(request: Request) -> Response:
        given = {
            name: int(request.query_params.get(name, "0")) for name in ("organisation", "search")
        }
        api.limits.spend(**given)
        return json_answer({}, {})

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            api.faults.clear()
            return json_answer([], {})
        try:
            wanted: Any = msgspec.json.decode(await request.body())
            wanted = wanted if isinstance(wanted, list) else [wanted]
            api.faults.add(*(from_json(one) for one in wanted))
        except (msgspec.DecodeError, ValueError, TypeError) as error:
            return _refused(error)
        return json_answer([one.__dict__ for one in api.faults.waiting], {})

    return [
        Route("/_sandbox/counts", counts),
        Route("/_sandbox/resources/{type}", resources),
        Route("/_sandbox/requests", requests, methods=["GET", "DELETE"]),
        Route("/_sandbox/advance", advance, methods=["POST"]),
        Route("/_sandbox/purge", purge, methods=["POST"]),
        Route("/_sandbox/spend", spend, methods=["POST"]),
        Route("/_sandbox/faults", faults, methods=["POST", "DELETE"]),
    ]


def _refused(error: Exception) -> Response:
    return json_answer({"error": str(error)}, {}, 400)
