"""What a run of the tap has written, and what every run owes to a target."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from support.singer_schemas import CANONICAL_TIME, validator
from support.tap_process import LONGEST_RUN, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

Message = dict[str, Any]
Record = dict[str, Any]
State = dict[str, Any]
Catalog = dict[str, Any]

SEARCHED = frozenset(
    {"companies", "conversations", "customers", "kobjects", "messages", "notes"}
)  # fmt: skip
LISTED = frozenset(
    {"brands", "klasses", "queues", "shortcuts", "slas", "tags", "teams", "users"}
)  # fmt: skip


@dataclass(frozen=True)
class Output:
    """What came of one run.

    Attributes:
        code: Its exit code.
        output: All that went to standard output.
        log: All that went to standard error.
    """

    code: int
    output: bytes
    log: str

    @cached_property
    def messages(self) -> list[Message]:
        """The messages; every line has to be one."""
        assert not self.output or self.output.endswith(b"\n"), "the last line is cut short"
        return [json.loads(line) for line in self.output.splitlines()]

    def of_type(self, kind: str) -> list[Message]:
        """The messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    @property
    def streams(self) -> set[str]:
        """The streams whose SCHEMA was written."""
        return {message["stream"] for message in self.of_type("SCHEMA")}

    def schema(self, stream: str) -> Message:
        """The SCHEMA message of a stream."""
        (message,) = (one for one in self.of_type("SCHEMA") if one["stream"] == stream)
        return message

    @cached_property
    def _records(self) -> dict[str, list[Record]]:
        records: dict[str, list[Record]] = {}
        for message in self.of_type("RECORD"):
            records.setdefault(message["stream"], []).append(message["record"])
        return records

    def records(self, stream: str) -> list[Record]:
        """The records of a stream, in the order of their arrival."""
        return self._records.get(stream, [])

    def counts(self) -> dict[str, int]:
        """How many records each stream has, those without any left out."""
        return {stream: len(records) for stream, records in self._records.items()}

    def by_id(self, stream: str) -> dict[str, Record]:
        """The records of a stream as a target holds them in the end."""
        return {record["id"]: record for record in self.records(stream)}

    def state(self) -> State:
        """The last state."""
        state: State = self.of_type("STATE")[-1]["value"]
        return state

    def bookmark(self, stream: str) -> str:
        """Up to when a stream has been read, by the last state."""
        bookmark: str = self.state()["bookmarks"][stream]["replication_key_value"]
        return bookmark

    def logged(self, level: str) -> list[str]:
        """The lines of the log that have this level."""
        return [line for line in self.log.splitlines() if f"| {level} " in line]


def finish(process: subprocess.Popen[bytes]) -> Output:
    """Read all that a running tap still writes."""
    output, log = process.communicate(timeout=LONGEST_RUN)
    return Output(process.returncode, output, log.decode())


@dataclass(frozen=True)
class Runner:
    """Runs the tap against one address.

    Attributes:
        url: Of the sandbox.
        key: The API key.
        directory: A new directory for the files of each run.
    """

    url: str
    key: str
    directory: Callable[[], Path]

    def start(
        self,
        *arguments: str,
        state: State | None = None,
        catalog: Catalog | None = None,
        env: Mapping[str, str] | None = None,
        pipesize: int = -1,
        **config: Any,
    ) -> subprocess.Popen[bytes]:
        """Start it with these files; `config` stands beside the address and the key."""
        directory = self.directory()
        files = {"config": {"api_url": self.url, "api_key": self.key, **config}}
        if state is not None:
            files["state"] = state
        if catalog is not None:
            files["catalog"] = catalog
        named: list[str | Path] = []
        for name, content in files.items():
            path = directory / f"{name}.json"
            path.write_text(json.dumps(content))
            named += [f"--{name}", path]
        return start(*named, *arguments, env=env, cwd=directory, pipesize=pipesize)

    def __call__(self, *arguments: str, **given: Any) -> Output:
        """Run it to its end."""
        return finish(self.start(*arguments, **given))


def select(
    catalog: Catalog, streams: Iterable[str], without: Mapping[str, Iterable[str]] | None = None
) -> Catalog:
    """A catalog in which only some streams are selected, and not all of their columns.

    Args:
        catalog: As discovery wrote it.
        streams: To select.
        without: Columns to deselect, by stream; a dot leads into an object.
    """
    wanted = set(streams)
    chosen = copy.deepcopy(catalog)
    assert wanted <= {stream["tap_stream_id"] for stream in chosen["streams"]}
    for stream in chosen["streams"]:
        name = stream["tap_stream_id"]
        hidden = {column.replace(".", ".properties.") for column in (without or {}).get(name, ())}
        for entry in stream["metadata"]:
            place = ".".join(entry["breadcrumb"]).removeprefix("properties.")
            if not place:
                entry["metadata"]["selected"] = name in wanted
            elif place in hidden:
                entry["metadata"]["selected"] = False
    return chosen


def check(run: Output) -> None:
    """What a target may rely on, whatever the run was asked for."""
    assert run.code == 0, run.log
    assert "Traceback" not in run.log
    assert not run.logged("ERROR")
    _check_order_of_messages(run)
    for stream in run.streams:
        _check_records(run, stream)
    for message in run.of_type("STATE"):
        assert "progress_markers" not in json.dumps(message)


def _check_order_of_messages(run: Output) -> None:
    known: set[str] = set()
    for message in run.messages:
        kind = message["type"]
        assert kind in {"SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION"}
        if kind == "SCHEMA":
            assert message["stream"] not in known, "a SCHEMA came twice"
            known.add(message["stream"])
        elif kind != "STATE":
            assert message["stream"] in known, "a SCHEMA is missing"
    assert run.messages[-1]["type"] == "STATE"


def _check_records(run: Output, stream: str) -> None:
    message = run.schema(stream)
    schema, records = message["schema"], run.records(stream)
    check_record = validator(schema)
    for record in records:
        assert record.keys() <= schema["properties"].keys()
        errors = [
            f"{stream}: {one.json_path} {one.message}" for one in check_record.iter_errors(record)
        ]
        assert not errors, errors
    keys = [tuple(record[key] for key in message["key_properties"]) for record in records]
    assert message["key_properties"]
    assert all(part is not None for key in keys for part in key)
    assert not [key for key, count in Counter(keys).items() if count > 1], "a row came twice"
    for column in message.get("bookmark_properties", ()):
        values = [record[column] for record in records]
        assert all(CANONICAL_TIME.fullmatch(value) for value in values)
        assert values == sorted(values), f"{stream} goes back in time"
        assert all(value <= run.bookmark(stream) for value in values)
