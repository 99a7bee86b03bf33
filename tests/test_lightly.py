"""The command starts without what it does not need, and what it left out is there when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> str:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("module", ["joblib", "jsonpath_ng", "requests", "singer_sdk.target_base"])
def test_the_command_line_does_not_import(module: str) -> None:
    assert run(f"import sys, tap_kustomer.__main__; print({module!r} in sys.modules)") == "False"


def test_names_that_only_the_sdk_itself_has_are_there_when_asked_for() -> None:
    assert run("import tap_kustomer.__main__; import singer_sdk; print(singer_sdk.Target)") == (
        "<class 'singer_sdk.target_base.Target'>"
    )


def test_a_name_that_is_nowhere_is_an_error_as_ever() -> None:
    code = (
        "import tap_kustomer.__main__\n"
        "try:\n    from singer_sdk import Nothing\n"
        "except ImportError as error:\n    print(error.name)"
    )
    assert run(code) == "singer_sdk"


def test_a_package_that_is_imported_already_stays_as_it_is() -> None:
    code = (
        "import singer_sdk; before = singer_sdk\n"
        "import tap_kustomer.__main__; print(sys.modules['singer_sdk'] is before)"
    )
    assert run(f"import sys; {code}") == "True"
