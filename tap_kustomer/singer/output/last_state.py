"""The STATE of a run that ends while its reader does not take all that there is to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

State = dict[str, Any]


def state_before(lines: Iterable[bytes], state: State, earlier: State) -> State:
    """The state of a run whose last lines are not written.

    Args:
        lines: These messages, in order. Records are as they were shaped.
        state: The one that would follow them.
        earlier: The latest one that is written.
    """
    bookmarks = dict(state.get("bookmarks", {}))
    known = earlier.get("bookmarks", {})
    streams: set[str] = set()
    for line in lines:
        message = msgspec.json.decode(line)
        stream = message.get("stream")
        if stream is not None and stream not in streams:
            streams.add(stream)
            bookmarks[stream] = _bookmark_before(
                message, bookmarks.get(stream, {}), known.get(stream, {})
            )
    return {**state, "bookmarks": bookmarks}


def _bookmark_before(message: dict[str, Any], mark: State, known: State) -> State:
    """The bookmark of a stream the first of whose messages is not written.

    Rows come in the order of their replication key: all that are older than this one are written.
    """
    time = message.get("record", {}).get(mark.get("replication_key"))
    reached = mark.get("replication_key_value")
    if time is None or reached is None:
        return known
    since = max(min(time, reached), known.get("replication_key_value") or "")
    return {**mark, "replication_key_value": since}
