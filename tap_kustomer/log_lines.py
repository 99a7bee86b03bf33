"""Keep a log line, or an error, on one line, whatever the names and texts are that it quotes."""

from __future__ import annotations

import logging
import re
from typing import Final

from typing_extensions import override

# Control characters, and what else some program takes for the end of a line.
_BREAKING: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Replace control characters and ends of lines by a blank."""
    return _BREAKING.sub(" ", text)


class OneLineRecord(logging.LogRecord):
    """A log record whose message is one line. A traceback keeps its lines."""

    @override
    def getMessage(self) -> str:
        return one_line(super().getMessage())
