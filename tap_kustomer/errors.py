"""How a run may end: the root of all errors that the tap raises on purpose, and exit codes."""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from tap_kustomer.log_lines import one_line

# What is added to the number of a signal to give the code that a process ends with.
SIGNAL_CODES: Final = 128


class TapKustomerError(Exception):
    """An error that a user can understand and act upon. Its text is one line.

    The command line prints the text and exits with a code other than 0, without a traceback.
    """

    @override
    def __str__(self) -> str:
        return one_line(super().__str__())


class ConfigurationError(TapKustomerError):
    """The settings, the catalog or the state can't be used as they are."""
