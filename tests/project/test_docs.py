"""The documentation agrees with the declarations, and its SQL gives what it promises."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sqlite3
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import duckdb
import pytest

from tap_kustomer.shaping.derived import compile_deriver, derived_schema
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.conversation_times import ConversationTimes
from tap_kustomer.streams.customer_drafts import CustomerDrafts
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.live_ids import CustomerIds
from tap_kustomer.streams.slas import SlaVersions
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_kustomer.streams.base import KustomerStream

    Database = sqlite3.Connection | duckdb.DuckDBPyConnection

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GROUPS = tuple(f"docs/tables/{group.value.lower().replace(' ', '-')}.md" for group in Group)
GENERATED = (
    "docs/tables.md",
    *GROUPS,
    "docs/diagram.md",
    "docs/roles.md",
    "docs/operations.md",
    "README.md",
    "sample_config.json",
    ".env.example",
    "meltano.yml",
    "examples/meltano/meltano.yml",
    "examples/meltano/.env.example",
    "examples/meltano-hub/complete.yml",
    "docs/metrics.md",
    "examples/dagster/streams.json",
    "dbt/macros/metrics/declared.sql",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("dbt/models/staging/*")),
    "docs/tables.svg",
)


@pytest.fixture(scope="module")
def documentation() -> Iterator[Any]:
    """The script that writes the documentation, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield importlib.import_module("generate")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy the README and what is generated to a folder that a test may change."""
    for name in (*GENERATED, "dbt/metrics.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def complaint(documentation: Any, root: Path = ROOT) -> str:
    """Return the complaint of a check about a folder; empty if there is none."""
    try:
        documentation.main(root, ["--check"])
    except SystemExit as ended:
        return str(ended)
    return ""


# What is generated


def test_generated_documentation_is_up_to_date(documentation: Any) -> None:
    assert complaint(documentation) == ""


def test_what_is_out_of_date_is_named(documentation: Any, copied: Path) -> None:
    for path in (copied / name for name in GENERATED):
        is_whole = path.is_relative_to(copied / "docs") or {"dbt", "dagster"} & {*path.parts}
        text = "" if is_whole else path.read_text(encoding="utf-8").replace("page_size", "pages")
        path.write_text(text.replace("PAGE_SIZE", "PAGES"), encoding="utf-8")
    shutil.copy(ROOT / "docs" / "metrics.md", copied / "docs")
    metrics = (ROOT / "dbt" / "metrics.yml").read_text(encoding="utf-8")
    (copied / "dbt" / "metrics.yml").write_text(metrics.replace("customers", "people"))
    stale = ", ".join(GENERATED)
    assert (
        complaint(documentation, copied) == f"{stale}: out of date; run `python docs/generate.py`"
    )


def test_a_check_writes_nothing(documentation: Any, copied: Path) -> None:
    (copied / "docs" / "roles.md").unlink()
    assert complaint(documentation, copied).startswith("docs/roles.md: ")
    assert not (copied / "docs" / "roles.md").exists()


def test_what_is_written_is_up_to_date(documentation: Any, copied: Path) -> None:
    # The picture is kept, so that Graphviz is not needed.
    for name in (
        "docs/tables.md",
        *GROUPS,
        "docs/diagram.md",
        "docs/roles.md",
        "docs/operations.md",
        "sample_config.json",
    ):
        (copied / name).unlink()
    documentation.main(copied, [])
    assert complaint(documentation, copied) == ""


def test_a_readme_without_a_place_for_the_list_is_an_error(
    documentation: Any, copied: Path
) -> None:
    (copied / "README.md").write_text("# A tap\n", encoding="utf-8")
    assert "expected the lines <!-- tables -->" in complaint(documentation, copied)


def test_whether_kustomer_documents_a_table_is_shown() -> None:
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in GROUPS]
    sections = [section for page in pages for section in page.split("\n## `")[1:]]
    shown = {section.partition("`")[0]: "\n* Undocumented" in section for section in sections}
    for stream in STREAMS:
        for name in (stream.name, *(derived.name for derived in stream.derived)):
            assert shown[name] != stream.documented, name


def test_a_group_begins_with_what_is_selected_by_default(documentation: Any) -> None:
    tables = [table for table in documentation.documented_tables() if not table.parent]
    for _, members in groupby(tables, key=lambda table: table.group):
        selected = [table.selected for table in members]
        assert selected == sorted(selected, reverse=True)


# Joins


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every table, derived ones included."""
    found = {vars(stream)["name"]: record_schema(stream.shape) for stream in STREAMS}
    for stream in STREAMS:
        for derived in stream.derived:
            found[derived.name] = derived_schema(derived, stream.singular)
    return found


