"""Which resources there are, and how each is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation import (
    companies,
    conversations,
    customers,
    kobjects,
    messages,
    staff,
    trail,
    work,
)
from kustomer_sandbox.generation.settings.registry import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_BUILDERS: dict[str, Callable[[Store, Row], Document]] = {
    "user": staff.user,
    "team": staff.team,
    "role_group": staff.role_group,
    "company": companies.company,
    "kedge": companies.kedge,
    "customer": customers.customer,
    "conversation": conversations.conversation,
    "message": messages.message,
    "attachment": messages.attachment,
    "note": messages.note,
    "kobject": kobjects.kobject,
    "comment": kobjects.comment,
    "work_session": work.work_session,
    "work_item": work.work_item,
    "conversation_time": work.conversation_time,
    "satisfaction_response": work.satisfaction_response,
    "audit_log": trail.audit_log,
    "customer_event": trail.customer_event,
    "customer_session": trail.customer_session,
    "customer_merge": trail.customer_merge,
    "draft": trail.draft,
    "ai_summary": trail.ai_summary,
    "forward": trail.forward,
    **{type_: setting.build for type_, setting in SETTINGS.items()},
}


def build(organisation: Store, row: Row) -> Document:
    """JSON:API resource of a row."""
    return _BUILDERS[row.type.partition(".")[0]](organisation, row)
