"""Kustomer's search as a few lines of Python: an index that may change between two questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from tap_kustomer import times
from tap_kustomer.client.session import Reply
from tap_kustomer.reading.search import REFUSED, Answer, Question, Window, answer_from

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


@dataclass
class IndexModel:
    """Rows by id, each with the time of its last change and of its creation, in milliseconds.

    Attributes:
        page_size: The most rows that it puts on a page.
        row_cap: It answers nothing beyond this many rows.
        total_cap: It counts no further than this.
        order: Draws the order inside ties, anew for each answer; None keeps it the same.
        knows_creation: It has a criterion on the time of creation.
        before_answer: Called before each answer, to change the rows.
    """

    rows: dict[str, tuple[int, int]]
    page_size: int = 500
    row_cap: int = 50_000
    total_cap: int = 10**9
    order: random.Random | None = None
    knows_creation: bool = True
    before_answer: Callable[[IndexModel], None] = lambda _: None
    questions: list[Question] = field(default_factory=list)

    def document(self, question: Question, page_size: int) -> dict[str, Any] | None:
        """The answer's document, or None where the question is refused."""
        self.questions.append(question)
        self.before_answer(self)
        size = min(page_size, self.page_size)
        found = [
            (updated, self._tie_breaker(row_id), row_id, created)
            for row_id, (updated, created) in self.rows.items()
            if question.window.start <= updated <= question.window.end
            and _lies_in(created, question)
        ]
        found.sort()
        first = (question.page - 1) * size
        if first + 1 > self.row_cap or (question.created and not self.knows_creation):
            return None
        return {
            "meta": {
                "page": question.page,
                "pageSize": size,
                "total": min(len(found), self.total_cap),
                "timed_out": False,
            },
            "data": [
                resource(row_id, updated, created)
                for updated, _, row_id, created in found[first : first + size]
            ],
        }

    def ask(self, question: Question, page_size: int = 500) -> Answer:
        document = self.document(question, page_size)
        if document is None:
            return REFUSED
        return answer_from(Reply(msgspec.json.encode(document)), question, page_size=page_size)

    def document_bytes(self, start: int, end: int, page_size: int) -> bytes:
        """The first page of a window, as it would be sent."""
        return msgspec.json.encode(self.document(Question(Window(start, end)), page_size))

    def _tie_breaker(self, row_id: str) -> float:
        return self.order.random() if self.order else hash(row_id) % 1009


def _lies_in(created: int, question: Question) -> bool:
    span = question.created
    return span is None or (
        (span.start is None or created >= span.start) and (span.end is None or created <= span.end)
    )


def resource(row_id: str, updated: int, created: int) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": row_id,
        "attributes": {
            "updatedAt": times.to_text(updated),
            "createdAt": times.to_text(created),
        },
    }
