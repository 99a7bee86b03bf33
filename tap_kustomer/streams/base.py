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
        name: Name of the stream.
        group: The group that the documentation has it in.
        resource_type: The JSON:API type of its rows at Kustomer.
        foreign_keys: Names of the columns, in any stream, that hold the id of one of its rows.
        joins: Foreign keys whose name doesn't match their target.
        source: Where its rows are read from.
        types: The JSON:API types that become its rows, if its source returns others too; empty
            otherwise.
        roles: The roles of an API key any one of which lets it read this stream.
        documented: Whether Kustomer documents the list or the search that the rows come from.
        assumed: Whether the endpoint is a guess. Any error then means that the organisation does
            not have it: the stream is left out, which fails the run only if it was read before.
        feature: A part of Kustomer that an organisation may lack; then its endpoint answers 403.
        selected_by_default: Whether it is read without a catalog.
        shape: The columns of a row.
        key: The columns of its primary key.
        secrets: Attributes and links that never leave the tap.
        prepare: Turns a resource into the resources that become rows: splits it, completes it, or
            removes secrets that `secrets` can't name. None if it becomes a row as it is.
        metadata_resource: The name under which `GET /v1/metadata` lists its custom attributes.
        singular: What one row is called in the columns of derived streams.
        derived: Streams that are made of parts of its rows.
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
    feature: ClassVar[str] = ""
    selected_by_default: ClassVar[bool] = True
    shape: ClassVar[Shape]
    key: ClassVar[tuple[str, ...]] = ("id",)
    secrets: ClassVar[tuple[str, ...]] = ()
    prepare: ClassVar[Callable[[Resource], Iterable[Resource]] | None] = None
    metadata_resource: ClassVar[str | None] = None
    singular: ClassVar[str] = ""
    derived: ClassVar[tuple[Derived, ...]] = ()
