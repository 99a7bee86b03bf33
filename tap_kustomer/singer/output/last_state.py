"""The last STATE of a run that ends while the target has not taken all messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

State = dict[str, Any]


def state_before(lines: Iterable[bytes], state: State, earlier: State) -> State:
    """Return the state before the messages that are not written.

    Args:
        lines: The messages that are not written, in order. Records are as they were shaped.
        state: The state that would follow them.
        earlier: The last state that is written.
    """
    bookmarks = dict(state.get("bookmarks", {}))
    earlier_bookmarks = earlier.get("bookmarks", {})
    streams: set[str] = set()
    for line in lines:
        message = msgspec.json.decode(line)
        stream = message.get("stream")
        if stream is not None and stream not in streams:
            streams.add(stream)
            bookmarks[stream] = _bookmark_before(
                message, bookmarks.get(stream, {}), earlier_bookmarks.get(stream, {})
            )
    return {**state, "bookmarks": bookmarks}


def _bookmark_before(message: dict[str, Any], bookmark: State, earlier: State) -> State:
    """Return the bookmark of a stream before the first of its messages that is not written.

    Rows come in the order of their replication key, so all older rows are written.
    """
    time = message.get("record", {}).get(bookmark.get("replication_key"))
    reached = bookmark.get("replication_key_value")
    if time is None or reached is None:
        return earlier
    # Not later than the state to be written, not earlier than the one already written.
    value = max(min(time, reached), earlier.get("replication_key_value") or "")
    return {**bookmark, "replication_key_value": value}
