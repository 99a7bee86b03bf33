"""Reads windows of the search from Kustomer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tap_kustomer.client.errors import RefusedError
from tap_kustomer.reading.keyset import Keyset
from tap_kustomer.reading.search import REFUSED, answer_from, request_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.client.session import Session
    from tap_kustomer.reading.search import Answer, Question, Row, Window
    from tap_kustomer.reading.sources import Search


def read_window(
    session: Session, source: Search, window: Window, *, page_size: int, name: str
) -> Iterator[list[Row]]:
    """Every row whose `updatedAt` lies in the window, oldest first, page by page.

    Args:
        session: Asks Kustomer.
        source: What to search for.
        window: From when to when; its end must lie before now by more than the index lags.
        page_size: Rows a page, at most 500.
        name: Of the stream, for errors.

    Raises:
        RequestError: The search can't be asked.
        IncompleteError: The search does not give all rows of one `updatedAt`.
    """
    keyset = Keyset(window, name)
    while keyset.question is not None:
        yield keyset.learn(_ask(session, source, keyset.question, page_size))


def _ask(session: Session, source: Search, question: Question, page_size: int) -> Answer:
    read = partial(answer_from, question=question, page_size=page_size)
    try:
        return session.send(request_for(source, question, page_size), read)
    except RefusedError:
        if question.page == 1 and question.created is None:
            raise
        # A page or a criterion beyond what the search can do: the keyset knows another way.
        return REFUSED
