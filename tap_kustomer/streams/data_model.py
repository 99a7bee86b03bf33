"""How tables stand to each other: what belongs together, and which column leads where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Group(Enum):
    """Tables that belong together; the documentation has the groups in this order."""

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
    """A column that does not lead where its name says.

    Attributes:
        column: The column, or `table.column` for one of a derived table.
        to: The key that it holds, as `table.column`; None where it leads to no table.
    """

    column: str
    to: str | None
