"""A terminal that is closed during a run."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import pytest

from tap_kustomer.reporting.terminal import open_console

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")


@pytest.mark.parametrize("buffering", [1, 4096], ids=["by lines", "in blocks"])
def test_nothing_is_raised_once_the_terminal_is_closed(
    buffering: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.openpty()
    stream = os.fdopen(theirs, "w", buffering, encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", stream)
    console = open_console()
    console.print("a line")
    assert os.read(ours, 100).split() == [b"a", b"line"]

    os.close(ours)
    console.print("another line")

    with suppress(OSError):
        stream.close()
