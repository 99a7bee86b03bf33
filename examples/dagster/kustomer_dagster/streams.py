"""What the tap can read, as `docs/generate.py` has written it to `streams.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_FILE: Final = Path(__file__).parents[1] / "streams.json"

# Each klass of custom objects has a stream `kobject_<klass>`, made of the rows of this one.
_KLASSES: Final = "kobjects"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with its derived ones.

    Attributes:
        name: Its name.
        group: What it is about, as in the tap's documentation.
        description: What a row is.
        key: The columns that tell its rows apart.
        windowed: Whether it is read by time, so that a month of it can be read.
        selected: Whether the tap selects it by default.
        columns: Name, type and description of each column.
        derived: What a row is of each stream that is derived from it, by name.
    """

    name: str
    group: str
    description: str
    key: list[str]
    windowed: bool
    selected: bool
    columns: list[dict[str, str]]
    derived: dict[str, str]


def load_streams() -> dict[str, Stream]:
    """Load all streams, by name."""
    return {each["name"]: Stream(**each) for each in json.loads(_FILE.read_text(encoding="utf-8"))}


def parents_of(streams: Iterable[Stream]) -> dict[str, str]:
    """Map each stream and each derived one to the stream whose rows it is made of."""
    return {name: each.name for each in streams for name in (each.name, *each.derived)}


def parent_of(name: str, parents: Mapping[str, str]) -> str:
    """Return the stream whose rows a stream is made of; an unknown stream is a klass's."""
    return parents.get(name, _KLASSES)


def select(catalog: dict[str, Any], wanted: Collection[str], parents: Mapping[str, str]) -> None:
    """Select in a Singer catalog these streams with their derived ones, and no others."""
    for entry in catalog["streams"]:
        chosen = parent_of(entry["tap_stream_id"], parents) in wanted
        for described in entry["metadata"]:
            if not described["breadcrumb"]:
                described["metadata"]["selected"] = chosen
