"""The command line: `tap-kustomer`, and `python -m tap_kustomer`."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Run the tap. What a user can cause ends with one line and a code other than 0."""
    # Until the tap takes these signals for itself, nothing has to be finished. Python would show a
    # traceback, so they come before the imports, which take most of a second.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    from singer_sdk.exceptions import (  # noqa: PLC0415
        MapExpressionError,
        StreamMapConfigError,
    )

    from tap_kustomer.config import check_log_level  # noqa: PLC0415
    from tap_kustomer.tap import TapKustomer  # noqa: PLC0415

    try:
        check_log_level(os.environ)
        _prepare_streams()
        TapKustomer.cli()
    except (TapKustomerError, MapExpressionError, StreamMapConfigError) as error:
        TapKustomer.logger.error("%s", error)
        sys.exit(1)
    except OSError as error:
        # A full disk, a folder that is gone: no fault of the tap's, so no traceback.
        TapKustomer.logger.error("The system refuses to go on: %s", error)
        sys.exit(1)


def _prepare_streams() -> None:
    """Write UTF-8 and plain line feeds on every system; standard error may be closed.

    Raises:
        TapKustomerError: Standard output is closed.
    """
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # To the end.
    if sys.stdout is None:
        raise TapKustomerError(
            "Standard output is closed; expected a target, a file or a terminal to write to"
        )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def _end_at_once(number: int, frame: FrameType | None) -> None:
    del frame
    os._exit(128 + number)


if __name__ == "__main__":
    main()
