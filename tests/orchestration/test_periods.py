"""What a run of the orchestrator reads, by its partition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kustomer_dagster.periods import Period, current_month, period_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_the_current_month_goes_on_from_the_organisations_state() -> None:
    assert period_of("2026-11", NOW) == Period("present", {})


@pytest.mark.parametrize(
    ("month", "start", "end"),
    [("2026-10", "2026-10-01", "2026-11-01"), ("2025-12", "2025-12-01", "2026-01-01")],
)
def test_an_earlier_month_has_both_bounds_and_a_state_of_its_own(
    month: str, start: str, end: str
) -> None:
    period = period_of(month, NOW)
    assert period == Period(month, {"start_date": start, "end_date": end})
    assert period.is_past


def test_months_are_those_of_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert current_month(datetime(2026, 12, 1, 1, tzinfo=east)) == "2026-11"
