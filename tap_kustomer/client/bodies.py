"""Read the body of a response, within bounds of time and size."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import OversizedError, TransientError

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

    from tap_kustomer.client.clock import Clock

# A full page of 500 rows has one to three megabytes.
LARGEST_BODY: Final = 100_000_000

_CHUNK: Final = 1 << 16


def read_body(raw: HTTPResponse, request: str, *, clock: Clock, seconds: float) -> bytes:
    """Read and decompress a whole body; on failure, close the connection.

    Args:
        raw: The response, of which only the headers have been read.
        request: Method and path, for error messages.
        clock: Tells the time.
        seconds: How long it may take. The socket's own timeout starts again with each byte.

    Raises:
        TransientError: The time is up, or it is no final response.
        OversizedError: The body is larger than `LARGEST_BODY`.
        urllib3.exceptions.HTTPError: The body was cut short, or can't be decompressed.
    """
    end = clock.monotonic() + seconds
    chunks: list[bytes] = []
    size = 0
    with closing(raw):
        if raw.status < HTTPStatus.OK:
            # `http.client` skips 100 only. Closing the connection keeps the final response, which
            # follows, from being taken for that of the next request.
            raise TransientError(f"{request} failed: only an interim response ({raw.status}) came")
        # `read1` returns what has arrived; `read` would wait until a chunk is full.
        while chunk := raw.read1(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_BODY:
                raise OversizedError(
                    f"{request}: the response has more than {LARGEST_BODY // 1_000_000} MB: ask "
                    "for fewer rows at once with the setting page_size"
                )
            if clock.monotonic() > end:
                raise TransientError(
                    f"{request} failed: the response was not complete after {seconds:.0f} s"
                )
    return b"".join(chunks)
