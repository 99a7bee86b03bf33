"""Writes the documentation of the tables: `python docs/generate.py`.

It follows from the declarations in `tap_kustomer/streams` and from `docs/generator/joins.py` and
`groups.py`. With `--check` nothing is written, and the exit code is 1 if a file is out of date.
"""

# ruff: noqa: INP001  # A script, no package.
from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.diagrams import diagrams_page, picture
from generator.pages import readme_list, tables_page
from generator.roles import roles_page
from generator.tables import UnknownError, documented_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.tables import Table

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
README: Final = ROOT / "README.md"
PICTURE: Final = DOCS / "tables.svg"

_LIST: Final = re.compile("(?<=<!-- tables -->\n).*(?=\n<!-- end of tables -->)", re.DOTALL)


def main() -> None:
    """Write or check all files."""
    parser = argparse.ArgumentParser(description="Write the documentation of the tables.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    check = parser.parse_args().check
    try:
        tables = documented_tables()
    except UnknownError as error:
        sys.exit(str(error))
    stale = [path for path, text in _texts(tables).items() if _content(path) != text]
    drawing = picture(tables)
    is_drawn = _content(PICTURE).endswith(_mark(drawing))
    if check:
        _end_if_stale([*stale, *([] if is_drawn else [PICTURE])])
        return
    for path in stale:
        path.write_text(_texts(tables)[path], encoding="utf-8")
    if not is_drawn:
        PICTURE.write_text(_draw(drawing) + _mark(drawing), encoding="utf-8")


def _texts(tables: Sequence[Table]) -> dict[Path, str]:
    """What each file should hold."""
    return {
        DOCS / "tables.md": tables_page(tables),
        DOCS / "diagram.md": diagrams_page(tables),
        DOCS / "roles.md": roles_page(tables),
        README: _LIST.sub(lambda _: f"\n{readme_list(tables)}\n", _content(README)),
    }


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _end_if_stale(paths: Sequence[Path]) -> None:
    if paths:
        names = ", ".join(str(path.relative_to(ROOT)) for path in paths)
        sys.exit(f"{names}: out of date; run `python docs/generate.py`")


def _draw(drawing: str) -> str:
    dot = shutil.which("dot")
    if dot is None:
        sys.exit("docs/tables.svg: Graphviz is needed to draw it; `apt-get install graphviz`")
    drawn = subprocess.run(  # noqa: S603
        [dot, "-Tsvg"], input=drawing, stdout=subprocess.PIPE, check=True, encoding="utf-8"
    )
    return drawn.stdout


def _mark(drawing: str) -> str:
    """Tells what a picture was drawn from, so that it can be checked without Graphviz."""
    return f"<!-- drawn from {hashlib.sha256(drawing.encode()).hexdigest()} -->\n"


if __name__ == "__main__":
    main()
