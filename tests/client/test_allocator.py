"""The allocator gives the memory of large blocks back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Bodies, every other of which is no longer used. The last one is at the end of the heap.
CODE = """
from pathlib import Path
from tap_kustomer.client.allocator import set_allocator_threshold

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

set_allocator_threshold()
del (first := [b"x" * 1_300_000])[0]
bodies = [bytearray(b"x") * 1_300_000 for _ in range(50)]
before = resident()
del bodies[::2]
print((before - resident()) // 1_300_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is allocated in another way")
def test_the_memory_of_an_unused_body_is_returned_to_the_system() -> None:
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", CODE], check=True, capture_output=True, text=True
    )

    assert int(finished.stdout) >= 24
