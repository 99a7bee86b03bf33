"""How a type of records is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import Document, resource, to_one

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

Parts = tuple[Document, Document]


@dataclass(frozen=True)
class Setting:
    """A type of record that an administrator sets up."""

    build: Callable[[Store, Row], Document]
    # How many there are initially; those that belong to another record are added with it.
    amount: int = 0
    # How many of the last ones are deleted initially.
    deleted: int = 0
    # How many of the first ones are never removed, because others refer to them; None for all.
    kept: int | None = None


def administered(
    build: Callable[[Store, Row], Parts],
) -> Callable[[Store, Row], Document]:
    """Turn a builder of attributes and relationships into one of whole documents."""

    def whole(organisation: Store, row: Row) -> Document:
        attributes, relationships = build(organisation, row)
        admin = to_one(organisation.rows["user"][0])
        by: Document = {"createdBy": admin, "modifiedBy": admin}
        if row.deleted:
            by["deletedBy"] = admin
        return resource(organisation, row, attributes, {**by, **relationships})

    return whole
