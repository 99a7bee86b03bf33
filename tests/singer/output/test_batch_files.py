"""The files of BATCH messages, and the setting that asks for them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from singer_sdk.helpers._batch import StorageTarget

from tap_kustomer.config import settings_from
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.output import batch_files
from tap_kustomer.singer.output.batch_files import prepare_folder, write_lines, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.config.batches import Batches

KEY = "a-key-that-nobody-may-see"
FOLDER = {"root": "output"}


def batches(config: Any, **more: Any) -> Batches | None:
    return settings_from({"api_key": KEY, "batch_config": config, **more}).batches


def made(storage: dict[str, Any], **more: Any) -> Batches:
    found = batches({"storage": storage, **more})
    assert found is not None
    return found


def content(address: str) -> bytes:
    return Path(urlsplit(address).path).read_bytes()


@pytest.mark.parametrize("config", [None, {}])
def test_without_the_setting_there_are_no_batches(config: Any) -> None:
    assert batches(config) is None


@pytest.mark.parametrize(
    "null", [{"batch_size": None}, {"encoding": None}, {"encoding": {"compression": None}}, {}]
)
def test_files_are_packed_with_gzip_and_hold_10_000_records_by_default(
    null: dict[str, Any],
) -> None:
    found = made({**FOLDER, "prefix": None}, **null)

    assert (found.encoding.format, found.encoding.compression) == ("jsonl", "gzip")
    assert found.batch_size == 10_000


@pytest.mark.parametrize(
    ("config", "part"),
    [
        ({"encoding": {"format": "jsonl"}}, "storage"),
        ({"storage": {}}, "root"),
        ({"storage": {"root": ""}}, "$.storage.root"),
        ({"storage": {"root": 7}}, "$.storage.root"),
        ({"storage": "output"}, "$.storage"),
        ({"storage": {**FOLDER, "prefix": 7}}, "$.storage.prefix"),
        ({"storage": {**FOLDER, "folder": "x"}}, "folder"),
        ({"storage": FOLDER, "encoding": {"format": "csv"}}, "csv"),
        ({"storage": FOLDER, "encoding": {"compression": "zstd"}}, "zstd"),
        ({"storage": FOLDER, "encoding": {"level": 9}}, "level"),
        ({"storage": FOLDER, "batch_size": 0}, "$.batch_size"),
        ({"storage": FOLDER, "batch_size": -1}, "$.batch_size"),
        ({"storage": FOLDER, "batch_size": "many"}, "$.batch_size"),
        ({"storage": FOLDER, "nonsense": 1}, "nonsense"),
    ],
)
def test_a_setting_that_is_not_understood_is_refused_in_one_line(config: Any, part: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        batches(config)

    said = str(caught.value)
    assert said.startswith("Setting batch_config: ")
    assert part in said
    assert 'expected {"encoding": {"format": "jsonl"}, "storage": {"root": "FOLDER"}}' in said
    assert "\n" not in said


def test_a_refusal_does_not_show_the_api_key() -> None:
    with pytest.raises(ConfigurationError) as caught:
        batches({"storage": FOLDER, "encoding": {"format": KEY}})

    assert KEY not in str(caught.value)


def test_versions_and_batches_are_refused_together() -> None:
    """target-postgres deletes rows without a version as soon as one is activated."""
    with pytest.raises(ConfigurationError, match=r"emit_activate_version_messages.*batch_config"):
        batches({"storage": FOLDER}, emit_activate_version_messages=True)


@pytest.mark.parametrize("root", ["path", "address"])
def test_a_missing_folder_is_created(tmp_path: Path, root: str) -> None:
    folder = tmp_path / "not" / "there-yet"
    found = made({"root": str(folder) if root == "path" else folder.as_uri()})

    prepare_folder(found)

    assert folder.is_dir()


def test_a_folder_in_the_prefix_is_created(tmp_path: Path) -> None:
    found = made({"root": str(tmp_path), "prefix": "today/tap-"}, encoding={"compression": "none"})

    prepare_folder(found)
    address = write_lines(found, "tags", [b"1"])

    assert address.startswith((tmp_path / "today").as_uri() + "/tap-tap-kustomer--tags-")
    assert content(address) == b"1\n"
    assert len(list((tmp_path / "today").iterdir())) == 1


def test_the_address_of_a_file_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = made(FOLDER)

    prepare_folder(found)

    assert write_lines(found, "tags", [b"1"]).startswith(f"file://{tmp_path / 'output'}/")


@pytest.mark.parametrize(
    "root", ["{file}", "{file}/folder", "nosuch://bucket/folder", "no-such://bucket/folder"]
)
def test_a_folder_that_can_t_be_created_is_an_error_of_one_line(tmp_path: Path, root: str) -> None:
    (tmp_path / "file").touch()
    found = made({"root": root.format(file=tmp_path / "file")})

    with pytest.raises(ConfigurationError) as caught:
        prepare_folder(found)

    said = str(caught.value)
    assert said.startswith("Setting batch_config: no file can be written to ")
    assert "\n" not in said


def test_the_first_line_of_a_storage_s_error_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no access\nat all")

    monkeypatch.setattr(batch_files, "_path", fail)

    with pytest.raises(ConfigurationError, match=r"written to output: no access; expected"):
        prepare_folder(made(FOLDER))


def test_a_login_in_the_address_of_a_storage_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no bucket 'somebody:hush@host', nobody has hush")

    monkeypatch.setattr(batch_files, "_path", fail)

    with pytest.raises(ConfigurationError, match=r"written to s3://.*@host/rows: no") as refused:
        prepare_folder(made({"root": "s3://Somebody:Hush@host/rows"}))

    assert "hush" not in str(refused.value).lower()
    assert "somebody" not in str(refused.value).lower()


def test_parquet_without_its_library_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_files, "find_spec", lambda _: None)

    with pytest.raises(ConfigurationError, match=r"install complete-tap-kustomer\[parquet\]"):
        prepare_folder(made({"root": str(tmp_path)}, encoding={"format": "parquet"}))


def test_a_value_that_no_column_can_hold_is_an_error_of_one_line(tmp_path: Path) -> None:
    found = made({"root": str(tmp_path)}, encoding={"format": "parquet"})
    schema = {"properties": {"count": {"type": "integer"}}}

    with pytest.raises(ConfigurationError, match="no file can be written to"):
        write_table(found, "tags", [{"count": 2**70}], schema)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_removed_meanwhile_is_an_error_of_one_line(tmp_path: Path) -> None:
    found = made({"root": str(tmp_path / "folder")})
    prepare_folder(found)
    (tmp_path / "folder").rmdir()

    with pytest.raises(ConfigurationError, match="No such file or directory"):
        write_lines(found, "tags", [b"1"])


def test_a_file_has_a_line_for_each_record(tmp_path: Path) -> None:
    lines = [b'{"id":"1"}', '{"id":"日本"}'.encode()]
    packed = made({"root": str(tmp_path)})
    plain = made({"root": str(tmp_path)}, encoding={"compression": "none"})

    assert gzip.decompress(content(write_lines(packed, "tags", lines))).splitlines() == lines
    assert content(write_lines(plain, "tags", lines)).splitlines() == lines


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_file_has_its_name_only_once_it_is_whole(tmp_path: Path, scheme: str) -> None:
    """A query over all files would fail on one that a killed run has left half-written."""
    found = made({"root": f"{scheme}{tmp_path}"}, encoding={"compression": "none"})
    named: list[Path] = []

    def lines() -> Iterator[bytes]:
        yield b"1"
        named.extend(tmp_path.glob("tap-kustomer--tags-*.json"))

    address = write_lines(found, "tags", lines())

    assert not named
    assert [file.as_uri() for file in tmp_path.iterdir()] == [address]


@pytest.mark.parametrize("name", ["of batches", "100%", "日本", "a#b"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_target_of_the_sdk_finds_the_file_by_its_address(
    tmp_path: Path, scheme: str, name: str
) -> None:
    found = made({"root": f"{scheme}{tmp_path / name}"}, encoding={"compression": "none"})
    prepare_folder(found)

    folder, file = StorageTarget.split_url(write_lines(found, "tags", [b"1"]))

    with StorageTarget.from_url(folder).open(file) as opened:
        assert opened.read() == b"1\n"


def test_no_two_files_have_the_same_name(tmp_path: Path) -> None:
    found = made({"root": str(tmp_path)})

    assert write_lines(found, "tags", [b"1"]) != write_lines(found, "tags", [b"1"])
