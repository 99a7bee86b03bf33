"""Which readings a run makes: as few as give all rows, and none that repeats much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import UNTIL, OfflineTap
from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    DeadKeyError,
    GaveUpError,
    MissingError,
    RefusedError,
)
from tap_kustomer.reading.pages import Page, Window
from tap_kustomer.reading.sources import Search
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.kobjects import Kobjects
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.tags import Tags
from tap_kustomer.sync.plan import plan

if TYPE_CHECKING:
    from collections.abc import Iterable

EARLY, LATE = "2026-05-01T00:00:00.000Z", "2026-05-20T00:00:00.000Z"
# A page has 500 rows, so these are worth one request for each of two klasses, and just not.
FEW, MANY = 1000, 1001


def readings(tap: OfflineTap, selected: Iterable[str] = ()) -> list[list[str]]:
    """The tables of each reading, in order."""
    wanted = set(selected)
    tables = [tap.table(name) for name in tap.streams if not wanted or name in wanted]
    return [[table.name for table in reading._tables] for reading in plan(tap.run, tables)]  # noqa: SLF001


def kobjects(
    *selected: str, count: Any = None, bookmarks: dict[str, str] | None = None
) -> OfflineTap:
    state = {
        "bookmarks": {
            table: {"replication_key_value": value} for table, value in (bookmarks or {}).items()
        }
    }
    return OfflineTap(
        Kobjects,
        klasses=("order", "return"),
        selected=selected,
        state=state,
        scripted={"count": count},
        lookback_seconds=0,
    )


DERIVED = [derived.name for derived in Kobjects.derived]
ALL = ["kobjects", *DERIVED, "kobject_order", "kobject_return"]
KLASSES = ["kobject_order", "kobject_return"]


def contexts(tap: OfflineTap) -> dict[str, str]:
    """What is searched for, by table."""
    sources = {name: tap.table(name).source for name in tap.streams}
    return {name: one.context for name, one in sources.items() if isinstance(one, Search)}


# Tables of one source


def test_tables_that_are_made_of_the_same_rows_are_read_once() -> None:
    tap = OfflineTap(Slas, SlaVersions, Tags)

    assert sorted(map(sorted, readings(tap))) == [
        ["sla_criteria", "sla_metrics", "sla_versions", "slas"],
        ["tags"],
    ]


def test_tables_that_ask_in_different_ways_are_read_by_themselves() -> None:
    tap = OfflineTap(BusinessSchedules, BusinessHolidays)

    assert readings(tap) == [
        ["business_schedules", "business_schedule_hours"],
        ["business_holidays"],
    ]


@pytest.mark.parametrize(
    ("streams", "lead"), [((Slas, SlaVersions), "slas"), ((Companies,), "companies")], ids=str
)
def test_a_reading_goes_by_the_name_of_the_table_that_it_is_made_for(
    streams: tuple[Any, ...], lead: str
) -> None:
    ((first, *_),) = readings(OfflineTap(*streams))

    assert first == lead


def test_a_derived_table_leads_where_the_table_that_it_is_made_of_is_not_selected() -> None:
    assert readings(OfflineTap(Companies), ["company_tags"]) == [["company_tags"]]


# Custom objects


def test_the_table_of_all_klasses_gives_those_of_single_klasses_along() -> None:
    tap = kobjects()

    assert [sorted(group) for group in readings(tap)] == [sorted(ALL)]
    assert not tap.run.counted


def test_a_derived_table_of_all_klasses_gives_them_along_too() -> None:
    tap = kobjects()

    assert readings(tap, ["kobject_tags", *KLASSES]) == [
        ["kobject_order", "kobject_return", "kobject_tags"]
    ]


def test_a_klass_that_begins_earlier_is_read_by_itself() -> None:
    late = ["kobjects", *DERIVED, "kobject_return"]
    tap = kobjects(bookmarks=dict.fromkeys(late, LATE))

    assert [sorted(group) for group in readings(tap)] == [
        sorted(late),
        ["kobject_order"],
    ]
    assert contexts(tap) == {**dict.fromkeys(late, "kobject"), "kobject_order": "kobject_order"}


def test_a_klass_that_begins_later_comes_along() -> None:
    tap = kobjects(bookmarks={"kobjects": EARLY, "kobject_order": LATE, "kobject_return": EARLY})

    assert [sorted(group) for group in readings(tap)] == [sorted(ALL)]


def test_one_klass_alone_is_searched_for_by_itself() -> None:
    tap = kobjects()

    assert readings(tap, ["kobject_order"]) == [["kobject_order"]]
    assert contexts(tap)["kobject_order"] == "kobject_order"
    assert not tap.run.counted


@pytest.mark.parametrize(
    ("count", "groups"),
    [
        (0, [KLASSES]),
        (FEW, [KLASSES]),
        (MANY, [["kobject_order"], ["kobject_return"]]),
        (None, [["kobject_order"], ["kobject_return"]]),
    ],
    ids=["no row", "as many pages as klasses", "one row more", "no count"],
)
def test_several_klasses_are_read_together_where_that_takes_no_more_requests(
    count: int | None, groups: list[list[str]]
) -> None:
    tap = kobjects(count=count)

    assert readings(tap, KLASSES) == groups
    expected = "kobject" if len(groups) == 1 else "kobject_order"
    assert contexts(tap)["kobject_order"] == expected


def test_rows_are_counted_from_where_the_earliest_klass_begins() -> None:
    tap = kobjects(count=FEW, bookmarks={"kobject_order": EARLY, "kobject_return": LATE})

    readings(tap, KLASSES)

    until = times.to_milliseconds(UNTIL)
    assert tap.run.counted == [Window(times.to_milliseconds(EARLY), until)]


def test_nothing_is_counted_where_there_is_nothing_to_read() -> None:
    later = "2026-06-02T00:00:00.000Z"
    tap = kobjects(bookmarks={"kobject_order": later, "kobject_return": later})

    assert readings(tap, KLASSES) == [KLASSES]
    assert not tap.run.counted


@pytest.mark.parametrize(
    "error",
    [AccessError("403"), MissingError("404"), RefusedError("400"), GaveUpError("500")],
    ids=["no role", "no search", "refused", "given up"],
)
def test_where_they_can_t_be_counted_each_klass_will_say_what_it_lacks(error: Exception) -> None:
    tap = kobjects(count=error)

    assert readings(tap, KLASSES) == [["kobject_order"], ["kobject_return"]]


def test_with_a_key_that_is_dead_nothing_is_planned() -> None:
    with pytest.raises(DeadKeyError):
        readings(kobjects(count=DeadKeyError("dead")), KLASSES)


def test_objects_of_a_klass_that_is_read_along_go_to_its_table() -> None:
    resources = [
        {"type": f"kobject.{klass}", "id": klass, "attributes": {"updatedAt": EARLY}}
        for klass in ("order", "return", "secret")
    ]
    tap = OfflineTap(
        Kobjects,
        klasses=("order", "return"),
        scripted={"script": {"kobjects": [Page(resources)]}},
    )

    run = tap.sync()

    assert run.by_id("kobjects").keys() == {"order", "return", "secret"}
    assert run.by_id("kobject_order").keys() == {"order"}
    assert run.by_id("kobject_return").keys() == {"return"}
