"""Which error a response is, and what its text says."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING

import pytest

from tap_kustomer.client import errors
from tap_kustomer.client.errors import (
    AccessError,
    MissingError,
    RefusedError,
    RequestError,
    RunError,
    StreamError,
    TransientError,
    explain,
    from_status,
)
from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(root: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
    """The classes of the module below one of them, and how far below."""
    yield depth, root.__name__
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child, depth + 1)


def test_the_module_draws_the_family_of_its_errors() -> None:
    drawing = re.findall(r"(?m)^([ │├└─]*)(\w+Error)\b", cleandoc(str(errors.__doc__)))

    drawn = [(len(branches) // 4, name) for branches, name in drawing]
    assert drawn[:-1] == [*tree(TapKustomerError)]


@pytest.mark.parametrize("error", [*RequestError.__subclasses__()], ids=str)
def test_an_error_of_a_request_concerns_one_stream_or_the_whole_run(error: type[Exception]) -> None:
    assert error in {StreamError, RunError}


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (
            b'{"errors":[{"code":"bad_request","message":"Invalid request body.","meta":{}}]}',
            "bad_request: Invalid request body.",
        ),
        (
            b'{"errors":[{"source":{"parameter":"x"},"code":"badparam","title":"No","detail":"/x"}]}',
            "badparam: No: /x (x)",
        ),
        (
            b'{"errors":[{"status":"404","code":"notfound","source":{"parameters":"id"}}]}',
            "notfound (id)",
        ),
        (b'{"errors":{"code":"unauthorized"}}', "unauthorized"),
        (b'{"errors":[{"code":"a"},{"code":"b"}]}', "a; b"),
        (b'{"errors":["gone\\nfor good"]}', "gone for good"),
        (b'{"message":"Forbidden"}', "Forbidden"),
        (
            b'{"error":"Forbidden","message":"No such route","statusCode":403}',
            "Forbidden: No such route",
        ),
        (b'{"error":{"code":403,"message":"Denied"}}', "403: Denied"),
        (b'{"type":"https://x","title":"Error 1010","detail":"Banned"}', "Error 1010: Banned"),
        (b"<html><h1>502</h1></html>", "no JSON in the response"),
        (b"", "no JSON in the response"),
        (b"error code: 1010\n", "no JSON in the response: error code: 1010"),
        (b"\x1b[2J", "no JSON in the response"),
        (b"[]", "no reason given"),
        (b'{"errors":[]}', "no reason given"),
    ],
)
def test_both_error_shapes_are_explained_in_one_line(body: bytes, line: str) -> None:
    assert explain(body) == line


def test_a_long_explanation_is_cut_and_stays_one_line() -> None:
    explained = explain(b'{"errors":[{"message":"' + b"very\\nlong " * 200 + b'"}]}')

    assert len(explained) < 400
    assert "\n" not in explained


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"code":', b"}")])
def test_a_reason_may_be_nested_however_deeply(opening: bytes, closing: bytes) -> None:
    # Around a thousand levels can be parsed and not be shown.
    for depth in (*range(850, 1_000), 5_000, 100_000):
        reason = opening * depth + b"1" + closing * depth

        assert explain(b'{"errors":[{"code":%b}]}' % reason)
        assert explain(b'{"errors":[%b]}' % reason)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, AccessError),
        (402, AccessError),
        (403, AccessError),
        (404, MissingError),
        (410, MissingError),
        (408, TransientError),
        (409, RefusedError),
        (413, RefusedError),
        (422, RefusedError),
        (500, TransientError),
        (502, TransientError),
        (503, TransientError),
        (504, TransientError),
    ],
)
def test_a_status_code_stands_for_an_error(status: int, kind: type[Exception]) -> None:
    error = from_status(status, "GET /v1/teams", b"{}")

    assert type(error) is kind
    assert str(error) == f"GET /v1/teams: HTTP {status}: no reason given"


@pytest.mark.parametrize(
    "body",
    [
        b"\n<!DOCTYPE html><h1>Request blocked</h1>",
        b"\xef\xbb\xbf<!DOCTYPE html>",
        b"error code: 1010",
        b"RBAC: access denied",
    ],
)
def test_what_a_firewall_refuses_says_nothing_about_roles_and_may_be_asked_again(
    body: bytes,
) -> None:
    assert type(from_status(403, "GET /v1/tags", body)) is TransientError


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 100_000 + b"]" * 100_000])
def test_a_refusal_in_json_or_without_a_body_is_about_roles(body: bytes) -> None:
    assert type(from_status(403, "GET /v1/tags", body)) is AccessError
