"""Queries of the sandbox's search, and what its responses hold."""

from __future__ import annotations

from typing import Any

SEARCH = "/v1/customers/search"
ARCHIVE = "/v1/customers/archive/search"


def by_update(context: str, direction: str = "asc", /, **more: Any) -> dict[str, Any]:
    return {
        "queryContext": context,
        "sort": [{f"{context}_updated_at": direction}],
        **more,
    }


def ids(response: Any) -> list[str]:
    return [row["id"] for row in response.json()["data"]]


def updates(response: Any) -> list[str]:
    return [row["attributes"]["updatedAt"] for row in response.json()["data"]]


def refused(response: Any) -> dict[str, Any]:
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["status"] == 400
    assert error["code"] == "badparam"
    return dict(error)
