"""The files that BATCH messages announce."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

from upath import UPath

from tap_kustomer.config import DISTRIBUTION
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.secrecy import hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_kustomer.config.batches import Batches, Storage
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema

# How a path on this machine may be given: as such, or as an address.
_FOLDERS: Final = {"", "file", "local"}


def prepare_folder(batches: Batches) -> None:
    """Create the folder, so that no run starts that can't write its files.

    Raises:
        ConfigurationError: It can't be created, or pyarrow is missing, which writes Parquet.
    """
    if batches.encoding.format == "parquet" and find_spec("pyarrow") is None:
        raise ConfigurationError(
            "Setting batch_config: Parquet was asked for, but pyarrow is not installed; "
            f"install {DISTRIBUTION}[parquet]"
        )
    with _explaining(batches.storage):
        _path(batches.storage, "first").parent.mkdir(parents=True, exist_ok=True)


def write_lines(batches: Batches, stream: str, lines: Iterable[bytes]) -> str:
    """Write a file of JSON lines and return its address.

    Args:
        batches: Where and how files are written.
        stream: The stream of the records.
        lines: Each record as JSON.

    Raises:
        ConfigurationError: It can't be written.
    """
    is_packed = batches.encoding.compression == "gzip"
    path = _new_path(batches.storage, f"{stream}-{uuid4()}.json{'.gz' if is_packed else ''}")
    with _explaining(batches.storage), _whole_file(path) as file:
        if is_packed:
            with gzip.GzipFile(fileobj=file, mode="wb") as packed:
                _write_lines(packed, lines)
        else:
            _write_lines(file, lines)
    return _address(path)


def write_table(batches: Batches, stream: str, records: Sequence[Record], schema: Schema) -> str:
    """Write a Parquet file and return its address.

    Args:
        batches: Where and how files are written.
        stream: The stream of the records.
        records: Flat records.
        schema: Their schema.

    Raises:
        ConfigurationError: It can't be written.
    """
    from tap_kustomer.singer.output import parquet  # noqa: PLC0415  # Needs an optional library.

    path = _new_path(batches.storage, f"{stream}-{uuid4()}.parquet")
    with _explaining(batches.storage), _whole_file(path) as file:
        parquet.write_table(file, records, schema, batches.encoding.compression)
    return _address(path)


def _new_path(storage: Storage, name: str) -> UPath:
    with _explaining(storage):
        return _path(storage, f"tap-kustomer--{name}")


def _address(path: UPath) -> str:
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
def _whole_file(path: UPath) -> Iterator[IO[bytes]]:
    """Open a file that has its name only once it is whole.

    Readers find files by a pattern too, and one that a killed run has left half-written would break
    a query over all of them. A store shows a file once it is closed.
    """
    if path.protocol not in _FOLDERS:
        with path.open("wb") as file:
            yield file
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _explaining(storage: Storage) -> Iterator[None]:
    try:
        yield
    # What a storage raises depends on its library, which may not be installed.
    except Exception as error:
        reason = str(getattr(error, "strerror", None) or error).partition("\n")[0]
        # An address may hold a user and a password, and a library may repeat them.
        login = storage.root.partition("://")[2].partition("/")[0].rpartition("@")[0]
        shown = hide_secrets(f"{storage.root}: {reason}", login, *login.split(":"))
        raise ConfigurationError(
            f"Setting batch_config: no file can be written to {shown}; expected a folder with room "
            "for it"
        ) from error


def _write_lines(file: IO[bytes] | gzip.GzipFile, lines: Iterable[bytes]) -> None:
    for line in lines:
        file.write(line)
        file.write(b"\n")
