"""How a stream declares its attributes and relationships.

Declarations use Kustomer's own keys; the names of columns follow from them (`names.snake_case`).
From a declaration follow the JSON schema in the catalog (`schema.py`) and the function that shapes
records (`records.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The type of a column."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    TIMESTAMP = "timestamp"
    OBJECT = "object"
    ARRAY = "array"
    MAPPING = "mapping"
    CUSTOM = "custom"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a resource, or one key of an object inside it.

    Attributes:
        source: Kustomer's key, in camelCase; empty if the catalog that it is from lacks it.
        kind: Type of its values.
        description: Its meaning and unit, for an analyst.
        title: Its name in Kustomer's user interface; empty where that adds nothing to the key.
        fields: Known keys of an object, which may have others.
        items: What an array or a mapping contains.
        column: Its name; by default it follows from the key (`layout.columns_of`).
    """

    source: str
    kind: Kind
    description: str
    title: str = ""
    fields: tuple[Field, ...] = ()
    items: Field | None = None
    column: str = ""

    @property
    def holds(self) -> Field:
        """What an array or a mapping contains."""
        assert self.items is not None, f"{self.source} does not declare what it contains"  # noqa: S101
        return self.items


@dataclass(frozen=True, slots=True)
class Relationship:
    """A reference from one resource to another, or to several others.

    Attributes:
        source: Kustomer's key, in camelCase.
        description: What the other resource is to this one, for an analyst.
        many: Whether it refers to several.
    """

    source: str
    description: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What a resource contains.

    Attributes:
        attributes: Its declared attributes.
        relationships: Its declared relationships.
        parent: The resource by which it is read, such as `conversation`, if it is read per parent.
        root: The resource by which the parent is read, if that is read per parent too.
    """

    attributes: tuple[Field, ...]
    relationships: tuple[Relationship, ...] = ()
    parent: str = ""
    root: str = ""


def text(source: str, description: str) -> Field:
    """A string."""
    return Field(source, Kind.TEXT, description)


def integer(source: str, description: str) -> Field:
    """A whole number."""
    return Field(source, Kind.INTEGER, description)


def number(source: str, description: str) -> Field:
    """A number that may be fractional."""
    return Field(source, Kind.NUMBER, description)


def boolean(source: str, description: str) -> Field:
    """True or false."""
    return Field(source, Kind.BOOLEAN, description)


def time(source: str, description: str) -> Field:
    """A point in time, in canonical form (`tap_kustomer.times`)."""
    return Field(source, Kind.TIME, description)


def timestamp(source: str, description: str) -> Field:
    """A point in time that Kustomer also sends as a number: milliseconds since 1970."""
    return Field(source, Kind.TIMESTAMP, description)


def structure(source: str, description: str, *fields: Field) -> Field:
    """An object with known keys; it may have others."""
    return Field(source, Kind.OBJECT, description, fields=fields)


def array(source: str, description: str, items: Field) -> Field:
    """An array of `items`, whose own `source` is not used."""
    return Field(source, Kind.ARRAY, description, items=items)


def texts(source: str, description: str) -> Field:
    """An array of strings, for example of ids."""
    return array(source, description, text("", "One of them."))


def mapping(source: str, description: str, items: Field) -> Field:
    """An object whose keys are data, such as ids, and stay as they are."""
    return Field(source, Kind.MAPPING, description, items=items)


def custom(description: str, *fields: Field) -> Field:
    """The custom attributes of an organisation.

    With the `fields` that discovery finds, each value gets its declared type; without them, only
    times are converted, which the suffix of the name shows (`objects.py`).
    """
    return Field("custom", Kind.CUSTOM, description, fields=fields)


def anything(source: str, description: str) -> Field:
    """A value that Kustomer sends in several types. It stays as it is."""
    return Field(source, Kind.ANYTHING, description)


def to_one(source: str, description: str) -> Relationship:
    """A relationship to one other resource: columns `<name>_id` and `<name>`."""
    return Relationship(source, description)


def to_many(source: str, description: str) -> Relationship:
    """A relationship to several resources: one column, an array of ids."""
    return Relationship(source, description, many=True)
