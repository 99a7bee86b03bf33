"""`make` installs what is pinned as it is pinned, with pip and with uv.

A small project takes the place of this one: the same Makefile, and pinned files of packages that
exist only in a local index. That index also holds newer releases of them, which are broken.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.tap_process import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[2]

# Where each environment is, and what it is made from.
ENVIRONMENTS = {
    ".venv": "requirements-dev.txt",
    ".venv/meltano": "requirements-demo.txt",
    ".venv/dbt": "requirements-dbt.txt",
    ".venv/dagster": "requirements-dagster.txt",
    ".venv/singer-io": "benchmarks/taps/requirements-singer-io.txt",
}

# `runner` needs `meter` with an extra, and that extra needs `tomlish`.
PACKAGES = {
    "runner": ["Requires-Dist: meter[toml]>=1"],
    "meter": ["Provides-Extra: toml", "Requires-Dist: tomlish>=1; extra == 'toml'"],
    "tomlish": [],
}

# A build back end that needs no package: it installs an empty distribution.
BACKEND = """
import pathlib, tomllib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    about = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]
    lines = ["Metadata-Version: 2.1", f"Name: {about['name']}", "Version: 0"]
    lines += [f"Requires-Dist: {each}" for each in about["dependencies"]]
    info = f"{about['name']}-0.dist-info"
    files = {
        f"{info}/METADATA": lines,
        f"{info}/WHEEL": ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"],
        f"{info}/RECORD": [f"{info}/METADATA,,", f"{info}/WHEEL,,", f"{info}/RECORD,,"],
    }
    wheel = f"{about['name']}-0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, wheel), "w") as file:
        for name, content in files.items():
            file.writestr(name, "\\n".join([*content, ""]))
    return wheel
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
version = "0"
dependencies = {needs}
"""


def wheel(folder: Path, name: str, about: Iterable[str]) -> str:
    """Write a release 1.0 of a package; the line that pins it."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{info}/METADATA": "\n".join(
            ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *about, ""]
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={digest(text)},{len(text)}" for name, text in files.items()]
    with zipfile.ZipFile(path, "w") as file:
        for place, text in files.items():
            file.writestr(place, text)
        file.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Clone:
    """A project with this repository's Makefile, and an index that holds broken releases."""

    def __init__(self, folder: Path, uv: str) -> None:
        self.folder = folder
        self._uv = uv
        self._index = folder / "index"
        self._index.mkdir()
        self.pins = {name: wheel(self._index, name, about) for name, about in PACKAGES.items()}
        for name in PACKAGES:
            (self._index / f"{name}-2.0-py3-none-any.whl").write_text("no wheel at all")
        shutil.copy(ROOT / "Makefile", folder)
        self.write_project(".")
        self.write_project("kustomer_sandbox")
        for path in ENVIRONMENTS.values():
            self.pin(path, *PACKAGES)

    def pin(self, path: str, *packages: str) -> None:
        """Write a pinned file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{self.pins[name]}\n" for name in packages))

    def write_project(self, place: str, needs: Sequence[str] = ()) -> None:
        """Write what takes the place of the tap or of the sandbox."""
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        name = "tap" if place == "." else "sandbox"
        (folder / "pyproject.toml").write_text(PROJECT.format(name=name, needs=list(needs)))
        (folder / "backend.py").write_text(BACKEND)

    def mark_complete(self, place: str) -> None:
        """Make an environment look as if it had been made."""
        (self.folder / place).mkdir()
        (self.folder / place / ".complete").touch()

    def assert_incomplete(self, place: str, lacking: str) -> None:
        """Make an environment whose pinned file lacks something."""
        ended = self.make(f"{place}/.complete")

        line, verdict = ended.stderr.splitlines()
        assert line.startswith(f"{ENVIRONMENTS[place]} is incomplete, see `make requirements`: ")
        assert lacking in line
        assert verdict.startswith("make: ***")
        # The next `make` starts over.
        assert not (self.folder / place / ".complete").exists()

    def make(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run `make` with nothing but the local index."""
        links = str(self._index)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        python = Path(sys.base_prefix, "bin")
        inherited = {
            name: value
            for name, value in environment().items()
            if not name.startswith(("PIP_", "UV_", "MAKE", "VIRTUAL_ENV"))
        }
        return subprocess.run(  # noqa: S603
            ["make", f"UV={self._uv}", *targets],  # noqa: S607
            cwd=self.folder,
            env={
                **inherited,
                "HOME": str(home),
                "PATH": f"{python}:{inherited['PATH']}",
                "PIP_CONFIG_FILE": "/dev/null",
                "PIP_FIND_LINKS": links,
                "PIP_NO_INDEX": "1",
                "UV_FIND_LINKS": links,
                "UV_NO_CONFIG": "1",
                "UV_OFFLINE": "1",
                "UV_PYTHON_DOWNLOADS": "never",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self, place: str) -> set[str]:
        """The distributions of an environment, except those that come with it."""
        found = (self.folder / place).glob("lib/python*/site-packages/*.dist-info")
        names = {path.name.removesuffix(".dist-info") for path in found}
        return {name for name in names if not name.startswith(("pip-", "setuptools-"))}


@pytest.fixture
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Clone:
    uv = str(Path(sys.executable).with_name("uv")) if request.param == "uv" else ""
    return Clone(tmp_path, uv)


@pytest.mark.parametrize(
    ("clone", "places"),
    [
        pytest.param("uv", ENVIRONMENTS, id="uv"),
        # pip takes many times as long.
        pytest.param("pip", [".venv"], id="pip"),
        pytest.param("pip", ENVIRONMENTS, id="pip, all", marks=pytest.mark.thorough),
    ],
    indirect=["clone"],
)
def test_each_environment_has_the_pinned_releases_though_there_are_newer_ones(
    clone: Clone, places: Sequence[str]
) -> None:
    # What was made from another file than today's does not stay.
    (clone.folder / ".venv").mkdir()
    (clone.folder / ".venv" / "left over").touch()

    ended = clone.make(*(f"{place}/.complete" for place in places))

    assert ended.returncode == 0, ended.stderr
    pinned = {f"{name}-1.0" for name in PACKAGES}
    assert {place: clone.installed(place) for place in places} == {
        **dict.fromkeys(places, pinned),
        ".venv": {*pinned, "tap-0", "sandbox-0"},
    }
    assert not (clone.folder / ".venv" / "left over").exists()


WITH_EITHER = pytest.mark.parametrize(
    "clone", ["uv", pytest.param("pip", marks=pytest.mark.thorough)], indirect=True
)


@WITH_EITHER
def test_a_pinned_file_that_lacks_a_package_is_one_line(clone: Clone) -> None:
    clone.mark_complete(".venv")
    clone.pin(ENVIRONMENTS[".venv/meltano"], "runner", "tomlish")

    clone.assert_incomplete(".venv/meltano", "meter")


@WITH_EITHER
def test_a_pinned_file_that_lacks_what_the_tap_needs_is_one_line(clone: Clone) -> None:
    clone.write_project(".", needs=["something"])

    clone.assert_incomplete(".venv", "something")


def test_what_an_extra_needs_is_pinned_too() -> None:
    # `pip check` does not look at extras.
    installed = {
        canonicalize_name(distribution.name): distribution for distribution in distributions()
    }
    lacking = [
        f"{name} needs {needed}"
        for name, distribution in installed.items()
        for wanted in wanted_by(distribution)
        if canonicalize_name(wanted.name) in installed
        for extra in wanted.extras
        for needed in wanted_by(installed[canonicalize_name(wanted.name)], extra)
        if canonicalize_name(needed.name) not in installed
    ]
    assert lacking == []


def wanted_by(distribution: Distribution, extra: str = "") -> list[Requirement]:
    """What a distribution needs on this machine; with an extra, what that adds."""
    wanted = [Requirement(text) for text in distribution.requires or ()]
    return [
        each for each in wanted if each.marker is None or each.marker.evaluate({"extra": extra})
    ]
