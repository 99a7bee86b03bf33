"""What is published: the description on PyPI, and the container."""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def build() -> Iterator[Any]:
    """The build backend's script, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield importlib.import_module("hatch_build")


# The description


def test_every_link_of_the_description_leads_to_the_repository_or_elsewhere(build: Any) -> None:
    text = build.description(README, "https://github.com/acme/tap", "v1.2.3")

    links = LINK.findall(text)
    assert [link for link in links if not link.startswith("https://")] == []
    assert "https://github.com/acme/tap/blob/v1.2.3/docs/tables.md" in links
    assert "https://github.com/acme/tap/raw/v1.2.3/docs/answers.png" in links


def test_where_no_repository_is_known_links_to_files_become_text(build: Any) -> None:
    text = build.description(README, None, "main")

    assert [link for link in LINK.findall(text) if not link.startswith("https://")] == []
    assert "answers.png" not in text
    assert "Changelog, security, contributing and" in text


@pytest.mark.parametrize(
    "link", ["[here](#settings)", "[there](https://a.example)", "[us](mailto:us@a.example)"]
)
def test_a_link_that_works_anywhere_stays(build: Any, link: str) -> None:
    assert build.description(f"# Title\n\n{link}\n", None, "main") == f"# Title\n\n{link}\n"


def test_badges_are_shown_only_where_they_have_something_to_be_about(build: Any) -> None:
    assert "badge" not in build.description(README, None, "main")

    text = build.description(README, "https://github.com/acme/tap", "v1.2.3")

    badges = re.findall(r"!\[\w+\]\(([^)\s]+)\)", text)
    assert badges[0] == (
        "https://github.com/acme/tap/actions/workflows/test.yml/badge.svg?branch=main"
    )
    assert {badge.rpartition("/")[2] for badge in badges[1:]} == {"complete-tap-kustomer"}


def test_the_metadata_names_the_repository_that_builds_it(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/tap")
    monkeypatch.setenv("GITHUB_REF_NAME", "v1.2.3")
    metadata: dict[str, Any] = {}

    build.DescriptionHook(str(ROOT), {}).update(metadata)

    assert metadata["urls"]["Source"] == "https://github.com/acme/tap"
    assert "/blob/v1.2.3/docs/" in metadata["readme"]["text"]


# The container


def test_the_container_runs_as_no_privileged_user_and_needs_no_shell() -> None:
    *_, final = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)

    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.MULTILINE)
    assert not re.search(r"^RUN ", final, re.MULTILINE)
    (entrypoint,) = re.findall(r"^ENTRYPOINT (.+)$", final, re.MULTILINE)
    assert json.loads(entrypoint) == ["/tap/bin/tap-kustomer"]


def test_what_the_container_copies_is_not_ignored() -> None:
    copied = re.findall(r"^COPY ([\w.*/-]+) ", DOCKERFILE, re.MULTILINE)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert copied == ["requirements.txt", "dist/*.whl"]
    assert {f"!{path}" for path in copied} <= {*allowed}


def pins(name: str) -> dict[str, str]:
    """The version of each package that a file pins."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE))


def test_what_the_container_installs_is_what_the_tests_run_with() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_the_container_installs_all_that_the_tap_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}

    assert needed <= pins("requirements.txt").keys()
