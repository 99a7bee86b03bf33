"""Business schedules: when the organisation works; durations in business hours follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived
from tap_kustomer.shaping.fields import Shape, array, boolean, integer, mapping, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    ORG,
)

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _spans(schedule: Resource) -> Items:
    """The working hours of a week, span by span."""
    match schedule:
        case {"attributes": {"hours": dict(hours)}}:
            return [
                {"weekday": day, "startMinute": span[0], "endMinute": span[1]}
                for day, spans in sorted(hours.items())
                if isinstance(spans, list)
                for span in spans
                if isinstance(span, list) and len(span) == 2  # noqa: PLR2004
            ]
    return []


class BusinessSchedules(KustomerStream):
    """One row for each schedule; its holidays are a table of their own.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "business_schedules"
    group = Group.SERVICE
    resource_type = "schedule"
    foreign_keys = ("schedule_id",)
    singular = "business_schedule"
    source = PagedList("/v1/schedules")
    roles = (
        "org.permission.schedule.read",
        "org.user.schedule.read",
        "org.admin.schedule.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the schedule."),
            mapping(
                "hours",
                (
                    "Working hours by weekday, 0 (Sunday) to 6: spans of [start, end] in minutes "
                    "since midnight; null on days off."
                ),
                array(
                    "",
                    "Spans of one day.",
                    array("", "Start and end.", integer("", "Minutes since midnight.")),
                ),
            ),
            text("timezone", "Time zone of the hours, such as America/New_York."),
            boolean("default", "Whether it applies where no other schedule is named."),
            *CREATION_AND_CHANGE,
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, DELETED_BY),
    )
    derived = (
        Derived(
            "business_schedule_hours",
            "One row for each span of working hours in a week.",
            (
                integer("weekday", "Day of the week, 0 (Sunday) to 6."),
                integer("startMinute", "Start, in minutes since midnight."),
                integer("endMinute", "End, in minutes since midnight."),
            ),
            _spans,
        ),
    )
