"""A tap for conversations as the SDK's documentation recommends, with nothing overridden.

It reads the same search with its own keyset, one request after the other, and shapes rows as this
tap does. The difference is the SDK's way from an answer to a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.pagination import BaseAPIPaginator
from typing_extensions import override

from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams.conversations import Conversations

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.streams.core import Stream

_PAGE_SIZE = 500


class Keyset(BaseAPIPaginator[str]):
    """Asks for what is newer than the last row."""

    @override
    def get_next(self, response: requests.Response) -> str | None:
        rows = response.json()["data"]
        if len(rows) < _PAGE_SIZE:
            return None
        latest: str = rows[-1]["attributes"]["updatedAt"]
        return latest


class StockConversations(RESTStream[str]):
    """Conversations."""

    name = "conversations"
    path = f"/v1/customers/search?pageSize={_PAGE_SIZE}"
    http_method = "POST"
    records_jsonpath = "$.data[*]"
    primary_keys = ("id",)
    replication_key = "updated_at"
    is_sorted = True
    schema: ClassVar[dict[str, Any]] = record_schema(Conversations.shape)

    def __init__(self, tap: Tap) -> None:
        super().__init__(tap)
        self._shape = compile_shaper(Conversations.shape)

    @property
    @override
    def url_base(self) -> str:
        address: str = self.config["api_url"]
        return address

    @override
    def get_new_paginator(self) -> Keyset:
        return Keyset("2000-01-01T00:00:00.000Z")

    @override
    def prepare_request_payload(
        self, context: Context | None, next_page_token: str | None
    ) -> dict[str, Any]:
        del context
        return {
            "and": [{"conversation_updated_at": {"gte": next_page_token}}],
            "sort": [{"conversation_updated_at": "asc"}],
            "queryContext": "conversation",
        }

    @override
    def post_process(self, row: Record, context: Context | None = None) -> Record:
        del context
        return self._shape(row)


class StockTap(Tap):
    """A tap with one stream."""

    name = "tap-stock"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True)
    ).to_dict()

    @override
    def discover_streams(self) -> Sequence[Stream]:
        return [StockConversations(self)]


if __name__ == "__main__":
    StockTap.cli()
