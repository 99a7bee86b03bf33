"""What real targets hold after one run: every row by its key, and every value in its type.

`support/target_matrix.py` has the table of targets and cases. Those that are not for every day run
with `-m ''`, as in the nightly run, which takes some minutes.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import everything, only
from support.target_pipeline import SOME, check_keys, check_rows, check_types, of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.singer_output import Catalog
    from support.target_matrix import Config
    from support.target_pipeline import Pipeline

# The streams of a test that has all of them at night.
SOME_OR_ALL = pytest.mark.parametrize(
    "streams",
    [pytest.param(SOME, id="some"), pytest.param(None, id="all", marks=pytest.mark.thorough)],
)

MAPS: Config = {
    "companies": {"name": None, "shouted": "str(name).upper()"},
    "customers": {"email_hash": "md5(str(id))", "display_name": "__NULL__"},
    "users": {"email": "md5(str(email))"},
}


def selected(catalog: Catalog, streams: Sequence[str] | None) -> Catalog:
    """A catalog in which some streams are selected, or all."""
    return everything(catalog) if streams is None else only(catalog, streams)


def without_one_column_in_ten(catalog: Catalog) -> Catalog:
    """A catalog in which every tenth column is deselected; keys can't be."""
    chosen = copy.deepcopy(catalog)
    for stream in chosen["streams"]:
        columns = [entry for entry in stream["metadata"] if len(entry["breadcrumb"]) == 2]
        for entry in columns[4::10]:
            if entry["metadata"].get("inclusion") != "automatic":
                entry["metadata"]["selected"] = False
    return chosen


def check_whole(
    pipeline: Pipeline, catalog: Catalog, load: Config | None = None, **config: Any
) -> None:
    """That one run arrives whole: each key of the sandbox once, each value as the tap has it."""
    run = pipeline.sync(catalog, load, **config)

    check_keys(pipeline.target, run, pipeline.tap.sandbox)
    check_rows(pipeline.target, run, run.held())
    check_types(pipeline, run)


@of("all streams")
def test_all_streams_arrive_whole(pipeline: Pipeline, catalog: Catalog) -> None:
    check_whole(pipeline, everything(catalog))


@of("all streams, recommended settings")
def test_all_streams_arrive_whole_with_the_recommended_settings(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    check_whole(pipeline, everything(catalog), pipeline.loader.recommended)


@of("some streams of each kind")
def test_some_streams_of_each_kind_arrive_whole(pipeline: Pipeline, catalog: Catalog) -> None:
    check_whole(pipeline, only(catalog, SOME))


@of("flattened")
@pytest.mark.parametrize(
    ("depth", "streams"),
    [
        pytest.param(2, SOME, id="2"),
        *(pytest.param(depth, None, id=str(depth), marks=pytest.mark.thorough) for depth in (1, 3)),
    ],
)
def test_flat_streams_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, depth: int, streams: Sequence[str] | None
) -> None:
    flat = {"flattening_enabled": True, "flattening_max_depth": depth}

    check_whole(replace(pipeline, config={**pipeline.config, **flat}), selected(catalog, streams))


@of("stream maps")
@SOME_OR_ALL
def test_mapped_streams_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, streams: Sequence[str] | None
) -> None:
    check_whole(pipeline, selected(catalog, streams), stream_maps=MAPS)


@of("one column in ten deselected")
@SOME_OR_ALL
def test_streams_without_some_columns_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, streams: Sequence[str] | None
) -> None:
    check_whole(pipeline, without_one_column_in_ten(selected(catalog, streams)))


@of("start_date and end_date")
def test_what_was_updated_between_two_times_arrives(pipeline: Pipeline, catalog: Catalog) -> None:
    chosen = only(catalog, ["conversations", "customers"])
    whole = pipeline.read(chosen).run
    times = sorted(row["updated_at"] for row in whole.records("conversations"))
    start, end = times[len(times) // 4], times[-len(times) // 4]

    run = pipeline.sync(chosen, start_date=start, end_date=end)

    expected = {
        stream: {key: row for key, row in rows.items() if start <= row["updated_at"] <= end}
        for stream, rows in whole.held().items()
    }
    check_rows(pipeline.target, run, expected)
