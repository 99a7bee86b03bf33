"""What the command says about itself."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.command_in_process import run_command
from support.singer_output import finish
from support.tap_process import environment, start
from tap_kustomer.config import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def about(new_directory: Callable[[], Path]) -> dict[str, Any]:
    run = run_command("--about", "--format=json", cwd=new_directory())
    assert run.code == 0, run.log
    found: dict[str, Any] = json.loads(run.output)
    return found


def test_about_lists_every_setting(about: dict[str, Any]) -> None:
    settings = about["settings"]["properties"]

    assert SCHEMA["properties"].keys() <= settings.keys()
    assert {"stream_maps", "flattening_enabled", "flattening_max_depth"} <= settings.keys()
    assert settings["api_key"]["secret"] is True
    # A person who signs in has no key.
    assert "required" not in about["settings"]


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


def test_about_in_markdown_is_a_page_with_a_table_of_the_settings(tmp_path: Path) -> None:
    run = run_command("--about", "--format=markdown", cwd=tmp_path)
    lines = run.output.decode().splitlines()

    assert lines[0] == "# tap-kustomer"
    assert "* Python: 3.11, 3.12, 3.13, 3.14" in lines
    rows = [line for line in lines if line.startswith("| ")]
    assert {row.count(" | ") for row in rows} == {2}
    assert any(row.startswith("| `api_key` | ") for row in rows)
    assert any(row.startswith("| `strict_counts` | `false` | ") for row in rows)
    assert any(row.startswith("| `batch_config.storage.root` |  | ") for row in rows)
    assert "None" not in run.output.decode()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("tap-kustomer --disc", "plain,--discover"), ("tap-kustomer --config conf", "file,conf")],
)
def test_a_shell_completes_options_and_the_names_of_files(typed: str, offered: str) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}

    run = finish(start(env=environment(_TAP_KUSTOMER_COMPLETE="bash_complete", **words)))

    assert run.code == 0, run.log
    assert run.output.decode().splitlines() == [offered]
