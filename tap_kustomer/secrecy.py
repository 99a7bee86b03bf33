"""Keeps the API key and other secrets out of logs, errors and summaries."""

from __future__ import annotations

import re
from typing import Final

_HIDDEN: Final = "[secret]"

# Kustomer's keys are JSON Web Tokens (RFC 7519). A text that starts like one is one, or a piece.
_TOKEN: Final = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*", re.ASCII)
# Secrets of at least so many characters are in no other text by chance.
_LONG: Final = 16
_PASSWORD: Final = re.compile(r"(?<=://)[^\s/@]*@")


def hide_secrets(text: str, *secrets: str) -> str:
    """Replace secrets, in capital or small letters, and whatever looks like one in a text.

    Call it before the text is shortened: a piece of a key can't be recognised.

    Args:
        text: A text such as a response, or a setting that the key was pasted into by mistake.
        secrets: The API key, or what else must not be shown.
    """
    # The longest first, and before the patterns, which may match a piece of one. A short one comes
    # after them: it may be a piece of a token by chance.
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)
    for secret in (secret for secret in longest_first if len(secret) >= _LONG):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    text = _PASSWORD.sub(f"{_HIDDEN}@", _TOKEN.sub(_HIDDEN, text))
    for secret in (secret for secret in longest_first if len(secret) < _LONG):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    return text
