"""What every declared table has in common: from its declaration to schema and records."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_kustomer.reading.sources import CursorList, PerParent, Search, Source, is_windowed
from tap_kustomer.shaping.custom import with_custom_fields
from tap_kustomer.shaping.derived import POSITION, compile_deriver, derived_schema
from tap_kustomer.shaping.layout import parent_columns
from tap_kustomer.shaping.names import snake_case
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.singer.stream import TapStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk.helpers.types import Record

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.shaping.fields import Field, Shape
    from tap_kustomer.streams.data_model import Group, Join
    from tap_kustomer.tap import TapKustomer


class KustomerStream(TapStream):
    """A table of Kustomer objects. A subclass is a declaration.

    Attributes:
        name: Of the table.
        group: The group that the documentation has it in.
        resource_type: The JSON:API type of the resources that its rows are made of.
        foreign_keys: Names of the columns, of whatever table, that hold the id of one of its rows.
        joins: Columns that lead elsewhere than their names say.
        source: Where its rows are found.
        shape: What a row carries.
        key: The columns that tell its rows apart.
        secrets: Attributes and links that never leave the tap.
        metadata_resource: Under which name `GET /v1/metadata` lists its custom attributes.
        singular: What one row is called in the columns of derived tables.
        derived: Tables of what its rows carry inside themselves.
    """

    name: str
    group: ClassVar[Group]
    resource_type: ClassVar[str]
    foreign_keys: ClassVar[tuple[str, ...]] = ()
    joins: ClassVar[tuple[Join, ...]] = ()
    shape: ClassVar[Shape]
    key: ClassVar[tuple[str, ...]] = ("id",)
    secrets: ClassVar[tuple[str, ...]] = ()
    metadata_resource: ClassVar[str | None] = None
    singular: ClassVar[str] = ""
    derived: ClassVar[tuple[Derived, ...]] = ()

    def __init__(self, tap: TapKustomer, custom_fields: tuple[Field, ...] = ()) -> None:
        self._full_shape = with_custom_fields(self.shape, custom_fields)
        super().__init__(tap, record_schema(self._full_shape, self.key))
        self.primary_keys = self.key
        self.replication_key = replication_key(self.source, self.shape)

    @property
    @override
    def is_full_table(self) -> bool:
        """Whether each run reads all rows there are: a search gives a window only."""
        return not is_windowed(self.source)

    @override
    def shape_rows(self, resource: Resource) -> Iterable[Record]:
        """The one record of a resource."""
        return (self._shaper(resource),)

    @cached_property
    def _shaper(self) -> Callable[[Resource], Record]:
        return compile_shaper(
            self._full_shape,
            known=self.effective_schema["properties"].keys(),
            secrets=self.secrets,
            key=self.key,
        )


class DerivedStream(TapStream):
    """A table of what the rows of another one carry inside themselves.

    Args:
        tap: The tap.
        root: The other table. It need not be selected.
        derived: The declaration.
    """

    def __init__(self, tap: TapKustomer, root: KustomerStream, derived: Derived) -> None:
        self._root = root
        self._derived = derived
        super().__init__(tap, derived_schema(derived, root.singular), name=derived.name)
        # Else it would have its root read, whatever that costs.
        self.selected_by_default = root.selected_by_default
        self.source = root.source
        self.types = root.types
        self.roles = root.roles
        self.documented = root.documented
        self.assumed = root.assumed
        self.primary_keys = (parent_columns(root.singular).id, POSITION)
        self.replication_key = derived_replication_key(root.replication_key, root.singular)

    @property
    @override
    def is_full_table(self) -> bool:
        """Whether each run reads all rows there are."""
        return self._root.is_full_table

    @override
    def shape_rows(self, resource: Resource) -> Iterable[Record]:
        """The rows that a resource carries inside itself."""
        return self._deriver(resource)

    @cached_property
    def _deriver(self) -> Callable[[Resource], list[Record]]:
        known = self.effective_schema["properties"].keys()
        return compile_deriver(self._derived, self._root.singular, known, self._root.secrets)


def replication_key(source: Source, shape: Shape) -> str | None:
    """The column by which a later run goes on; None for what is read whole each time."""
    if isinstance(source, Search):
        return snake_case(source.times[0].attribute or "updatedAt")
    if isinstance(source, CursorList):
        return snake_case(source.attribute)
    if isinstance(source, PerParent) and is_windowed(source):
        return parent_columns(shape.parent, shape.root).updated_at
    return None


def derived_replication_key(root: str | None, singular: str) -> str | None:
    """The column by which a later run goes on in a derived table; None for a full table.

    Args:
        root: The column by which it goes on in the table that it is derived from.
        singular: What one row of that table is called.
    """
    # Where that is not the time of the last change, rows carry the time that it is (`timed.py`).
    return parent_columns(singular).updated_at if root == "updated_at" else root
