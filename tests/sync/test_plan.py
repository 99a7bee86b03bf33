"""The plan of a run: as few extractions as possible, of which none repeats much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import UNTIL, OfflineTap
from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    InvalidCredentialError,
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
from tap_kustomer.sync.run import plan_extractions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.sync.extractions import Extraction

EARLY, LATE = "2026-05-01T00:00:00.000Z", "2026-05-20T00:00:00.000Z"
# A page has 500 rows, so these take two requests, one for each klass, and one request more.
FEW, MANY = 1000, 1001


def planned(tap: OfflineTap, selected: Iterable[str] = ()) -> list[Extraction]:
    """The extractions, in order."""
    wanted = set(selected)
    streams = [tap.stream(name) for name in tap.streams if not wanted or name in wanted]
    return plan_extractions(tap.context, tap.context.fix_times(), streams)


def names(extractions: Iterable[Extraction]) -> list[list[str]]:
    """The streams of each extraction."""
    return [[stream.name for stream in extraction.streams] for extraction in extractions]


def kobjects(
    *selected: str, count: Any = None, bookmarks: dict[str, str] | None = None
) -> OfflineTap:
    state = {
        "bookmarks": {
            stream: {"replication_key_value": value} for stream, value in (bookmarks or {}).items()
        }
    }
    return OfflineTap(
        Kobjects,
        klasses=("order", "return"),
        selected=selected,
        state=state,
        kustomer={"count": count},
        lookback_seconds=0,
    )


DERIVED = [derived.name for derived in Kobjects.derived]
ALL = ["kobjects", *DERIVED, "kobject_order", "kobject_return"]
KLASSES = ["kobject_order", "kobject_return"]


def contexts(extractions: Iterable[Extraction]) -> dict[str, str]:
    """The search context of each stream."""
    return {
        stream.name: extraction.source.query_context
        for extraction in extractions
        if isinstance(extraction.source, Search)
        for stream in extraction.streams
    }


# Streams of one source


def test_streams_that_are_made_of_the_same_rows_share_an_extraction() -> None:
    tap = OfflineTap(Slas, SlaVersions, Tags)

    assert sorted(map(sorted, names(planned(tap)))) == [
        ["sla_criteria", "sla_metrics", "sla_versions", "slas"],
        ["tags"],
    ]


def test_sources_with_equal_fields_are_the_same_source() -> None:
    class Labels(Tags):
        name = "labels"
        source = replace(Tags.source)

    assert names(planned(OfflineTap(Tags, Labels))) == [["tags", "labels"]]


def test_streams_with_different_sources_have_extractions_of_their_own() -> None:
    tap = OfflineTap(BusinessSchedules, BusinessHolidays)

    assert names(planned(tap)) == [
        ["business_schedules", "business_schedule_hours"],
        ["business_holidays"],
    ]


@pytest.mark.parametrize(
    ("streams", "lead"), [((Slas, SlaVersions), "slas"), ((Companies,), "companies")], ids=str
)
def test_the_lead_of_an_extraction_is_the_stream_it_is_made_for(
    streams: tuple[Any, ...], lead: str
) -> None:
    ((first, *_),) = names(planned(OfflineTap(*streams)))

    assert first == lead


def test_a_derived_stream_leads_if_its_root_is_not_selected() -> None:
    assert names(planned(OfflineTap(Companies), ["company_tags"])) == [["company_tags"]]


# Custom objects


def test_the_stream_of_all_klasses_takes_those_of_single_klasses_along() -> None:
    tap = kobjects()

    assert [sorted(group) for group in names(planned(tap))] == [sorted(ALL)]


def test_a_key_that_may_not_read_all_klasses_reads_each_that_it_may() -> None:
    rows = Page([{"type": "kobject.order", "id": "o", "attributes": {"updatedAt": EARLY}}])
    forbidden = AccessError("403")
    tap = kobjects(count=forbidden)
    tap.kustomer.pages = {
        "kobjects": [forbidden],
        "kobject_order": [rows],
        "kobject_return": [forbidden],
    }

    run = tap.sync()

    assert run.code == 0
    assert run.counts() == {"kobject_order": 1}
    assert [name for name, _, _ in tap.kustomer.asked] == ["kobjects", *KLASSES]


def test_whether_all_klasses_may_be_read_is_not_asked_again_once_they_were() -> None:
    was_read = {name: {"was_read": True} for name in ("kobjects", *DERIVED)}
    later = OfflineTap(
        Kobjects,
        klasses=("order", "return"),
        state={"bookmarks": was_read},
        kustomer={"count": AccessError("403")},
    )

    assert [sorted(group) for group in names(planned(later))] == [sorted(ALL)]
    assert not later.kustomer.counted


def test_a_derived_stream_of_all_klasses_takes_them_along_too() -> None:
    tap = kobjects()

    assert names(planned(tap, ["kobject_tags", *KLASSES])) == [
        ["kobject_order", "kobject_return", "kobject_tags"]
    ]


def test_a_klass_that_starts_earlier_has_an_extraction_of_its_own() -> None:
    late = ["kobjects", *DERIVED, "kobject_return"]
    extractions = planned(kobjects(bookmarks=dict.fromkeys(late, LATE)))

    assert [sorted(group) for group in names(extractions)] == [
        sorted(late),
        ["kobject_order"],
    ]
    assert contexts(extractions) == {
        **dict.fromkeys(late, "kobject"),
        "kobject_order": "kobject_order",
    }


def test_a_klass_that_starts_later_is_taken_along() -> None:
    tap = kobjects(bookmarks={"kobjects": EARLY, "kobject_order": LATE, "kobject_return": EARLY})

    assert [sorted(group) for group in names(planned(tap))] == [sorted(ALL)]


def test_a_single_klass_is_read_from_its_own_source() -> None:
    tap = kobjects()

    extractions = planned(tap, ["kobject_order"])

    assert names(extractions) == [["kobject_order"]]
    assert contexts(extractions)["kobject_order"] == "kobject_order"
    assert not tap.kustomer.counted


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
def test_several_klasses_are_read_together_if_that_takes_no_more_requests(
    count: int | None, groups: list[list[str]]
) -> None:
    extractions = planned(kobjects(count=count), KLASSES)

    assert names(extractions) == groups
    expected = "kobject" if len(groups) == 1 else "kobject_order"
    assert contexts(extractions)["kobject_order"] == expected


def test_rows_are_counted_from_the_start_of_the_earliest_klass() -> None:
    tap = kobjects(count=FEW, bookmarks={"kobject_order": EARLY, "kobject_return": LATE})

    names(planned(tap, KLASSES))

    until = times.to_milliseconds(UNTIL)
    assert tap.kustomer.counted == [Window(times.to_milliseconds(EARLY), until)]


def test_no_rows_are_counted_if_there_is_nothing_to_read() -> None:
    later = "2026-06-02T00:00:00.000Z"
    tap = kobjects(bookmarks={"kobject_order": later, "kobject_return": later})

    assert names(planned(tap, KLASSES)) == [KLASSES]
    assert not tap.kustomer.counted


@pytest.mark.parametrize(
    "error",
    [AccessError("403"), MissingError("404"), RefusedError("400"), GaveUpError("500")],
    ids=["no role", "no search", "refused", "given up"],
)
def test_klasses_are_read_separately_if_their_rows_can_t_be_counted(error: Exception) -> None:
    tap = kobjects(count=error)

    assert names(planned(tap, KLASSES)) == [["kobject_order"], ["kobject_return"]]


def test_with_a_dead_key_nothing_is_planned() -> None:
    with pytest.raises(InvalidCredentialError):
        names(planned(kobjects(count=InvalidCredentialError("dead")), KLASSES))


def test_objects_of_a_klass_that_is_taken_along_go_to_its_stream() -> None:
    resources = [
        {"type": f"kobject.{klass}", "id": klass, "attributes": {"updatedAt": EARLY}}
        for klass in ("order", "return", "secret")
    ]
    tap = OfflineTap(
        Kobjects,
        klasses=("order", "return"),
        pages={"kobjects": [Page(resources)]},
    )

    run = tap.sync()

    assert run.by_id("kobjects").keys() == {"order", "return", "secret"}
    assert run.by_id("kobject_order").keys() == {"order"}
    assert run.by_id("kobject_return").keys() == {"return"}
