"""The documentation site has every page of the repository, with links of its own."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> Iterator[Any]:
    """The script that builds the site, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        yield importlib.import_module("build_site")


def pages_of(navigation: list[dict[str, Any]]) -> Iterator[str]:
    for entry in navigation:
        for page in entry.values():
            if isinstance(page, str):
                yield page
            else:
                yield from pages_of(page)


def test_every_page_is_in_the_navigation(site: Any) -> None:
    project = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    pages = {place.as_posix() for place in site.site_places().values() if place.suffix == ".md"}
    assert sorted(pages_of(project["nav"])) == sorted(pages)


def test_the_readme_is_the_home_page_and_leads_to_the_pages(site: Any, tmp_path: Path) -> None:
    site.stage(tmp_path)
    home = (tmp_path / "index.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\((?!http)([^)#\s]+)", home))
    assert "](answers.png)" in home
    assert {"tables.md", "contributing.md", "changelog.md"} <= links
    assert [link for link in links if not (tmp_path / link).exists()] == []


def test_a_link_to_a_file_that_the_site_lacks_becomes_text(site: Any) -> None:
    page = ROOT / "docs" / "metrics.md"
    text = "The [package](../dbt/), the [roles](roles.md#searching), [no page](none.md)."
    assert site.with_site_links(page, text, site.site_places()) == (
        "The package, the [roles](roles.md#searching), [no page](none.md)."
    )


def test_each_question_has_a_short_answer_with_a_link() -> None:
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    answers = re.findall(r"^### ([^\n]+)\n\n(.+?)(?=\n\n#|\Z)", page, re.MULTILINE | re.DOTALL)

    assert len(answers) == page.count("\n### ") >= 20
    assert [question for question, answer in answers if "](" not in answer] == []
    assert [question for question, answer in answers if len(answer.split()) > 60] == []
