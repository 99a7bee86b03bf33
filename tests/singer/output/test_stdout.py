"""Standard output: only whole lines, whatever the target does."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from tap_kustomer.singer.output.stdout import Output, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes differ elsewhere")


class StopError(Exception):
    """Raised as if a signal had come."""


class Pipe:
    """A pipe in place of standard output. Its reader reads only when a test calls it."""

    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.stdout = os.fdopen(writing, "w")

    def read(self, size: int) -> bytes:
        return os.read(self.reading, size)

    def rest(self) -> bytes:
        self.stdout.close()
        with os.fdopen(self.reading, "rb") as reader:
            return reader.read()


@contextmanager
def piped() -> Iterator[Pipe]:
    """Make standard output a pipe. Not a fixture: pytest replaces standard output after those."""
    pipe = Pipe()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", pipe.stdout)
        yield pipe
    with suppress(OSError):
        pipe.stdout.close()


def stop() -> None:
    raise StopError


def lines_of(size: int, count: int) -> list[bytes]:
    return [b"%d" % number + b"x" * size + b"\n" for number in range(count)]


def test_a_target_that_pauses_gets_whole_lines_and_the_last_one() -> None:
    lines = lines_of(3_000, 1_000)
    with piped() as pipe:
        output = Output(stop)
        with pytest.raises(StopError):
            output.write(lines)
        output.write_last(b"the last state\n")

    written = pipe.rest().splitlines(keepends=True)
    assert written[-1] == b"the last state\n"
    assert written[:-1] + lines == lines_of(3_000, 1_000)
    assert len(written) > 100
    assert lines


def read_to_end(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as reader:
        return reader.read()


def read_while_written(lines: list[bytes]) -> bytes:
    with piped() as pipe, ThreadPoolExecutor() as reader:
        found = reader.submit(read_to_end, pipe.reading)
        try:
            Output(lambda: None).write(lines)
        finally:
            # The reader waits for this, also when nothing was written.
            pipe.stdout.close()
        return found.result()


def test_lines_are_written_unchanged() -> None:
    lines = lines_of(10_000, 500)

    assert read_while_written(lines) == b"".join(lines_of(10_000, 500))
    assert not lines


def test_a_line_that_is_larger_than_the_pipe_is_written_while_it_is_read() -> None:
    lines = [b"small\n", b"x" * 3_000_000 + b"\n"]

    assert len(read_while_written(lines)) == 3_000_007


@given(st.lists(st.tuples(st.integers(1, 9_000), st.integers(0, 20_000)), max_size=200))
def test_a_pipe_has_at_least_the_room_that_is_calculated(
    steps: list[tuple[int, int]],
) -> None:
    with piped() as pipe:
        os.set_blocking(pipe.stdout.fileno(), False)
        output = Output(stop)
        unread = 0
        for written, read in steps:
            # Had the pipe less room than the output believes, this would raise BlockingIOError.
            lines = lines_of(written, 40)
            size = sum(map(len, lines))
            try:
                output.write(lines)
            except StopError:
                size -= sum(map(len, lines))
            unread += size
            if read and unread:
                unread -= len(pipe.read(min(read, unread)))
        os.close(pipe.reading)


def test_a_target_that_has_ended_is_an_error_of_one_line() -> None:
    with piped() as pipe:
        os.close(pipe.reading)
        with pytest.raises(OutputError, match="has ended"):
            Output(lambda: None).write(lines_of(10, 10))


def test_later_writes_raise_the_first_error_again() -> None:
    """By then, output is discarded: a later error would only show that it is not a pipe."""
    with piped() as pipe:
        output = Output(lambda: None)
        output.write([b"a line\n"])
        os.close(pipe.reading)
        with pytest.raises(OutputError) as first:
            output.write([b"a second line\n"])
        with pytest.raises(OutputError) as second:
            output.write([b"a third line\n"])

    assert second.value is first.value
    assert "has ended" in str(second.value)


class WithoutReader(io.BytesIO):
    """A pipe on Windows whose reader has ended."""

    @override
    def write(self, block: object) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")


@pytest.mark.parametrize(("system", "text"), [("nt", "has ended"), ("posix", "Invalid argument")])
def test_an_invalid_argument_means_an_ended_target_on_windows_only(system: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(WithoutReader(), encoding="utf-8"))
        patch.setattr(os, "name", system)
        with pytest.raises(OutputError, match=text):
            Output(lambda: None).write([b"a line\n"])


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("fcntl", None),
        ("termios", None),
        ("fcntl", "F_GETPIPE_SZ"),
        ("fcntl", "F_SETPIPE_SZ"),
        ("termios", "FIONREAD"),
        ("select", "poll"),
    ],
)
def test_lines_are_written_unchanged_where_a_pipe_does_not_report_its_size(
    module: str, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "tap_kustomer.singer.output.pipe", raising=False)
    if name is None:
        monkeypatch.setitem(sys.modules, module, None)
    else:
        monkeypatch.delattr(importlib.import_module(module), name)

    assert read_while_written(lines_of(10_000, 500)) == b"".join(lines_of(10_000, 500))


def test_a_target_that_ends_while_it_pauses_is_noticed() -> None:
    lines = lines_of(3_000, 1_000)
    with piped() as pipe:
        # The first look finds a reader that pauses; before the second one, it is gone.
        output = Output(lambda: os.close(pipe.reading))
        with pytest.raises(OutputError, match="has ended"):
            output.write(lines)


def test_a_full_disk_is_an_error_of_one_line() -> None:
    with (
        pytest.MonkeyPatch.context() as patch,
        # To close it writes what is left in its buffer, which has to be discarded by then.
        Path("/dev/full").open("w", encoding="utf-8") as full,
    ):
        patch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="No space left on device"):
            Output(lambda: None).write([b"a line\n"])


def test_lines_a_little_longer_than_a_page_waste_no_room() -> None:
    def write_for_ever(output: Output) -> None:
        while True:
            output.write([b"x" * 4_096 + b"\n"])

    with piped() as pipe:
        os.set_blocking(pipe.stdout.fileno(), False)
        with pytest.raises(StopError):
            write_for_ever(Output(stop))
        os.close(pipe.reading)
