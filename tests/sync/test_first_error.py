"""A run reports the error that ended it, and no error that follows from it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from support.offline_tap import OfflineTap
from tap_kustomer.client.errors import InvalidCredentialError
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.output.stdout import OutputError
from tap_kustomer.singer.output.writer import BufferedWriter
from tap_kustomer.singer.sdk import ConfigInput
from tap_kustomer.streams.notes import Notes
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    run = OfflineTap(Notes, pages={"notes": ended_by}).sync()

    assert run.code == code
    assert [error in line for line in run.logged("ERROR")] == ([True] if error else [])


def test_what_a_run_needs_is_opened_once_even_if_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes: Iterator[Any] = iter([ConfigurationError("The tokens can't be read")])
    monkeypatch.setattr("tap_kustomer.sync.open_context", lambda *_, **__: _raise(next(outcomes)))

    with pytest.raises(ConfigurationError, match="The tokens can't be read"):
        TapKustomer.invoke(config=ConfigInput(config={"api_key": "a-key"}))


def _raise(error: Exception) -> NoReturn:
    raise error
