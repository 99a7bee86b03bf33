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

_LIST: Final = re.compile("(?<=<!-- tables -->\n).*(?=\n<!-- end of tables -->)", re.DOTALL)


def main(root: Path = ROOT, arguments: Sequence[str] | None = None) -> None:
    """Write or check all files.

    Args:
        root: The folder with the README and `docs`.
        arguments: Of the command line.
    """
    parser = argparse.ArgumentParser(description="Write the documentation of the tables.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    check = parser.parse_args(arguments).check
    try:
        tables = documented_tables()
        texts = _texts(root, tables)
    except UnknownError as error:
        sys.exit(str(error))
    stale = [path for path, text in texts.items() if _content(path) != text]
    drawing, drawn = picture(tables), root / "docs" / "tables.svg"
    is_drawn = _content(drawn).endswith(_mark(drawing))
    if check:
        _end_if_stale(root, [*stale, *([] if is_drawn else [drawn])])
        return
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
    if not is_drawn:
        drawn.write_text(_draw(drawing) + _mark(drawing), encoding="utf-8")


def _texts(root: Path, tables: Sequence[Table]) -> dict[Path, str]:
    """What each file should hold."""
    readme, docs = root / "README.md", root / "docs"
    return {
        docs / "tables.md": tables_page(tables),
        docs / "diagram.md": diagrams_page(tables),
        docs / "roles.md": roles_page(tables),
        readme: _with_list(_content(readme), f"\n{readme_list(tables)}\n"),
    }


def _with_list(readme: str, tables: str) -> str:
    text, count = _LIST.subn(lambda _: tables, readme)
    if count != 1:
        raise UnknownError(
            "README.md: expected the lines <!-- tables --> and <!-- end of tables -->"
        )
    return text


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _end_if_stale(root: Path, paths: Sequence[Path]) -> None:
    if paths:
        names = ", ".join(path.relative_to(root).as_posix() for path in paths)
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
