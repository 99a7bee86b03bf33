"""Business holidays: the days on which a schedule makes an exception."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, PerParent
from tap_kustomer.shaping.fields import Shape, boolean, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class BusinessHolidays(KustomerStream):
    """One row for each holiday of each schedule. Costs one request per schedule at most.

    The list of schedules takes `include=holidays`, but its documented answer shows none. A schedule
    whose holidays do not come with the list is asked for by itself.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "business_holidays"
    group = Group.SERVICE
    resource_type = "holiday"
    source = PerParent(
        parent=PagedList(
            "/v1/schedules",
            variants=({"include": "holidays"},),
            with_included=True,
            optional_params=frozenset({"include"}),
        ),
        path="/v1/schedules/{id}",
        params={"include": "holidays"},
        included_type="holiday",
    )
    roles = BusinessSchedules.roles
    shape = Shape(
        parent="schedule",
        attributes=(
            text("name", "Name of the holiday."),
            text("description", "What the holiday is about."),
            time("startDate", "When the holiday begins."),
            time("endDate", "When the holiday ends."),
            boolean("enabled", "Whether the holiday counts."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("schedule", "Schedule that the holiday belongs to."),
            *CREATOR_AND_EDITOR,
        ),
    )
