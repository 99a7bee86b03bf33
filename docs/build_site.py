"""Build the documentation site: `make site`.

The pages are those of the repository: the README is the home page, and links between pages of the
repository become links of the site. With `--serve` the site is served while it is worked on.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[1]
STAGED: Final = ROOT / "output" / "site-pages"

# What the site takes from `docs`.
_SUFFIXES: Final = frozenset({".css", ".md", ".png", ".svg"})

# Pages that are not in `docs`, and what they are called on the site.
_OUTSIDE: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "kustomer_sandbox/README.md": "sandbox.md",
}

_LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def main() -> None:
    """Stage the pages and run the site generator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="serve the site")
    serve = parser.parse_args().serve
    stage(STAGED)
    command = ["serve"] if serve else ["build", "--clean", "--strict"]
    generator = Path(sys.executable).with_name("zensical")
    sys.exit(subprocess.call([generator, *command], cwd=ROOT))  # noqa: S603


def stage(folder: Path) -> None:
    """Write the pages of the site, its pictures and its styles to an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    places = site_places()
    for source, place in places.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            text = with_site_links(source, source.read_text(encoding="utf-8"), places)
            target.write_text(text, encoding="utf-8")
        else:
            shutil.copy(source, target)


def site_places() -> dict[Path, Path]:
    """Return each file that the site has, with its place on the site."""
    docs = ROOT / "docs"
    found = sorted(path for path in docs.rglob("*") if path.suffix in _SUFFIXES)
    places = {path: path.relative_to(docs) for path in found}
    return places | {ROOT / name: Path(place) for name, place in _OUTSIDE.items()}


def with_site_links(source: Path, text: str, places: Mapping[Path, Path]) -> str:
    """Change the links of a page to those of the site; a link to what is not on it becomes text.

    Args:
        source: The page.
        text: Its content.
        places: From `site_places`.
    """
    here = places[source].parent

    def changed(link: re.Match[str]) -> str:
        words, address = link.groups()
        path, mark, anchor = address.partition("#")
        if "://" in address or not path:
            return link[0]
        target = Path(os.path.normpath(source.parent / path))
        place = places.get(target)
        if place is None:
            # A broken link stays as it is: the generator reports it.
            return words if target.exists() else link[0]
        return f"[{words}]({Path(os.path.relpath(place, here)).as_posix()}{mark}{anchor})"

    return _LINK.sub(changed, text)


if __name__ == "__main__":
    main()
