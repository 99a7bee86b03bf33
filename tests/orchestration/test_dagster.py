"""The example for Dagster in Dagster itself, which has an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "dagster"
PYTHON = ROOT / ".venv" / "dagster" / "bin" / "python"
CHART = ROOT / ".venv" / "chart" / "dagster"
HELM = shutil.which("helm")

# The environment that the chart gives to each of its containers.
POD = {
    "DAGSTER_HOME": "/home",
    "DAGSTER_PG_PASSWORD": "secret",
    "DAGSTER_K8S_INSTANCE_CONFIG_MAP": "instance",
    "DAGSTER_K8S_PG_PASSWORD_SECRET": "postgres",
    "DAGSTER_K8S_PIPELINE_RUN_ENV_CONFIGMAP": "variables",
}

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

# A script that prints the requests of the schedule and the sensor, for one known organisation.
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

# Where the tap and the target run.
FOLDER = """
from kustomer_dagster import definitions as location
location.Pipe.run = lambda pipe, *_: print(pipe.folder) or {"error": None}
location._sync("acme", "2026-11", set())
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


def check_config(module: str, name: str, config: dict[str, Any], **environment: str) -> None:
    run(CONFIG, module, name, json.dumps(config), **environment)


def limits_of(file: Path) -> Any:
    return yaml.safe_load(file.read_text())["concurrency"]["runs"]["tag_concurrency_limits"]


def test_new_organisations_are_read_at_once_and_all_of_them_every_hour() -> None:
    found = json.loads(run(TICKS))
    assert [place.partition("|")[2] for place in found["new"]] == ["acme", "globex"]
    assert found["again"] == 0
    assert sorted(found["hourly"]) == ["2026-12|acme", "2026-12|globex"]
    assert "conversations_and_messages" in found["groups"]


def test_the_settings_may_be_in_a_folder_where_nothing_can_be_written(tmp_path: Path) -> None:
    settings = tmp_path / "settings" / "organizations.toml"
    settings.parent.mkdir()
    settings.write_text((EXAMPLE / "organizations.toml").read_text())
    states = f"sqlite:///{tmp_path}/states.db"

    folder = run(
        FOLDER,
        KUSTOMER_SETTINGS=str(settings),
        KUSTOMER_STATES_URL=states,
        KUSTOMER_API_KEY_ACME="a key",
    )

    assert folder.strip() == str(EXAMPLE)
    assert list(settings.parent.iterdir()) == [settings]


@pytest.mark.parametrize("folder", [".", "celery"])
def test_dagster_takes_the_instance(folder: str) -> None:
    instance = json.loads(run(INSTANCE, str(EXAMPLE / folder)))
    (limit,) = instance["concurrency"]["runs"]["tag_concurrency_limits"]
    assert limit["limit"] == 1
    assert instance["telemetry"] == {"enabled": False}


def test_celery_takes_the_runs() -> None:
    launcher = yaml.safe_load((EXAMPLE / "celery" / "dagster.yaml").read_text())["run_launcher"]
    check_config(launcher["module"], launcher["class"], launcher["config"])


def test_workers_of_celery_listen_where_the_launcher_puts_the_runs() -> None:
    launcher = yaml.safe_load((EXAMPLE / "celery" / "dagster.yaml").read_text())["run_launcher"]
    worker = yaml.safe_load((EXAMPLE / "celery" / "worker.yaml").read_text())["execution"]["config"]
    places = {name: launcher["config"][name] for name in ("broker", "backend")}
    assert worker.items() >= places.items()
    command = f"-q {launcher['config']['default_queue']} -y celery/worker.yaml"
    assert command in (EXAMPLE / "README.md").read_text()


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
    assert limits == limits_of(EXAMPLE / "dagster.yaml")


@pytest.mark.skipif(
    HELM is None or not CHART.exists(), reason="needs Helm and `make .venv/chart/.complete`"
)
def test_the_chart_of_dagster_makes_of_the_values_what_the_example_needs(tmp_path: Path) -> None:
    file = EXAMPLE / "kubernetes" / "values.yaml"
    schema = json.loads((CHART / "values.schema.json").read_text(), object_hook=without_web)
    values = merged(
        yaml.safe_load((CHART / "values.yaml").read_text()), yaml.safe_load(file.read_text())
    )
    Draft7Validator(schema).validate(values)

    found = rendered(file)

    # Each run is a pod, and Dagster takes the instance with its limit for each organisation.
    (tmp_path / "dagster.yaml").write_text(
        found["ConfigMap", "kustomer-dagster-instance"]["data"]["dagster.yaml"]
    )
    instance = json.loads(run(INSTANCE, str(tmp_path), **POD))
    launcher = instance["run_launcher"]
    check_config(launcher["module"], launcher["class"], launcher["config"], **POD)
    limits = instance["run_coordinator"]["config"]["tag_concurrency_limits"]
    assert limits == limits_of(EXAMPLE / "dagster.yaml")
    assert instance["run_retries"]["max_retries"] == 2

    # The server of the code is found where it listens, and runs get its settings and keys.
    (server,) = yaml.safe_load(
        found["ConfigMap", "kustomer-dagster-workspace-yaml"]["data"]["workspace.yaml"]
    )["load_from"]
    ports = found["Service", server["grpc_server"]["host"]]["spec"]["ports"]
    assert [port["port"] for port in ports] == [server["grpc_server"]["port"]]
    name = "kustomer-dagster-user-deployments-kustomer"
    (container,) = found["Deployment", name]["spec"]["template"]["spec"]["containers"]
    assert container["args"][:3] == ["dagster", "api", "grpc"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    context = json.loads(variables["DAGSTER_CLI_API_GRPC_CONTAINER_CONTEXT"])["k8s"]
    assert context["env_secrets"] == ["kustomer"]
    assert context["volume_mounts"] == container["volumeMounts"]
    (settings,) = context["env_config_maps"]
    folder = container["volumeMounts"][0]["mountPath"]
    assert found["ConfigMap", settings]["data"]["KUSTOMER_SETTINGS"].startswith(f"{folder}/")


def without_web(schema: dict[str, Any]) -> dict[str, Any]:
    """Remove references to Kubernetes' own schemas on the web."""
    return {
        name: value
        for name, value in schema.items()
        if name != "$ref" or not str(value).startswith("https://")
    }


def merged(values: Any, more: Any) -> Any:
    """Change values of a chart as Helm does."""
    if isinstance(values, dict) and isinstance(more, dict):
        return values | {name: merged(values.get(name), value) for name, value in more.items()}
    return more


def rendered(values: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """What Kubernetes gets, by kind and name."""
    assert HELM is not None
    # The chart's schema points to another one on the web, so it is checked above.
    done = subprocess.run(  # noqa: S603
        [HELM, "template", "kustomer", CHART, "--skip-schema-validation", "--values", values],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    documents = filter(None, yaml.safe_load_all(done.stdout))
    return {(each["kind"], each["metadata"]["name"]): each for each in documents}


def snake_case(values: dict[str, Any]) -> dict[str, Any]:
    """Name values of the chart as Dagster does."""
    return {
        "".join(f"_{each.lower()}" if each.isupper() else each for each in name): value
        for name, value in values.items()
    }
