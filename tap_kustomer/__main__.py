"""The command line: `tap-kustomer`, and `python -m tap_kustomer`."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from tap_kustomer.lightly import import_lightly

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Run the tap. What a user can cause ends with one line and a code other than 0."""
    # Until the tap takes these signals for itself, nothing has to be finished. Python would show a
    # traceback, so they come before the imports, which take most of a second.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    # Saves a third of the time that `--version` takes, and a quarter of a second of each run.
    for package in ("singer_sdk", "singer_sdk.streams"):
        import_lightly(package)
    from singer_sdk.exceptions import (  # noqa: PLC0415
        MapExpressionError,
        StreamMapConfigError,
    )

    from tap_kustomer.errors import TapKustomerError  # noqa: PLC0415
    from tap_kustomer.tap import TapKustomer  # noqa: PLC0415

    try:
        TapKustomer.cli()
    except (TapKustomerError, MapExpressionError, StreamMapConfigError) as error:
        TapKustomer.logger.error("%s", error)
        sys.exit(1)


def _end_at_once(number: int, frame: FrameType | None) -> None:
    del frame
    os._exit(128 + number)


if __name__ == "__main__":
    main()
