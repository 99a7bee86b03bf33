"""Singer messages on standard output: in blocks, and each STATE after its records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from singer_sdk.singerlib.messages import RecordMessage, SchemaMessage, StateMessage

from tap_kustomer.singer.encoding import encode
from tap_kustomer.singer.output import writer as module
from tap_kustomer.singer.output.writer import BufferedWriter

if TYPE_CHECKING:
    from tap_kustomer.singer.output.stdout import Output

RECORD = RecordMessage(stream="tags", record={"id": "a"})
SCHEMA = SchemaMessage(stream="tags", schema={"type": "object"}, key_properties=["id"])
STATE = StateMessage(value={"bookmarks": {"tags": {}}})
LATER = StateMessage(value={"bookmarks": {"tags": {"was_read": True}}})

LINE = b'{"type":"RECORD","stream":"tags","record":{}}\n'


class Reader:
    """Replaces standard output."""

    def __init__(self, writer: BufferedWriter) -> None:
        self.taken: list[bytes] = []
        self.last: list[bytes] = []
        self.pauses = False
        self._stop_if_asked = writer._stop_if_asked  # noqa: SLF001

    def write(self, lines: list[bytes]) -> None:
        """Take the lines; while paused, wait until the run should end."""
        while self.pauses and lines:
            self._stop_if_asked()
        self.taken += lines
        lines.clear()

    def write_last(self, line: bytes) -> None:
        self.last.append(line)

    @property
    def types(self) -> list[str]:
        return [json.loads(line)["type"] for line in self.taken]


@pytest.fixture
def writer() -> BufferedWriter:
    return BufferedWriter()


@pytest.fixture
def reader(writer: BufferedWriter) -> Reader:
    reader = Reader(writer)
    writer._output = cast("Output", reader)  # noqa: SLF001
    return reader


def test_records_are_buffered_until_they_fill_a_block(
    writer: BufferedWriter, reader: Reader
) -> None:
    in_a_block = module._BLOCK_BYTES // len(LINE)  # noqa: SLF001

    for _ in range(in_a_block):
        writer.write_line(LINE)
    before = list(reader.taken)
    writer.write_line(LINE)

    assert not before
    assert reader.taken == [LINE] * (in_a_block + 1)

    writer.write_line(LINE)

    assert reader.taken == [LINE] * (in_a_block + 1)


@pytest.mark.parametrize("message", [SCHEMA, STATE], ids=["SCHEMA", "STATE"])
def test_any_other_message_is_written_at_once_after_the_records_before_it(
    writer: BufferedWriter, reader: Reader, message: Any
) -> None:
    writer.write_message(RECORD)
    before = reader.types

    writer.write_message(message)

    assert before == []
    assert reader.types == ["RECORD", message.to_dict()["type"]]


def test_a_flush_writes_the_buffered_records_once(writer: BufferedWriter, reader: Reader) -> None:
    writer.write_message(RECORD)

    writer.flush()
    writer.flush()

    assert reader.types == ["RECORD"]


def test_a_run_ends_with_a_state_after_its_last_records(
    writer: BufferedWriter, reader: Reader
) -> None:
    writer.write_message(STATE)
    writer.write_message(RECORD)

    writer.end(LATER)

    assert reader.types == ["STATE", "RECORD", "STATE"]


def test_the_last_state_is_not_written_twice(writer: BufferedWriter, reader: Reader) -> None:
    writer.write_message(RECORD)
    writer.write_message(STATE)

    writer.end(STATE)

    assert reader.types == ["RECORD", "STATE"]


def test_the_last_state_is_written_if_it_has_moved_without_a_record(
    writer: BufferedWriter, reader: Reader
) -> None:
    writer.write_message(STATE)

    writer.end(LATER)

    assert reader.taken[1:] == [writer.serialize_message(LATER)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.0)


def company(hour: int) -> dict[str, Any]:
    return {"id": "a", "updated_at": f"2026-05-31T{hour:02d}:00:00.000Z"}


def reached(hour: int) -> StateMessage:
    mark = {
        "replication_key": "updated_at",
        "replication_key_value": company(hour)["updated_at"],
    }
    return StateMessage(value={"bookmarks": {"companies": mark}})


@pytest.mark.usefixtures("impatient")
def test_a_target_that_keeps_pausing_gets_the_state_of_what_it_has(
    writer: BufferedWriter, reader: Reader
) -> None:
    writer.write_message(reached(1))
    reader.pauses = True
    for hour in (3, 4):
        message = {"type": "RECORD", "stream": "companies", "record": company(hour)}
        writer.write_line(encode(message) + b"\n")

    writer.end(reached(4))

    assert reader.last == [writer.serialize_message(reached(3))]
    reader.pauses = False
    writer.flush()
    assert reader.types == ["STATE"]


@pytest.mark.usefixtures("impatient")
def test_behind_changed_records_the_last_written_state_is_repeated(
    writer: BufferedWriter, reader: Reader
) -> None:
    writer.write_message(reached(1))
    writer.write_message(RecordMessage(stream="companies", record=company(2)))
    reader.pauses = True
    writer.write_message(RecordMessage(stream="companies", record=company(3)))

    writer.end(reached(3))

    assert reader.last == reader.taken[:1]


@pytest.mark.usefixtures("impatient")
def test_without_a_written_state_none_is_repeated(writer: BufferedWriter, reader: Reader) -> None:
    reader.pauses = True
    writer.write_message(RECORD)

    writer.end(STATE)

    assert reader.last == []


@pytest.mark.usefixtures("impatient")
def test_a_writer_does_not_stop_after_its_end(writer: BufferedWriter, reader: Reader) -> None:
    def stop() -> None:
        raise AssertionError("the run has ended already")

    writer.stop_if_asked = stop
    writer.end(STATE)

    writer.stop_if_asked()
    assert reader.types == ["STATE"]
