"""Files of BATCH messages, in a folder and in a store that speaks S3's protocol, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.given import at, company, page
from support.offline_tap import OfflineTap
from support.singer_output import Output, everything, finish, only
from support.target_pipeline import check_rows
from support.targets import PostgresTarget
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.companies import Companies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.object_store import ObjectStore
    from support.postgres import Server
    from support.singer_output import Catalog, Key, Record, Runner
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
    """The value in DuckDB for one of a RECORD."""
    if value is None or leaf.get("format") != "date-time":
        return value
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)


# JSON text, which Parquet has for objects and arrays.
FLAT: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}


def check_files(run: Output, records: Output, store: ObjectStore | None) -> None:
    """That DuckDB reads the rows from the files of a run that another run has as records."""
    assert run.code == 0, run.log
    assert not run.of_type("RECORD")
    assert {batch["stream"] for batch in run.of_type("BATCH")} == records.counts().keys()
    for stream in records.counts():
        leaves = run.schema(stream)["schema"]["properties"]
        truth = {
            key: {name: expected(record.get(name), leaf) for name, leaf in leaves.items()}
            for key, record in records.held()[stream].items()
        }
        assert read_back(run, stream, store) == truth, stream


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

    run = tap(catalog=chosen, batch_config=batches(root, file_format), **FLAT)

    check_files(run, tap(catalog=chosen, **FLAT), store)


@pytest.mark.thorough
@pytest.mark.parametrize("file_format", FORMATS)
def test_duckdb_reads_the_rows_of_all_streams_back(
    tap: InProcess, catalog: Catalog, tmp_path: Path, file_format: str
) -> None:
    chosen = everything(catalog)

    run = tap(catalog=chosen, batch_config=batches(str(tmp_path), file_format), **FLAT)

    check_files(run, tap(catalog=chosen, **FLAT), None)


@pytest.mark.thorough
@pytest.mark.parametrize("file_format", FORMATS)
def test_after_a_run_was_killed_the_next_run_writes_what_is_in_no_file(  # noqa: PLR0913, PLR0917
    tap: InProcess,
    command: Runner,
    catalog: Catalog,
    full_run: Output,
    tmp_path: Path,
    file_format: str,
) -> None:
    chosen = only(catalog, ["conversations"])
    config = batches(str(tmp_path), file_format, batch_size=10)
    process = command.start(catalog=chosen, batch_config=config)
    assert process.stdout is not None
    begun = b""
    while begun.count(b'"BATCH"') < 3:
        begun += process.stdout.readline()
    process.kill()
    rest = finish(process)
    whole, _, _ = (begun + rest.output).rpartition(b"\n")
    killed = Output(rest.code, whole + b"\n", rest.log)

    later = tap(catalog=chosen, state=killed.state(), batch_config=config)

    rows = [read_back(run, "conversations", None).keys() for run in (killed, later)]
    assert rows[0] | rows[1] == full_run.held()["conversations"].keys()


def test_in_parquet_objects_and_arrays_are_declared_as_text(
    tap: InProcess, catalog: Catalog, tmp_path: Path
) -> None:
    run = tap(catalog=only(catalog, ["teams"]), batch_config=batches(str(tmp_path), "parquet"))

    leaves = run.schema("teams")["schema"]["properties"]
    assert leaves["members"]["type"] == leaves["org"]["type"] == ["string", "null"]


@pytest.mark.thorough
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_target_loads_the_rows_that_records_would_have(  # noqa: PLR0913, PLR0917
    tap: InProcess,
    catalog: Catalog,
    postgres: Server,
    root: str,
    tmp_path: Path,
    file_format: str,
) -> None:
    """It finds the store by its environment, as a BATCH message has no credentials."""
    target = PostgresTarget(tmp_path, postgres.new_database())
    chosen = only(catalog, STREAMS)
    records = tap(catalog=chosen)

    run = tap(catalog=chosen, batch_config=batches(root, file_format))
    target.load(run.output)

    assert not run.of_type("RECORD")
    assert all(records.records(stream) for stream in STREAMS)
    check_rows(target, records, records.held())


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_state_covers_no_file_that_the_store_did_not_take(
    bucket: str, object_store: ObjectStore, file_format: str
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
        pages={"companies": pages},
        batch_config=batches(bucket, file_format, batch_size=1),
    )

    run = tap.sync()

    assert run.code == 1
    assert "no file can be written to s3://kustomer" in run.log
    assert len(run.of_type("BATCH")) == 1
    assert run.bookmark("companies") == at(1)
