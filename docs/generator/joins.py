"""How the tables join: which column holds the key of which other table.

A stream says which columns hold its id (`foreign_keys`), and which of its own columns do not lead
where their names say (`joins`). A join is written `table.column`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_kustomer.streams.base import KustomerStream

# Nearly every table has these. Diagrams leave them out.
ON_NEARLY_EVERY_TABLE: Final = frozenset({"created_by_id", "modified_by_id", "deleted_by_id"})

# Ids of what no table has: the API key's organisation, and records of other systems.
_NOWHERE: Final = ("org_id", "external_id")


class UnknownError(Exception):
    """The declarations do not say what the documentation needs; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Joins:
    """Where columns lead, as `table.column`; None where that is no table.

    Attributes:
        by_name: By the name of the column, whatever its table.
        by_column: By `table.column`, whatever the name says.
    """

    by_name: Mapping[str, str | None]
    by_column: Mapping[str, str | None]

    def of(self, table: str, columns: Iterable[str]) -> dict[str, str]:
        """Where columns of a table lead, without those that lead to no table."""
        found = {
            name: self.by_column.get(f"{table}.{name}", self.by_name.get(name)) for name in columns
        }
        return {name: to for name, to in found.items() if to is not None}

    def check(self, columns: Mapping[str, str | None]) -> None:
        """Check that each id leads somewhere, and that each join is one of columns there are.

        Args:
            columns: Where all columns of all tables lead in the end, and the keys inside of them,
                by `table.column`.

        Raises:
            UnknownError: Something is missing.
        """
        unknown = {
            column
            for column, to in columns.items()
            if column.endswith("_id") and column.count(".") == 1 and to is None
            if column not in self.by_column and _name(column) not in self.by_name
        }
        if unknown:
            raise UnknownError(
                f"tap_kustomer/streams: expected where {_listed(unknown)} leads, in `joins` of its "
                "table or in `foreign_keys` of the other one"
            )
        names = {_name(each) for each in columns}
        leads = {to for joins in (self.by_name, self.by_column) for to in joins.values() if to}
        gone = ({*self.by_column, *leads} - columns.keys()) | (self.by_name.keys() - names)
        if gone:
            raise UnknownError(
                "tap_kustomer/streams: expected `joins` and `foreign_keys` of columns of the tap, "
                f"but {_listed(gone)} is none"
            )


def declared_joins(
    streams: Mapping[str, type[KustomerStream]], patterns: Mapping[str, type[KustomerStream]]
) -> Joins:
    """All joins that streams declare.

    Args:
        streams: By the names of their tables.
        patterns: Those that stand for several tables each, so that no column leads to them.

    Raises:
        UnknownError: Two streams declare the same foreign key.
    """
    by_name: dict[str, str | None] = dict.fromkeys(_NOWHERE)
    for table, stream in streams.items():
        if both := by_name.keys() & {*stream.foreign_keys}:
            raise UnknownError(
                f"tap_kustomer/streams: {_listed(both)} was given in `foreign_keys` of {table}; "
                "expected names that no other stream gives"
            )
        by_name |= dict.fromkeys(stream.foreign_keys, f"{table}.id")
    by_column = {
        join.column if "." in join.column else f"{table}.{join.column}": join.to
        for table, stream in {**streams, **patterns}.items()
        for join in stream.joins
    }
    return Joins(by_name, by_column)


def _name(column: str) -> str:
    return column.partition(".")[2]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
