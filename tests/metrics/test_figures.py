"""The models give, to the row, the figures that plain Python computes from the sandbox."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from support.metrics_figures import FIGURES, figures
from support.warehouse import Dbt, in_duckdb, reports_with_package

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from pathlib import Path

    from support.metrics_oracle import Activity, Oracle
    from support.warehouse import Warehouse


def measured(rows: list[dict[str, Any]], *key: str) -> dict[Hashable, dict[str, float | None]]:
    """The metrics of each row that has any, by its dimensions."""
    return {
        tuple(row[name] for name in key): {
            name: None if row[name] is None else float(row[name]) for name in FIGURES if name in row
        }
        for row in rows
    }


def differences(
    found: dict[Hashable, dict[str, float | None]],
    expected: dict[Hashable, dict[str, float | None]],
) -> list[str]:
    """Where two sets of figures differ by more than rounding."""
    return [
        f"{key} {name}: {one} instead of {other}"
        for key, metrics in expected.items()
        for name, other in metrics.items()
        if name in found[key]
        for one in [found[key][name]]
        if (one is None) != (other is None)
        or (one is not None and other is not None and not math.isclose(one, other))
    ]


DIMENSIONS: dict[str, Callable[[Oracle, Activity], Iterable[Hashable]]] = {
    "day": lambda oracle, one: [(oracle.day(one.at),)],
    "channel": lambda _, one: [(one.channel,)],
    "brand_id": lambda _, one: [(one.brand,)],
    "queue_id": lambda _, one: [(one.queue,)],
    "user_id": lambda _, one: [(one.user,)],
    "team_id": lambda _, one: [(team,) for team in one.teams],
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_each_metric_equals_the_oracle_by_each_dimension(
    warehouse: Warehouse, oracle: Oracle, dimension: str
) -> None:
    found = measured(warehouse.query(f"from metrics.by_{dimension}"), dimension)
    expected = figures(oracle.activities(), lambda one: DIMENSIONS[dimension](oracle, one))
    assert found.keys() == expected.keys()
    assert not differences(found, expected)


def test_each_metric_of_all_activities_equals_the_oracle(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    found = measured(warehouse.query("from metrics.overall"))
    assert not differences(found, figures(oracle.activities(), lambda _: [()]))


def test_weekdays_and_hours_are_those_of_the_time_zone(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for one in oracle.activities():
        if one.name == "message_in":
            local = one.at.astimezone(oracle.zone)
            counts[local.isoweekday(), local.hour] += 1
    rows = warehouse.query("from metrics.by_weekday_hour where inbound_messages > 0")
    assert {(row["weekday"], row["hour"]): row["inbound_messages"] for row in rows} == counts


def test_a_range_counts_whole_days_of_its_own_time_zone(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    zone = ZoneInfo("America/New_York")
    first, last = oracle.range_of_days
    within = [one for one in oracle.activities() if first <= one.at.astimezone(zone).date() <= last]
    expected = figures(within, lambda one: [(one.channel, team) for team in one.teams])
    found = measured(warehouse.query("from metrics.in_range"), "channel", "team_id")
    assert found.keys() == expected.keys()
    assert not differences(found, expected)


# The metrics of agents and teams.
WORK = {"message_out", "first_response", "first_done", "last_done", "handled", "rating"}


def test_days_of_agents_are_those_of_people(warehouse: Warehouse, oracle: Oracle) -> None:
    people = oracle.people()
    done = [one for one in oracle.activities() if one.name in WORK and one.user in people]
    expected = figures(done, lambda one: [(one.user, oracle.day(one.at))])
    found = measured(warehouse.query("from metrics.agent_days"), "user_id", "day")
    assert found.keys() == expected.keys()
    assert not differences(found, expected)


def test_days_of_teams_count_each_of_their_members(warehouse: Warehouse, oracle: Oracle) -> None:
    done = [one for one in oracle.activities() if one.name in WORK]
    expected = figures(done, lambda one: [(team, oracle.day(one.at)) for team in one.teams])
    found = measured(warehouse.query("from metrics.team_days"), "team_id", "day")
    assert found.keys() == expected.keys()
    assert not differences(found, expected)


def test_each_sla_metric_has_the_state_that_the_oracle_expects(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    rows = warehouse.query("from metrics.sla_states")
    found = {(row["conversation_id"], row["metric"], row["state"]) for row in rows}
    assert len(found) == len(rows)
    assert found == oracle.sla_states()


def test_attainment_adds_up_to_the_states(warehouse: Warehouse) -> None:
    (found,) = warehouse.query("""
        select sum(conversations) as a, sum(achieved) as b, sum(breached) as c, sum(pending) as d
        from metrics.sla_attainment
    """)
    (expected,) = warehouse.query("""
        select
            count(*) as a,
            count_if(state = 'achieved') as b,
            count_if(state = 'breached') as c,
            count_if(state = 'pending') as d
        from metrics.sla_states
    """)
    assert found == expected


def test_the_backlog_is_what_waited_at_the_end_of_each_day(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    rows = warehouse.query("""
        select day, sum(open_conversations) as open, sum(snoozed_conversations) as snoozed
        from metrics.backlog_days
        group by day
        having open <> 0 or snoozed <> 0
    """)
    found = {row["day"]: (row["open"], row["snoozed"]) for row in rows}
    assert found == oracle.backlog(oracle.day(oracle.now))


def test_tags_and_shortcuts_are_counted_as_they_are_now(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    tags = warehouse.query("""
        select tag_id, day, sum(conversations) as count from metrics.tag_days group by 1, 2
    """)
    assert {(row["tag_id"], row["day"]): row["count"] for row in tags} == oracle.tag_days()
    shortcuts = warehouse.query("""
        select shortcut_id, user_id, sum(messages) as count
        from metrics.shortcut_usage
        group by 1, 2
    """)
    found = {(row["shortcut_id"], row["user_id"]): row["count"] for row in shortcuts}
    assert found == oracle.shortcut_usage()


def test_queues_have_the_items_that_came_into_them(warehouse: Warehouse, oracle: Oracle) -> None:
    rows = warehouse.query(
        "select queue_id, sum(items) as count from metrics.queue_days group by 1"
    )
    counts: dict[str | None, int] = defaultdict(int)
    for one in oracle.activities():
        if one.name == "queued":
            counts[one.queue] += 1
    assert {row["queue_id"]: row["count"] for row in rows} == counts


def test_each_conversation_and_each_message_has_one_row(
    warehouse: Warehouse, oracle: Oracle
) -> None:
    for table, kind in (("conversations", "conversation"), ("messages", "message")):
        rows = warehouse.query(f"select id from metrics.{table}")  # noqa: S608
        assert sorted(row["id"] for row in rows) == sorted(
            one["id"] for one in oracle.resources[kind]
        )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("variables", "zone"),
    [("kustomer: {kustomer_time_zone: Asia/Tokyo}", "Asia/Tokyo"), ("kustomer: {}", None)],
)
def test_a_model_of_another_project_counts_by_the_days_that_the_project_sets(
    warehouse: Warehouse, tmp_path: Path, variables: str, zone: str | None
) -> None:
    file = warehouse.copy_to(tmp_path)
    project = reports_with_package(tmp_path)
    declared = project / "dbt_project.yml"
    before, after = declared.read_text().split("vars:\n")
    _, models = after.split("models:\n")
    declared.write_text(f"{before}vars:\n  {variables}\nmodels:\n{models}")
    dbt = Dbt(tmp_path, {}, in_duckdb(file))
    dbt("compile", "--select", "by_day", project=project)
    query = (tmp_path / "target/compiled/reports/models/by_day.sql").read_text()
    assert (f"at time zone '{zone}'" in query) == (zone is not None)
    assert ("at time zone" in query) == (zone is not None)


@pytest.mark.thorough
def test_the_tests_of_the_package_pass_in_a_project_that_sets_each_variable_otherwise(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    file = warehouse.copy_to(tmp_path)
    chosen = {
        "kustomer_time_zone": "Pacific/Kiritimati",
        "kustomer_hours": "calendar",
        "kustomer_message_clock": "sent",
        "kustomer_rating_clock": "updated",
        "kustomer_reopen_count": "reopen_from_done_count",
        "kustomer_teams": "now",
        "kustomer_handle_times": "conversation_times_v2",
        "kustomer_handle_time_unit": "milliseconds",
    }
    dbt = Dbt(tmp_path, chosen, in_duckdb(file))
    dbt("test", "--select", "test_type:unit")
