"""How records are written: straight, by way of the SDK, in batches, with versions. All the same."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from support.sandbox_truth import SEARCHED
from support.singer_output import Output, check, everything, held_after, only
from tap_kustomer.singer.stream import TapStream

if TYPE_CHECKING:
    from support.tap_in_process import InProcess

# Of each kind: whole tables, derived ones of them, incremental ones, derived ones of those.
SOME = {
    *("business_holidays", "companies", "company_emails", "conversation_events", "kobject_order"),
    *("kobjects", "note_ids", "outbound_accounts", "sla_criteria", "sla_versions", "slas"),
    *("user_roles", "users", "work_items"),
}


def lines(run: Output) -> list[bytes]:
    """All lines but the states, without what differs from run to run."""
    varying = re.compile(rb'"(time_extracted|version)":("[^"]*"|[0-9]{10})')
    return [
        varying.sub(rb'"\1":0', line)
        for line in run.output.splitlines()
        if not line.startswith(b'{"type":"STATE"')
    ]


@pytest.fixture
def by_the_sdk(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Has every record written by the SDK; the tables that it came to write."""
    tables: set[str] = set()
    write = TapStream._write_record_message  # noqa: SLF001

    def noted(self: TapStream, record: dict[str, Any]) -> None:
        tables.add(self.name)
        write(self, record)

    monkeypatch.setattr(TapStream, "_is_plain", False)
    monkeypatch.setattr(TapStream, "_write_record_message", noted)
    return tables


@pytest.mark.thorough
def test_records_of_every_table_are_written_as_the_sdk_would_write_them(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, by_the_sdk: set[str]
) -> None:
    run = tap(catalog=everything(catalog))

    assert by_the_sdk == full_run.counts().keys()
    assert lines(run) == lines(full_run)


@pytest.fixture(scope="module")
def versioned(tap: InProcess, catalog: dict[str, Any]) -> Output:
    return tap(catalog=only(catalog, SOME), emit_activate_version_messages=True)


def test_records_with_versions_are_written_as_the_sdk_would_write_them(
    tap: InProcess, catalog: dict[str, Any], versioned: Output, by_the_sdk: set[str]
) -> None:
    run = tap(catalog=only(catalog, SOME), emit_activate_version_messages=True)

    assert by_the_sdk == SOME
    assert lines(run) == lines(versioned)


def test_the_version_of_each_whole_table_is_activated_after_its_last_record(
    versioned: Output,
) -> None:
    check(versioned)
    versions: dict[str, list[tuple[str, Any]]] = {}
    for message in versioned.messages:
        if message["type"] in {"RECORD", "ACTIVATE_VERSION"}:
            version = (message["type"], message.get("version"))
            versions.setdefault(message["stream"], []).append(version)

    for table in SOME:
        if versioned.schema(table).get("bookmark_properties"):
            assert set(versions[table]) == {("RECORD", None)}
            continue
        *records, last = versions[table]
        assert last == ("ACTIVATE_VERSION", last[1])
        assert set(records) == {("RECORD", last[1])}


def test_a_table_asked_for_by_time_is_incremental_and_has_no_version(versioned: Output) -> None:
    activated = {message["stream"] for message in versioned.of_type("ACTIVATE_VERSION")}

    assert activated >= {"business_holidays", "note_ids", "sla_criteria", "user_roles", "users"}
    assert not activated & {*SEARCHED, "company_emails", "conversation_events", "work_items"}


def test_a_searched_table_that_a_catalog_asks_for_whole_has_no_version_either(
    tap: InProcess, catalog: dict[str, Any]
) -> None:
    """A search gives what was updated within its window only: the rest is not gone."""
    chosen = only(catalog, ["notes"])
    chosen["streams"][0]["replication_method"] = "FULL_TABLE"

    run = tap(catalog=chosen, emit_activate_version_messages=True)

    assert run.records("notes")
    assert not run.of_type("ACTIVATE_VERSION")


def test_without_the_setting_no_version_is_sent(full_run: Output) -> None:
    assert not full_run.of_type("ACTIVATE_VERSION")
    assert all("version" not in message for message in full_run.of_type("RECORD"))


