"""Write the results of a benchmark as Markdown, to standard output or into docs/targets.md."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PAGE: Final = Path(__file__).parents[1] / "docs" / "targets.md"

_CPU_INFO: Final = Path("/proc/cpuinfo")

# The highest average load of a machine that does nothing else.
_IDLE: Final = 0.5


@dataclass(frozen=True)
class Line:
    """A line of a table."""

    what: str
    to_reach: str
    found: tuple[str, ...]
    is_reached: bool = True


def write_table(lines: list[Line], columns: list[str]) -> None:
    """Write a table, and a blank line after it.

    Args:
        lines: The lines of the table.
        columns: Headings of the result columns.
    """
    rows = [[line.what, line.to_reach, *line.found] for line in lines]
    write(table([["what", "to reach", *columns], *rows]))


def table(lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of a heading and lines."""
    heading, *rest = lines
    marked = [heading, ["---"] * len(heading), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in marked)


def write_page(parts: Mapping[str, str]) -> None:
    """Replace parts of docs/targets.md, each between its marks."""
    page = _PAGE.read_text(encoding="utf-8")
    for name, part in parts.items():
        first, last = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = page.partition(first)
        page = f"{before}{first}\n{part}\n{last}{rest.partition(last)[2]}"
    _PAGE.write_text(page, encoding="utf-8")


def write(*lines: str) -> None:
    """Write lines, and a blank one after them."""
    sys.stdout.write("\n".join(lines) + "\n\n")


def say(what: str) -> None:
    """Show on standard error what is being measured."""
    sys.stderr.write(f"{what}\n")


def circumstances(load: float) -> str:
    """Describe when and where something was measured.

    Args:
        load: The average load of the last minute before it began.
    """
    state = "idle" if load <= _IDLE else f"shared: a load of {load:.1f} before"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {state}"


def machine() -> str:
    """Describe the machine that this runs on."""
    cores = os.cpu_count()
    return f"Python {platform.python_version()}, {cores} cores, {_processor()}"


def _processor() -> str:
    """Return the processor's model, if the system gives it: times mean little without it."""
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()
