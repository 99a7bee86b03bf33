"""Run the installed tap without rate limits, so that a minute's budget takes a few seconds."""

# ruff: noqa: INP001  # Scripts, no package.
from __future__ import annotations

from unittest import mock

from tap_kustomer.__main__ import main
from tap_kustomer.client import limits

# More than any machine sends.
_REQUESTS_A_MINUTE = 600_000

with (
    mock.patch.object(limits, "SEARCH_LIMIT", _REQUESTS_A_MINUTE),
    mock.patch.object(limits, "ORGANIZATION_LIMIT", _REQUESTS_A_MINUTE),
):
    main()
