"""The definition of a stream in one organisation: its declaration, plus custom attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import CursorList, PerParent, Search, is_windowed
from tap_kustomer.shaping.custom import with_custom_fields
from tap_kustomer.shaping.derived import POSITION, compile_deriver, derived_schema
from tap_kustomer.shaping.layout import parent_columns
from tap_kustomer.shaping.names import snake_case
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.shaping.fields import Field, Shape
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema
    from tap_kustomer.streams.base import KustomerStream


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDefinition:
    """What a stream is in one organisation, independent of any run.

    Attributes:
        name: The name of the stream.
        declaration: The declaration that it follows; for a derived stream, that of its parent.
        schema: The JSON schema of its records.
        key: The columns of its primary key.
        replication_key: The column of its bookmark; None for a full table.
        own_source: A source that has only the rows of this stream, if `source` has others too.
        types: The JSON:API types that become its rows: those declared, or the one of a klass.
        is_derived: Whether its rows are parts of the rows of another stream.
        compile_rows: Takes the names of the columns in use, and returns the function that makes the
            records of a resource.
    """

    name: str
    declaration: type[KustomerStream]
    schema: Schema
    key: tuple[str, ...]
    replication_key: str | None
    own_source: Source | None = None
    types: tuple[str, ...]
    is_derived: bool
    compile_rows: Callable[[AbstractSet[str]], Callable[[Resource], Iterable[Record]]]

    @property
    def source(self) -> Source:
        """Where its rows are read from."""
        return self.declaration.source

    @property
    def is_full_table(self) -> bool:
        """Whether each run reads all rows, and not only those of a window."""
        return not is_windowed(self.source)


def define(
    declaration: type[KustomerStream], custom_fields: tuple[Field, ...] = ()
) -> StreamDefinition:
    """Define the stream of a declared Kustomer object.

    Args:
        declaration: The declaration.
        custom_fields: The custom attributes that the organisation has defined.
    """
    shape = with_custom_fields(declaration.shape, custom_fields)

    def compile_rows(catalog_columns: AbstractSet[str]) -> Callable[[Resource], Iterable[Record]]:
        shaper = compile_shaper(shape, catalog_columns, declaration.secrets, declaration.key)
        prepare = declaration.prepare
        if prepare is None:
            return lambda resource: (shaper(resource),)
        return lambda resource: map(shaper, prepare(resource))

    return StreamDefinition(
        name=declaration.name,
        declaration=declaration,
        schema=record_schema(shape, declaration.key),
        key=declaration.key,
        replication_key=replication_key(declaration.source, declaration.shape),
        types=declaration.types,
        is_derived=False,
        compile_rows=compile_rows,
    )


def define_derived(declaration: type[KustomerStream], derived: Derived) -> StreamDefinition:
    """Define a stream that is derived from another one.

    Args:
        declaration: The declaration of the other one, which need not be selected.
        derived: The declaration of the derived stream.
    """

    def compile_rows(catalog_columns: AbstractSet[str]) -> Callable[[Resource], Iterable[Record]]:
        return compile_deriver(derived, declaration.singular, catalog_columns, declaration.secrets)

    root_replication_key = replication_key(declaration.source, declaration.shape)
    return StreamDefinition(
        name=derived.name,
        declaration=declaration,
        schema=derived_schema(derived, declaration.singular),
        key=(parent_columns(declaration.singular).id, POSITION),
        replication_key=derived_replication_key(root_replication_key, declaration.singular),
        types=declaration.types,
        is_derived=True,
        compile_rows=compile_rows,
    )


def replication_key(source: Source, shape: Shape) -> str | None:
    """The replication key of a declared stream; None for a full table."""
    if isinstance(source, Search):
        return snake_case(source.effective_criteria[0].attribute or "updatedAt")
    if isinstance(source, CursorList):
        return snake_case(source.attribute)
    if isinstance(source, PerParent) and is_windowed(source):
        return parent_columns(shape.parent, shape.root).updated_at
    return None


def derived_replication_key(root_replication_key: str | None, singular: str) -> str | None:
    """The replication key of a derived stream; None for a full table.

    Args:
        root_replication_key: The replication key of the stream that it is derived from.
        singular: What one row of that stream is called.
    """
    # If that is not the time of the last change, the rows carry that column too (`timed.py`).
    return (
        parent_columns(singular).updated_at
        if root_replication_key == "updated_at"
        else root_replication_key
    )
