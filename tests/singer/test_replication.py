"""How a catalog chooses between an incremental stream and a full table."""

from __future__ import annotations

from typing import Any

import pytest

from support.given_catalogs import (
    entry,
    metadata,
    repair,
)


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ({}, {}),
        ({"replication_method": "INCREMENTAL"}, {}),
        ({}, {"forced_replication_method": "INCREMENTAL", "valid_replication_keys": ["x"]}),
        ({"replication_key": "updated_at"}, {}),
        ({}, {"replication_key": "updated_at"}),
    ],
    ids=["nothing", "method", "Singer.io's", "key", "key in metadata"],
)
def test_a_stream_is_incremental_unless_the_catalog_says_otherwise(
    given: dict[str, Any], root: dict[str, Any]
) -> None:
    nothing = {"replication_key": None, "replication_method": None}

    catalog, warnings = repair(
        entry(**(nothing | given), metadata=[metadata(selected=True, **root)])
    )

    assert catalog["messages"].replication_key == "updated_at"
    assert catalog["messages"].replication_method == "INCREMENTAL"
    assert warnings == []


@pytest.mark.parametrize("given", [None, "INCREMENTAL"])
@pytest.mark.parametrize("place", ["entry", "replication_method", "forced_replication_method"])
def test_a_catalog_can_make_a_stream_a_full_table(place: str, given: str | None) -> None:
    """People set it in the metadata, and leave what discovery has written into the entry."""
    root = {} if place == "entry" else {place: "FULL_TABLE"}
    given = "FULL_TABLE" if place == "entry" else given

    catalog, warnings = repair(
        entry(replication_method=given, metadata=[metadata(selected=True, **root)])
    )

    assert catalog["messages"].replication_method == "FULL_TABLE"
    assert warnings == []


def test_the_replication_method_of_the_user_wins() -> None:
    root = metadata(
        selected=True, replication_method="INCREMENTAL", forced_replication_method="FULL_TABLE"
    )

    catalog, warnings = repair(entry(replication_method="FULL_TABLE", metadata=[root]))

    assert catalog["messages"].replication_method == "INCREMENTAL"
    assert warnings == []


@pytest.mark.parametrize("method", ["LOG_BASED", "full_table", 5, ["FULL_TABLE"]], ids=str)
def test_an_unknown_replication_method_is_a_warning(method: Any) -> None:
    root = metadata(selected=True, replication_method=method)

    catalog, warnings = repair(entry(metadata=[root]))

    assert catalog["messages"].replication_method == "INCREMENTAL"
    (warning,) = warnings
    assert f"can't be replicated by {method}: INCREMENTAL and FULL_TABLE are possible" in warning


@pytest.mark.parametrize("key", [["updated_at"], {"name": "updated_at"}], ids=str)
def test_a_replication_key_that_is_no_name_is_a_warning(key: Any) -> None:
    catalog, warnings = repair(entry(replication_key=key))

    assert catalog["messages"].replication_key == "updated_at"
    (warning,) = warnings
    assert f"can't be replicated by {key}: its replication key is updated_at" in warning


def test_another_replication_key_is_a_warning() -> None:
    root = metadata(selected=True, replication_key="modified_at")

    for given in (
        entry(replication_key="modified_at"),
        entry(replication_key=None, metadata=[root]),
        entry(replication_key="updated_at", metadata=[root]),
    ):
        catalog, warnings = repair(given)

        assert catalog["messages"].replication_key == "updated_at"
        (warning,) = warnings
        assert "can't be replicated by modified_at: its replication key is updated_at" in warning


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ({"replication_key": "updated_at", "replication_method": "INCREMENTAL"}, {}),
        ({"replication_key": "updated_at", "replication_method": None}, {}),
        ({"replication_method": None}, {"forced_replication_method": "INCREMENTAL"}),
        ({"replication_method": None}, {"replication_key": "updated_at"}),
        ({}, {"replication_method": "INCREMENTAL"}),
    ],
)
def test_a_full_table_has_no_replication_key(given: dict[str, Any], root: dict[str, Any]) -> None:
    catalog, warnings = repair(entry("teams", **given, metadata=[metadata(selected=True, **root)]))

    assert catalog["teams"].replication_method == "FULL_TABLE"
    assert catalog["teams"].replication_key is None
    assert catalog["teams"].metadata.root.replication_key is None
    assert warnings == ["--catalog: teams can't be replicated by a key: it is read whole each time"]
