"""Write the documentation and the examples: `python docs/generate.py`.

What is about tables follows from the declarations in `tap_kustomer/streams`, what is about settings
from `tap_kustomer/config/settings.py`. With `--check`, nothing is written, and the exit code is 1
if a file is out of date.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.assets import assets
from generator.diagrams import diagrams_page, picture
from generator.joins import UnknownError
from generator.metrics import declared_metrics, metrics_macro, metrics_table
from generator.models import package_files
from generator.moving import comparison
from generator.operations import operations_page
from generator.pages import place, readme_list, tables_pages
from generator.roles import roles_page
from generator.settings import (
    hub_definition,
    meltano_entry,
    own_meltano_project,
    sample_config,
    sample_environment,
    settings_table,
)
from generator.tables import documented_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.tables import Table

ROOT: Final = Path(__file__).parents[1]

# The lines between which a file has a generated part.
_TABLES: Final = ("<!-- tables -->\n", "\n<!-- end of tables -->")
_SETTINGS: Final = ("<!-- settings -->\n", "\n<!-- end of settings -->")
_METRICS: Final = ("<!-- metrics -->\n", "\n<!-- end of metrics -->")
_ENTRY: Final = (
    "  # tap-kustomer, by `python docs/generate.py`\n",
    "  # end of tap-kustomer\n",
)


def main(root: Path = ROOT, arguments: Sequence[str] | None = None) -> None:
    """Write or check all files.

    Args:
        root: The folder with the README and `docs`.
        arguments: The command line's; by default those of this process.
    """
    parser = argparse.ArgumentParser(description="Write the documentation of the tables.")
    parser.add_argument("--check", action="store_true", help="only list what is out of date")
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
        path.parent.mkdir(exist_ok=True)
        path.write_text(texts[path], encoding="utf-8")
    if not is_drawn:
        drawn.write_text(_draw(drawing) + _mark(drawing), encoding="utf-8")


def _texts(root: Path, tables: Sequence[Table]) -> dict[Path, str]:
    """Return what each file should hold."""
    docs, example = root / "docs", root / "examples" / "meltano"
    readme = _with_part(root / "README.md", _TABLES, f"\n{readme_list(tables)}\n")
    metrics = declared_metrics(root / "dbt" / "metrics.yml")
    project = _with_part(root / "meltano.yml", _ENTRY, meltano_entry())
    links = {table.name: f"../{place(table)}" for table in tables}
    moving = {
        names: docs / "moving" / f"{names.stem}.md"
        for names in sorted((docs / "moving" / "names").glob("*.yml"))
    }
    return {
        **{docs / path: text for path, text in tables_pages(tables).items()},
        docs / "diagram.md": diagrams_page(tables),
        **{
            page: _with_part(page, _TABLES, f"\n{comparison(names, tables, links)}\n")
            for names, page in moving.items()
        },
        docs / "roles.md": roles_page(tables),
        docs / "operations.md": operations_page(),
        root / "README.md": _replaced("README.md", readme, _SETTINGS, f"\n{settings_table()}\n"),
        root / "sample_config.json": sample_config(),
        root / ".env.example": sample_environment(),
        root / "meltano.yml": project,
        example / "meltano.yml": own_meltano_project(project),
        example / ".env.example": sample_environment(),
        root / "examples" / "meltano-hub" / "complete.yml": hub_definition(),
        docs / "metrics.md": _with_part(
            docs / "metrics.md", _METRICS, f"\n{metrics_table(metrics)}\n"
        ),
        root / "examples" / "dagster" / "streams.json": assets(tables),
        root / "dbt" / "macros" / "metrics" / "declared.sql": metrics_macro(metrics),
        **{root / "dbt" / path: text for path, text in package_files(tables).items()},
    }


def _with_part(path: Path, lines: tuple[str, str], part: str) -> str:
    return _replaced(path.name, _content(path), lines, part)


def _replaced(name: str, text: str, lines: tuple[str, str], part: str) -> str:
    """Replace the part of a text between two lines."""
    first, last = lines
    if text.count(first) != 1 or text.count(last) != 1:
        raise UnknownError(f"{name}: expected the lines {first.strip()} and {last.strip()}")
    before, _, rest = text.partition(first)
    return f"{before}{first}{part}{last}{rest.partition(last)[2]}"


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
    """Return a comment that identifies a drawing, to check a picture without Graphviz."""
    return f"<!-- drawn from {hashlib.sha256(drawing.encode()).hexdigest()} -->\n"


if __name__ == "__main__":
    main()
