"""The words in which a stream declares its attributes and relationships.

A declaration names Kustomer's own keys; columns follow from them (`names.snake_case`). From one
declaration come the JSON schema that the catalog shows (`schema.py`) and the function that shapes
its records (`records.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a value is, whatever Kustomer sends."""

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
        source: Kustomer's key, in camelCase; empty where a catalog does not tell it.
        kind: What its values are.
        description: For an analyst: what it means, and its unit.
        title: The name that people gave it in Kustomer; empty where the key says it all.
        fields: The known keys of an object. An object stays open for others.
        items: What an array or a mapping holds.
        column: Its name. Without one it follows from the key (`names.columns`).
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
        """What an array or a mapping holds."""
        assert self.items is not None, f"{self.source} does not say what it holds"  # noqa: S101
        return self.items


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one resource to another, or to many others.

    Attributes:
        source: Kustomer's key, in camelCase.
        description: For an analyst: what the other resource is to this one.
        many: Whether the API gives an array of others.
    """

    source: str
    description: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What a resource carries.

    Attributes:
        attributes: Its declared attributes.
        relationships: Its declared relationships.
        parent: What it is found through, such as `conversation`, where it is read per parent.
        root: What that in turn is found through, two levels up; its changes count then.
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
    """A point in time, written in canonical form (`tap_kustomer.times`)."""
    return Field(source, Kind.TIME, description)


def timestamp(source: str, description: str) -> Field:
    """A point in time that Kustomer also sends as a number: milliseconds since 1970."""
    return Field(source, Kind.TIMESTAMP, description)


def structure(source: str, description: str, *fields: Field) -> Field:
    """An object with known keys; unknown ones are kept beside them."""
    return Field(source, Kind.OBJECT, description, fields=fields)


def array(source: str, description: str, items: Field) -> Field:
    """An array of what `items` describes (the item's own `source` is not used)."""
    return Field(source, Kind.ARRAY, description, items=items)


def texts(source: str, description: str) -> Field:
    """An array of strings, for example of ids."""
    return array(source, description, text("", "One of them."))


def mapping(source: str, description: str, items: Field) -> Field:
    """An object whose keys are data, such as ids: they are not renamed."""
    return Field(source, Kind.MAPPING, description, items=items)


def custom(description: str, *fields: Field) -> Field:
    """The custom attributes of an organisation.

    With `fields`, as discovery finds them, each value gets its declared type. Without, the suffix
    of the name decides what can be done (`objects.py`).
    """
    return Field("custom", Kind.CUSTOM, description, fields=fields)


def anything(source: str, description: str) -> Field:
    """A value that Kustomer sends in several types. It is handed on as it comes."""
    return Field(source, Kind.ANYTHING, description)


def to_one(source: str, description: str) -> Relationship:
    """A relationship to one other resource: columns `<name>_id` and `<name>`."""
    return Relationship(source, description)


def to_many(source: str, description: str) -> Relationship:
    """A relationship to several resources: one column, an array of ids."""
    return Relationship(source, description, many=True)
