"""Who comes from another connector finds its tables and columns here, and its queries still run."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml

from kustomer_sandbox import Sandbox
from support.singer_output import only
from support.tap_in_process import InProcess
from tap_kustomer.singer.state import normalize_state
from tap_kustomer.sync import replication_key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.singer_output import Output

MOVING = Path(__file__).parents[2] / "docs" / "moving"
NAMES = sorted((MOVING / "names").glob("*.yml"))

# The types that target-duckdb gives to the columns.
TYPES = {
    "object": "JSON",
    "array": "JSON",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
}


@pytest.fixture(scope="module")
def moving() -> Iterator[Any]:
    """The generator of the comparisons, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(MOVING.parent)
        yield importlib.import_module("generator.moving")


@pytest.fixture(scope="module")
def tables(moving: Any) -> Any:
    del moving
    return importlib.import_module("generator.tables").documented_tables()


@pytest.fixture(scope="module")
def run(moving: Any, tables: Any) -> Output:
    """A sync of the tables that the views read."""
    streams = {
        other.ours
        for path in NAMES
        for other in moving.other_tables(path, tables)
        if other.needs_view
    }
    with Sandbox(scale=0.05, org_limit=0, search_limit=0) as sandbox:
        tap = InProcess(sandbox)
        return tap(catalog=only(tap.discover(), streams))


@pytest.fixture(scope="module")
def database(run: Output, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The tables in DuckDB, and all views."""
    folder = tmp_path_factory.mktemp("moving")
    with duckdb.connect(":memory:") as opened:
        opened.execute("create schema kustomer")
        for stream in run.streams:
            load(opened, run, stream, folder)
        for path in NAMES:
            for statement in statements(path):
                opened.execute(statement)
        yield opened


def load(database: Any, run: Output, stream: str, folder: Path) -> None:
    file = folder / f"{stream}.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in run.records(stream)))
    columns = run.schema(stream)["schema"]["properties"]
    types = {name: type_of(column) for name, column in columns.items()}
    read = f"read_json(?, format = 'newline_delimited', columns = {types})"
    create = f"create table kustomer.{stream} as from {read}"
    database.execute(create, [str(file)])


def type_of(column: dict[str, Any]) -> str:
    (kind,) = {column["type"]} if isinstance(column["type"], str) else {*column["type"]} - {"null"}
    return "TIMESTAMP" if column.get("format") == "date-time" else TYPES[kind]


def statements(path: Path) -> list[str]:
    page = (MOVING / f"{path.stem}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    return [each for block in blocks for each in block.split(";") if each.strip()]


@pytest.mark.parametrize("path", NAMES, ids=lambda path: path.stem)
def test_each_of_their_tables_and_columns_has_a_counterpart_or_a_reason(
    path: Path, moving: Any, tables: Any
) -> None:
    others = moving.other_tables(path, tables)

    assert others
    assert all(other.ours or other.reason for other in others)


def test_a_name_without_a_counterpart_is_an_error(tmp_path: Path, moving: Any, tables: Any) -> None:
    path = tmp_path / "acme.yml"
    path.write_text("tables: {people: {ours: customers, columns: [id, shoe_size]}}")

    with pytest.raises(moving.UnknownError, match=r"acme.yml: people: .* shoe_size"):
        moving.other_tables(path, tables)


@pytest.mark.parametrize("path", NAMES, ids=lambda path: path.stem)
def test_the_lists_say_where_and_when_they_were_seen(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert document["seen"].isoformat() >= "2026-11-28"
    assert all(source.startswith("https://") for source in document["sources"])


@pytest.mark.parametrize("path", NAMES, ids=lambda path: path.stem)
def test_the_views_have_their_columns_and_all_rows(
    path: Path, moving: Any, tables: Any, database: Any, run: Output
) -> None:
    for other in moving.other_tables(path, tables):
        if other.needs_view:
            result = database.table(f"{path.stem}.{other.name}")
            assert result.columns == list(other.columns)
            assert len(result.fetchall()) == run.counts().get(other.ours, 0)


@pytest.mark.parametrize("schema", ["meltanolabs", "posthog"])
def test_a_view_of_resources_has_the_values_under_kustomers_names(
    schema: str, database: Any, run: Output
) -> None:
    found = database.table(f"{schema}.customers").select(
        *map(
            duckdb.SQLExpression,
            (
                "id",
                "attributes ->> 'displayName'",
                "attributes ->> 'updatedAt'",
                "relationships ->> '$.org.data.id'",
            ),
        )
    )

    assert sorted(found.fetchall()) == sorted(
        (row["id"], row["display_name"], row["updated_at"], row["org_id"])
        for row in run.by_id("customers").values()
    )


def test_a_view_gives_a_column_its_former_name(database: Any, run: Output) -> None:
    found = database.execute("select id, created_by from fivetran.message").fetchall()

    assert found
    expected = {id_: row.get("created_by_id") for id_, row in run.by_id("messages").items()}
    assert dict(found) == expected


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_a_state_of_airbytes_is_changed_into_one_that_the_tap_understands(tmp_path: Path) -> None:
    page = (MOVING / "airbyte.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    streams = ["customers", "notes"]
    state = [
        {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": stream},
                "stream_state": {"updated_at": "2023-12-26T18:35:41.583Z"},
            },
        }
        for stream in streams
    ]
    (tmp_path / "airbyte.json").write_text(json.dumps(state))

    subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # noqa: S602  # Of our own page.

    given = json.loads((tmp_path / "state.json").read_text())
    assert normalize_state(given, replication_key_of, now=2**42)["bookmarks"] == {
        stream: {
            "replication_key": "updated_at",
            "replication_key_value": "2023-12-26T18:35:41.583Z",
        }
        for stream in streams
    }
