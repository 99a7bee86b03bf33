"""Keys and roles.

https://developer.kustomer.com/docs/get-started/api-keys-and-roles
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from kustomer_sandbox.errors import json_api, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustomer_sandbox.errors import ApiError
    from kustomer_sandbox.options import Options
    from kustomer_sandbox.sign_ins import SignIns

# Includes every role of the new style.
DEFAULT_ROLES = frozenset({"org.permission"})
_BEARER = "bearer "


class Access:
    """Access rights of API keys, and of people who are signed in.

    Args:
        options: Has the keys.
        sign_ins: The people.
    """

    def __init__(self, options: Options, sign_ins: SignIns) -> None:
        self._options = options
        self._sign_ins = sign_ins

    def is_person(self, authorization: str) -> bool:
        """Whether a header has a person's access token."""
        return self._sign_ins.is_signed_in(_token(authorization))

    def roles(self, authorization: str) -> frozenset[str]:
        """Roles of the key or the person in a header.

        Raises:
            ApiError: The key is unknown, or the access token expired (401).
        """
        options, token = self._options, _token(authorization)
        if token in options.keys:
            return options.keys[token]
        if token == options.api_key or self._sign_ins.is_signed_in(token):
            return DEFAULT_ROLES
        raise json_api(401, "unauthorized", "Unauthorized: invalid or missing token")

    def allows(self, held: frozenset[str], needed: Iterable[str]) -> bool:
        """Whether one of the needed roles is held; true if none is needed."""
        needed = tuple(needed)
        denied = self._options.deny if held is DEFAULT_ROLES else frozenset()
        return not needed or any(
            any(covers(role, one) for role in held)
            and not any(covers(role, one) for role in denied)
            for one in needed
        )

    def refusal(self, needed: Iterable[str]) -> ApiError:
        """The answer to a missing role: 403, or 401 by option."""
        status = self._options.missing_role_status
        code = "unauthorized" if status == HTTPStatus.UNAUTHORIZED else "forbidden"
        roles = ", ".join(needed)
        return plain(status, code, f"Missing role: any one of {roles}")


def _token(authorization: str) -> str:
    is_bearer = authorization.lower().startswith(_BEARER)
    return authorization[len(_BEARER) :].strip() if is_bearer else ""


def covers(role: str, needed: str) -> bool:
    """Whether a role is the needed one or a parent of it.

    `org.permission.read` is a parent of `org.permission.customer.read`.
    """
    if needed == role or needed.startswith(f"{role}."):
        return True
    parent, _, verb = role.rpartition(".")
    return needed.startswith(f"{parent}.") and needed.endswith(f".{verb}")