def test_every_record_says_when_it_was_extracted(full_run: Output) -> None:
    times: dict[str, list[str]] = {}
    for message in full_run.of_type("RECORD"):
        times.setdefault(message["stream"], []).append(message["time_extracted"])

    for extracted in times.values():
        assert extracted == sorted(extracted)
        assert all(time.endswith("Z") for time in extracted)


# Batches


def unpacked(run: Output) -> Output:
    """The same run, with a RECORD for each line of each batch's files."""
    written = []
    for line in run.output.splitlines(keepends=True):
        message = json.loads(line)
        if message["type"] != "BATCH":
            written.append(line)
            continue
        for address in message["manifest"]:
            content = Path(urlsplit(address).path).read_bytes()
            if message["encoding"]["compression"] == "gzip":
                content = gzip.decompress(content)
            for record in content.splitlines():
                packed = {"type": "RECORD", "stream": message["stream"]}
                written.append(json.dumps({**packed, "record": json.loads(record)}).encode())
                written.append(b"\n")
    return Output(run.code, b"".join(written), run.log)


@pytest.fixture(scope="module")
def batch_config(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": tmp_path_factory.mktemp("batches").as_uri()},
        "batch_size": 20,
    }


def test_batches_hold_the_records(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, batch_config: dict[str, Any]
) -> None:
    run = tap(catalog=only(catalog, SOME), batch_config=batch_config)

    assert not run.of_type("RECORD")
    assert len(run.of_type("BATCH")) > len(SOME)
    check(unpacked(run))
    assert unpacked(run).streams == SOME
    for table in SOME:
        assert unpacked(run).records(table) == full_run.records(table)


def test_batches_have_no_deselected_columns_and_go_through_stream_maps(
    tap: InProcess, catalog: dict[str, Any], batch_config: dict[str, Any]
) -> None:
    chosen = only(catalog, ["companies", "company_emails"])
    for stream in chosen["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == ["properties", "phones"]:
                entry["metadata"]["selected"] = False

    run = unpacked(
        tap(
            catalog=chosen,
            batch_config=batch_config,
            stream_maps={"companies": {"shouted": "str(name.upper())"}},
        )
    )

    check(run)
    for record in run.records("companies"):
        assert "phones" not in record
        assert record["shouted"] == record["name"].upper()


def test_a_run_from_any_state_between_batches_writes_the_rest(
    tap: InProcess, catalog: dict[str, Any], batch_config: dict[str, Any]
) -> None:
    """A derived stream has a file of its own, which its state may not run ahead of."""
    chosen = only(catalog, {"companies", "company_emails", "sla_criteria", "slas", "users"})
    run = unpacked(tap(catalog=chosen, batch_config=batch_config))
    resumptions = list(run.resumptions())

    assert len(resumptions) > 4
    for held, state in resumptions:
        later = unpacked(tap(catalog=chosen, batch_config=batch_config, state=state))
        check(later)
        assert held_after(later.messages, held) == run.held()


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_the_message_states_how_its_files_are_packed(
    tap: InProcess, catalog: dict[str, Any], tmp_path: Path, compression: str
) -> None:
    given = {} if compression == "gzip" else {"compression": compression}
    config = {"encoding": {"format": "jsonl", **given}, "storage": {"root": str(tmp_path)}}

    run = tap(catalog=only(catalog, ["tags"]), batch_config=config)

    (batch,) = run.of_type("BATCH")
    assert batch["encoding"] == {"format": "jsonl", "compression": compression}
    assert unpacked(run).records("tags")


def test_a_stream_made_of_another_can_t_be_had_in_batches(
    tap: InProcess, catalog: dict[str, Any], batch_config: dict[str, Any]
) -> None:
    run = tap(
        catalog=only(catalog, ["users"]),
        batch_config=batch_config,
        stream_maps={"people": {"__source__": "users", "id": "id", "__else__": None}},
    )

    assert run.code == 1
    (error,) = run.logged("ERROR")
    assert "batch_config" in error
    assert "users" in error
