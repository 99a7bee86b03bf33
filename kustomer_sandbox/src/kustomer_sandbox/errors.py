"""Kustomer's two shapes of an error.

https://developer.kustomer.com/docs/concepts/errors
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than 2xx, with its body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        """Keep the status and the whole body."""
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def plain(status: int, code: str, message: str) -> ApiError:
    """Return the shape of most errors: code, message, meta."""
    return ApiError(status, {"errors": [{"code": code, "message": message, "meta": {}}]})


def json_api(
    status: int,
    code: str,
    title: str,
    *,
    parameter: str | None = None,
    detail: str | None = None,
) -> ApiError:
    """Return the JSON:API shape: status, code, title, source, detail."""
    error: dict[str, Any] = {"status": status, "code": code, "title": title}
    if parameter is not None:
        error["source"] = {"parameter": parameter}
    if detail is not None:
        error["detail"] = detail
    return ApiError(status, {"errors": [error]})


def bad_parameter(parameter: str, title: str, detail: str | None = None) -> ApiError:
    """Return what a wrong parameter or body key is answered with."""
    return json_api(400, "badparam", title, parameter=parameter, detail=detail)
