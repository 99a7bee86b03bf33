"""Live ids: what still exists, so that rows which were deleted for good can be found.

A deleted row that Kustomer keeps has `deleted`; one that it has removed is gone. Each stream
here is read whole, about 250 ids with each request, and is not selected by default.
`docs/deletes.md` has the query that finds the removed rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import Criterion, LiveIds
from tap_kustomer.shaping.fields import Shape
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.messages import Messages
from tap_kustomer.streams.notes import Notes

if TYPE_CHECKING:
    from tap_kustomer.reading.sources import Search


def _ids(search: Search) -> LiveIds:
    """The same search for ids: the rows don't show then by which time they were found."""
    criteria = tuple(Criterion(criterion.name, None) for criterion in search.effective_criteria)
    return LiveIds(replace(search, criteria=criteria, fallback=None, ids_only=True))


class CompanyIds(KustomerStream):
    """One row for each company that still exists."""

    name = "company_ids"
    group = Group.CUSTOMERS
    resource_type = "company"
    selected_by_default = False
    source = _ids(Companies.source)
    roles = Companies.roles
    shape = Shape(attributes=())
    joins = (Join("id", "companies.id"),)


class ConversationIds(KustomerStream):
    """One row for each conversation that still exists."""

    name = "conversation_ids"
    group = Group.CONVERSATIONS
    resource_type = "conversation"
    selected_by_default = False
    source = _ids(Conversations.source)
    roles = Conversations.roles
    shape = Shape(attributes=())
    joins = (Join("id", "conversations.id"),)


class CustomerIds(KustomerStream):
    """One row for each customer who still exists."""

    name = "customer_ids"
    group = Group.CUSTOMERS
    resource_type = "customer"
    selected_by_default = False
    source = _ids(Customers.source)
    roles = Customers.roles
    shape = Shape(attributes=())
    joins = (Join("id", "customers.id"),)


class KobjectIds(KustomerStream):
    """One row for each custom object that still exists."""

    name = "kobject_ids"
    group = Group.CUSTOM_OBJECTS
    resource_type = "kobject"
    selected_by_default = False
    source = _ids(Kobjects.source)
    roles = Kobjects.roles
    shape = Shape(attributes=())
    joins = (Join("id", "kobjects.id"),)


class MessageIds(KustomerStream):
    """One row for each message that still exists."""

    name = "message_ids"
    group = Group.CONVERSATIONS
    resource_type = "message"
    selected_by_default = False
    source = _ids(Messages.source)
    roles = Messages.roles
    shape = Shape(attributes=())
    joins = (Join("id", "messages.id"),)


class NoteIds(KustomerStream):
    """One row for each note that still exists and was updated within two years."""

    name = "note_ids"
    group = Group.CONVERSATIONS
    resource_type = "note"
    selected_by_default = False
    source = _ids(Notes.source)
    roles = Notes.roles
    shape = Shape(attributes=())
    joins = (Join("id", "notes.id"),)
