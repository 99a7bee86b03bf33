"""Replaces a file in one step, so that no reader, and no crash, ever leaves half of one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

# Less what the process's umask takes away.
_ANY_MODE: Final = 0o666


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace a file, or write a new one. If it fails, the old file stays as it is.

    Where the path is a link, the link stays, and the file that it leads to is replaced. A device or
    a pipe stays too, and gets the content.

    Args:
        path: Where the file is.
        content: All that it is to hold.
        mode: Its permissions, where the system has them; None for those of any new file.

    Raises:
        OSError: It can't be written.
    """
    # Root could replace /dev/null for the whole machine.
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    # Unlike `Path.resolve`, this also returns where a link leads in a circle.
    path = Path(os.path.realpath(path))
    # A name of its own: two processes may write the same file.
    new = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    number = os.open(
        new,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
        _ANY_MODE if mode is None else mode,
    )
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            # Otherwise the name may survive a power failure, and the content not.
            os.fsync(file.fileno())
        if mode is not None:
            new.chmod(mode)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
