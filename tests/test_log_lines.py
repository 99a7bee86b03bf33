"""A log line is one line, and so is an error."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from support.command_in_process import run_command
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.log_lines import OneLineRecord

if TYPE_CHECKING:
    from pathlib import Path

ENDS = ["\n", "\r\n", "\v", "\f", "\x1c", "\x1b", "\0", "\x7f", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_an_error_is_one_line_whatever_it_quotes(end: str) -> None:
    assert str(TapKustomerError(f"klass a{end}b: no such path")) == "klass a b: no such path"


@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_a_log_line_is_one_line_whatever_it_quotes(end: str) -> None:
    record = OneLineRecord("tap", logging.INFO, "file", 1, "klass %s", (f"a{end}b",), None)

    assert record.getMessage() == "klass a b"


def test_other_characters_stay_as_they_are() -> None:
    name = "Zoë's 👩‍🚀 — 注文\u00a0№ 1"

    assert str(TapKustomerError(name)) == name


def test_the_command_logs_each_message_on_one_line(tmp_path: Path) -> None:
    # Nothing listens there.
    settings = {"api_key": "key", "api_url": "http://127.0.0.1:1", "max_retry_seconds": 0}
    (tmp_path / "config.json").write_text(json.dumps({**settings, "a\nb": 1}))
    run = run_command("--config", "config.json", "--discover", cwd=tmp_path)

    assert run.code == 1
    assert all(" | " in line for line in run.log.splitlines())
    assert "Setting a b is not known" in run.log
