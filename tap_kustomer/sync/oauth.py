"""The OAuth credential that the settings describe, and where its tokens are kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_kustomer.client.oauth import OAuthCredential
from tap_kustomer.client.tokens import ConfigFile, Memory, TokenFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from tap_kustomer.client.authenticator import BearerAuthenticator
    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.session import Session
    from tap_kustomer.client.tokens import TokenStore
    from tap_kustomer.config import Settings

logger = logging.getLogger(__name__)


def oauth_credential(
    settings: Settings,
    clock: Clock,
    open_session: Callable[[BearerAuthenticator], Session],
    config_files: Collection[Path] = (),
) -> OAuthCredential:
    """Make the credential of a person who has signed in. No request is sent yet.

    Args:
        settings: The checked settings, with `client_id` and `organization`.
        clock: Tells the time.
        open_session: Makes the session with the token endpoint from its authenticator.
        config_files: Files that the settings are from.
    """
    return OAuthCredential(
        client_id=settings.client_id or "",
        client_secret=settings.client_secret,
        store=_store(settings, config_files),
        clock=clock,
        open_session=open_session,
        base_url=settings.base_url,
    )


def _store(settings: Settings, config_files: Collection[Path]) -> TokenStore:
    if settings.token_path is not None:
        return TokenFile(
            settings.token_path,
            client_id=settings.client_id or "",
            organization=settings.organization or "",
            seed=settings.refresh_token,
        )
    return ConfigFile.among(config_files) or Memory(settings.refresh_token or "", _warn)


def _warn() -> None:
    logger.warning(
        "Kustomer has replaced the refresh token, and the new one is lost with this run: the next "
        "one may need another sign-in. Set token_path to a file that keeps it"
    )
