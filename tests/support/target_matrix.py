"""Which real targets are tried with which runs of the tap: one table, also for docs/targets.md.

`tests/end_to_end/real_targets/` has a test for each case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from support.targets import CsvTarget, DuckdbTarget, JsonlTarget, PostgresTarget, SqliteTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from support.postgres import Database
    from support.targets import Target

Config = dict[str, Any]

# In the default run, or only in the nightly run. Any other text says why there is no test.
DAILY: Final = "daily"
NIGHTLY: Final = "nightly"


def _needs_postgres(folder: Path, new_database: Callable[[], Database]) -> Target:
    return PostgresTarget(folder, new_database())


@dataclass(frozen=True)
class Loader:
    """A target, and how it is set.

    Attributes:
        name: As users know it.
        make: Makes an empty target, from a folder and a function that creates a database.
        tap_config: Returns the tap's settings that it needs, from a folder.
        load_methods: The settings with which a second load appends, upserts or overwrites.
        recommended: Settings that docs/targets.md recommends beside those that it needs.
        types: The types of its columns by those that SCHEMA declares; empty for files of text.
    """

    name: str
    make: Callable[[Path, Callable[[], Database]], Target]
    tap_config: Callable[[Path], Config] = field(default=lambda _: {})
    load_methods: Mapping[str, Config] = field(default_factory=dict)
    recommended: Config = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


_IN_POSTGRES: Final = {
    "text": "text",
    "time": "timestamp without time zone",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "object": "jsonb",
    "array": "ARRAY",
}

LOADERS: Final = (
    Loader(
        "target-duckdb",
        lambda folder, _: DuckdbTarget(folder),
        load_methods={"upsert": {}},
        recommended={"batch_size_rows": 10_000, "flush_all_streams": True},
        types={
            "text": "VARCHAR",
            "time": "TIMESTAMP",
            "integer": "HUGEINT",
            "number": "DOUBLE",
            "boolean": "BOOLEAN",
            "object": "JSON",
            "array": "JSON",
        },
    ),
    Loader(
        "target-postgres",
        _needs_postgres,
        load_methods={"upsert": {}},
        recommended={"validate_records": False, "use_copy": True, "hard_delete": True},
        types=_IN_POSTGRES,
    ),
    Loader(
        "SDK SQL target, hard deletes",
        lambda folder, _: SqliteTarget(folder),
        load_methods={"upsert": {}, "overwrite": {"load_method": "overwrite"}},
        recommended={"validate_records": False},
        types={
            "text": "VARCHAR",
            "time": "DATETIME",
            "integer": "INTEGER",
            "number": "DECIMAL",
            "boolean": "BOOLEAN",
            "object": "VARCHAR",
            "array": "VARCHAR",
        },
    ),
    Loader(
        "target-csv",
        lambda folder, _: CsvTarget(folder),
        # Otherwise objects and arrays are written as Python shows them.
        lambda _: {"flattening_enabled": True, "flattening_max_depth": 1},
        {"append": {}, "overwrite": {"file_naming_scheme": "{stream_name}.csv"}},
        recommended={"validate_records": False},
    ),
    Loader("target-jsonl", lambda folder, _: JsonlTarget(folder), load_methods={"append": {}}),
    Loader(
        "Parquet by BATCH into target-postgres",
        _needs_postgres,
        lambda folder: {
            "batch_config": {
                "encoding": {"format": "parquet"},
                "storage": {"root": str(folder / "files of batches")},
            }
        },
        {"upsert": {}},
        recommended={"use_copy": True},
        types={**_IN_POSTGRES, "object": "text", "array": "text"},
    ),
)

_IGNORED = "it ignores ACTIVATE_VERSION"
_ACTS = "it acts on ACTIVATE_VERSION"
_NO_VERSIONS = "the tap refuses versions beside batches"
_APPENDS = "it only appends"
_ONLY_UPSERTS = "it always upserts"
_REPLACES = "it replaces or adds files"
_AT_THE_END = "it confirms a state only at the end"
_ENDS = "SIGTERM ends it at once, as SIGKILL would"

# By case: a cell for each of the loaders.
MATRIX: Final[Mapping[str, tuple[str, ...]]] = {
    "all streams": (NIGHTLY,) * 6,
    # test_duckdb_types.py loads all streams into DuckDB every day.
    "some streams of each kind": (NIGHTLY, DAILY, NIGHTLY, DAILY, NIGHTLY, DAILY),
    "all streams, recommended settings": (*(NIGHTLY,) * 4, "it needs none", NIGHTLY),
    "flattened": (DAILY, *(NIGHTLY,) * 5),
    "stream maps": (DAILY, *(NIGHTLY,) * 5),
    "one column in ten deselected": (DAILY, *(NIGHTLY,) * 5),
    "start_date and end_date": (NIGHTLY,) * 6,
    "incremental": (NIGHTLY,) * 6,
    "tap killed half-way": (NIGHTLY,) * 6,
    "tap killed within a line": (NIGHTLY,) * 6,
    "target killed after it confirmed a state": (
        *(DAILY, NIGHTLY, NIGHTLY, NIGHTLY, _AT_THE_END, NIGHTLY),
    ),
    "target killed before it confirmed a state": (
        "it confirms a state after each load",
        *(NIGHTLY,) * 5,
    ),
    "target stopped with SIGTERM": (_ENDS, NIGHTLY, NIGHTLY, NIGHTLY, _ENDS, NIGHTLY),
    "full table dropped by hand": (NIGHTLY,) * 6,
    "incremental table dropped by hand": (NIGHTLY,) * 6,
    "rows that are gone stay": (NIGHTLY, _ACTS, _ACTS, NIGHTLY, NIGHTLY, _NO_VERSIONS),
    "rows that are gone are marked": (_IGNORED, NIGHTLY, NIGHTLY, *(_IGNORED,) * 2, _NO_VERSIONS),
    # test_deletes_in_target.py tries it every day, with a target of the SDK's make.
    "rows that are gone are deleted": (_IGNORED, NIGHTLY, NIGHTLY, *(_IGNORED,) * 2, _NO_VERSIONS),
    "append": (*(_ONLY_UPSERTS,) * 3, NIGHTLY, NIGHTLY, _ONLY_UPSERTS),
    "upsert": (NIGHTLY, NIGHTLY, NIGHTLY, _REPLACES, _APPENDS, NIGHTLY),
    "overwrite": (*(_ONLY_UPSERTS,) * 2, NIGHTLY, NIGHTLY, _APPENDS, _ONLY_UPSERTS),
}


def matrix_table() -> list[list[str]]:
    """The table for people: a heading, then a line for each case."""
    return [
        ["", *(loader.name for loader in LOADERS)],
        *(
            [case, *("yes" if cell in {DAILY, NIGHTLY} else f"no: {cell}" for cell in cells)]
            for case, cells in MATRIX.items()
        ),
    ]
