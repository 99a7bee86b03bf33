"""The setting of the C library's memory allocator, for the whole process."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# `M_MMAP_THRESHOLD` of `mallopt(3)`, and the smallest block to map.
_MMAP_THRESHOLD: Final = -3
_MAPPED_FROM: Final = 1 << 18


def set_allocator_threshold() -> None:
    """Have the memory of a response's body returned to the system once the body is not used.

    glibc maps large blocks only until the first of them is freed. After that it takes them from
    heaps, one for each thread, which hardly ever shrink. Without glibc, nothing happens.
    """
    # Windows has no library `None`; others have no `mallopt`.
    with suppress(TypeError, OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _MAPPED_FROM)
