"""Discover, sync, and sync again from the state: the installed tap against a sandbox.

kustomer-sandbox run -- python .ci/round_trip.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# A module, run in a folder without the sources: this is the installed tap.
TAP = (sys.executable, "-m", "tap_kustomer", "--config", "ENV")


def main() -> None:
    """Run the tap three times and check what it writes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalog, state = folder / "catalog.json", folder / "state.json"
        catalog.write_bytes(output(folder, "--discover"))
        first = messages(output(folder, "--catalog", str(catalog)))
        state.write_text(json.dumps(first[-1]["value"]), encoding="utf-8")
        second = messages(output(folder, "--catalog", str(catalog), "--state", str(state)))
    streams = {message["stream"] for message in first if message["type"] == "SCHEMA"}
    print(f"{len(streams)} streams, {records(first)} rows, then {records(second)} from the state")
    if not records(second) < records(first):
        sys.exit("Expected fewer rows from the state than without one")
    bookmarks = first[-1]["value"]["bookmarks"]
    if not bookmarks.keys() <= second[-1]["value"]["bookmarks"].keys():
        sys.exit("Expected the second state to keep every stream of the first")


def output(folder: Path, *arguments: str) -> bytes:
    """Run the tap and return its standard output, byte for byte."""
    written = subprocess.run(  # noqa: S603
        [*TAP, *arguments], stdout=subprocess.PIPE, check=True, cwd=folder
    ).stdout
    if b"\r" in written:
        sys.exit("Expected lines that end with a line feed alone")
    return written


def messages(written: bytes) -> list[dict[str, Any]]:
    """Parse the messages of a run, the last of which has to be a STATE."""
    found = [json.loads(line) for line in written.decode("utf-8").splitlines()]
    if not found or found[-1]["type"] != "STATE":
        sys.exit("Expected a STATE at the end")
    return found


def records(found: list[dict[str, Any]]) -> int:
    """Count the rows."""
    return sum(message["type"] == "RECORD" for message in found)


if __name__ == "__main__":
    main()
