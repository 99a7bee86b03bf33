"""The files around the tap say what the tap says."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tap_kustomer.config import SCHEMA, settings_from
from tap_kustomer.streams import STREAMS
from tap_kustomer.tap import TapKustomer

ROOT = Path(__file__).parents[2]
OWN: dict[str, dict[str, Any]] = SCHEMA["properties"]
REQUIREMENTS = ("requirements-dev.txt", "requirements-demo.txt")


def all_settings() -> dict[str, dict[str, Any]]:
    """The tap's settings and those that the SDK adds."""
    schema = copy.deepcopy(SCHEMA)
    TapKustomer.append_builtin_config(schema)
    properties: dict[str, dict[str, Any]] = schema["properties"]
    return properties


def meltano_plugin(kind: str, name: str) -> dict[str, Any]:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (plugin,) = [one for one in project["plugins"][kind] if one["name"] == name]
    assert isinstance(plugin, dict)
    return plugin


def meltano_settings() -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in meltano_plugin("extractors", "tap-kustomer")["settings"]}


def kind_of(schema: dict[str, Any]) -> str:
    """The kind that Meltano has for such a setting."""
    if "string" not in schema["type"]:
        return next(str(kind) for kind in schema["type"] if kind != "null")
    if schema.get("format") == "date-time":
        return "date_iso8601"
    return "options" if "enum" in schema else "string"


# meltano.yml


def test_meltano_knows_every_setting() -> None:
    assert meltano_settings().keys() == all_settings().keys()


@pytest.mark.parametrize("name", all_settings())
def test_meltano_knows_what_kind_a_setting_is(name: str) -> None:
    setting, schema = meltano_settings()[name], all_settings()[name]
    assert setting["kind"] == kind_of(schema)
    assert setting.get("sensitive", False) == schema.get("secret", False)
    if setting["kind"] == "options":
        assert [option["value"] for option in setting["options"]] == schema["enum"]


@pytest.mark.parametrize("name", OWN)
def test_meltano_describes_a_setting_as_the_tap_does(name: str) -> None:
    setting = meltano_settings()[name]
    assert setting["label"] == OWN[name]["title"]
    assert setting["description"] == OWN[name]["description"]


def test_meltano_asks_for_what_is_required() -> None:
    groups = meltano_plugin("extractors", "tap-kustomer")["settings_group_validation"]
    assert groups == [SCHEMA["required"]]


def test_meltano_selects_what_the_tap_selects() -> None:
    costly = [stream for stream in STREAMS if not stream.selected_by_default]
    names = {stream.name for stream in costly}
    names |= {derived.name for stream in costly for derived in stream.derived}
    selected = set(meltano_plugin("extractors", "tap-kustomer")["select"])

    assert selected == {"*.*", *(f"!{name}.*" for name in names)}


def test_meltano_knows_what_the_tap_can_do() -> None:
    capabilities = meltano_plugin("extractors", "tap-kustomer")["capabilities"]
    assert sorted(capabilities) == sorted(str(one.value) for one in TapKustomer.capabilities)


@pytest.mark.parametrize("kind", ["extractors", "loaders"])
def test_meltano_needs_no_hub(kind: str) -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    for plugin in project["plugins"][kind]:
        assert "namespace" in plugin
        assert "variant" not in plugin


# Examples


def test_the_example_environment_names_every_setting() -> None:
    text = (ROOT / ".env.example").read_text()
    named = re.findall(r"^(?:# )?TAP_KUSTOMER_(\w+)=", text, re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in all_settings())


def test_the_example_environment_shows_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^# TAP_KUSTOMER_(\w+)=(.*)$", text, re.MULTILINE))
    defaults = {
        name: json.dumps(setting["default"])
        for name, setting in SCHEMA["properties"].items()
        if isinstance(setting.get("default"), bool | int)
    }
    assert {name: shown[name.upper()] for name in defaults} == defaults


def test_the_sample_configuration_names_every_setting_and_is_valid() -> None:
    sample = json.loads((ROOT / "sample_config.json").read_text())
    assert sample.keys() == all_settings().keys()
    settings_from(sample)


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
