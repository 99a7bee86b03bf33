"""Reads the state that a run continues from, even if another Kustomer tap has written it.

Taps on the SDK, MeltanoLabs' tap-kustomer among them, keep
`{"bookmarks": {stream: {"replication_key", "replication_key_value"}}}`, with markers while a run is
under way (https://sdk.meltano.com/en/latest/implementation/state.html). Singer.io's tap-kustomer
keeps `{"bookmarks": {stream: time}, "currently_syncing": stream}`
(https://github.com/singer-io/tap-kustomer), other taps of Singer.io
`{"bookmarks": {stream: {replication key: time}}}`. A stream that these taps share with this one
has the same name in all of them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer import times
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The replication key of other Kustomer taps, also for streams that are full tables here.
_USUAL_KEY: Final = "updated_at"

# What the SDK writes during a run, and removes before the next one.
_MARKERS: Final = {"progress_markers", "replication_key_signpost", "starting_replication_value"}
_MEANINGFUL: Final = {"replication_key_value", "partitions", "was_read"}

_EXPECTED: Final = 'expected {"bookmarks": {stream: {...}}}, as a target prints it'
_TIME: Final = "a date-time such as 2024-01-31T08:00:00.000Z"

logger = logging.getLogger(__name__)


def normalize_state(
    document: Mapping[str, Any], key_of: Callable[[str], str | None], *, now: int
) -> dict[str, dict[str, dict[str, Any]]]:
    """Bring a state into the form of the SDK, with its times in the canonical form.

    Bookmarks of unknown streams are kept: another version of the tap may know them.

    Args:
        document: A state, a STATE message, or the output of `meltano state get`.
        key_of: Returns the replication key of a stream by its name; None for a full table, and for
            an unknown stream.
        now: Milliseconds since 1970, by this machine's clock.

    Raises:
        ConfigurationError: The state is not understood, or would make the run miss rows.
    """
    bookmarks = {
        stream: _in_sdk_form(stream, given, key_of(stream) or _USUAL_KEY)
        for stream, given in _bookmarks(document).items()
    }
    for stream, bookmark in bookmarks.items():
        if (key := key_of(stream)) is not None:
            _check(stream, bookmark, key, latest=now + times.DAY)
    return {"bookmarks": bookmarks}


def _bookmarks(document: Mapping[str, Any]) -> dict[str, Any]:
    state: Any = document
    if document.get("type") == "STATE":
        state = document.get("value")
    elif "singer_state" in document:
        state = document["singer_state"]
    if not isinstance(state, dict):
        raise ConfigurationError(f"--state: {_shown(state)} was given; {_EXPECTED}")
    # A tap of Singer.io that was stopped early writes nothing else.
    bookmarks = state.get("bookmarks", {} if state.keys() <= {"currently_syncing"} else None)
    if not isinstance(bookmarks, dict):
        raise ConfigurationError(f"--state: {_shown(state)} was given; {_EXPECTED}")
    return bookmarks


def _in_sdk_form(stream: str, given: Any, key: str) -> dict[str, Any]:
    if isinstance(given, str):
        return {"replication_key": key, "replication_key_value": given}
    if not isinstance(given, dict):
        raise _not_understood(stream, given)
    bookmark = {name: value for name, value in given.items() if name not in _MARKERS}
    if key in bookmark and "replication_key_value" not in bookmark:
        return {"replication_key": key, "replication_key_value": bookmark[key]}
    if "partitions" in bookmark:
        if not isinstance(bookmark["partitions"], list):
            raise _not_understood(stream, given)
        bookmark["partitions"] = [
            _in_sdk_form(stream, partition, key) for partition in bookmark["partitions"]
        ]
    return bookmark


def _check(stream: str, bookmark: dict[str, Any], key: str, *, latest: int) -> None:
    """Check that a run may continue from a bookmark, and bring its time into canonical form."""
    if bookmark and not bookmark.keys() & _MEANINGFUL:
        raise _not_understood(stream, bookmark)
    value = bookmark.get("replication_key_value")
    if value is None:
        return
    if (other := bookmark.get("replication_key") or key) != key:
        logger.warning(
            "State of %s: its bookmark is a time of %s, but its replication key is %s. It is read "
            "from the start",
            stream,
            other,
            key,
        )
        del bookmark["replication_key"], bookmark["replication_key_value"]
        return
    try:
        bookmark["replication_key_value"] = times.canonical(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"State of {stream}: {_shown(value)} was given as replication_key_value; expected "
            f"{_TIME}"
        ) from error
    if times.to_milliseconds(value) > latest:
        raise ConfigurationError(
            f"State of {stream}: its bookmark {value} is in the future, so rows up to then would "
            "be missed; set it to an earlier time, or remove it to read everything"
        )


def _not_understood(stream: str, given: object) -> ConfigurationError:
    return ConfigurationError(f"--state: {_shown(given)} was given for {stream}; {_EXPECTED}")


def _shown(value: object) -> str:
    """A value as it was given, cut to the length of a line."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."  # noqa: PLR2004
