"""The page of `make answers` shows the figures of the models, offline."""

from __future__ import annotations

import functools
import html
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import duckdb
import pytest

from support.metrics_figures import FIGURES
from support.warehouse import ZONE, write_page

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Activity, Oracle
    from support.warehouse import Warehouse

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def page(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "answers.html"
    done = write_page(warehouse.file, path, "--organization", "Müller & Co")
    assert done.returncode == 0, done.stdout
    return path


@functools.cache
def show(page: Path, choice: str = "") -> tuple[str, str]:
    """The document that a browser makes of the page, and its log."""
    assert BROWSER is not None
    done = subprocess.run(  # noqa: S603
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={page.parent / 'profile'}", "--virtual-time-budget=60000"),
            *("--dump-dom", f"{page.as_uri()}#{choice}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    log = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(log)


def tiles(document: str) -> dict[str, float | None]:
    """The figures of the tiles, unrounded."""
    found = re.findall(r'<article class="tile" id="tile-(\w+)" data-value="([^"]*)"', document)
    return {name: float(value) if value else None for name, value in found}


def numbers(document: str) -> dict[str, dict[tuple[str, ...], float]]:
    """The table below each chart: the last number of each row, by what is before it."""
    tables = re.findall(r'id="numbers-(\w+)".*?<tbody>(.*?)</tbody>', document, re.DOTALL)
    rows = {name: re.findall(r"<tr>(<th.*?)</tr>", body) for name, body in tables}
    cells = {
        name: [re.findall(r">([^<]+)</t[hd]>", row) for row in each] for name, each in rows.items()
    }
    return {
        name: {tuple(map(html.unescape, row[:-1])): float(row[-1].replace(",", "")) for row in each}
        for name, each in cells.items()
    }


def test_the_page_is_one_small_file_that_may_fetch_nothing(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) < 3_000_000
    assert "default-src 'none'" in text
    own = re.sub(r"<script.*?</script>", "<script>", text, flags=re.DOTALL)
    assert not re.search(r"https?:|src=|href=|@import|url\(", own)


def test_the_heading_names_the_organisation(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<h1>Müller &amp; Co: customer service</h1>" in text


def test_a_file_without_models_is_refused_in_one_line(tmp_path: Path) -> None:
    done = write_page(tmp_path / "none.duckdb", tmp_path / "answers.html")
    assert done.returncode == 1
    assert "run `make demo` first" in done.stdout
    assert "Traceback" not in done.stdout


def test_models_that_are_not_where_they_are_expected_are_said_to_be_missing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    done = write_page(warehouse.file, tmp_path / "answers.html", "--schema", "elsewhere")
    assert done.returncode == 1
    assert "expected the models in schema elsewhere" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_time_zone_that_does_not_exist_is_refused_in_one_line(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    done = write_page(warehouse.file, tmp_path / "answers.html", "--time-zone", "Berlin")
    assert done.returncode == 1
    assert done.stdout.startswith("--time-zone Berlin: expected a name of the IANA time zone")
    assert len(done.stdout.splitlines()) == 1


@dataclass(frozen=True)
class Choice:
    """A choice in the page besides the range of days; None for all.

    Attributes:
        channel: The channel.
        team: Id and name of the team.
        brand: Id and name of the brand.
    """

    channel: str | None = None
    team: tuple[str, str] | None = None
    brand: tuple[str, str] | None = None

    def address(self, first: date, last: date) -> str:
        """The part of the page's address after the hash."""
        chosen = {"channel": self.channel, "brand": self.brand, "team": self.team}
        names = {key: one[1] if isinstance(one, tuple) else one for key, one in chosen.items()}
        # Two days in the wrong order are a range, too.
        days = {"first": last, "last": first} if self.team else {"first": first, "last": last}
        return urlencode({**days, **{key: name for key, name in names.items() if name}})

    def parameters(self, first: date, last: date) -> dict[str, object]:
        """The same for a query of the marts."""
        return {
            "first": first,
            "last": last,
            "channel": self.channel,
            "team": self.team[0] if self.team else None,
            "brand": self.brand[0] if self.brand else None,
        }


@pytest.fixture(params=["everything", "a channel and a team", "a brand"])
def choice(request: pytest.FixtureRequest, oracle: Oracle, warehouse: Warehouse) -> Choice:
    if request.param == "a channel and a team":
        team = oracle.resources["team"][0]
        return Choice(channel="email", team=(team["id"], team["attributes"]["name"]))
    if request.param == "a brand":
        return Choice(brand=brand_with_most_assistants(warehouse))
    return Choice()


def brand_with_most_assistants(warehouse: Warehouse) -> tuple[str, str]:
    """Id and name of the brand with most conversations that assistants took part in."""
    (brand,) = warehouse.query("""
        select brand_id, brand from metrics.conversations
        where brand_id is not null
        group by all
        order by count(*) filter (where has_assistant or has_ai_agent) desc, brand_id
        limit 1
    """)
    return brand["brand_id"], brand["brand"]


@needs_browser
def test_tiles_show_the_figures_of_what_is_chosen(
    page: Path, oracle: Oracle, choice: Choice
) -> None:
    first, last = oracle.range_of_days
    shown = f">{first} to {last}"
    if choice.channel:
        shown += f", channel {choice.channel}"
    if choice.brand:
        shown += f", brand {choice.brand[1]}"
    if choice.team:
        shown += f", team {choice.team[1]}"
    document, log = show(page, choice.address(first, last))
    assert shown in document

    def chosen(one: Activity) -> bool:
        return (
            first <= oracle.day(one.at) <= last
            and (not choice.channel or one.channel == choice.channel)
            and (not choice.brand or one.brand == choice.brand[0])
            and (not choice.team or choice.team[0] in one.teams)
        )

    activities = list(filter(chosen, oracle.activities()))
    assert activities
    expected = {name: FIGURES[name](activities) for name in tiles(document)}
    assert len(expected) == 12
    # Rows in the page have whole seconds.
    assert tiles(document) == {
        name: pytest.approx(value, abs=1) if value else value or tiles(document)[name]
        for name, value in expected.items()
    }
    assert "Uncaught" not in log


# The rows below each chart, by the marts.
CHARTS = {
    "volume": """
        select week, channel, count(distinct conversation_id)
        from activity where activity = 'message_in' and kind = 'initial-in'
        group by all
    """,
    "first_response": """
        select week, unnest(['median', '90th percentile']),
            unnest(quantile_cont(round(seconds) / 3600, [0.5, 0.9]))
        from activity where activity = 'first_response' and seconds is not null
        group by week
    """,
    "first_resolution": """
        select week, unnest(['median', '90th percentile']),
            unnest(quantile_cont(round(seconds) / 3600, [0.5, 0.9]))
        from activity where activity = 'first_done' and seconds is not null
        group by week
    """,
    "heatmap": """
        select weekday, hour(local)::text, count(*) / any_value(days)
        from activity
        join (
            select strftime(day, '%a') as weekday, count(*) as days
            from generate_series($first::date, $last::date, interval '1 day') as each(day)
            group by 1
        ) on weekday = strftime(local, '%a')
        where activity = 'message_in'
        group by all
    """,
    "backlog": """
        select strftime(day, '%b %d, %Y'), unnest(['open', 'snoozed']),
            unnest([sum(open_conversations), sum(snoozed_conversations)])
        from backlog_days
        where (open_conversations <> 0 or snoozed_conversations <> 0)
            and day between $first and $last
            and ($channel is null or channel = $channel) and ($team is null or team_id = $team)
            and ($brand is null or brand_id = $brand)
        group by day
    """,
    "promises": """
        select strftime(greatest(date_trunc('week', state_day), $first), '%b %d, %Y'),
            state, count(*)
        from sla_states
        where metric = 'policy' and state_day between $first and $last
            and ($channel is null or channel = $channel)
            and ($team is null or assigned_teams->>0 = $team)
            and ($brand is null or brand_id = $brand)
        group by all
    """,
    "satisfaction": """
        select channel, round(avg(is_hit::int) * 100, 1)::text, count(*)
        from activity where activity = 'rating'
        group by all
    """,
    "funnel": """
        select kind, count(*) from activity where activity = 'survey_sent'
        group by all
    """,
    "shortcuts": """
        select coalesce(shortcuts.name, used.id), count(*)
        from (
            select id as activity_id, unnest(list_distinct(shortcuts->>'$[*]')) as id from messages
        ) as used
        join activity using (activity_id)
        left join stg_kustomer__shortcuts as shortcuts on shortcuts.id = used.id
        where activity = 'message_out'
        group by all
    """,
    "tags": """
        select tag, sum(conversations)
        from tag_days
        where day between $first and $last
            and ($channel is null or channel = $channel) and ($team is null or team_id = $team)
            and ($brand is null or brand_id = $brand)
        group by all
    """,
}

ACTIVITY = f"""
    with activity as (
        -- A range of more than two months is shown by week.
        select *, strftime(greatest(date_trunc('week', local), $first), '%b %d, %Y') as week
        from (
            select *, (counts_at at time zone 'UTC') at time zone '{ZONE}' as local
            from int_kustomer__activities
        )
        where local::date between $first and $last
            and ($channel is null or channel = $channel)
            and ($team is null or contains(teams, $team))
            and ($brand is null or brand_id = $brand)
    )
"""  # noqa: S608 - of constants.


@needs_browser
def test_the_table_below_each_chart_has_the_numbers_of_the_marts(
    page: Path, oracle: Oracle, warehouse: Warehouse, choice: Choice
) -> None:
    first, last = oracle.range_of_days
    chosen = choice.parameters(first, last)
    document, _ = show(page, choice.address(first, last))
    tables = numbers(document)
    assert tables.keys() == CHARTS.keys()
    with duckdb.connect(warehouse.file, read_only=True) as database:
        database.execute("use metrics")
        for name, query in CHARTS.items():
            marts = database.execute(f"{ACTIVITY} {query}", chosen).fetchall()
            expected = {row[:-1]: float(row[-1]) for row in marts}
            if name in {"shortcuts", "tags"}:
                most = sorted(expected.values(), reverse=True)[:12]
                assert sorted(tables[name].values(), reverse=True) == most, name
                expected = {key: expected[key] for key in tables[name]}
            assert tables[name] == pytest.approx(expected, abs=0.006), name


@needs_browser
def test_the_table_of_ai_and_assistants_has_the_figures_of_the_marts(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    file, page = warehouse.copy_to(tmp_path), tmp_path / "answers.html"
    with duckdb.connect(file) as database:
        # In the sandbox, assistants transfer just what they automate.
        database.execute("""
            update metrics.int_kustomer__conversations
            set assistant_status = case when right(id, 1) < '8' then 'transferred' else 'missed' end
        """)
    assert write_page(file, page).returncode == 0
    brand = brand_with_most_assistants(warehouse)
    for choice in (Choice(), Choice(brand=brand)):
        with duckdb.connect(file, read_only=True) as database:
            marts = database.execute(
                """
                select
                    channel,
                    printf('%.1f %%', 100 * avg(is_fully_automated::int)),
                    printf('%.1f %%', 100 * avg((assistant_status = 'transferred')::int))
                from metrics.conversations
                where not is_deleted and not is_emulation and (has_assistant or has_ai_agent)
                    and channel is not null and ($brand is null or brand_id = $brand)
                group by channel
                """,
                {"brand": brand[0] if choice.brand else None},
            ).fetchall()
        document, _ = show(page, choice.address(date(2000, 1, 1), date(2100, 1, 1)))
        table = re.search(r'id="table-automation".*?<tbody>(.*?)</tbody>', document, re.DOTALL)
        assert table
        cells = [re.findall(r">([^<]+)</t[hd]>", row) for row in table[1].split("</tr>")[:-1]]
        assert len({tuple(row[1:]) for row in cells}) > 1
        assert sorted(cells) == sorted(map(list, marts))


@needs_browser
def test_a_name_may_have_any_characters(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path
) -> None:
    file, page = warehouse.copy_to(tmp_path), tmp_path / "answers.html"
    team, name = oracle.resources["team"][0]["id"], ' EMEA  | "Tier 1" <!--<script>'
    with duckdb.connect(file) as database:
        # Models show the display name, and take the name where there is none.
        database.execute("update kustomer.teams set name = 'another', display_name = ?", [name])
        database.execute("update kustomer.teams set display_name = id where id <> ?", [team])
    assert write_page(file, page).returncode == 0
    document, log = show(page, urlencode({"first": "2000-01-01", "team": name}))
    activities = [one for one in oracle.activities() if team in one.teams]
    assert tiles(document)["messages_sent"] == FIGURES["messages_sent"](activities)
    assert f", team {html.escape(name, quote=False)}." in document
    (states,) = warehouse.query(f"""
        select count(*) as count from metrics.sla_states
        where metric = 'policy' and state_day is not null and assigned_teams->>0 = '{team}'
    """)  # noqa: S608 - an id of the sandbox.
    assert sum(numbers(document)["promises"].values()) == states["count"]
    assert not log


@pytest.mark.thorough
def test_a_day_with_more_rows_than_fit_is_shown_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    file, page = warehouse.copy_to(tmp_path), tmp_path / "answers.html"
    with duckdb.connect(file) as database:
        database.execute("""
            insert into metrics.messages by name
            select
                id || number as id, conversation_id, customer_id, direction, is_counted,
                '2100-01-01'::timestamp as counts_at
            from (from metrics.messages where is_counted limit 1)
            cross join range(50000) as each(number)
        """)
    done = write_page(file, page)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("from 2100-01-01 on\n")


@needs_browser
def test_an_axis_of_days_has_each_day_once(page: Path, oracle: Oracle) -> None:
    _, day = oracle.range_of_days
    document, _ = show(page, f"first={day}&last={day}")
    axes = re.findall(
        r'aria-label="X-axis for a utc scale.*?role-axis-label.*?</g>', document, re.DOTALL
    )
    assert len(axes) == 5
    for axis in axes:
        labels = re.findall(r">(\w{3} \d\d, \d{4})</text>", axis)
        assert labels == [f"{day:%b %d, %Y}", f"{day + timedelta(days=1):%b %d, %Y}"]


@needs_browser
def test_every_chart_is_drawn(page: Path) -> None:
    document, log = show(page)
    assert not log
    sections = document.split('<section class="chart')[1:]
    assert len(sections) == 10
    for section in sections:
        title = re.search(r"<h2>(.+?)</h2>", section)
        assert title
        assert f'aria-label="{title[1]}. ' in section
        assert re.search(r'<path aria-label="[^"]+" role="graphics-symbol"', section), section[:200]
        assert '<p class="none" hidden="">' in section
        assert f'<summary aria-label="Numbers: {title[1]}">' in section


@needs_browser
def test_a_chart_without_data_says_so(page: Path, warehouse: Warehouse) -> None:
    (first,) = warehouse.query("select min(day) as day from metrics.messages")
    choice = f"first={first['day']}&last={first['day']}&channel=voice"
    document, log = show(page, choice)
    sections = document.split('<section class="chart')[1:]
    empty = [section for section in sections if '<p class="none">No data in this range' in section]
    assert empty
    assert all(">No data in this range</td>" in section for section in empty)
    assert not log
