"""Where the tokens of a sign-in are kept between runs.

It is not documented whether Kustomer replaces a refresh token when it is used. The one before may
then be worthless, so the new one has to be saved before the new access token is used.
"""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from filelock import FileLock, Timeout

from tap_kustomer.atomic_files import replace_file
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from filelock import BaseFileLock

HOW_TO_SIGN_IN: Final = "Sign in with `tap-kustomer-login`"

_PRIVATE: Final = 0o600

logger = logging.getLogger(__name__)


class Tokens(msgspec.Struct, frozen=True):
    """The tokens of a sign-in.

    Attributes:
        refresh_token: Used to get the next access token.
        access_token: The bearer token of requests, if there is one yet.
        expires_at: When the access token expires, in seconds since 1970; 0 if that is not known.
        lifetime: Seconds from when the access token was given to `expires_at`; 0 if not known.
    """

    refresh_token: str
    access_token: str | None = None
    expires_at: float = 0.0
    lifetime: float = 0.0


class TokenStore(Protocol):
    """Where tokens are kept."""

    def lock(self) -> AbstractContextManager[object]:
        """Keep other processes from using or replacing the tokens.

        Raises:
            ConfigurationError: That is not possible where they are kept.
        """
        ...

    def load(self) -> Tokens:
        """The tokens that were saved last.

        Raises:
            ConfigurationError: There are none, or they can't be read.
        """
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep tokens.

        Raises:
            ConfigurationError: What is to hold them can't be read.
            OSError: They can't be written.
        """
        ...


class _Document(msgspec.Struct, frozen=True):
    """The content of a token file.

    Attributes:
        client_id: The application that signed in.
        organization: The organisation that it signed in to.
        seed: SHA-256 of the setting `refresh_token` when the file was written; None without one.
        tokens: The tokens.
    """

    client_id: str
    organization: str
    seed: str | None
    tokens: Tokens


class TokenFile:
    """Tokens in a file of their own, which runs share. The setting `token_path`.

    If the settings have another refresh token than when the file was written, that one is used.

    Args:
        path: The file.
        client_id: The application.
        organization: The organisation's subdomain.
        seed: The setting `refresh_token`.
    """

    def __init__(
        self, path: Path, *, client_id: str, organization: str, seed: str | None = None
    ) -> None:
        self._path = path
        self._client_id = client_id
        self._organization = organization
        self._seed = seed

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from using or replacing the tokens.

        Raises:
            ConfigurationError: The folder can't be written.
        """
        lock = FileLock(f"{self._path}.lock", mode=_PRIVATE)
        try:
            _acquire(lock)
        except OSError as error:
            raise ConfigurationError(
                f"Setting token_path: {lock.lock_file} can't be written ({error.strerror}); "
                "expected a file in a folder that can be written"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def load(self) -> Tokens:
        """The tokens of the file, or the setting's refresh token if that is newer.

        Raises:
            ConfigurationError: There are none, or the file can't be read.
        """
        document = self._document()
        is_ours = document is not None and (
            (document.client_id, document.organization) == (self._client_id, self._organization)
        )
        if document is not None and is_ours and self._seed_digest in {None, document.seed}:
            return document.tokens
        if self._seed is not None:
            return Tokens(self._seed)
        held = "no sign-in" if document is None else "the sign-in of another client or organisation"
        raise ConfigurationError(
            f"Setting token_path: {self._path} holds {held}; expected that of client_id "
            f"{self._client_id} in {self._organization}. {HOW_TO_SIGN_IN}"
        )

    def save(self, tokens: Tokens) -> None:
        """Replace the file. Only its owner can read it.

        Raises:
            OSError: It can't be written.
        """
        document = _Document(self._client_id, self._organization, self._seed_digest, tokens)
        replace_file(self._path, msgspec.json.encode(document), _PRIVATE)

    @property
    def _seed_digest(self) -> str | None:
        return None if self._seed is None else hashlib.sha256(self._seed.encode()).hexdigest()

    def _document(self) -> _Document | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Document)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it has another content"
            raise ConfigurationError(
                f"Setting token_path: {self._path} can't be read ({reason}); expected a file that "
                "`tap-kustomer-login` has written. Give another path, or remove the file"
            ) from error


def _acquire(lock: BaseFileLock) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        logger.info("Waiting for another run that is renewing the token (%s)", lock.lock_file)
        lock.acquire()


class _Config(msgspec.Struct, frozen=True):
    """What is checked of a configuration: it may have any other settings."""

    refresh_token: str


class ConfigFile:
    """The refresh token in the one file that was given as `--config`, as other taps keep it.

    Args:
        path: The file, a JSON object with the setting `refresh_token`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # The latest access token of this run. `load` adds the refresh token of the file.
        self._latest = Tokens("")

    @classmethod
    def among(cls, files: Collection[Path]) -> ConfigFile | None:
        """The one file that holds the refresh token, if it can be replaced."""
        if len(files) != 1:
            return None
        (path,) = files
        try:
            msgspec.json.decode(path.read_bytes(), type=_Config)
        except (OSError, msgspec.DecodeError):  # For example, standard input or UTF-16.
            return None
        can_be_written = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        return cls(path) if can_be_written else None

    def lock(self) -> AbstractContextManager[object]:
        """Lock nothing: other programs may read and write the file, too."""
        return nullcontext()

    def load(self) -> Tokens:
        """The refresh token of the file, with the latest access token of this run.

        Raises:
            ConfigurationError: The file has changed, and has none.
        """
        return msgspec.structs.replace(
            self._latest, refresh_token=self._settings()["refresh_token"]
        )

    def save(self, tokens: Tokens) -> None:
        """Replace the refresh token of the file, if it is another one.

        Raises:
            ConfigurationError: The file has changed, and has none.
            OSError: The file can't be written.
        """
        settings = self._settings()
        if settings["refresh_token"] != tokens.refresh_token:
            settings["refresh_token"] = tokens.refresh_token
            content = msgspec.json.format(msgspec.json.encode(settings), indent=2)
            replace_file(self._path, content + b"\n", self._path.stat().st_mode & 0o777)
        self._latest = tokens

    def _settings(self) -> dict[str, Any]:
        """The configuration, as long as it still has a refresh token."""
        try:
            settings: dict[str, Any] = msgspec.json.decode(self._path.read_bytes())
            msgspec.convert(settings, _Config)
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigurationError(
                f"{self._path} has no refresh_token any more; expected the configuration that this "
                "run has started with"
            ) from error
        return settings


class Memory:
    """Tokens that end with the run.

    Args:
        refresh_token: The setting.
        warn: Called once, as soon as a refresh token is lost with the run.
    """

    def __init__(self, refresh_token: str, warn: Callable[[], None]) -> None:
        self._tokens = Tokens(refresh_token)
        self._warn: Callable[[], None] | None = warn

    def lock(self) -> AbstractContextManager[object]:
        """Lock nothing: there is nothing to share."""
        return nullcontext()

    def load(self) -> Tokens:
        """The tokens of this run."""
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        """Keep the tokens for this run."""
        if tokens.refresh_token != self._tokens.refresh_token and self._warn is not None:
            self._warn()
            self._warn = None
        self._tokens = tokens
