"""The command `tap-kustomer-login`: sign in as a person, and keep the tokens for later runs.

The authorization code grant with PKCE, as documented at
https://developer.kustomer.com/docs/get-started/oauth. Nobody has run it against Kustomer itself.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
import webbrowser
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urlsplit

import click
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from typing_extensions import override

from tap_kustomer.client.clock import SystemClock
from tap_kustomer.client.hosts import sign_in_url
from tap_kustomer.client.oauth import OAuthCredential
from tap_kustomer.client.tokens import HOW_TO_SIGN_IN
from tap_kustomer.config import OAUTH_SETTINGS, settings_from
from tap_kustomer.errors import ConfigurationError, TapKustomerError
from tap_kustomer.files import load_document, load_environment_file
from tap_kustomer.streams import STREAMS
from tap_kustomer.sync import open_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_kustomer.config import Settings

_PATH: Final = "/callback"
_VERIFIER_LENGTH: Final = 64
_LONGEST_WAIT: Final = 300.0

# All of them are texts, so environment variables need no parsing.
_SETTINGS: Final = (*OAUTH_SETTINGS, "organization", "api_url")

# Without it, Kustomer gives no refresh token.
_OFFLINE: Final = "offline_access"


class SignInError(TapKustomerError):
    """The person did not sign in."""


@click.command()
@click.option(
    "--config",
    "files",
    multiple=True,
    metavar="FILE",
    help="Settings: client_id, organization and token_path, client_secret if there is one. "
    "ENV for environment variables. Repeatable.",
)
@click.option(
    "--port",
    default=8400,
    show_default=True,
    help="Port of the redirect URI http://127.0.0.1:PORT/callback that the application registers.",
)
@click.option(
    "--scope", help="Scopes, separated by blanks. By default, all roles that the tap can use."
)
def command(files: tuple[str, ...], port: int, scope: str | None) -> None:
    """Sign in to Kustomer as a person. The tokens go to the file that token_path names."""
    settings = _load_settings(files)
    sign_in(settings, port=port, scope=scope or default_scope())
    click.echo(
        f"Signed in. {settings.token_path} has the tokens. {OAuthCredential.caveat}", err=True
    )


def main() -> None:
    """Run the command. An error that a user can cause ends it with one line and exit code 1."""
    try:
        command()
    except (TapKustomerError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def _load_settings(files: Iterable[str]) -> Settings:
    """Load and check the settings of a sign-in.

    Raises:
        ConfigurationError: One is missing or not allowed.
    """
    given: dict[str, Any] = {}
    for name in files:
        if name == "ENV":
            load_environment_file()
            given |= {
                setting: os.environ[variable]
                for setting in _SETTINGS
                if (variable := f"TAP_KUSTOMER_{setting.upper()}") in os.environ
            }
        else:
            given |= load_document("--config", name)
    # Without these, the check of all settings would expect an API key.
    if given.get("client_id") is None or given.get("token_path") is None:
        raise ConfigurationError(
            "Settings client_id and token_path: one is missing; expected the application to sign "
            "in to, and the file that is to keep the tokens, in a file that --config names, or in "
            "the environment with --config ENV"
        )
    return settings_from({name: given[name] for name in _SETTINGS if name in given})


def default_scope() -> str:
    """The scope for a refresh token, and each role with which the tap reads something."""
    # Any one of a stream's roles will do.
    roles = {stream.roles[0] for stream in STREAMS if stream.roles}
    return " ".join((_OFFLINE, *sorted(roles)))


def sign_in(settings: Settings, *, port: int, scope: str) -> None:
    """Open Kustomer in the person's browser, wait for the redirect, and save the tokens.

    Args:
        settings: With the application, the organisation and the file for the tokens.
        port: Where to listen on the loopback interface.
        scope: What to ask for, separated by blanks.

    Raises:
        SignInError: The person did not agree, or not in time.
        RequestError: Kustomer gives no tokens.
        ConfigurationError: The folder of the token file can't be written.
        OSError: The port is in use, or the file can't be written.
    """
    client = WebApplicationClient(settings.client_id or "")
    verifier = client.create_code_verifier(_VERIFIER_LENGTH)
    state = secrets.token_urlsafe()
    with _Listener(port) as listener:
        request = client.prepare_request_uri(
            sign_in_url(settings.organization or ""),
            redirect_uri=listener.address,
            scope=scope,
            state=state,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        # The library insists on HTTPS, which the sandbox does not have.
        base_url = settings.api_url or sign_in_url(settings.organization or "")
        address = f"{base_url}/oauth/authorize?{urlsplit(request).query}"
        click.echo(f"Sign in at {address}", err=True)
        webbrowser.open(address)
        redirect = listener.wait()
    try:
        # The library insists on HTTPS, which the loopback interface does not have (RFC 8252,
        # 7.3).
        code = client.parse_request_uri_response(f"https://127.0.0.1{redirect}", state)["code"]
    except OAuth2Error as error:
        raise SignInError(
            f"Kustomer gives no authorization code ({error.error}). {HOW_TO_SIGN_IN}"
        ) from None
    session = open_context(settings, SystemClock(), _never_stop).session
    credential = cast("OAuthCredential", session.credential)
    credential.exchange(code, redirect_uri=listener.address, code_verifier=verifier)


class _Listener:
    """Wait on the loopback interface for the redirect that ends the sign-in.

    Args:
        port: Where to listen; any free port for 0.

    Attributes:
        address: The redirect URI.

    Raises:
        OSError: The port is in use.
    """

    def __init__(self, port: int) -> None:
        self._redirect: str | None = None
        self._server = HTTPServer(("127.0.0.1", port), partial(_Handler, self._take))
        self._server.timeout = 1.0
        self.address = f"http://127.0.0.1:{self._server.server_port}{_PATH}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self) -> str:
        """Path and query of the redirect.

        Raises:
            SignInError: None has come in time.
        """
        end = time.monotonic() + _LONGEST_WAIT
        while self._redirect is None:
            if time.monotonic() > end:
                raise SignInError(
                    f"Nobody has signed in within {_LONGEST_WAIT / 60:.0f} minutes. "
                    f"{HOW_TO_SIGN_IN}"
                )
            self._server.handle_request()
        return self._redirect

    def _take(self, redirect: str) -> None:
        self._redirect = redirect


class _Handler(BaseHTTPRequestHandler):
    """Take the redirect, and ignore anything else that a browser requests."""

    def __init__(self, take: Callable[[str], None], *args: Any) -> None:
        self._take = take
        super().__init__(*args)

    def do_GET(self) -> None:
        """Show the person that the browser's part is done."""
        is_redirect = urlsplit(self.path).path == _PATH
        self.send_response(HTTPStatus.OK if is_redirect else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        if is_redirect:
            self.wfile.write(b"You can close this page and go back to the terminal.")
            self._take(self.path)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the path has the authorization code."""


def _never_stop() -> None:
    """Raise nothing: only the time limit stops the command."""
