"""The files that BATCH messages announce."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from upath import UPath

from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.config.batches import Batches, Storage


def prepare_folder(batches: Batches) -> None:
    """Create the folder, so that no run starts that can't write its files.

    Raises:
        ConfigurationError: It can't be created.
    """
    with _explaining(batches.storage):
        _path(batches.storage, "first").parent.mkdir(parents=True, exist_ok=True)


def write_file(batches: Batches, stream: str, lines: Iterable[bytes]) -> str:
    """Write a file and return its address.

    Args:
        batches: Where and how files are written.
        stream: The stream of the records.
        lines: Each record as JSON.

    Raises:
        ConfigurationError: It can't be written.
    """
    is_packed = batches.encoding.compression == "gzip"
    name = f"tap-kustomer--{stream}-{uuid4()}.json{'.gz' if is_packed else ''}"
    with _explaining(batches.storage):
        path = _path(batches.storage, name)
        with path.open("wb") as file:
            if is_packed:
                with gzip.GzipFile(fileobj=file, mode="wb") as packed:
                    _write_lines(packed, lines)
            else:
                _write_lines(file, lines)
        # Readers of such addresses, such as the SDK's targets, do not decode %.
        return unquote(path.as_uri()) if _is_folder(path) else str(path.as_uri())


def _path(storage: Storage, name: str) -> UPath:
    root: UPath = UPath(storage.root, **storage.params).resolve()
    if _is_folder(root) and "://" in storage.root:
        raise ValueError("this storage is not known")
    return root.joinpath(f"{storage.prefix or ''}{name}")


def _is_folder(path: UPath) -> bool:
    """Whether a path was given as such, and not as an address."""
    return not path.protocol


@contextmanager
def _explaining(storage: Storage) -> Iterator[None]:
    try:
        yield
    # What a storage raises depends on its library, which may not be installed.
    except Exception as error:
        said = str(getattr(error, "strerror", None) or error).partition("\n")[0]
        raise ConfigurationError(
            f"Setting batch_config: no file can be written to {storage.root}: {said}; "
            "expected a folder with room for it"
        ) from error


def _write_lines(file: IO[bytes] | gzip.GzipFile, lines: Iterable[bytes]) -> None:
    for line in lines:
        file.write(line)
        file.write(b"\n")
