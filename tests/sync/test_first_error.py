"""A run reports the error that ended it, even if its state can't be written."""

from __future__ import annotations

import signal
from typing import NoReturn

import pytest

from support.offline_tap import OfflineTap
from tap_kustomer.client.errors import InvalidCredentialError
from tap_kustomer.singer.output.stdout import OutputError
from tap_kustomer.singer.output.writer import BufferedWriter
from tap_kustomer.streams.notes import Notes

pytestmark = pytest.mark.usefixtures("signals")


@pytest.mark.parametrize(
    ("ended_by", "code", "error"),
    [
        ([InvalidCredentialError("The key is wrong")], 1, "The key is wrong"),
        ([SystemExit(128 + signal.SIGTERM)], 128 + signal.SIGTERM, ""),
        ([], 1, "The reader is gone"),
    ],
    ids=["a wrong key", "a signal", "nothing else"],
)
def test_the_first_error_is_reported(
    ended_by: list[BaseException], code: int, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise OutputError("The reader is gone")

    monkeypatch.setattr(BufferedWriter, "end", fail)

    run = OfflineTap(Notes, scripted={"script": {"notes": ended_by}}).sync()

    assert run.code == code
    assert [error in line for line in run.logged("ERROR")] == ([True] if error else [])
