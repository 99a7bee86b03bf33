"""The files that a user gives: which encodings are read, and the errors for all others."""

from __future__ import annotations

import codecs
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.json_values import json_values
from tap_kustomer import times
from tap_kustomer.client.documents import replace_nulls
from tap_kustomer.config import SCHEMA, settings_from
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.files import load_document, load_environment_file
from tap_kustomer.singer.catalog import parse_catalog
from tap_kustomer.singer.state import normalize_state

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = ("--config", "--catalog", "--state")
NAME = "größe_num 数"
DOCUMENT: dict[str, Any] = {"streams": [{"schema": {"properties": {NAME: {}}}}]}
TEXT = json.dumps(DOCUMENT, ensure_ascii=False)

# The same file is written again for each example.
REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        b"\r\n" + TEXT.encode() + b"\r\n",
    ],
    ids=["UTF-8", "UTF-8 with BOM", "PowerShell's", "UTF-16 BE", "UTF-32", "blank lines"],
)
def test_a_document_is_read_in_the_encoding_that_its_bytes_show(
    option: str, data: bytes, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(data)

    assert load_document(option, str(tmp_path / "file")) == DOCUMENT


def refusal(option: str, path: Path) -> str:
    """The error for a file that is refused."""
    with pytest.raises(ConfigurationError) as caught:
        load_document(option, str(path))
    said = str(caught.value)
    shown = str(path).replace("\0", " ")
    assert said.startswith(f"{option} {shown}: expected a JSON object, but the file ")
    assert "\n" not in said
    return said


REMEDIES = {"--config": "or give ENV", "--catalog": "--discover", "--state": "last whole line"}
FAULTS = {
    b"": "is empty",
    b" \n": "is empty",
    codecs.BOM_UTF8: "is empty",
    "\n".encode("utf-16"): "is empty",
    b"null": "holds null",
    b"[]": "holds a value of type list",
    b'"text"': "holds a value of type str",
    b'{"bookmarks": {"notes": {"replic': "is not JSON",
    b"{} and more": "is not JSON",
    b"{}\n{}\n": "has 2 lines, each a document of its own",
    b'{}\n{}\n{"bookm': "has 3 lines, each a document of its own",
    '{"größe": 1}'.encode("latin-1"): "is not UTF-8 (byte 5)",
    b"\xff\xfe{": "is not UTF-16 (byte 3)",
    b"[" * 100_000: "is not JSON",
    b'{"key": "\\ud800"}': "is not JSON",
}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("data", FAULTS, ids=lambda data: repr(data[:24]))
def test_a_file_that_is_not_a_json_object_is_refused_with_what_to_do(
    option: str, data: bytes, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(data)

    said = refusal(option, tmp_path / "file")

    assert FAULTS[data] in said
    assert REMEDIES[option] in said


@pytest.mark.parametrize("option", OPTIONS)
def test_a_file_that_can_t_be_read_is_refused_with_what_to_do(option: str, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", tmp_path / "a\0b"):
        said = refusal(option, path)
        assert "can't be read" in said
        assert REMEDIES[option] in said


# The environment file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder. The environment is restored after the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAP_KUSTOMER_USER_AGENT", "")
    return tmp_path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_variables_are_read_in_the_encoding_that_their_bytes_show(
    encoding: str, folder: Path
) -> None:
    (folder / ".env").write_bytes(f"TAP_KUSTOMER_USER_AGENT={NAME}\n".encode(encoding))

    load_environment_file()

    assert os.environ["TAP_KUSTOMER_USER_AGENT"] == NAME


@pytest.mark.parametrize("value", [b"gr\xf6\xdfe", b"a\0b"], ids=["Latin-1", "U+0000"])
def test_an_environment_file_that_can_t_be_decoded_is_an_error_of_one_line(
    value: bytes, folder: Path
) -> None:
    (folder / ".env").write_bytes(b"TAP_KUSTOMER_USER_AGENT=" + value)

    with pytest.raises(ConfigurationError, match=r"^[^\n]*\.env: expected [^\n]*Save it as UTF-8$"):
        load_environment_file()


def test_a_current_folder_that_is_removed_is_an_error_of_one_line(folder: Path) -> None:
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    (folder / "gone").rmdir()

    with pytest.raises(ConfigurationError, match="can't be read"):
        load_environment_file()


# Any bytes are either accepted or refused by an error of the tap


@REUSED
@given(st.one_of(st.binary(max_size=200), st.text(max_size=50).map(str.encode)))
@example(b"\x00")
@example(b"\xff\xfe\x00\x00")
def test_any_bytes_are_a_document_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)

    with suppress(ConfigurationError):
        assert isinstance(load_document("--state", str(tmp_path / "file")), dict)


@REUSED
@given(json_values())
def test_any_json_is_a_document_or_refused(tmp_path: Path, value: Any) -> None:
    text = json.dumps(value).encode()
    (tmp_path / "file").write_bytes(text)

    with suppress(ConfigurationError):
        found = load_document("--config", str(tmp_path / "file"))
        assert found == json.loads(replace_nulls(text))


def objects_like(names: list[str], depth: int) -> st.SearchStrategy[Any]:
    """Nested objects and arrays with the right names, and any values inside."""
    if not depth:
        return json_values()
    inner = objects_like(names, depth - 1)
    return st.one_of(
        json_values(),
        st.dictionaries(st.sampled_from(names), inner, max_size=4),
        st.lists(inner, max_size=2),
    )


def documents(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    inner = objects_like(names, 4)
    return st.dictionaries(st.sampled_from(names), inner, min_size=1, max_size=4)


STATE_NAMES = [
    *("bookmarks", "currently_syncing", "partitions", "context", "notes", "users", "singer_state"),
    *("replication_key", "replication_key_value", "updated_at", "progress_markers", "was_read"),
]
CATALOG_NAMES = [
    *("streams", "tap_stream_id", "stream", "schema", "properties", "metadata", "breadcrumb"),
    *("selected", "key_properties", "replication_key", "replication_method", "type"),
]


@given(documents(STATE_NAMES))
@example({"bookmarks": {"notes": {"replication_key": [], "replication_key_value": "2024-01-01"}}})
def test_any_state_is_understood_or_refused(document: dict[str, Any]) -> None:
    with suppress(ConfigurationError):
        normalize_state(
            document, {"notes": "updated_at"}.get, now=times.to_milliseconds("2026-01-01")
        )


@given(documents(CATALOG_NAMES))
def test_any_catalog_is_understood_or_refused(document: dict[str, Any]) -> None:
    with suppress(ConfigurationError):
        parse_catalog(document)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "other"]), json_values()))
def test_any_settings_are_understood_or_refused(config: dict[str, Any]) -> None:
    with suppress(ConfigurationError):
        settings_from({"api_key": "a-key", **config})
    with suppress(ConfigurationError):
        settings_from(config)
