"""The command line: `tap-kustomer`, and `python -m tap_kustomer`."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tap_kustomer.errors import SIGNAL_CODES, TapKustomerError
from tap_kustomer.log_lines import OneLineRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from tap_kustomer.tap import TapKustomer


def main() -> None:
    """Run the tap. An error that a user can cause ends it with one line and a non-zero code."""
    # Python would show a traceback for a signal during the imports, which take half a second. Until
    # the tap handles signals itself, nothing has to be finished.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_at_once)
    # Names in the data, such as that of a klass, and texts of a server may have any characters.
    logging.setLogRecordFactory(OneLineRecord)
    from singer_sdk.exceptions import (  # noqa: PLC0415
        MapExpressionError,
        StreamMapConfigError,
    )

    from tap_kustomer.config import check_log_level  # noqa: PLC0415
    from tap_kustomer.tap import TapKustomer  # noqa: PLC0415

    try:
        check_log_level(os.environ)
        _prepare_standard_streams()
        command = _command(TapKustomer)
        try:
            command()
        finally:
            # What is still in the buffer has to be written before the exit code is known.
            sys.stdout.flush()
    except (TapKustomerError, MapExpressionError, StreamMapConfigError) as error:
        TapKustomer.logger.error("%s", error)
        sys.exit(1)
    except OSError as error:
        # Such as a full disk, or a folder that was removed.
        TapKustomer.logger.error("The operating system reports an error: %s", error)
        sys.exit(1)
    finally:
        _discard_unwritable()


def _prepare_standard_streams() -> None:
    """Use UTF-8 and plain line feeds on every system. Standard error may be closed.

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


def _command(tap: type[TapKustomer]) -> Callable[[], None]:
    """Return the SDK's command. Accessing it also configures logging.

    Raises:
        TapKustomerError: The log can't be set up as the user's file says.
    """
    try:
        return tap.cli
    except Exception as error:  # The file may name any class.
        if (name := os.environ.get("SINGER_SDK_LOG_CONFIG")) is None:
            raise
        reason = " ".join(str(error.__cause__ or error).split())
        raise TapKustomerError(
            f"Environment variable SINGER_SDK_LOG_CONFIG: {name!r} was given, which can't be used "
            f"({reason}); expected a file in YAML with a configuration of Python's logging"
        ) from error


def _discard_unwritable() -> None:
    """Discard what can't be written: the interpreter would try again, and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _end_at_once(number: int, frame: FrameType | None) -> None:
    del frame
    os._exit(SIGNAL_CODES + number)


if __name__ == "__main__":
    main()
