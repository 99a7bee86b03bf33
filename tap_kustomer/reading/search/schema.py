"""The criteria that the search of an organisation lists.

Asking once is cheaper than being refused: a query with a criterion that the search does not know
costs several requests of the search budget. What a schema leaves out may still work: the documented
example lacks all criteria of work items and all sort keys but those of customers. So a schema only
decides the order in which criteria are tried.
Source: `GET /v1/customers/searches/schema`, https://developer.kustomer.com/api
"""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.client.errors import StreamError, WrongResponseError
from tap_kustomer.client.session import Request

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tap_kustomer.client.session import Body, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import Criterion, Search

SCHEMA_PATH: Final = "/v1/customers/searches/schema"

_NOTHING: Final[frozenset[str]] = frozenset()

logger = logging.getLogger(__name__)


class SearchSchema:
    """The criteria that the search lists, requested once, when they first matter.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed: Future[frozenset[str]] | None = None

    def ordered_criteria(
        self, session: Session, workers: Workers, source: Search
    ) -> tuple[Criterion, ...]:
        """The criteria of a source, in the order in which to try them.

        Nothing is requested for a source with one criterion.

        Raises:
            RunError: The run can't go on. Without a response, the order is that of the declaration.
        """
        criteria = source.effective_criteria
        if len(criteria) == 1:
            return criteria
        with self._lock:
            if self._listed is None:
                self._listed = workers.submit(partial(_request, session))
        return listed_first(criteria, workers.result(self._listed))


def listed_first(criteria: tuple[Criterion, ...], listed: frozenset[str]) -> tuple[Criterion, ...]:
    """Put the criteria that a schema lists before the others, each in the order declared."""
    return tuple(sorted(criteria, key=lambda criterion: criterion.name not in listed))


def _request(session: Session) -> frozenset[str]:
    try:
        return session.send(Request("GET", SCHEMA_PATH), _parse)
    except StreamError as error:
        logger.info("The criteria of the search are found out by trying: %s", error)
        return _NOTHING


def _parse(body: Body) -> frozenset[str]:
    """The names of the criteria; none if the response has another shape."""
    try:
        found: Any = body.document()
    except WrongResponseError:
        # The run can do without: not worth asking again.
        return _NOTHING
    for key in ("data", "attributes", "fields", "properties"):
        found = found.get(key) if isinstance(found, dict) else None
    return frozenset(found) if isinstance(found, dict) else _NOTHING
