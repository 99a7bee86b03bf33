"""Klasses: the classes of custom objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import Document, resource, stamps
from kustomer_sandbox.generation.words import COLOURS

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_MIXINS = ("commentable", "assignable", "editable", "creatable")


@dataclass(frozen=True)
class Klass:
    """A class of custom objects, with its share of all custom objects in percent."""

    name: str
    status: str
    share: int
    # Created when the organisation first advances.
    late: bool = False


KLASSES = (
    Klass("order", "enabled", 50),
    Klass("ecomm-return", "enabled", 20),
    Klass("Loyalty_Account", "existing_only", 12),
    # The documented pattern of names has no dot, but clients must survive one.
    Klass("shopify.order", "enabled", 8),
    Klass("3PL-Shipment", "enabled", 6),
    # The same as another one in snake_case.
    Klass("loyalty-account", "existing_only", 4),
    Klass("old-order", "disabled", 0),
    Klass("warranty.Claim", "enabled", 0, late=True),
)


def klass_named(organisation: Store, name: str) -> Klass | None:
    """The klass with a singular or plural name, if the organisation has it by now."""
    known = KLASSES[: len(organisation.rows["klass"])]
    return next((one for one in known if name in (one.name, f"{one.name}s")), None)


def klass(organisation: Store, row: Row) -> Document:
    """Build a klass."""
    it = KLASSES[row.number]
    attributes = {
        "name": it.name,
        "displayName": it.name.replace("_", " ").replace("-", " ").title(),
        "icon": "truck-delivery",
        "color": COLOURS[row.number % len(COLOURS)],
        "klassSchema": "https://developer.kustomer.com/schemas/klass",
        "appVersion": "app_1.0.0",
        "s3DataUrl": "https://data.example.com/klass.json",
        "appDisabled": it.status == "disabled",
        "status": it.status,
        "mixins": list(_MIXINS[: (row.number + 1) % 5]),
        **stamps(row, modified=False),
    }
    kobjects = {"links": {"self": f"/v1/klasses/{it.name}s"}}
    return resource(organisation, row, attributes, {"kobjects": kobjects})
