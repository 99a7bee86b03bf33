"""Make PyPI's description from the README, with links that work there too."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from hatchling.metadata.plugin.interface import MetadataHookInterface

# The text and the path of a link or, with a `!` before it, of an image.
_LINK: Final = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


class DescriptionHook(MetadataHookInterface):
    """Adds the description, and the repository's addresses if they are known."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:  # type: ignore[explicit-override]
        """Add `readme` and `urls`.

        GitHub's workflows name the repository and the tag in the environment. Elsewhere, no address
        is known.
        """
        repository, tag = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("GITHUB_REF_NAME")
        address = f"https://github.com/{repository}" if repository else None
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": description(text, address, tag or "main"),
        }
        if address:
            metadata["urls"] = {
                "Source": address,
                "Changelog": f"{address}/blob/main/CHANGELOG.md",
                "Issues": f"{address}/issues",
            }


def description(readme: str, address: str | None, revision: str) -> str:
    """Return the README with links that work outside of the repository.

    Args:
        readme: Its text.
        address: The repository's, for example `https://github.com/owner/name`. Without one, a link
            to a file becomes its text, and images are left out.
        revision: The tag or branch to link to.
    """

    def absolute(link: re.Match[str]) -> str:
        image, words, path = link.groups()
        if address is None:
            return "" if image else words
        kind = "raw" if image else "blob"
        return f"{image}[{words}]({address}/{kind}/{revision}/{path})"

    text = _LINK.sub(absolute, readme)
    return text if address is None else text.replace("\n", f"\n\n{_badges(address)}\n", 1)


def _badges(address: str) -> str:
    """Return badges whose images always show the current state."""
    package = "complete-tap-kustomer"
    tests = f"{address}/actions/workflows/test.yml"
    return "\n".join(
        [
            f"[![Tests]({tests}/badge.svg?branch=main)]({tests})",
            f"![PyPI](https://img.shields.io/pypi/v/{package})",
            f"![Python](https://img.shields.io/pypi/pyversions/{package})",
        ]
    )
