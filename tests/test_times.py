"""Times as Kustomer and people write them, and as milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.json_values import OFFSETS, moments, time_texts
from support.singer_schemas import CANONICAL_TIME
from tap_kustomer.times import canonical, to_milliseconds, to_text

if TYPE_CHECKING:
    from datetime import timezone

# The years 1 to 9999.
MILLISECONDS = st.integers(-62_135_596_800_000, 253_402_300_799_999)


def is_canonical_or_refused(text: str) -> bool:
    try:
        return CANONICAL_TIME.fullmatch(canonical(text)) is not None
    except ValueError:
        return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31T10:00:00.000Z", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31T10:00Z", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31T10:00:00.5Z", "2024-01-31T10:00:00.500Z"),
        ("2024-01-31T10:00:00.999999Z", "2024-01-31T10:00:00.999Z"),
        ("2024-01-31T10:00:00.123456789Z", "2024-01-31T10:00:00.123Z"),
        ("2024-01-31T10:00:00,123Z", "2024-01-31T10:00:00.123Z"),
        ("2024-01-31T10:00:00+00:00", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31T10:00:00.000+02:00", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31T10:00:00-0530", "2024-01-31T15:30:00.000Z"),
        ("2024-01-31T10:00:00+02", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31 10:00:00", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31 10:00:00 +02:00", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31", "2024-01-31T00:00:00.000Z"),
        ("20240131T100000Z", "2024-01-31T10:00:00.000Z"),
        ("2024-W05-3T10:00:00.000Z", "2024-01-31T10:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_has_one_canonical_form(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "now",
        "soon",
        "2024-13-01",
        "2024-02-30",
        "2023-02-29T10:00:00.000Z",
        "2024-02-30T10:00:00.000Z",
        "2024-04-31T10:00:00.000Z",
        "2024-01-32T10:00:00.000Z",
        "2024-01-00T10:00:00.000Z",
        "2024-00-01T10:00:00.000Z",
        "2024-13-01T10:00:00.000Z",
        "0000-01-01T10:00:00.000Z",
        "2024-01-31T25:00:00.000Z",
        "2024-01-31T10:60:00.000Z",
        "2024-01-31T10:00:60.000Z",
        "\uff12024-01-31T10:00:00.000Z",
        "2024-01-31T25:00:00Z",
        "2024-01-31T10:00:00.000X",
        "2024-01-31T10:00:00Zulu",
        "P1D",
        "2024-01-01/2024-02-01",
        "1706695200",
        "1706695200000",
        "20242:",
        "2024-01/T20",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_a_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither a date|outside"):
        canonical(text)


@pytest.mark.parametrize("text", ["12:30", "12:30:15", "T10:00:00Z"])
def test_a_time_of_day_is_refused_as_it_names_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="neither a date"):
        canonical(text)


@pytest.mark.parametrize("milliseconds", [-62_135_596_800_001, 253_402_300_800_000, 10**30])
def test_a_time_outside_the_years_1_to_9999_has_no_text(milliseconds: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        to_text(milliseconds)


@given(MILLISECONDS)
def test_milliseconds_survive_the_way_to_text_and_back(milliseconds: int) -> None:
    text = to_text(milliseconds)

    assert CANONICAL_TIME.fullmatch(text)
    assert to_milliseconds(text) == milliseconds
    assert canonical(text) == text


@pytest.mark.parametrize("leap", [2023, 2024])
def test_every_day_of_a_year_has_a_canonical_time(leap: int) -> None:
    day = datetime(leap, 1, 1, tzinfo=UTC)
    while day.year == leap:
        text = f"{day:%Y-%m-%d}T23:59:59.999Z"

        assert canonical(text) == text
        day += timedelta(days=1)


def test_a_canonical_time_is_not_parsed() -> None:
    # Two days a year apart: one is recognised by its form, the other is parsed and formatted.
    recognised, parsed = (f"2024-02-{day}T10:00:00.000Z" for day in (28, 29))

    assert canonical(recognised) is recognised
    assert canonical(parsed) is not parsed


@given(MILLISECONDS, MILLISECONDS)
def test_texts_sort_like_their_times(one: int, other: int) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


@given(time_texts())
def test_a_canonical_time_stays_as_it_is(text: str) -> None:
    assert CANONICAL_TIME.fullmatch(canonical(text))
    assert canonical(canonical(text)) == canonical(text)


@given(moments(), OFFSETS)
def test_one_moment_in_any_offset_is_one_time(moment: datetime, offset: timezone) -> None:
    assert canonical(moment.astimezone(offset).isoformat()) == canonical(moment.isoformat())


@given(moments())
def test_a_time_is_kept_to_the_millisecond(moment: datetime) -> None:
    assert datetime.fromisoformat(canonical(moment.isoformat())) == moment


@given(moments())
def test_a_time_without_an_offset_is_in_utc(moment: datetime) -> None:
    naive = moment.replace(tzinfo=None)

    assert canonical(naive.isoformat()) == canonical(naive.replace(tzinfo=UTC).isoformat())


@given(st.text())
def test_any_text_is_a_time_or_refused(text: str) -> None:
    assert is_canonical_or_refused(text)


@given(
    st.from_regex(
        r"[0-9]{3}[0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\.[0-9]{3}Z",
        fullmatch=True,
    )
)
def test_a_text_of_canonical_form_is_that_time_or_refused(text: str) -> None:
    try:
        expected = to_text(to_milliseconds(text))
    except ValueError:
        with pytest.raises(ValueError, match=r"neither a date|outside"):
            canonical(text)
    else:
        assert canonical(text) == expected


@given(st.from_regex(r"[0-9W:.TZ/+-]{1,26}", fullmatch=True))
def test_any_text_that_resembles_a_time_is_one_or_refused(text: str) -> None:
    assert is_canonical_or_refused(text)
