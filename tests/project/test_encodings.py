"""Files mean the same on every machine: none is opened in the encoding of the locale."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDERS = ("tap_kustomer", "kustomer_sandbox", "docs", "benchmarks", "plugins", ".ci")

# What opens a file as a text, unless an argument says otherwise.
OPENING = {"open", "fdopen", "read_text", "write_text", "TextIOWrapper", "NamedTemporaryFile"}
# What returns a text for a true value of these arguments.
DECODING = {"text", "universal_newlines"}
# Other things by the same names.
NOT_TEXTS = {"os.open", "gzip.open", "click.open_file", "opened[-1].open", "webbrowser.open"}


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield ROOT / "examples" / "meltano" / "plugins" / "target-duckdb"


def is_binary(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return any(
        isinstance(value, ast.Constant) and re.fullmatch("[rwxa+]*b[rwxa+]*", str(value.value))
        for value in given
    )


def goes_by_the_locale(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    given = {keyword.arg for keyword in call.keywords}
    if given & DECODING and "encoding" not in given:
        return True
    if ast.unparse(call.func) == "click.File":
        return not is_binary(call)
    if name not in OPENING or ast.unparse(call.func) in NOT_TEXTS:
        return False
    return "encoding" not in given and not is_binary(call)


def calls_in(file: Path) -> Iterator[ast.Call]:
    nodes = ast.walk(ast.parse(file.read_bytes()))
    return (node for node in nodes if isinstance(node, ast.Call))


def test_every_text_file_is_opened_in_an_encoding_that_is_named() -> None:
    assert not [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in sources()
        for call in calls_in(file)
        if goes_by_the_locale(call)
    ]


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("path.open()", True),
        ("path.open('w')", True),
        ("open(path, 'rb')", False),
        ("open(path, mode='wb')", False),
        ("path.read_text()", True),
        ("path.read_text(encoding='utf-8')", False),
        ("path.write_text(text)", True),
        ("path.read_bytes()", False),
        ("click.File()", True),
        ("click.File('rb')", False),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command, encoding='utf-8')", False),
    ],
)
def test_what_goes_by_the_locale_is_found(code: str, is_found: bool) -> None:
    call = ast.parse(code, mode="eval").body

    assert isinstance(call, ast.Call)
    assert goes_by_the_locale(call) is is_found
