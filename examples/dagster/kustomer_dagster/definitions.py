"""The code location: assets, jobs, the schedule, and the sensor for new organisations."""

# No `from __future__ import annotations`: Dagster looks at the types of arguments.

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from kustomer_dagster.periods import MONTH, current_month, period_of
from kustomer_dagster.pipes import Pipe, PipeError
from kustomer_dagster.settings import SettingsError, key_name, load_settings, without_keys
from kustomer_dagster.states import States
from kustomer_dagster.streams import Stream, load_streams, parents_of
from kustomer_dagster.summaries import COMPLETE, outcomes

FOLDER = Path(__file__).parents[1]
FILE = Path(os.environ.get("KUSTOMER_SETTINGS", FOLDER / "organizations.toml"))
STREAMS = load_streams()
PARENTS = parents_of(STREAMS.values())

ORGANIZATIONS = dg.DynamicPartitionsDefinition(name="organizations")
PARTITIONS = dg.MultiPartitionsDefinition(
    {
        "organization": ORGANIZATIONS,
        # The current month is a partition too.
        "month": dg.MonthlyPartitionsDefinition(
            load_settings(FILE).first_month, fmt=MONTH, end_offset=1
        ),
    }
)

CHECK = "complete"

# Lets a run that keeps tables up to date overtake backfills that wait for the same organisation.
URGENT = {"dagster/priority": "1"}


def _asset(stream: Stream) -> dg.AssetSpec:
    derived = "".join(f"\n* `{name}`: {row}" for name, row in stream.derived.items())
    return dg.AssetSpec(
        stream.name,
        description=stream.description + (f"\n\nDerived tables:\n{derived}" if derived else ""),
        group_name="_".join(stream.group.lower().split()),
        partitions_def=PARTITIONS,
        # A stream that the key may not read is left out.
        skippable=True,
        metadata={
            "key": stream.key,
            "dagster/column_schema": dg.TableSchema(
                [
                    dg.TableColumn(each["name"], each["type"], each["description"])
                    for each in stream.columns
                ]
            ),
        },
    )


@dg.multi_asset(
    specs=[_asset(stream) for stream in STREAMS.values()],
    # One check for each asset: every check costs events in each run.
    check_specs=[
        dg.AssetCheckSpec(CHECK, asset=name, description="Kustomer gave all rows that it counts.")
        for name in STREAMS
    ],
    can_subset=True,
)
def kustomer(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Read the selected streams of one organisation, and load them."""
    keys = PARTITIONS.get_partition_key_from_str(context.partition_key).keys_by_dimension
    wanted = {key.to_user_string() for key in context.selected_asset_keys}
    try:
        summary = _sync(keys["organization"], keys["month"], wanted)
    except (PipeError, SettingsError) as error:
        raise dg.Failure(str(error)) from None
    run = {name: summary[name] for name in ("rows", "requests", "rate_limited")}
    for name, outcome in outcomes(summary, PARENTS).items():
        metadata = {"status": outcome.status, **outcome.figures, "run": run}
        check = dg.AssetCheckResult(
            asset_key=name,
            check_name=CHECK,
            passed=outcome.status == COMPLETE,
            severity=dg.AssetCheckSeverity.ERROR
            if outcome.is_fault
            else dg.AssetCheckSeverity.WARN,
            description=outcome.reason or None,
            # Dagster stores it with each event, so it is not repeated in the one below.
            metadata=None if outcome.is_loaded else metadata,
        )
        if outcome.is_loaded:
            yield dg.MaterializeResult(asset_key=name, metadata=metadata, check_results=[check])
        else:
            yield check
    if summary["error"]:
        raise dg.Failure(summary["error"], metadata=run)


def _sync(organization: str, month: str, wanted: set[str]) -> dict[str, Any]:
    """Run the tap and the target, from the last state; return the summary."""
    settings = load_settings(FILE)
    if (api_key := dg.EnvVar(key_name(organization)).get_value()) is None:
        raise SettingsError(
            f"Organisation {organization} has no API key: set {key_name(organization)}"
        )
    period = period_of(month, datetime.now(UTC))
    pipe = Pipe(
        folder=FOLDER,
        tap=settings.tap.command,
        tap_settings={**settings.tap_settings(organization), **period.settings},
        api_key=api_key,
        target=settings.target.command,
        target_settings=settings.target.settings_for(organization),
        environment=without_keys(os.environ),
    )
    states = _states()
    summary = pipe.run(
        wanted,
        PARENTS,
        states.load(organization, period.name),
        lambda state: states.save(organization, period.name, state),
    )
    if period.is_past and not summary["error"]:
        # So that a later run for that month reads it again.
        states.forget(organization, period.name)
    return summary


def _states() -> States:
    if url := dg.EnvVar("KUSTOMER_STATES_URL").get_value():
        return States(url)
    data = FOLDER / "data"
    data.mkdir(exist_ok=True)
    return States(f"sqlite:///{data}/states.db?timeout=60")


present = dg.define_asset_job(
    "present",
    selection=[stream.name for stream in STREAMS.values() if stream.selected],
    description="Bring an organisation up to date: the partition of the current month.",
    tags=URGENT,
)

history = dg.define_asset_job(
    "history",
    selection=[stream.name for stream in STREAMS.values() if stream.selected and stream.windowed],
    description="Read earlier months of an organisation, from the streams that are read by time.",
)


def _request(organization: str, month: str) -> dg.RunRequest:
    return dg.RunRequest(
        job_name=present.name,
        partition_key=dg.MultiPartitionKey({"organization": organization, "month": month}),
        tags=URGENT,
    )


@dg.schedule(
    job=present,
    cron_schedule="0 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def hourly(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """Bring every organisation up to date, unless such a run of it is unfinished."""
    month = current_month(context.scheduled_execution_time)
    unfinished = context.instance.get_run_records(
        dg.RunsFilter(
            tags={"dagster/partition/month": month},
            statuses=[
                dg.DagsterRunStatus.QUEUED,
                dg.DagsterRunStatus.NOT_STARTED,
                dg.DagsterRunStatus.STARTING,
                dg.DagsterRunStatus.STARTED,
            ],
        )
    )
    busy = {record.dagster_run.tags.get("dagster/partition/organization") for record in unfinished}
    known = context.instance.get_dynamic_partitions("organizations")
    return [_request(organization, month) for organization in known if organization not in busy]


@dg.sensor(
    job=present,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def organizations(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Add and remove organisations as in the settings file, and read the new ones at once."""
    named = set(load_settings(FILE).organizations)
    known = set(context.instance.get_dynamic_partitions("organizations"))
    new, gone = sorted(named - known), sorted(known - named)
    return dg.SensorResult(
        run_requests=[_request(each, current_month(datetime.now(UTC))) for each in new],
        dynamic_partitions_requests=[
            *([ORGANIZATIONS.build_add_request(new)] if new else []),
            *([ORGANIZATIONS.build_delete_request(gone)] if gone else []),
        ],
    )


definitions = dg.Definitions(
    assets=[kustomer],
    jobs=[present, history],
    schedules=[hourly],
    sensors=[organizations],
    # A run has one step, so it needs no process beside its own.
    executor=dg.in_process_executor,
)
