"""How a file is replaced: whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tap_kustomer.atomic_files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="This system has no permissions of files.")


@pytest.fixture
def narrow_umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_is_written_where_there_is_none(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"new")

    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_reader_that_has_opened_the_file_before_reads_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    with path.open("rb") as before:
        replace_file(path, b"new")
        assert before.read() == b"old"

    assert path.read_bytes() == b"new"


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_two_writers_at_once_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"

    def write_another(_: int) -> None:
        monkeypatch.undo()
        replace_file(path, b"second")

    monkeypatch.setattr(os, "fsync", write_another)
    replace_file(path, b"first")

    assert path.read_bytes() == b"first"
    assert [*tmp_path.iterdir()] == [path]


@posix
@pytest.mark.usefixtures("narrow_umask")
def test_the_umask_decides_who_may_read_a_file_without_a_mode(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"new")

    assert mode_of(tmp_path / "file") == 0o640


@posix
@pytest.mark.usefixtures("narrow_umask")
def test_a_mode_is_set_whatever_the_umask_and_the_old_file_had(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    replace_file(path, b"new", 0o606)

    assert mode_of(path) == 0o606


@posix
def test_the_content_of_a_private_file_is_never_readable_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: modes.append(os.fstat(number).st_mode & 0o777))

    replace_file(tmp_path / "file", b"new", 0o600)

    assert modes == [0o600]


@posix
def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    target, link = tmp_path / "other" / "file", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)

    replace_file(link, b"new")

    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@posix
def test_a_link_that_leads_in_a_circle_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)

    replace_file(link, b"new")

    assert link.read_bytes() == b"new"


@posix
def test_a_pipe_gets_the_content_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    replace_file(path, b"new")

    assert path.is_fifo()
    assert os.read(reader, 10) == b"new"
    os.close(reader)
