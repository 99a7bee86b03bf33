"""Answers to requests: first keys, limits and faults, then the endpoint."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from kustomer_sandbox.access import Access
from kustomer_sandbox.errors import ApiError, bad_parameter, plain
from kustomer_sandbox.faults import Faults, disturb
from kustomer_sandbox.handlers.call import Call
from kustomer_sandbox.limits import Limits, too_many
from kustomer_sandbox.responses import (
    Reset,
    Truncated,
    dripping,
    echo,
    html_answer,
    huge,
    json_answer,
)
from kustomer_sandbox.saved import save
from kustomer_sandbox.search.engine import SearchEngine
from kustomer_sandbox.search.query import ARCHIVE, STANDARD
from kustomer_sandbox.sign_ins import SignIns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

    from kustomer_sandbox.faults import Fault
    from kustomer_sandbox.handlers.call import Endpoint
    from kustomer_sandbox.options import Options
    from kustomer_sandbox.organisation import Organisation

_REMEMBERED = 100_000
_SEARCHES = (STANDARD.path, f"{STANDARD.path}/", ARCHIVE.path)
_NO_BODY: Any = object()
# As nginx logs it.
_CLIENT_CLOSED_REQUEST = 499

Answer = Response | Truncated | Reset


class Api:
    """Answers requests to one organisation.

    Args:
        organisation: Has the data.
        options: How to behave.
        monotonic: Tells the real time; the system's by default.
    """

    def __init__(
        self,
        organisation: Organisation,
        options: Options,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.organisation = organisation
        self.options = options
        clock = organisation.clock
        self.sign_ins = SignIns(options, clock)
        self.access = Access(options, self.sign_ins)
        self.limits = Limits(options, clock, monotonic) if monotonic else Limits(options, clock)
        self.faults = Faults()
        self.engine = SearchEngine(organisation, options)
        self.requests: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self.file: Path | None = None

    def advance(self, minutes: float) -> None:
        """Let time pass; save that if the organisation has a file."""
        with self.organisation.lock:
            self.organisation.advance(minutes)
            if self.file is not None:
                save(self.organisation, self.file)

    async def serve(self, endpoint: Endpoint | None, request: Request) -> Answer:
        """Answer one request."""
        try:
            body = await request.body()
        except ClientDisconnect:
            # The client left in the middle of its request: nobody reads this answer.
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        if self.options.latency:
            await asyncio.sleep(self.options.latency)
        content = _decoded(body)
        response = await self._answer(endpoint, request, content)
        self.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
                "status": response.status_code,
                "context": _context(content),
            }
        )
        return response

    async def authorize(self, request: Request) -> Response:
        """Answer a person's browser: the person agrees at once."""
        try:
            location = self.sign_ins.authorize(request.query_params)
        except ApiError as error:
            return json_answer(error.body, {}, error.status)
        return RedirectResponse(location, 302)

    async def grant(self, request: Request) -> Answer:
        """Answer a request for tokens."""
        path = request.url.path
        fault = self.faults.meet(path, None, churn=False)
        body = await request.body()
        try:
            tokens = self.sign_ins.grant(body)
        except ApiError as error:
            response: Answer = json_answer(error.body, {}, error.status)
        else:
            response = _instead(fault, request, {}) or json_answer(tokens, {})
        self.requests.append(
            {"method": "POST", "path": path, "query": "", "status": response.status_code}
            | {"context": None}
        )
        return response

    async def _answer(self, endpoint: Endpoint | None, request: Request, content: Any) -> Answer:
        path = request.url.path
        headers = {
            "date": self.organisation.clock.http_date(),
            "x-kustomer-pod": "prod1",
            "cache-control": "no-cache,private",
        }
        searching = path in _SEARCHES and request.method == "POST"
        fault = self.faults.meet(path, _context(content), churn=False)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        try:
            authorization = request.headers.get("authorization", "")
            roles = self.access.roles(authorization)
            # Searches by people are not limited.
            limited = searching and not self.access.is_person(authorization)
            counted, over = self.limits.count_request(search=limited)
            headers |= counted
            if over:
                return json_answer(too_many(), headers, 429)
            broken = _instead(fault, request, headers)
            if broken is not None:
                return broken
            if searching:
                self._churn(path, _context(content))
            document = self._document(endpoint, request, content, roles)
        except ApiError as error:
            return json_answer(error.body, headers, error.status)
        if fault is None:
            return json_answer(document, headers)
        return _broken(fault, document, headers)

    def _document(
        self,
        endpoint: Endpoint | None,
        request: Request,
        content: Any,
        roles: frozenset[str],
    ) -> dict[str, Any]:
        path = request.url.path
        if endpoint is None or path in self.options.absent:
            raise plain(404, "not_found", f"Not found: {path}")
        if not self.access.allows(roles, endpoint.roles):
            raise self.access.refusal(endpoint.roles)
        if endpoint.method == "POST" and content is _NO_BODY:
            raise bad_parameter("body", "The body is not JSON")
        call = Call(
            path=path,
            names=dict(request.path_params),
            parameters=dict(request.query_params),
            body=content,
            roles=roles,
            organisation=self.organisation,
            engine=self.engine,
            access=self.access,
            options=self.options,
        )
        with self.organisation.lock:
            return endpoint.answer(call)

    def _churn(self, path: str, context: str | None) -> None:
        fault = self.faults.meet(path, context, churn=True)
        if fault is None or context is None:
            return
        organisation = self.organisation
        with organisation.lock:
            rows = list(organisation.index(self.engine.type_of(context)))
            dice = self.engine.dice
            for _ in range(min(fault.rows, len(rows))):
                row = dice.pick(rows)
                if row.deleted is None:
                    organisation.touch(row, organisation.clock.now())


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return _NO_BODY


def _context(content: Any) -> str | None:
    context = content.get("queryContext") if isinstance(content, dict) else None
    return context if isinstance(context, str) else None


def _instead(  # noqa: PLR0911  # One for each kind.
    fault: Fault | None, request: Request, headers: dict[str, str]
) -> Response | Reset | None:
    """Answer in place of the endpoint; None for a fault that only spoils a good answer."""
    if fault is None:
        return None
    if fault.kind == "status":
        if fault.retry_after is not None:
            headers["retry-after"] = f"{fault.retry_after:g}"
        if fault.body == "html":
            return html_answer(fault.status, headers)
        error = plain(fault.status, "injected", "Something went wrong")
        return json_answer(error.body, headers, fault.status)
    if fault.kind == "redirect":
        return RedirectResponse(fault.location, 302, headers)
    if fault.kind == "echo":
        authorization = request.headers.get("authorization", "")
        html = fault.body == "html"
        return echo(authorization, headers, fault.status, html=html, location=fault.location)
    if fault.kind == "reset":
        return Reset()
    if fault.kind == "not_json":
        return html_answer(200, headers)
    if fault.kind == "wrong_shape":
        return json_answer({"hello": ["world"]}, headers)
    return huge(headers, fault.megabytes) if fault.kind == "huge" else None


def _broken(
    fault: Fault, document: dict[str, Any], headers: dict[str, str]
) -> Response | Truncated:
    """Spoil a good answer."""
    disturb(fault, document)
    whole = json_answer(document, headers)
    if fault.kind == "truncate":
        return Truncated(whole)
    if fault.kind == "drip":
        return dripping(bytes(whole.body), headers, fault.seconds)
    return whole
