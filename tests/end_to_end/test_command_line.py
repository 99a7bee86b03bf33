"""What the command says about itself."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from support.singer_output import finish
from support.tap_process import start
from tap_kustomer.config import SCHEMA


@pytest.fixture(scope="module")
def about() -> dict[str, Any]:
    run = finish(start("--about", "--format=json"))
    assert run.code == 0, run.log
    found: dict[str, Any] = json.loads(run.output)
    return found


def test_about_lists_every_setting(about: dict[str, Any]) -> None:
    settings = about["settings"]["properties"]

    assert SCHEMA["properties"].keys() <= settings.keys()
    assert {"stream_maps", "flattening_enabled", "flattening_max_depth"} <= settings.keys()
    assert settings["api_key"]["secret"] is True
    assert about["settings"]["required"] == ["api_key"]


def test_about_lists_the_formats_of_files_that_the_tap_writes(about: dict[str, Any]) -> None:
    encoding = about["settings"]["properties"]["batch_config"]["properties"]["encoding"]

    assert set(encoding["properties"]["format"]["enum"]) - {None} == {"jsonl", "parquet"}


def test_about_names_what_the_tap_can_do(about: dict[str, Any]) -> None:
    assert about["name"] == "tap-kustomer"
    assert {"catalog", "state", "discover", "about", "stream-maps", "schema-flattening"} <= set(
        about["capabilities"]
    )


def test_the_command_and_the_module_are_the_same_program() -> None:
    command = finish(start("--version"))
    module = finish(start("--version", command=(sys.executable, "-m", "tap_kustomer")))

    assert command.code == module.code == 0
    assert command.output == module.output
    assert command.output.startswith(b"tap-kustomer v")