@pytest.mark.parametrize(
    ("attribute", "value", "named"),
    [
        ("foreign_keys", ("tag_id", "label_id"), "label_id"),
        ("joins", (Join("brand_id", None),), "tags.brand_id"),
        ("joins", (Join("id", "labels.id"),), "labels.id"),
    ],
    ids=["a foreign key", "a column", "what a column leads to"],
)
def test_a_join_of_what_is_not_there_is_an_error(
    documentation: Any,
    monkeypatch: pytest.MonkeyPatch,
    attribute: str,
    value: object,
    named: str,
) -> None:
    monkeypatch.setattr(Tags, attribute, value)
    assert f"of columns of the tap, but {named} is none" in complaint(documentation)


def test_a_foreign_key_without_a_target_is_an_error(
    documentation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Brands, "foreign_keys", ())
    said = complaint(documentation)
    assert said.startswith("tap_kustomer/streams: expected where conversations.brand_id")


def test_a_name_of_two_foreign_keys_is_an_error(
    documentation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Brands, "foreign_keys", ("brand_id", "tag_id"))
    assert "tag_id was given in `foreign_keys` of tags" in complaint(documentation)


# What the pages hold


def test_the_picture_is_small_and_shows_every_table() -> None:
    picture = (DOCS / "tables.svg").read_text(encoding="utf-8")
    assert len(picture.encode()) < 300_000
    shown = {text.strip() for text in ET.fromstring(picture).itertext()}  # noqa: S314
    derived = {each.name for stream in STREAMS for each in stream.derived}
    assert shown >= derived | {vars(stream)["name"] for stream in STREAMS}


def test_the_roles_open_every_table_that_is_selected_by_default() -> None:
    page = (DOCS / "roles.md").read_text(encoding="utf-8")
    given = set(page.split("```")[1].split())
    usual = [stream for stream in STREAMS if stream.selected_by_default and stream.roles]
    assert [stream for stream in usual if given.isdisjoint(stream.roles)] == []


def test_no_role_could_be_spared() -> None:
    page = (DOCS / "roles.md").read_text(encoding="utf-8")
    given = set(page.split("```")[1].split()) - {"org.permission.search.create"}
    usual = [stream for stream in STREAMS if stream.selected_by_default and stream.roles]
    spared = {role for role in given if all((given - {role}) & {*each.roles} for each in usual)}
    assert spared == set()


# Links


