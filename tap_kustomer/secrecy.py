"""Keep secrets, such as the API key, out of logs, errors and summaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_HIDDEN: Final = "[secret]"

# Kustomer's keys are JSON Web Tokens (RFC 7519). A text that starts like one is one, or a piece.
_TOKEN: Final = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*", re.ASCII)
_PASSWORD: Final = re.compile(r"(?<=://)[^\s/@]*@")

# A shorter secret may be a piece of a token or an address by chance.
_LONG: Final = 16


def contains_secret(address: str, secrets: Iterable[str]) -> bool:
    """Return whether an address contains one of the secrets, in capital or small letters.

    A short one does not count: the key "test" of a test server is in `/v1/ai/evaluation-testcases`.

    Args:
        address: An address that a request would be sent to.
        secrets: What must not be in it.
    """
    address = address.lower()
    return any(len(secret) >= _LONG and secret.lower() in address for secret in secrets)


def hide_secrets(text: str, *secrets: str) -> str:
    """Replace secrets, in capital or small letters, and whatever looks like one in a text.

    Call it before the text is shortened: a piece of a secret can't be recognised.

    Args:
        text: A text such as a response, or a setting that a secret was pasted into by mistake.
        secrets: What must not be shown.
    """
    # Long ones come before the patterns, which may match a piece of one, and short ones after them.
    text = _hide(text, (secret for secret in secrets if len(secret) >= _LONG))
    text = _PASSWORD.sub(f"{_HIDDEN}@", _TOKEN.sub(_HIDDEN, text))
    return _hide(text, (secret for secret in secrets if 0 < len(secret) < _LONG))


def _hide(text: str, secrets: Iterable[str]) -> str:
    # The longest first: another one may be a piece of it.
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    return text
