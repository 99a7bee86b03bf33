"""Faults of real targets, as docs/targets.md lists them. A test that fails: the fault is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.singer_output import only
from support.target_matrix import LOADERS

if TYPE_CHECKING:
    from support.singer_output import Catalog
    from support.tap_in_process import InProcess
    from support.targets import Target


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[3]], ids=["target-csv"])
def test_target_csv_writes_objects_as_python_shows_them(
    tap: InProcess, catalog: Catalog, target: Target
) -> None:
    run = tap(catalog=only(catalog, ["teams"]))

    target.load(run.output)

    assert {row[0][:7] for row in target.rows("teams", "org")} == {"{'id': "}


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[3]], ids=["target-csv"])
def test_target_csv_replaces_files_though_it_is_configured_to_append(
    tap: InProcess, catalog: Catalog, target: Target
) -> None:
    run = tap(catalog=only(catalog, ["teams"]))
    settings = {"file_naming_scheme": "{stream_name}.csv", "overwrite_behavior": "append_records"}

    target.load(run.output, **settings)
    target.load(run.output, **settings)

    assert len(target.rows("teams", "id")) == len(run.records("teams"))


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[1]], ids=["target-postgres"])
@pytest.mark.parametrize("method", ["append-only", "overwrite"])
def test_target_postgres_upserts_whatever_its_load_method(
    tap: InProcess, catalog: Catalog, target: Target, method: str
) -> None:
    run = tap(catalog=only(catalog, ["conversations"]))
    conversations = run.records("conversations")
    times = sorted(row["updated_at"] for row in conversations)
    later = tap(catalog=only(catalog, ["conversations"]), start_date=times[len(times) // 2])
    assert len(later.records("conversations")) < len(conversations)

    target.load(run.output, load_method=method)
    target.load(later.output, load_method=method)

    assert len(target.rows("conversations", "id")) == len(conversations)
