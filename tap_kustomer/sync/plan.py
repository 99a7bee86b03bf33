"""Decides which readings a run needs: one for all tables that are made of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.client.errors import DeadKeyError, RequestError
from tap_kustomer.reading.pages import Window
from tap_kustomer.streams.base import DerivedStream
from tap_kustomer.streams.kobjects import KlassKobjects, Kobjects
from tap_kustomer.sync.extractions import Extraction, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.run import Run


def plan(run: Run, tables: Iterable[TapStream]) -> list[Extraction]:
    """The readings for these tables, in the order in which they are written."""
    by_source: dict[int, list[TapStream]] = {}
    for table in tables:
        by_source.setdefault(id(table.source), []).append(table)
    kobjects = by_source.pop(id(Kobjects.source), [])
    groups = [*by_source.values(), *_kobject_groups(run, kobjects)]
    return in_order(Extraction(run, sorted(group, key=_rank)) for group in groups)


def _rank(table: TapStream) -> tuple[bool, int]:
    """A reading goes by the name of the table that it is made for: `slas`, not `sla_versions`."""
    return isinstance(table, DerivedStream), len(table.name)


def _kobject_groups(run: Run, tables: list[TapStream]) -> list[list[TapStream]]:
    """Tables of custom objects that are read together.

    The table of all klasses gives those of single klasses along, unless one of them begins
    earlier: that one is read by itself, as reading all klasses again would cost more. Without
    the table of all klasses, they are read together where that takes no more requests than to
    ask about each klass by itself.
    """
    single = [table for table in tables if isinstance(table, KlassKobjects)]
    others = [table for table in tables if not isinstance(table, KlassKobjects)]
    if others:
        start = min(table.start for table in others)
        together = [table for table in single if table.start >= start]
    elif len(single) > 1 and _is_cheaper_together(run, single):
        together = single[:]
    else:
        together = []
    alone = [table for table in single if table not in together]
    for table in alone:
        table.source = table.own_source
    groups: list[list[TapStream]] = [[*others, *together]]
    groups += [[table] for table in alone]
    return [group for group in groups if group]


def _is_cheaper_together(run: Run, tables: list[KlassKobjects]) -> bool:
    start = min(table.start for table in tables)
    if start > run.until:
        return True
    try:
        rows = run.reader().count(Kobjects.source, Window(start, run.until))
    except DeadKeyError:
        raise
    except RequestError:
        return False  # Each reading will say by itself what it lacks.
    return rows is not None and rows <= len(tables) * run.settings.page_size
