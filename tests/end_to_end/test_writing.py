"""How records are written: straight, by way of the SDK, in batches, with versions. All the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from support.singer_output import Output, check, everything, only
from support.tap_in_process import HurriedTap, InProcess
from tap_kustomer.table import Table

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox

Message = dict[str, Any]


def without_times(run: Output) -> list[Message]:
    """All messages but the states, which are later in a later run."""
    return [
        {key: value for key, value in message.items() if key != "time_extracted"}
        for message in run.messages
        if message["type"] != "STATE"
    ]


@pytest.mark.parametrize("config", [{}, {"emit_activate_version_messages": True}], ids=str)
def test_records_are_written_straight_as_the_sdk_would_write_them(
    tap: InProcess,
    catalog: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, Any],
) -> None:
    straight = tap(catalog=everything(catalog), **config)
    by_the_sdk: list[str] = []
    write = Table._write_record_message  # noqa: SLF001

    def noted(self: Table, record: dict[str, Any]) -> None:
        by_the_sdk.append(self.name)
        write(self, record)

    monkeypatch.setattr(Table, "_is_plain", False)
    monkeypatch.setattr(Table, "_write_record_message", noted)
    roundabout = tap(catalog=everything(catalog), **config)

    assert set(by_the_sdk) == straight.counts().keys()
    for one, other in zip(without_times(straight), without_times(roundabout), strict=True):
        assert_same(one, other)


def assert_same(one: Message, other: Message) -> None:
    """That two messages are equal, versions aside: those are of the second in which a run began."""
    assert ("version" in one) == ("version" in other)
    assert {**one, "version": 0} == {**other, "version": 0}
