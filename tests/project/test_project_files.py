"""The files around the tap agree with it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tap_kustomer.config import SCHEMA, settings_from
from tap_kustomer.tap import TapKustomer

ROOT = Path(__file__).parents[2]
OWN: dict[str, dict[str, Any]] = SCHEMA["properties"]
REQUIREMENTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-demo.txt",
    "requirements-dbt.txt",
    "requirements-dagster.txt",
    "requirements-docs.txt",
)
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def all_settings() -> dict[str, dict[str, Any]]:
    """The tap's settings and those that the SDK adds."""
    schema = copy.deepcopy(SCHEMA)
    TapKustomer.append_builtin_config(schema)
    properties: dict[str, dict[str, Any]] = schema["properties"]
    return properties


def meltano_project(path: str) -> dict[str, Any]:
    project = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    assert isinstance(project, dict)
    return project


@pytest.fixture(params=["meltano.yml", "examples/meltano/meltano.yml"])
def plugins(request: pytest.FixtureRequest) -> dict[str, list[dict[str, Any]]]:
    """The plugins of a Meltano project: this repository's, and the one that users copy."""
    found = meltano_project(request.param)["plugins"]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def entry(plugins: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The tap's entry in a Meltano project."""
    (found,) = plugins["extractors"]
    return found


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_for_issues_is_what_github_accepts(form: Path) -> None:
    content = yaml.safe_load(form.read_text(encoding="utf-8"))

    assert {"name", "description", "body"} <= content.keys()
    for element in content["body"]:
        needed = "value" if element["type"] == "markdown" else "label"
        assert needed in element["attributes"]


# Meltano. What it knows of each setting is generated, and `test_docs.py` keeps it fresh.


def test_meltano_knows_every_setting(entry: dict[str, Any]) -> None:
    assert [setting["name"] for setting in entry["settings"]] == list(all_settings())


def test_what_docs_add_to_the_project_that_users_copy_fits_it() -> None:
    page = (ROOT / "docs" / "meltano.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)]
    known = {
        plugin["name"]: {setting["name"] for setting in plugin["settings"]}
        for group in meltano_project("examples/meltano/meltano.yml")["plugins"].values()
        for plugin in group
    }
    added = [
        (plugin.get("inherit_from", plugin["name"]), set(plugin.get("config", ())))
        for block in blocks
        for plugins in (
            block.get("plugins", {}),
            *(each.get("config", {}).get("plugins", {}) for each in block.get("environments", ())),
        )
        for group in ("extractors", "loaders")
        for plugin in plugins.get(group, ())
    ]
    assert len(added) >= 4
    assert [
        (name, sorted(given - known[name])) for name, given in added if given - known[name]
    ] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("api_key", "string"),
        ("region", "options"),
        ("start_date", "date_iso8601"),
        ("page_size", "integer"),
        ("strict_counts", "boolean"),
        ("stream_maps", "object"),
    ],
)
def test_meltano_knows_what_kind_a_setting_is(entry: dict[str, Any], name: str, kind: str) -> None:
    (setting,) = [setting for setting in entry["settings"] if setting["name"] == name]
    assert setting["kind"] == kind
    assert setting.get("sensitive", False) == (name == "api_key")
    assert [each["value"] for each in setting.get("options", [])] == OWN.get(name, {}).get(
        "enum", []
    )


def test_meltano_asks_for_what_is_required(entry: dict[str, Any]) -> None:
    assert entry["settings_group_validation"] == [
        ["api_key"],
        ["client_id", "organization", "refresh_token"],
        ["client_id", "organization", "token_path"],
    ]


def test_meltano_selects_what_the_tap_selects(entry: dict[str, Any]) -> None:
    assert entry["select"][0] == "*.*"
    assert "!satisfaction_responses.*" in entry["select"]
    assert "!satisfaction_response_answers.*" in entry["select"]
    assert "!conversations.*" not in entry["select"]


def test_meltano_discovers_the_catalog_again_in_each_run(entry: dict[str, Any]) -> None:
    assert entry["use_cached_catalog"] is False


def test_meltano_knows_what_the_tap_can_do(entry: dict[str, Any]) -> None:
    assert {"batch", "catalog", "discover", "state", "stream-maps"} <= set(entry["capabilities"])


def test_meltano_needs_no_hub(plugins: dict[str, list[dict[str, Any]]]) -> None:
    for plugin in (plugin for kind in plugins.values() for plugin in kind):
        assert "namespace" in plugin
        assert "variant" not in plugin


def test_meltano_installs_nothing_in_this_repository() -> None:
    # Meltano resolves what it installs, so it would install other releases next month.
    plugins = meltano_project("meltano.yml")["plugins"]
    assert not [plugin for kind in plugins.values() for plugin in kind if "pip_url" in plugin]


def test_the_project_that_users_copy_names_no_file_of_this_repository() -> None:
    folder = ROOT / "examples" / "meltano"
    text = (folder / "meltano.yml").read_text(encoding="utf-8")
    assert "requirements" not in text
    assert "examples" not in text
    assert (folder / "plugins" / "target-duckdb").exists()


# Examples


def test_the_sample_configuration_is_valid() -> None:
    settings_from(json.loads((ROOT / "sample_config.json").read_text(encoding="utf-8")))


# Requirements


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    requirements = [
        number for number, line in enumerate(lines) if not line.startswith((" ", "#")) and line
    ]
    assert requirements
    for number in requirements:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[^\s;]+", lines[number])
        assert lines[number + 1].startswith("    --hash=sha256:")


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_hold_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ ", text)


# Tests


def test_no_two_test_files_have_the_same_name() -> None:
    # pytest can't collect both.
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
