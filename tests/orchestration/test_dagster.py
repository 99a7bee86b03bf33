"""The example for Dagster in Dagster itself, which has an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "dagster"
PYTHON = ROOT / ".venv" / "dagster" / "bin" / "python"

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs `make .venv/dagster/.complete`"),
]

# Prints what an instance is configured to, or fails as Dagster does.
INSTANCE = """
import json, sys
from dagster._core.instance.config import dagster_instance_config
print(json.dumps(dagster_instance_config(sys.argv[1])[0]))
"""

# Prints whether a class takes a configuration.
CONFIG = """
import importlib, json, sys
from dagster._config import Shape, validate_config
module, name, config = sys.argv[1:]
kind = getattr(importlib.import_module(module), name).config_type()
result = validate_config(Shape(kind) if isinstance(kind, dict) else kind, json.loads(config))
sys.exit("; ".join(error.message for error in result.errors or ()) or 0)
"""

# What the schedule and the sensor ask for, with an instance that knows one organisation.
TICKS = """
import json, dagster as dg
from datetime import datetime, UTC
from kustomer_dagster import definitions as location
with dg.instance_for_test() as instance:
    def evaluated():
        context = dg.build_sensor_context(instance, definitions=location.definitions)
        return location.organizations(context)
    found = evaluated()
    for request in found.dynamic_partitions_requests:
        instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
    again = evaluated()
    at = datetime(2026, 12, 1, tzinfo=UTC)
    context = dg.build_schedule_context(instance, scheduled_execution_time=at)
    hourly = location.hourly(context)
print(json.dumps({
    "new": [request.partition_key for request in found.run_requests],
    "again": len(again.run_requests) + len(again.dynamic_partitions_requests),
    "hourly": [request.partition_key for request in hourly],
    "groups": sorted({spec.group_name for spec in location.kustomer.specs}),
}))
"""


def run(code: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603
        [str(PYTHON), "-W", "ignore", "-c", code, *arguments],
        cwd=EXAMPLE,
        env={**os.environ, **environment, "DAGSTER_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_config(module: str, name: str, config: dict[str, Any]) -> None:
    run(CONFIG, module, name, json.dumps(config))


def test_new_organisations_are_read_at_once_and_all_of_them_every_hour() -> None:
    found = json.loads(run(TICKS))
    assert [place.partition("|")[2] for place in found["new"]] == ["acme", "globex"]
    assert found["again"] == 0
    assert sorted(found["hourly"]) == ["2026-12|acme", "2026-12|globex"]
    assert "conversations_and_messages" in found["groups"]


@pytest.mark.parametrize("folder", [".", "celery"])
def test_dagster_takes_the_instance(folder: str) -> None:
    instance = json.loads(run(INSTANCE, str(EXAMPLE / folder)))
    (limit,) = instance["concurrency"]["runs"]["tag_concurrency_limits"]
    assert limit["limit"] == 1
    assert instance["telemetry"] == {"enabled": False}


def test_celery_takes_the_runs() -> None:
    launcher = yaml.safe_load((EXAMPLE / "celery" / "dagster.yaml").read_text())["run_launcher"]
    check_config(launcher["module"], launcher["class"], launcher["config"])


def test_kubernetes_takes_the_runs_with_a_limit_for_each_organisation() -> None:
    values = yaml.safe_load((EXAMPLE / "kubernetes" / "values.yaml").read_text())
    launcher = snake_case(values["runLauncher"]["config"]["k8sRunLauncher"])
    # The chart fills in what Dagster needs besides.
    needed = {"service_account_name": "", "instance_config_map": "", "dagster_home": ""}
    check_config("dagster_k8s.launcher", "K8sRunLauncher", {**launcher, **needed})
    queue = values["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    limits = queue.pop("tagConcurrencyLimits")
    # The chart passes the limits on as they are.
    check_config(
        "dagster._core.run_coordinator.queued_run_coordinator",
        "QueuedRunCoordinator",
        {**snake_case(queue), "tag_concurrency_limits": limits},
    )
    instance = yaml.safe_load((EXAMPLE / "dagster.yaml").read_text())
    assert limits == instance["concurrency"]["runs"]["tag_concurrency_limits"]


def snake_case(values: dict[str, Any]) -> dict[str, Any]:
    """Name values of the chart as Dagster does."""
    return {
        "".join(f"_{each.lower()}" if each.isupper() else each for each in name): value
        for name, value in values.items()
    }
