"""Write one HTML file with the figures of the dbt package: `make answers`.

The file holds the rows behind its figures, and computes them again when a range, team, channel or
brand is chosen. It fetches nothing. It has the rows of the latest days that fit into it, and names
the first of these days.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import vl_convert
import yaml
from charts import CHARTS, CHOSEN, EMPTY, INCOMPLETE, MEASURED, TABLES, Chart

HERE: Final = Path(__file__).parent
METRICS: Final = HERE.parent / "dbt" / "metrics.yml"

# The most bytes of rows: with the chart library, the file stays below 3 MB.
_MOST_BYTES: Final = 1_900_000

# The names of the teams in each array of ids, each on a line of its own: a row that counts for two
# teams is one row, and a name may contain any other separator.
_TEAMS: Final = """
    create temporary table team as
    select
        ids,
        chr(10) || string_agg(
            coalesce(teams.display_name, teams.name, id), chr(10)
            order by coalesce(teams.display_name, teams.name, id)
        ) || chr(10) as teams
    from (
        select ids, unnest(json_extract_string(ids, '$[*]')) as id
        from (select distinct teams as ids from {schema}.int_kustomer__activities)
    )
    left join {schema}.stg_kustomer__teams as teams using (id)
    group by ids
"""

# The rows behind the figures; charts.py explains the columns. Ids become numbers: these are short.
_QUERIES: Final = {
    "activities": """
        select
            a.activity as a,
            cast({local} as date) as d,
            cast(date_trunc('week', {local}) as date) as w,
            case when a.activity = 'message_in' then isodow({local}) end as n,
            case when a.activity = 'message_in' then hour({local}) end as h,
            a.channel as c,
            brands.name as b,
            team.teams as t,
            case when coalesce(users.user_type, 'user') = 'user'
                and not coalesce(users.deleted, false)
                then coalesce(users.display_name, users.name) end as u,
            case when a.conversation_id is not null
                then dense_rank() over (order by a.conversation_id) end as v,
            case when a.customer_id is not null
                then dense_rank() over (order by a.customer_id) end as k,
            case when a.activity in ('message_in', 'first_done', 'survey_sent', 'automation',
                'sla_matched') then a.kind end as m,
            round(a.seconds) as s,
            case when a.is_hit then 1 else 0 end as x,
            a.score as y
        from {schema}.int_kustomer__activities as a
        left join {schema}.stg_kustomer__brands as brands on brands.id = a.brand_id
        left join {schema}.stg_kustomer__users as users on users.id = a.user_id
        left join team on team.ids = a.teams
        where a.activity <> 'created'
    """,
    "backlog": """
        select
            day as d,
            channel as c,
            brands.name as b,
            chr(10) || coalesce(teams.display_name, teams.name) || chr(10) as t,
            sum(open_conversations) as open,
            sum(snoozed_conversations) as snoozed
        from {schema}.backlog_days
        left join {schema}.stg_kustomer__brands as brands on brands.id = brand_id
        left join {schema}.stg_kustomer__teams as teams on teams.id = team_id
        group by all
        having open <> 0 or snoozed <> 0
    """,
    "promises": """
        select
            states.state_day as d,
            cast(date_trunc('week', states.state_day) as date) as w,
            states.channel as c,
            brands.name as b,
            chr(10) || conversations.team || chr(10) as t,
            states.state,
            count(*) as count
        from {schema}.sla_states as states
        left join {schema}.conversations as conversations on conversations.id = conversation_id
        left join {schema}.stg_kustomer__brands as brands on brands.id = states.brand_id
        where states.metric = 'policy' and states.state_day is not null
        group by all
    """,
    "shortcuts": """
        select
            cast({local} as date) as d,
            a.channel as c,
            brands.name as b,
            team.teams as t,
            coalesce(shortcuts.name, used.id) as shortcut,
            count(*) as count
        from (
            select
                id as message_id,
                unnest(list_distinct(json_extract_string(shortcuts, '$[*]'))) as id
            from {schema}.messages
        ) as used
        join {schema}.int_kustomer__activities as a
            on a.activity = 'message_out' and a.activity_id = used.message_id
        left join {schema}.stg_kustomer__shortcuts as shortcuts on shortcuts.id = used.id
        left join {schema}.stg_kustomer__brands as brands on brands.id = a.brand_id
        left join team on team.ids = a.teams
        group by all
    """,
    "tags": """
        select
            day as d,
            channel as c,
            brands.name as b,
            chr(10) || coalesce(teams.display_name, teams.name) || chr(10) as t,
            tag,
            sum(conversations) as count
        from {schema}.tag_days
        left join {schema}.stg_kustomer__brands as brands on brands.id = brand_id
        left join {schema}.stg_kustomer__teams as teams on teams.id = team_id
        group by all
    """,
}

Rows = list[dict[str, Any]]


def main() -> int:
    """Write the page; the exit code."""
    parser = argparse.ArgumentParser(description="Write the figures as one HTML file.")
    parser.add_argument("database", type=Path, help="DuckDB file with the models")
    parser.add_argument("page", type=Path, help="HTML file to write")
    parser.add_argument("--organization", help="name for the heading")
    parser.add_argument(
        "--time-zone", default="UTC", help="as the variable kustomer_time_zone of the models"
    )
    parser.add_argument(
        "--schema", default="metrics", help="where the models are (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if not arguments.database.exists():
        print(f"{arguments.database}: expected a DuckDB file; run `make demo` first")
        return 1
    if not _is_time_zone(arguments.time_zone):
        print(
            f"--time-zone {arguments.time_zone}: expected a name of the IANA time zone database, "
            "such as Europe/Berlin"
        )
        return 1
    local = f"((a.counts_at at time zone 'UTC') at time zone '{arguments.time_zone}')"
    try:
        with duckdb.connect(arguments.database, read_only=True) as database:
            database.execute(_TEAMS.format(schema=arguments.schema))
            rows = {
                name: _rows(database, query.format(schema=arguments.schema, local=local))
                for name, query in _QUERIES.items()
            }
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(
            f"{arguments.database}: expected the models in schema {arguments.schema}, as --schema "
            f"says, but {reason}"
        )
        return 1
    if not rows["activities"]:
        print(f"{arguments.database}: expected conversations or messages, but there is no row")
        return 1
    first = _first_day(rows)
    kept = {name: [row for row in each if row["d"] >= first] for name, each in rows.items()}
    page = _page(kept, arguments.time_zone, arguments.organization)
    arguments.page.write_text(page, encoding="utf-8")
    print(f"{arguments.page}: {len(page.encode()) / 1_000_000:.1f} MB, from {first} on")
    return 0


def _is_time_zone(name: str) -> bool:
    """Whether DuckDB knows a time zone by this name."""
    try:
        duckdb.execute("select current_timestamp at time zone ?", [name])
    except duckdb.Error:
        return False
    return True


def _rows(database: duckdb.DuckDBPyConnection, query: str) -> Rows:
    """The rows of a query, except rows without a day, which no range contains."""
    found = database.execute(query)
    names = [name for name, *_ in found.description or ()]
    rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return [row for row in rows if row["d"] is not None]


def _first_day(rows: dict[str, Rows]) -> date:
    """The earliest day from which on all rows fit into the page.

    The last day on which anything happened is shown whole, whatever its size.
    """
    last: date = max(row["d"] for row in rows["activities"])
    days: list[tuple[date, int]] = sorted(
        (row["d"], len(_line(row))) for each in rows.values() for row in each
    )
    size = 0
    for number in reversed(range(len(days))):
        size += days[number][1]
        if size > _MOST_BYTES:
            # A day that fits only in part is left out.
            return min(days[number][0] + timedelta(days=1), last)
    return days[0][0]


def _line(row: dict[str, Any]) -> str:
    """A row as CSV, which is about as long as in the page."""
    return ",".join("" if value is None else f"{value}" for value in row.values()) + "\n"


def _packed(rows: Rows) -> dict[str, Any]:
    """Rows as arrays of numbers, in which a text is its index in a list of texts."""
    names = list(rows[0]) if rows else []
    texts: dict[str, dict[str, int]] = {
        name: {} for name in names if any(isinstance(row[name], str | date) for row in rows)
    }
    return {
        "rows": [
            [
                texts[name].setdefault(str(value), len(texts[name]))
                if name in texts and value is not None
                else _short(value)
                for name, value in row.items()
            ]
            for row in rows
        ],
        "names": names,
        "texts": {name: list(found) for name, found in texts.items()},
    }


def _short(value: Any) -> Any:
    """A value, as an integer if it is a whole number."""
    if isinstance(value, Decimal):
        value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _json(value: Any) -> str:
    """JSON as the content of a `script` element, which no value can end."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _page(rows: dict[str, Rows], time_zone: str, organization: str | None) -> str:
    metrics = {one["name"]: one for one in yaml.safe_load(METRICS.read_text(encoding="utf-8"))}
    activities = rows["activities"]
    days = sorted(row["d"] for row in activities)
    choices = {
        "channel": sorted({row["c"] for row in activities} - {None}),
        "brand": sorted({row["b"] for row in activities} - {None}),
        "team": sorted({one for row in activities for one in (row["t"] or "").split("\n")} - {""}),
    }
    data = {
        "first": str(days[0]),
        "last": str(days[-1]),
        "metrics": metrics,
        # A screen reader reads the description.
        "charts": {
            name: {
                **chart.spec,
                "description": f"{chart.title}. {chart.definition} A table of its numbers follows.",
            }
            for name, chart in CHARTS.items()
        },
        "titles": {name: chart.title for name, chart in CHARTS.items()},
        "measured": MEASURED,
        "tables": TABLES,
        "empty": EMPTY,
        "chosen": CHOSEN,
    }
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    parts = {
        "bundle": bundle.replace("</script", "<\\/script"),
        "data": _json(data),
        "rows": "\n".join(
            f'<script type="application/json" id="rows-{name}">{_json(_packed(each))}</script>'
            for name, each in rows.items()
        ),
        "tables": "\n".join(_region(f"table-{name}", one["title"]) for name, one in TABLES.items()),
        "charts": "\n".join(_section(name, chart) for name, chart in CHARTS.items()),
        "choices": "\n".join(
            f'<label>{name.title()} <select id="{name}"><option value="">All</option>'
            + "".join(map(_option, found))
            + "</select></label>"
            for name, found in choices.items()
        ),
        "heading": html.escape(
            f"{organization}: customer service" if organization else "Customer service"
        ),
        "first": str(days[0]),
        "last": str(days[-1]),
        "time_zone": html.escape(time_zone),
        "incomplete": html.escape(INCOMPLETE),
        "style": (HERE / "page.css").read_text(encoding="utf-8"),
        "script": (HERE / "page.js").read_text(encoding="utf-8"),
    }
    page = (HERE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], page)


def _option(name: str) -> str:
    """A name to choose. Without `value`, a browser would take away some of its spaces."""
    name = html.escape(name)
    return f'<option value="{name}">{name}</option>'


def _section(name: str, chart: Chart) -> str:
    """The section of a chart, with its numbers and its definition folded."""
    title = html.escape(chart.title)
    return (
        f'<section class="chart {chart.width}"><h2>{title}</h2>'
        f'<div class="drawing"><div id="chart-{name}" class="canvas"></div>'
        f'<p class="none" hidden>{EMPTY}</p></div>'
        f'<details><summary aria-label="Numbers: {title}">Numbers</summary>'
        f"{_region(f'numbers-{name}', f'Numbers: {chart.title}')}</details>"
        f'<details><summary aria-label="Definition: {title}">Definition</summary>'
        f"<p>{html.escape(chart.definition)}</p></details></section>"
    )


def _region(name: str, label: str) -> str:
    """An empty box for a table, which the keyboard can scroll."""
    return (
        f'<div id="{name}" class="scroll" role="region" tabindex="0" '
        f'aria-label="{html.escape(label)}"></div>'
    )


if __name__ == "__main__":
    sys.exit(main())
