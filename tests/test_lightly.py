"""The command starts without what it does not need; what it left out is there when asked for."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_command_line_imports_nothing_heavy_before_it_is_needed() -> None:
    heavy = {"joblib", "jsonpath_ng", "pendulum", "requests", "singer_sdk.target_base"}
    code = (
        "import sys; sys.argv = ['tap-kustomer', '--about']\n"
        "from tap_kustomer.__main__ import main\n"
        "try:\n    main()\n"
        f"except SystemExit:\n    print({heavy!r} & set(sys.modules))"
    )
    about, _, found = run(code).rpartition("\n")
    assert "tap-kustomer" in about
    assert found == "set()"


def test_names_that_only_the_sdk_itself_has_are_there_when_asked_for() -> None:
    code = (
        "from tap_kustomer.lightly import import_lightly; import_lightly('singer_sdk')\n"
        "import singer_sdk\n"
        "try:\n    from singer_sdk import Nothing\n"
        "except ImportError as error:\n    print(error.name)\n"
        "print(singer_sdk.Target.__name__)"
    )
    assert run(code).split() == ["singer_sdk", "Target"]


def test_a_package_that_is_imported_already_stays_as_it_is() -> None:
    code = (
        "import sys, types; sys.modules['singer_sdk.streams'] = mine = types.ModuleType('mine')\n"
        "from tap_kustomer.lightly import import_lightly; import_lightly('singer_sdk.streams')\n"
        "print(sys.modules['singer_sdk.streams'] is mine)"
    )
    assert run(code) == "True"
