"""Run the installed tap without rate limits, so that a minute's budget takes a few seconds."""

from __future__ import annotations

from unittest import mock

from tap_kustomer.__main__ import main
from tap_kustomer.client.limits import Limiter

with mock.patch.object(Limiter, "wait", return_value=0.0):
    main()
