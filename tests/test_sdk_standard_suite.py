"""The tests that the SDK brings for every tap."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from kustomer_sandbox import Sandbox
from support.singer_output import everything
from support.tap_in_process import HurriedTap, InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

SANDBOX = Sandbox(scale=0.05, org_limit=0, search_limit=0)

# A table may have columns that no row fills.
pytestmark = pytest.mark.filterwarnings("ignore:Fields in transformed catalog but not in records")

# The suite keeps this very dictionary: the address is put in when it is known.
CONFIG: dict[str, Any] = {"api_key": SANDBOX.api_key}

# These have no rows in the sandbox: see `end_to_end/test_full_sync.py`.
EMPTY = ["kobject_old_order"]


@contextmanager
def served() -> Iterator[None]:
    """Serve the sandbox, and keep the signals that a tap takes for itself."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with SANDBOX:
        CONFIG["api_url"] = SANDBOX.url
        yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def standard_suite() -> type:
    """The SDK makes its tests out of the streams that it discovers, while tests are collected.

    Those of single columns are left out: they keep the values of the first column that they come
    to and compare every other one with those (`AttributeTestTemplate.non_null_attribute_values`).
    That values fit their schema is tested of every record in `end_to_end`.
    """
    with served():
        return get_tap_test_class(
            HurriedTap,
            config=CONFIG,
            catalog=everything(InProcess(SANDBOX).discover()),
            suite_config=SuiteConfig(ignore_no_records_for_streams=EMPTY),
            include_stream_attribute_tests=False,
            parse_env_config=False,
        )


TestTapKustomer = standard_suite()


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[None]:
    with served():
        yield
