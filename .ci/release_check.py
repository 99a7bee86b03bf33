"""Build both distributions and try each as users install it: `make release-check`.

Each is installed into an empty environment of every supported Python on this machine, with the
newest releases of its dependencies. There it has to know its version, discover, sync, and sync
again from the state. Then the dependencies are audited for vulnerabilities that OSV
(https://osv.dev) knows.

    .venv/bin/python .ci/release_check.py [--complete]

With `--complete`, a missing Python or an impossible audit is an error too.
"""

# ruff: noqa: S603  # It runs commands of its own.
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
BIN: Final = Path(sys.executable).parent
UV: Final = shutil.which("uv") or str(BIN / "uv")

# The exit code of `uv audit` if the database can't be reached.
_UNREACHABLE: Final = 2


def main() -> None:
    """Check everything. The exit code is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="Try both distributions as users install them.")
    parser.add_argument("--complete", action="store_true", help="nothing may be left out")
    is_complete = parser.parse_args().complete
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left_out = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "hatchling", "build", "--directory", folder / "dist", cwd=ROOT)
        distributions = sorted((folder / "dist").iterdir())
        for version in supported(project):
            python = find(version)
            if python is None:
                left_out.append(f"Python {version} is not on this machine: not tried")
                continue
            for distribution in distributions:
                check(distribution, python, folder / f"{version}-{distribution.suffix[1:]}")
                print(f"Python {version}, {distribution.name}: works", flush=True)
        if not audited(folder):
            left_out.append("OSV can't be reached: dependencies not audited")
    for line in left_out:
        print(line)
    if left_out and is_complete:
        sys.exit("Expected a complete check")


def supported(project: dict[str, Any]) -> Iterator[str]:
    """Versions of Python that the project is declared for, such as 3.11."""
    for classifier in project["classifiers"]:
        *_, version = classifier.split(" :: ")
        if "Python :: 3." in classifier:
            yield version


def find(version: str) -> Path | None:
    """Find a Python of this version that runs: on the path, of pyenv, or of uv."""
    managed = output(UV, "python", "find", "--no-python-downloads", "--managed-python", version)
    candidates = [
        shutil.which(f"python{version}"),
        *sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python")),
        managed,
    ]
    for candidate in filter(None, candidates):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        if output(candidate, "-c", code) == version:
            return Path(candidate)
    return None


def check(distribution: Path, python: Path, folder: Path) -> None:
    """Install a distribution into a new environment and run the tap against the sandbox."""
    run(UV, "venv", "--quiet", "--python", python, folder)
    installed = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    run(UV, "pip", "install", "--quiet", "--python", installed, distribution)
    stated = output(installed, "-m", "tap_kustomer", "--version")
    version = distribution.name.removesuffix(".tar.gz").split("-")[1]
    if f"v{version}," not in stated:
        sys.exit(f"Expected version {version}, but --version printed: {stated}")
    os.environ["TAP_KUSTOMER_LOGLEVEL"] = "WARNING"
    sandbox = (BIN / "kustomer-sandbox", "run", "--scale", "0.05", "--")
    run(*sandbox, installed, ROOT / ".ci" / "round_trip.py", cwd=folder)


def audited(folder: Path) -> bool:
    """Audit what was installed. False if the database of vulnerabilities can't be reached."""
    environment = next(path for path in sorted(folder.iterdir()) if (path / "pyvenv.cfg").exists())
    frozen = output(UV, "pip", "freeze", "--python", environment).splitlines()
    pins = ", ".join(f'"{line}"' for line in frozen if "==" in line)
    script = folder / "installed.py"
    script.write_text(f"# /// script\n# dependencies = [{pins}]\n# ///\n", encoding="utf-8")
    audit = subprocess.run(
        [UV, "audit", "--preview-features", "audit-command", "--script", script],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    if audit.returncode == _UNREACHABLE and "Request failed" in audit.stderr:
        return False
    print(audit.stdout + audit.stderr, flush=True)
    if audit.returncode:
        sys.exit("Expected dependencies without known vulnerabilities")
    return True


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command, and end with an error if it fails."""
    if code := subprocess.call(command, cwd=cwd):
        sys.exit(f"Expected exit code 0, but {' '.join(map(str, command))} returned {code}")


def output(*command: str | Path) -> str:
    """Return what a command prints; nothing if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    return done.stdout.strip() if done.returncode == 0 else ""


if __name__ == "__main__":
    main()
