"""One run of `tap | target` in the example for Dagster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from kustomer_dagster.pipes import Pipe, PipeError

if TYPE_CHECKING:
    from pathlib import Path

# Writes what it was given as its state, and a summary.
TAP = """
import json, os, sys
def given(name):
    return json.load(open(sys.argv[sys.argv.index(name) + 1])) if name in sys.argv else None
if "--discover" in sys.argv:
    if os.environ["TAP_KUSTOMER_API_KEY"] == "wrong":
        sys.exit("12:00 | ERROR | tap | The key is wrong")
    print(json.dumps({"streams": []}))
    sys.exit()
config = json.load(open(sys.argv[4]))
print(json.dumps({"state": given("--state"), "key": os.environ["TAP_KUSTOMER_API_KEY"]}))
json.dump({"error": config.get("error"), "streams": []}, open(config["summary_path"], "w"))
"""
# Prints what it gets, and something else.
TARGET = """
import json, os, sys
config = json.load(open(sys.argv[2]))
assert "TAP_KUSTOMER_API_KEY" not in os.environ
for line in sys.stdin:
    print(line, flush=True)
sys.exit(config["exit_code"])
"""


def run(
    folder: Path,
    *,
    api_key: str = "right",
    exit_code: int = 0,
    state: dict[str, Any] | None = None,
    saved: list[dict[str, Any]],
) -> dict[str, Any]:
    pipe = Pipe(
        folder=folder,
        tap=[sys.executable, "-c", TAP],
        tap_settings={},
        api_key=api_key,
        target=[sys.executable, "-c", TARGET],
        target_settings={"exit_code": exit_code},
        environment={},
    )
    return pipe.run({"messages"}, {}, state, saved.append)


def test_what_the_target_prints_is_saved_and_the_summary_returned(tmp_path: Path) -> None:
    saved: list[dict[str, Any]] = []
    assert run(tmp_path, state={"bookmarks": {}}, saved=saved)["error"] is None
    assert saved == [{"state": {"bookmarks": {}}, "key": "right"}]


def test_a_state_is_saved_even_if_the_target_fails(tmp_path: Path) -> None:
    saved: list[dict[str, Any]] = []
    with pytest.raises(PipeError, match="target has ended with exit code 3"):
        run(tmp_path, exit_code=3, saved=saved)
    assert saved


def test_a_wrong_key_ends_the_run_with_what_the_tap_says(tmp_path: Path) -> None:
    with pytest.raises(PipeError, match=r"^The key is wrong$"):
        run(tmp_path, api_key="wrong", saved=[])
