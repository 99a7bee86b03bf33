"""The output of a run of the tap, and checks of what a target may rely on."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from support.singer_schemas import CANONICAL_TIME, validator
from support.tap_process import LONGEST_RUN, start
from tap_kustomer import times

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

Message = dict[str, Any]
Record = dict[str, Any]
State = dict[str, Any]
Catalog = dict[str, Any]

Key = tuple[Any, ...]
# What a target holds: rows by key, by stream.
Held = dict[str, dict[Key, Record]]

# Streams read by a time that their rows do not show, so that their order cannot be checked.
OPAQUE = frozenset({"work_items"})

# The setting `lookback_seconds`, where a run does not say otherwise.
LOOKBACK = 300


@dataclass(frozen=True)
class Output:
    """The result of one run.

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

    @cached_property
    def _by_type(self) -> dict[str, list[Message]]:
        found: dict[str, list[Message]] = {}
        for message in self.messages:
            found.setdefault(message["type"], []).append(message)
        return found

    def of_type(self, kind: str) -> list[Message]:
        """The messages of one type."""
        return self._by_type.get(kind, [])

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
        """The records of a stream as a target holds them in the end, by id."""
        return {record["id"]: record for record in self.records(stream)}

    @cached_property
    def _held(self) -> Held:
        return held_after(self.messages)

    def held(self) -> Held:
        """What a target holds in the end if it was empty."""
        return self._held

    def resumptions(self) -> Iterator[tuple[Held, State]]:
        """What a target holds whenever a STATE comes, and that state."""
        for place, message in enumerate(self.messages):
            if message["type"] == "STATE":
                yield held_after(self.messages[:place]), message["value"]

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
        """Start it with these files; `config` is added to the address and the key."""
        directory, named = self.prepare(state=state, catalog=catalog, **config)
        return start(*named, *arguments, env=env, cwd=directory, pipesize=pipesize)

    def prepare(
        self, *, state: State | None = None, catalog: Catalog | None = None, **config: Any
    ) -> tuple[Path, list[str | Path]]:
        """Write these files into a new directory; that, and the arguments that name them."""
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
        return directory, named

    def __call__(self, *arguments: str, **given: Any) -> Output:
        """Run it to its end."""
        return finish(self.start(*arguments, **given))


def held_after(messages: Iterable[Message], before: Held | None = None) -> Held:
    """What a target holds after some messages.

    Args:
        messages: In the order of their arrival.
        before: What it held already.
    """
    held: Held = {stream: dict(rows) for stream, rows in (before or {}).items()}
    keys: dict[str, list[str]] = {}
    for message in messages:
        if message["type"] == "SCHEMA":
            keys[message["stream"]] = message["key_properties"]
        elif message["type"] == "RECORD":
            record = message["record"]
            key = tuple(record[column] for column in keys[message["stream"]])
            held.setdefault(message["stream"], {})[key] = record
    return held


def everything(catalog: Catalog) -> Catalog:
    """A catalog in which all streams are selected, those that cost a request per row too."""
    return select(catalog, [stream["tap_stream_id"] for stream in catalog["streams"]])


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


def only(catalog: Catalog, streams: Iterable[str]) -> Catalog:
    """A catalog that has only some streams, all of them selected: a run with it starts faster."""
    wanted = set(streams)
    chosen = select(catalog, wanted)
    return {"streams": [one for one in chosen["streams"] if one["tap_stream_id"] in wanted]}


def check(run: Output, *, lookback: int = LOOKBACK) -> None:
    """Check what a target may rely on after any run that came to its end."""
    assert run.code == 0, run.log
    assert not run.logged("ERROR")
    check_messages(run, lookback=lookback)


def check_messages(run: Output, *, lookback: int = LOOKBACK, is_whole: bool = True) -> None:
    """Check what a target may rely on even if a run did not come to its end.

    Args:
        run: What was written.
        lookback: The run's setting.
        is_whole: Whether it came to its end.
    """
    assert "Traceback" not in run.log
    _check_order_of_messages(run)
    for stream in run.streams:
        _check_records(run, stream, is_whole=is_whole)
    _check_states(run, lookback)


def _check_order_of_messages(run: Output) -> None:
    known: set[str] = set()
    activated: set[str] = set()
    for message in run.messages:
        kind, stream = message["type"], message.get("stream", "")
        assert kind in {"SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION"}
        if kind == "SCHEMA":
            assert stream not in known, f"a SCHEMA of {stream} came twice"
            known.add(stream)
        elif kind != "STATE":
            assert stream in known, f"the SCHEMA of {stream} is missing"
            assert stream not in activated, f"a version of {stream} was activated too early"
        if kind == "ACTIVATE_VERSION":
            activated.add(stream)
    assert run.messages[-1]["type"] == "STATE"


def _check_records(run: Output, stream: str, *, is_whole: bool) -> None:
    message = run.schema(stream)
    schema, records = message["schema"], run.records(stream)
    assert message["key_properties"]
    check_record = validator(schema)
    for record in records:
        unknown = record.keys() - schema["properties"].keys()
        assert not unknown, f"{stream} has columns that were not announced: {unknown}"
        errors = [
            f"{stream}: {one.instance_path} {one.message}"
            for one in check_record.iter_errors(record)
        ]
        assert not errors, errors
    keys = [tuple(record[key] for key in message["key_properties"]) for record in records]
    assert all(part is not None for key in keys for part in key), f"{stream} has null in its key"
    if is_whole:
        twice = [key for key, count in Counter(keys).items() if count > 1]
        assert not twice, f"{stream}: rows came twice: {twice}"
    if stream in OPAQUE:
        return
    for column in message.get("bookmark_properties", ()):
        values = [record[column] for record in records]
        odd = [value for value in values if not CANONICAL_TIME.fullmatch(value or "")]
        assert not odd, f"{stream}.{column} has values such as {odd[0]}"
        assert values == sorted(values), f"{stream} goes back in time"


def _check_states(run: Output, lookback: int) -> None:
    """Check that no state claims rows that come only after it, and that no bookmark goes back."""
    columns = {
        message["stream"]: message["bookmark_properties"][0]
        for message in run.of_type("SCHEMA")
        if message.get("bookmark_properties") and message["stream"] not in OPAQUE
    }
    earliest: dict[str, str] = {}
    following: dict[str, str] = {}
    for message in reversed(run.messages):
        if message["type"] == "RECORD" and (column := columns.get(message["stream"])):
            earliest[message["stream"]] = message["record"][column]
        elif message["type"] == "STATE":
            assert "progress_markers" not in json.dumps(message)
            marks = _bookmarks(message["value"])
            for stream, mark in marks.items():
                assert CANONICAL_TIME.fullmatch(mark), f"the bookmark of {stream} is {mark}"
                assert mark <= following.get(stream, mark), f"the bookmark of {stream} goes back"
                resumed = times.to_text(times.to_milliseconds(mark) - lookback * 1000)
                assert resumed <= earliest.get(stream, resumed), f"a STATE skips rows of {stream}"
            following |= marks
    final = _bookmarks(run.state())
    for stream, column in columns.items():
        for record in run.records(stream):
            assert record[column] <= final[stream], f"the bookmark of {stream} is behind its rows"


def _bookmarks(state: State) -> dict[str, str]:
    return {
        stream: bookmark["replication_key_value"]
        for stream, bookmark in state.get("bookmarks", {}).items()
        if bookmark.get("replication_key_value") is not None
    }
