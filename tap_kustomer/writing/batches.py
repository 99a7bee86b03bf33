"""The files that BATCH messages announce, and the setting that asks for them."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote
from uuid import uuid4

import msgspec

from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from upath import UPath


class Encoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How records are written; each BATCH message states it.

    No Parquet: its columns have one type each, and Kustomer's objects have not.
    """

    format: Literal["jsonl"] = "jsonl"
    compression: Literal["gzip", "none"] = "gzip"


class _Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    root: Annotated[str, msgspec.Meta(min_length=1)]
    prefix: str | None = None
    params: dict[str, Any] = {}


class Batches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The setting `batch_config`.

    Attributes:
        storage: Where files go: a folder, or an address that fsspec knows.
        encoding: How records are written.
        batch_size: The most records that a file holds.
    """

    storage: _Storage
    encoding: Encoding = Encoding()
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 10_000

    def prepare(self) -> None:
        """Make the folder, so that a run does not begin that can't write.

        Raises:
            ConfigurationError: It can't be made.
        """
        with self._explaining():
            self._path("first").parent.mkdir(parents=True, exist_ok=True)

    def write(self, stream: str, lines: Iterable[bytes]) -> str:
        """Write a file; its address.

        Args:
            stream: What the records are of.
            lines: Each record as JSON.

        Raises:
            ConfigurationError: It can't be written.
        """
        is_packed = self.encoding.compression == "gzip"
        with self._explaining():
            path = self._path(f"tap-kustomer--{stream}-{uuid4()}.json{'.gz' if is_packed else ''}")
            with path.open("wb") as file:
                if is_packed:
                    with gzip.GzipFile(fileobj=file, mode="wb") as packed:
                        _write_lines(packed, lines)
                else:
                    _write_lines(file, lines)
            # Those who read such addresses, the SDK's targets among them, take % for itself.
            return unquote(path.as_uri()) if _is_folder(path) else str(path.as_uri())

    def _path(self, name: str) -> UPath:
        # It takes long to import, and few runs need it.
        from upath import UPath  # noqa: PLC0415

        root: UPath = UPath(self.storage.root, **self.storage.params).resolve()
        if _is_folder(root) and "://" in self.storage.root:
            raise ValueError("this storage is not known")
        return root.joinpath(f"{self.storage.prefix or ''}{name}")

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        # What a storage raises depends on its library, which may not even be installed.
        except Exception as error:
            said = str(getattr(error, "strerror", None) or error).partition("\n")[0]
            raise ConfigurationError(
                f"Setting batch_config: no file can be written to {self.storage.root}: {said}; "
                "expected a folder with room for it"
            ) from error


def _is_folder(path: UPath) -> bool:
    """Whether a path was given as such, and not as an address."""
    return not path.protocol


def batches_from(value: Any) -> Batches | None:
    """Check the setting `batch_config`; None for a run without batches.

    Raises:
        ValueError: It is not understood.
    """
    return msgspec.convert(_without_nulls(value), Batches) if value else None


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(one) for name, one in value.items() if one is not None}


def _write_lines(file: IO[bytes] | gzip.GzipFile, lines: Iterable[bytes]) -> None:
    for line in lines:
        file.write(line)
        file.write(b"\n")
