"""One class for each Kustomer object: what it is, where it is read, what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.messages import Messages
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.queues import Queues
from tap_kustomer.streams.shortcuts import Shortcuts
from tap_kustomer.streams.slas import Slas
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams
from tap_kustomer.streams.users import Users

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream

STREAMS: Final[tuple[type[KustomerStream], ...]] = (
    Brands,
    Companies,
    Conversations,
    Customers,
    Klasses,
    Kobjects,
    Messages,
    Notes,
    Queues,
    Shortcuts,
    Slas,
    Tags,
    Teams,
    Users,
)
