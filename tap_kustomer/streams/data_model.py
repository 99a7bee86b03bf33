"""How streams relate: which of them belong together, and which column holds the id of what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Group(Enum):
    """Streams that belong together; the documentation lists the groups in this order."""

    CUSTOMERS = "Customers and companies"
    CONVERSATIONS = "Conversations and messages"
    CUSTOM_OBJECTS = "Custom objects"
    WORK = "Work and routing"
    SERVICE = "Service levels and surveys"
    PEOPLE = "People and access"
    TEXTS = "Texts and labels"
    AI = "AI and automations"
    SETTINGS = "Settings"


@dataclass(frozen=True, slots=True)
class Join:
    """A column that holds the id of something other than its name suggests.

    Attributes:
        column: The column, or `stream.column` for one of a derived stream.
        to: The key that it holds, as `stream.column`; None if it holds the key of no stream.
    """

    column: str
    to: str | None
