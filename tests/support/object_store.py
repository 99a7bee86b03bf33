"""A store that speaks S3's protocol over HTTP on loopback, for the length of a test session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import s3fs  # type: ignore[import-untyped]

_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing-to-hide",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Otherwise the client sends checksums after the content, which not every such store knows.
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
}


@dataclass(frozen=True)
class ObjectStore:
    """A running store.

    Attributes:
        url: Of its HTTP interface.
    """

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which every client of AWS finds the store."""
        return {**_CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    @property
    def files(self) -> s3fs.S3FileSystem:
        """The store as a file system."""
        import s3fs  # noqa: PLC0415  # Takes half a second, which most tests need not pay.

        return s3fs.S3FileSystem(**self.params, skip_instance_cache=True)

    @property
    def params(self) -> dict[str, Any]:
        """The options of fsspec that name the store."""
        return {
            "endpoint_url": self.url,
            "key": _CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "secret": _CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        }


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """A running store without buckets."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415  # As above.

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield ObjectStore(f"http://{host}:{port}")
    server.stop()
