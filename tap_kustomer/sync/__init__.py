"""One run of the tap: which streams there are, what is read for them, and what is written."""

from tap_kustomer.sync.access import Readable, format_checks, format_limits
from tap_kustomer.sync.context import RunContext, RunTimes, open_context
from tap_kustomer.sync.definitions import define_from_api, define_from_catalog, replication_key_of
from tap_kustomer.sync.run import (
    check_streams,
    plan_extractions,
    read_one_stream,
    write_extractions,
)

__all__ = [
    "Readable",
    "RunContext",
    "RunTimes",
    "check_streams",
    "define_from_api",
    "define_from_catalog",
    "format_checks",
    "format_limits",
    "open_context",
    "plan_extractions",
    "read_one_stream",
    "replication_key_of",
    "write_extractions",
]
