"""Kustomer's two shapes of an error.

https://developer.kustomer.com/docs/concepts/errors
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with a status other than 2xx.

    Args:
        status: The status.
        body: The whole body.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def plain(status: int, code: str, message: str) -> ApiError:
    """Error in the shape of most: code, message, meta."""
    return ApiError(status, {"errors": [{"code": code, "message": message, "meta": {}}]})


def json_api(
    status: int,
    code: str,
    title: str,
    *,
    parameter: str | None = None,
    detail: str | None = None,
) -> ApiError:
    """Error in the JSON:API shape: status, code, title, source, detail."""
    error: dict[str, Any] = {"status": status, "code": code, "title": title}
    if parameter is not None:
        error["source"] = {"parameter": parameter}
    if detail is not None:
        error["detail"] = detail
    return ApiError(status, {"errors": [error]})


def bad_parameter(parameter: str, title: str, detail: str | None = None) -> ApiError:
    """Error for a wrong parameter or key of the body."""
    return json_api(400, "badparam", title, parameter=parameter, detail=detail)
