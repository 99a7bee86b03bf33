"""Loads the files that a user gives: settings, catalog, state, environment variables.

Editors, shells and targets write them, so the encoding is detected from the bytes and not taken
from the locale. PowerShell writes UTF-16, and Windows' editors start UTF-8 with a byte order mark.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from dotenv import find_dotenv, load_dotenv

from tap_kustomer.client.documents import replace_nulls
from tap_kustomer.errors import ConfigurationError

_REMEDIES: Final = {
    "--config": "Write the settings into it as in sample_config.json, or give ENV for environment "
    "variables",
    "--catalog": "Write one with --discover, or leave --catalog out to read everything",
    "--state": "Give the last whole line that the target printed, or leave --state out to read "
    "everything",
}


def load_document(option: str, name: str) -> dict[str, Any]:
    """Load a JSON object from a file.

    Args:
        option: The command line's option, for the text of an error.
        name: The path of the file, or a dash for standard input.

    Raises:
        ConfigurationError: The file can't be read, or is not a JSON object.
    """
    try:
        with click.open_file(name, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:  # A path with U+0000 is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else error
        raise _unreadable(option, name, f"can't be read ({reason})") from error
    try:
        document = _decode(data)
    except ValueError as error:
        raise _unreadable(option, name, str(error)) from error
    if not isinstance(document, dict):
        kind = "null" if document is None else f"a value of type {type(document).__name__}"
        raise _unreadable(option, name, f"holds {kind}")
    return document


def load_environment_file() -> None:
    """Set the variables of the nearest file `.env`, from the current folder upwards.

    Raises:
        ConfigurationError: The file can't be read or decoded.
    """
    name = ".env"
    try:
        if not (name := find_dotenv(usecwd=True)):
            return
        # The SDK lets the file win over the environment too.
        load_dotenv(stream=StringIO(_text(Path(name).read_bytes())), override=True)
    except (OSError, ValueError) as error:
        problem = f"can't be read ({error.strerror})" if isinstance(error, OSError) else error
        raise ConfigurationError(
            f"{name}: expected lines of NAME=VALUE, but the file {problem}. Save it as UTF-8"
        ) from error


def _decode(data: bytes) -> Any:
    """Decode the one JSON document of a file.

    Raises:
        ValueError: There is none, or more than one. Its text continues "the file ...".
    """
    text = _text(data)
    if not text.strip():
        raise ValueError("is empty")
    try:
        return msgspec.json.decode(replace_nulls(text.encode()))
    except (msgspec.DecodeError, RecursionError) as error:
        first, *more = text.strip().split("\n")
        if more and _is_json(first):
            raise ValueError(f"has {1 + len(more)} lines, each a document of its own") from error
        raise ValueError(f"is not JSON ({error})") from error


def _text(data: bytes) -> str:
    """Decode a text in UTF-8, -16 or -32, with or without a byte order mark.

    Raises:
        ValueError: The text has another encoding. Its text continues "the file ...".
    """
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not {encoding.upper()} (byte {error.start + 1})") from error


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _unreadable(option: str, name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"{option} {name}: expected a JSON object, but the file {problem}. {_REMEDIES[option]}"
    )
