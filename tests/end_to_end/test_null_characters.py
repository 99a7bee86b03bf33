"""U+0000, which PostgreSQL does not store: it reaches no target, wherever it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import Output, only
from tap_kustomer.client.bodies import read_body

if TYPE_CHECKING:
    from support.singer_output import Catalog
    from support.tap_in_process import InProcess

NULL = b"\\u0000"
REPLACEMENT = "\ufffd"

# One table of each way in: a search, a list, a cursor, a request for each parent, metadata.
SOME = {"customers", "klasses", "audit_logs", "conversation_events", "custom_attribute_metadata"}


@pytest.fixture
def null_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts them into names, custom attributes, their definitions and every other key."""

    def read(*given: Any, **more: Any) -> bytes:
        body = read_body(*given, **more)
        for begin, more_of_it in (
            (b'"name":"', b"%b"),
            (b'"attributes":{', b'"%bother":"%b",'),
            (b'"custom":{', b'"%bcolorStr":"%b",'),
            (b'"properties":{', b'"%bcolorStr":{"type":"string","description":"%b"},'),
        ):
            salt = more_of_it.replace(b"%b", NULL)
            body = body.replace(begin, begin + salt).replace(salt + b"}", salt[:-1] + b"}")
        return body

    monkeypatch.setattr("tap_kustomer.client.session.read_body", read)


@pytest.mark.usefixtures("null_characters")
def test_of_what_kustomer_sends_no_null_character_leaves_the_tap(tap: InProcess) -> None:
    catalog = tap.discover()

    run = tap(catalog=only(catalog, SOME))

    assert run.code == 0, run.log
    assert b"\\u0000" not in json.dumps(catalog).encode() + run.output
    for table in SOME:
        assert any(REPLACEMENT in json.dumps(row, ensure_ascii=False) for row in run.records(table))
    (customer, *_) = run.records("customers")
    assert customer["custom"]["color_str"] == REPLACEMENT
    schema = run.schema("customers")["schema"]["properties"]["custom"]
    assert REPLACEMENT in schema["properties"]["color_str"]["description"]


def test_of_what_a_catalog_and_a_state_hold_no_null_character_leaves_the_tap(
    tap: InProcess, catalog: Catalog
) -> None:
    described = only(catalog, {"tags"})
    for stream in described["streams"]:
        stream["schema"]["properties"]["name"]["description"] = "a\0b"
    state = {"bookmarks": {"unknown\0": {"note": "c\0d"}}}

    run = tap(catalog=described, state=state)

    assert run.code == 0, run.log
    assert NULL not in run.output
    assert run.state()["bookmarks"]["unknown\ufffd"] == {"note": "c\ufffdd"}


def test_a_text_that_only_resembles_an_escape_stays_as_it_is(
    tap: InProcess, catalog: Catalog
) -> None:
    run: Output = tap(
        catalog=only(catalog, {"tags"}), state={"bookmarks": {"unknown": {"note": "c\\u0000d"}}}
    )

    assert run.state()["bookmarks"]["unknown"] == {"note": "c\\u0000d"}
