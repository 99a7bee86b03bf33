"""Files of BATCH messages, in a folder and in a store that speaks S3's protocol, over real HTTP."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.given import at, company, page
from support.offline_tap import OfflineTap
from support.singer_output import only
from support.targets import PostgresTarget
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.companies import Companies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.object_store import ObjectStore
    from support.postgres import Server
    from support.singer_output import Catalog, Key, Output, Record
    from support.tap_in_process import InProcess

STREAMS = ("companies", "company_emails", "team_members", "teams")

FORMATS = (pytest.param("jsonl", marks=pytest.mark.thorough), "parquet")


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty bucket, which clients find by their environment."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    files = object_store.files
    files.mkdir("kustomer")
    yield "s3://kustomer"
    if files.exists("kustomer"):
        files.rm("kustomer", recursive=True)


@pytest.fixture(params=[pytest.param("folder", marks=pytest.mark.thorough), "store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where files go."""
    if request.param == "folder":
        return str(tmp_path / "files")
    address: str = request.getfixturevalue("bucket")
    return f"{address}/raw"


def batches(root: str, file_format: str, **more: Any) -> dict[str, Any]:
    return {"encoding": {"format": file_format}, "storage": {"root": root}, **more}


def read_back(run: Output, stream: str, store: ObjectStore | None) -> dict[Key, Record]:
    """The rows of a stream by key, as DuckDB reads its files."""
    message = run.schema(stream)
    columns, keys = message["schema"]["properties"], message["key_properties"]
    files = [batch for batch in run.of_type("BATCH") if batch["stream"] == stream]
    addresses = [address for batch in files for address in batch["manifest"]]
    if files[0]["encoding"]["format"] == "parquet":
        read = "read_parquet($files)"
    else:
        types = ", ".join(f"'{name}': '{_type(leaf)}'" for name, leaf in columns.items())
        read = f"read_json($files, format = 'newline_delimited', columns = {{{types}}})"
    with duckdb.connect() as database:
        if store is not None:
            database.register_filesystem(store.files)
        found = database.execute(f"select * from {read}", {"files": addresses})  # noqa: S608
        assert found.description is not None
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    assert all(row.keys() == columns.keys() for row in rows)
    return {tuple(row[key] for key in keys): row for row in rows}


def _type(leaf: Record) -> str:
    if leaf.get("format") == "date-time":
        return "TIMESTAMP"
    kind = next(kind for kind in leaf["type"] if kind != "null")
    return {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR"}.get(
        kind, "JSON"
    )


def expected(value: Any, leaf: Record) -> Any:
    """What DuckDB should hold for a value that a RECORD has."""
    if value is None or leaf.get("format") != "date-time":
        return value
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("file_format", FORMATS)
def test_duckdb_reads_the_rows_back_that_records_would_have(
    tap: InProcess,
    catalog: Catalog,
    request: pytest.FixtureRequest,
    root: str,
    file_format: str,
) -> None:
    chosen = only(catalog, STREAMS)
    store = request.getfixturevalue("object_store") if root.startswith("s3:") else None
    # JSON text, which Parquet has for objects and arrays.
    flat: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}
    records = tap(catalog=chosen, **flat)

    run = tap(catalog=chosen, batch_config=batches(root, file_format), **flat)

    assert run.code == 0, run.log
    assert not run.of_type("RECORD")
    for stream in STREAMS:
        leaves = run.schema(stream)["schema"]["properties"]
        truth = {
            key: {name: expected(record.get(name), leaf) for name, leaf in leaves.items()}
            for key, record in records.held()[stream].items()
        }
        assert read_back(run, stream, store) == truth, stream


def test_in_parquet_objects_and_arrays_are_declared_as_text(
    tap: InProcess, catalog: Catalog, tmp_path: Path
) -> None:
    run = tap(catalog=only(catalog, ["teams"]), batch_config=batches(str(tmp_path), "parquet"))

    leaves = run.schema("teams")["schema"]["properties"]
    assert leaves["members"]["type"] == leaves["org"]["type"] == ["string", "null"]


@pytest.mark.thorough
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_target_loads_files_from_the_store(  # noqa: PLR0913, PLR0917
    tap: InProcess,
    catalog: Catalog,
    postgres: Server,
    bucket: str,
    tmp_path: Path,
    file_format: str,
) -> None:
    """It finds the store by its environment, as a BATCH message has no credentials."""
    assert "AWS_ENDPOINT_URL" in os.environ
    target = PostgresTarget(tmp_path, postgres.new_database())

    run = tap(catalog=only(catalog, STREAMS), batch_config=batches(bucket, file_format))
    target.load(run.output)

    truth = tap(catalog=only(catalog, STREAMS))
    for stream in STREAMS:
        keys = run.schema(stream)["key_properties"]
        assert sorted(target.rows(stream, *keys)) == sorted(truth.held()[stream])


def test_the_state_covers_no_file_that_the_store_did_not_take(
    bucket: str, object_store: ObjectStore
) -> None:
    def remove_bucket() -> Iterator[Any]:
        object_store.files.rm("kustomer", recursive=True)
        yield company(2)

    pages = [
        page(company(1), reached=at(1)),
        Page(remove_bucket(), None),
    ]
    tap = OfflineTap(
        Companies,
        selected=["companies"],
        scripted={"script": {"companies": pages}},
        batch_config=batches(bucket, "jsonl", batch_size=1),
    )

    run = tap.sync()

    assert run.code == 1
    assert "no file can be written to s3://kustomer" in run.log
    assert len(run.of_type("BATCH")) == 1
    assert run.bookmark("companies") == at(1)
