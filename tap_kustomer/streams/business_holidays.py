"""Business holidays: the days on which a schedule makes an exception."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, boolean, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class BusinessHolidays(KustomerStream):
    """One row for each holiday of each schedule. Costs one request per schedule.

    Only a single schedule tells its holidays; the list of schedules does not.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "business_holidays"
    source = PerParent(
        parent=BusinessSchedules.source,
        path="/v1/schedules/{id}",
        params={"include": "holidays"},
        included="holiday",
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
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
        ),
        relationships=(
            ORG,
            to_one("schedule", "Schedule that the holiday belongs to."),
            CREATED_BY,
            MODIFIED_BY,
        ),
    )
