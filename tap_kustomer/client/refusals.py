"""What a server was found to refuse, so that it is not asked for in vain again."""

from __future__ import annotations

import threading


class Refusals:
    """Parameters that Kustomer refuses. Threads, and all sessions of a run, share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()

    def add(self, name: str) -> None:
        """Note that a parameter is refused."""
        with self._lock:
            self._names.add(name)

    def __contains__(self, name: str) -> bool:
        """Whether a parameter is known to be refused."""
        with self._lock:
            return name in self._names
