"""The base class of all declarations of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.streams.data_model import Group, Join


class KustomerStream:
    """A Kustomer object. A subclass is a declaration, and has no instances.

    Attributes:
        name: Of the stream.
        group: The group that the documentation has it in.
        resource_type: The JSON:API type of the resources that its rows are made of.
        foreign_keys: Names of the columns, of whatever stream, that hold the id of one of its rows.
        joins: Columns that lead elsewhere than their names say.
        source: Where its rows are found.
        types: The JSON:API types of the resources that it is made of; without any, all that its
            source gives.
        roles: The roles of an API key any one of which lets it read this stream.
        documented: Whether Kustomer documents the list or the search that the rows come from.
        assumed: Whether that is only assumed to be there: no program is known to read it, so an
            organisation without it is no fault.
        selected_by_default: Whether it is read without a catalog.
        shape: What a row carries.
        key: The columns that tell its rows apart.
        secrets: Attributes and links that never leave the tap.
        unpack: Gives the resources, each of them a row, that one resource holds; None where the
            resource itself is the row.
        metadata_resource: Under which name `GET /v1/metadata` lists its custom attributes.
        singular: What one row is called in the columns of derived streams.
        derived: Streams of what its rows carry inside themselves.
    """

    name: ClassVar[str]
    group: ClassVar[Group]
    resource_type: ClassVar[str]
    foreign_keys: ClassVar[tuple[str, ...]] = ()
    joins: ClassVar[tuple[Join, ...]] = ()
    source: ClassVar[Source]
    types: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[tuple[str, ...]]
    documented: ClassVar[bool] = True
    assumed: ClassVar[bool] = False
    selected_by_default: ClassVar[bool] = True
    shape: ClassVar[Shape]
    key: ClassVar[tuple[str, ...]] = ("id",)
    secrets: ClassVar[tuple[str, ...]] = ()
    unpack: ClassVar[Callable[[Resource], Iterable[Resource]] | None] = None
    metadata_resource: ClassVar[str | None] = None
    singular: ClassVar[str] = ""
    derived: ClassVar[tuple[Derived, ...]] = ()