def headings(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = set(re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")))
    broken = []
    for link in links:
        file, _, anchor = link.partition("#")
        target = (page.parent / file) if file else page
        is_outside = link.startswith("https://")
        if not is_outside and (not target.exists() or (anchor and anchor not in headings(target))):
            broken.append(link)
    assert broken == []


# The SQL in the pages


@pytest.fixture(params=["duckdb", "sqlite"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    opened: Database = sqlite3.connect(":memory:")
    if request.param == "duckdb":
        opened.close()
        opened = duckdb.connect(":memory:")
    yield opened
    opened.close()


def view(page: str, name: str) -> str:
    """Return the statement on a page that creates a view."""
    blocks = re.findall(r"```sql\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    (statement,) = [block for block in blocks if re.search(rf"create view {name}\s", block)]
    assert isinstance(statement, str)
    return statement


def rows(database: Database, query: str) -> list[Any]:
    """Return the sorted result of a query."""
    return sorted(database.execute(query).fetchall())


def write(database: Database, stream: type[KustomerStream], *resources: dict[str, Any]) -> None:
    """Do what a target does: add the rows of some resources, or replace them by their keys."""
    shape = compile_shaper(stream.shape)
    upsert(database, vars(stream)["name"], record_schema(stream.shape), map(shape, resources))
    for derived in stream.derived:
        derive = compile_deriver(derived, stream.singular)
        schema = derived_schema(derived, stream.singular)
        for resource in resources:
            upsert(database, derived.name, schema, derive(resource))


def upsert(
    database: Database, table: str, schema: Mapping[str, Any], records: Iterable[Mapping[str, Any]]
) -> None:
    columns: dict[str, dict[str, Any]] = schema["properties"]
    key = [name for name, column in columns.items() if "null" not in column["type"]]
    described = ", ".join(f'"{name}" {sql_type(column)}' for name, column in columns.items())
    database.execute(
        f"create table if not exists {table} ({described}, primary key ({', '.join(key)}))"
    )
    places = ", ".join("?" for _ in columns)
    for record in records:
        values = [flat(record.get(name)) for name in columns]
        database.execute(f"insert or replace into {table} values ({places})", values)  # noqa: S608


def sql_type(column: Mapping[str, Any]) -> str:
    if column.get("format") == "date-time":
        return "timestamp"
    return {"integer": "integer", "boolean": "boolean"}.get(column["type"][0], "text")


def flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


BEFORE, AFTER = "2026-01-01T08:00:00.000Z", "2026-01-02T08:00:00.000Z"


def resource(id_: str, updated_at: str, **attributes: Any) -> dict[str, Any]:
    return {"id": id_, "attributes": {"updatedAt": updated_at, **attributes}}


def customer(id_: str, updated_at: str, *emails: str, deleted: bool = False) -> dict[str, Any]:
    addresses = [{"email": email} for email in emails]
    return resource(id_, updated_at, emails=addresses, deleted=deleted)


def test_current_rows_are_those_that_came_with_the_newest_version(database: Database) -> None:
    write(
        database,
        Customers,
        customer("fewer", BEFORE, "a", "b", "c"),
        customer("none", BEFORE, "d", "e"),
        customer("more", BEFORE, "f"),
        customer("unchanged", BEFORE, "g", "h"),
    )
    write(
        database,
        Customers,
        customer("fewer", AFTER, "c"),
        customer("none", AFTER),
        customer("more", AFTER, "f", "i"),
    )
    database.execute(view("derived.md", "current_customer_emails"))
    assert rows(database, "select customer_id, email from current_customer_emails") == [
        ("fewer", "c"),
        ("more", "f"),
        ("more", "i"),
        ("unchanged", "g"),
        ("unchanged", "h"),
    ]


def test_the_view_of_another_table_follows_the_same_pattern(database: Database) -> None:
    write(database, Teams, resource("team", BEFORE, members=["ann", "bob"]))
    write(database, Teams, resource("team", AFTER, members=["bob"]))
    database.execute(view("derived.md", "current_team_members"))
    assert rows(database, "select user_id from current_team_members") == [("bob",)]


def test_siblings_tell_what_is_left_over_where_the_parent_has_no_time(database: Database) -> None:
    def version(*priorities: str) -> dict[str, Any]:
        times = dict.fromkeys(priorities, 60_000)
        return {"id": "version", "attributes": {"metrics": {"nextReply": {"times": times}}}}

    write(database, SlaVersions, version("1", "2", "3"))
    write(database, SlaVersions, version("2", "3"))
    database.execute(view("derived.md", "current_sla_metrics"))
    assert rows(database, "select priority from current_sla_metrics") == [(2,), (3,)]


def test_only_the_versions_of_agreements_have_no_time_among_parents_that_change() -> None:
    timeless = [
        derived.name
        for stream in STREAMS
        if "updated_at" not in record_schema(stream.shape)["properties"]
        and stream is not ConversationTimes
        for derived in stream.derived
    ]
    assert timeless == ["sla_criteria", "sla_metrics"]


def test_marked_rows_are_left_out(database: Database) -> None:
    unknown = resource("unknown", BEFORE)
    gone = customer("gone", AFTER, deleted=True)
    write(database, Customers, customer("here", BEFORE), gone, unknown)
    database.execute(view("deletes.md", "live_customers"))
    assert rows(database, "select id from live_customers") == [("here",), ("unknown",)]


def test_rows_of_a_full_table_that_came_in_the_last_run_are_live() -> None:
    with duckdb.connect(":memory:") as database:
        write(database, Tags, resource("here", BEFORE), resource("gone", BEFORE))
        database.execute("alter table tags add column _sdc_extracted_at timestamp")
        database.execute("update tags set _sdc_extracted_at = timestamp '2026-01-02 08:00:00'")
        database.execute(
            "update tags set _sdc_extracted_at = timestamp '2026-01-01 08:00:00' where id = 'gone'"
        )
        database.execute(view("deletes.md", "live_tags"))
        assert rows(database, "select id from live_tags") == [("here",)]


def test_rows_without_a_live_id_were_deleted(database: Database) -> None:
    write(database, Customers, customer("here", BEFORE), customer("gone", BEFORE))
    write(database, CustomerIds, {"id": "here"})
    database.execute(view("deletes.md", "deleted_customers"))
    assert rows(database, "select id from deleted_customers") == [("gone",)]


def test_rows_that_were_not_read_again_with_their_parent_are_left_out(database: Database) -> None:
    def draft(id_: str, updated_at: str) -> dict[str, Any]:
        return {"id": id_, "parent": {"id": "customer", "updatedAt": updated_at}}

    write(database, Customers, customer("customer", BEFORE))
    write(database, CustomerDrafts, draft("sent", BEFORE), draft("kept", BEFORE))
    write(database, Customers, customer("customer", AFTER))
    write(database, CustomerDrafts, draft("kept", AFTER))
    database.execute(view("deletes.md", "current_customer_drafts"))
    assert rows(database, "select id from current_customer_drafts") == [("kept",)]


def test_tables_that_are_said_to_mark_deleted_rows_do() -> None:
    page = (DOCS / "deletes.md").read_text(encoding="utf-8")
    said = re.search(r"Rows of (.*?) are marked", page, re.DOTALL)
    assert said
    named = [*re.findall(r"`(\w+)`", said[1]), "customers", "users"]
    assert len(named) == 7
    assert all({"deleted", "deleted_at"} <= schemas()[name]["properties"].keys() for name in named)
