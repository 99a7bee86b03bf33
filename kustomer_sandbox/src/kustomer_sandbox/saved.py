"""A small file from which the same organisation can be generated again.

The clock of a saved organisation shows real time plus the minutes of all its advances, so it never
runs backwards from one process to the next.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import msgspec

from kustomer_sandbox.clock import Clock
from kustomer_sandbox.organisation import Organisation
from kustomer_sandbox.times import MINUTE, milliseconds, parse_time, time_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Advance(msgspec.Struct):
    """One advance: when it began, by the organisation's clock, and its length."""

    at: str
    minutes: float


class Saved(msgspec.Struct):
    """Content of the file."""

    seed: int
    scale: float
    years: float
    ties: dict[str, int]
    started_at: str
    advances: list[Advance]


class SavedError(Exception):
    """The file can't be parsed."""


def open_organisation(  # noqa: PLR0913  # What makes up an organisation.
    file: Path | None,
    *,
    seed: int = 7,
    scale: float = 1.0,
    years: float = 0.0,
    ties: dict[str, int] | None = None,
    started_at: datetime | int | None = None,
    clock: Clock | None = None,
) -> Organisation:
    """Open the organisation of a file, or generate a new one and save it if a file is given.

    An existing organisation keeps its own seed, scale, years and ties.

    Raises:
        SavedError: The file can't be parsed.
    """
    if file is not None and file.exists():
        return _restored(_read(file))
    if started_at is not None and not isinstance(started_at, int):
        started_at = milliseconds(started_at)
    if clock is None:
        offset = 0 if started_at is None else started_at - time.time_ns() // 1_000_000
        clock = Clock(offset)
    organisation = Organisation(
        seed=seed,
        scale=scale,
        years=years,
        ties=ties,
        started_at=started_at,
        clock=clock,
    )
    if file is not None:
        save(organisation, file)
    return organisation


def save(organisation: Organisation, file: Path) -> None:
    """Write the file atomically."""
    content = Saved(
        seed=organisation.seed,
        scale=organisation.scale,
        years=organisation.years,
        ties=organisation.ties,
        started_at=time_text(organisation.started_at),
        advances=[Advance(time_text(at), m) for at, m in organisation.advances],
    )
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(text + b"\n")
    os.replace(part, file)  # noqa: PTH105  # Replaces on every system.


def _read(file: Path) -> Saved:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Saved)
    except (OSError, msgspec.DecodeError) as error:
        raise SavedError(f"{file} is not a saved organisation: {error}") from error


def _restored(content: Saved) -> Organisation:
    passed = sum(one.minutes for one in content.advances)
    arguments: dict[str, Any] = {
        "seed": content.seed,
        "scale": content.scale,
        "years": content.years,
        "ties": content.ties,
        "started_at": parse_time(content.started_at),
    }
    organisation = Organisation(**arguments, clock=Clock(round(passed * MINUTE)))
    for one in content.advances:
        organisation.replay(parse_time(one.at), one.minutes)
    return organisation
