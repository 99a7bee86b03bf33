"""The charts and tables of the page, as Vega-Lite that Altair writes and checks.

They read the rows of page.py, whose columns have one letter to keep the page small: a activity,
d day, w week, n weekday, h hour, c channel, b brand, t teams, u user, v conversation, k customer,
m kind, s seconds, x hit, y score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import altair as alt

# Whether a row has the channel, brand and team that are chosen in the page, by any of its teams.
CHOSEN: Final = (
    "(channel == '' || datum.c == channel)"
    " && (brand == '' || datum.b == brand)"
    " && (team == '' || indexof(datum.t || '', '\\n' + team + '\\n') >= 0)"
)

# Tiles at the top, and columns of tables: metrics of dbt/metrics.yml.
MEASURED: Final = (
    "inbound_customers",
    "inbound_conversations",
    "inbound_messages",
    "messages_sent",
    "median_first_response",
    "median_first_resolution",
    "first_contact_resolution_rate",
    "average_handle_time",
    "satisfaction_score",
    "sla_achieved_rate",
    "share_with_shortcuts",
    "fully_automated_rate",
)

TABLES: Final[dict[str, dict[str, Any]]] = {
    "agents": {
        "title": "Agents",
        "note": "Without deactivated and limited users, whose work counts in the figures above.",
        "by": "u",
        "label": "Agent",
        "metrics": (
            "messages_sent",
            "conversations_messaged",
            "conversations_marked_done",
            "median_first_response",
            "average_response",
            "median_first_resolution",
            "average_handle_time",
            "satisfaction_score",
            "share_with_shortcuts",
        ),
    },
    "automation": {
        "title": "AI and assistants",
        "by": "c",
        "label": "Channel",
        "metrics": ("fully_automated_rate", "transfer_rate"),
    },
}

INCOMPLETE: Final = (
    "Kustomer's deflection rate, time logged in, and the AI Resolution Rate cannot be computed "
    "from what Kustomer's API gives. Figures are those of the latest load: resolutions, ratings "
    "and service levels move with their conversation."
)

EMPTY: Final = "No data in this range"


@dataclass(frozen=True)
class Chart:
    """One chart of the page.

    Attributes:
        title: Above it.
        definition: What it shows, and whose definition that is.
        spec: Vega-Lite.
        width: Class of its section: half or whole.
    """

    title: str
    definition: str
    spec: dict[str, Any]
    width: str = "half"


def _rows(name: str) -> alt.Chart:
    """The chosen rows of a table. The page puts the rows in."""
    by_day = "(bucket == 'day' || !datum.w)"
    return (
        alt.Chart(alt.NamedData(name=name), width="container", height=220)
        .transform_filter(f"datum.d >= first && datum.d <= last && {CHOSEN}")
        .transform_calculate(
            when=f"toDate({by_day} ? datum.d : datum.w < first ? first : datum.w)",
            until=f"min({by_day} ? toDate(datum.d) + 864e5 : toDate(datum.w) + 7 * 864e5, "
            "toDate(last) + 864e5)",
        )
        .add_params(
            *(
                alt.param(name=parameter, value="")
                for parameter in ("first", "last", "channel", "brand", "team")
            ),
            alt.param(name="bucket", value="week"),
        )
    )


# So that all charts have the same axis of time, whatever is in them.
_FIRST, _LAST = alt.ExprRef("toDate(first)"), alt.ExprRef("toDate(last) + 864e5")
# In a short range, Vega would put several ticks into a day, all with the day's label.
_TICKS = alt.ExprRef("toDate(last) - toDate(first) < 31 * 864e5 ? 'day' : 12")
_WHEN: Final = alt.X(
    "utcyearmonthdate(when):T",
    title=None,
    scale=alt.Scale(domain=[_FIRST, _LAST]),
    axis=alt.Axis(labelOverlap=True, labelSeparation=8, tickCount=_TICKS),
)
# Vega puts a tick at 0.5 when the highest count is 1 or 2.
_WHOLE: Final = alt.Axis(
    tickMinStep=1, labelExpr="datum.value % 1 ? '' : format(datum.value, ',d')"
)
# A bar is as wide as its day or week, so that bars never cover each other.
_FROM: Final = alt.X(
    "when:T",
    title=None,
    bin="binned",
    scale=alt.Scale(type="utc", domainMin=_FIRST, domainMax=_LAST),
    axis=alt.Axis(
        labelExpr="utcFormat(datum.value, '%b %d, %Y')",
        labelOverlap=True,
        labelSeparation=8,
        tickCount=_TICKS,
    ),
)
_DAY: Final = alt.Tooltip("utcyearmonthdate(when):T", title="from")
_CHANNEL: Final = alt.Color("c:N", title="Channel")
# Vega divides a symmetric logarithmic scale as if it were linear.
_HOURS: Final = [0, *(step * 10**power for power in range(-1, 5) for step in (1, 2, 5))]
_WEEK: Final = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def _volume() -> alt.Chart:
    return (
        _rows("activities")
        .transform_filter("datum.a == 'message_in' && datum.m == 'initial-in'")
        .transform_aggregate(conversations="distinct(v)", groupby=["when", "until", "c"])
        .mark_bar()
        .encode(
            x=_FROM,
            x2="until:T",
            y=alt.Y("conversations:Q", title="conversations", axis=_WHOLE),
            color=_CHANNEL,
            tooltip=[_DAY, alt.Tooltip("c:N", title="channel"), "conversations:Q"],
        )
    )


def _times(activity: str) -> alt.Chart:
    # Without a row, a legend that does not know its entries has an infinite size.
    lines = alt.Scale(domain=["median", "90th percentile"])
    return (
        _rows("activities")
        .transform_filter(f"datum.a == '{activity}' && isValid(datum.s)")
        .transform_quantile("s", probs=[0.5, 0.9], groupby=["when"], as_=["share", "seconds"])
        .transform_calculate(
            hours="datum.seconds / 3600",
            line="datum.share == 0.5 ? 'median' : '90th percentile'",
        )
        .mark_line(point=True)
        .encode(
            x=_WHEN,
            # A linear scale would show a single late answer, and all others as zero.
            y=alt.Y(
                "hours:Q",
                title="business hours, logarithmic",
                scale=alt.Scale(type="symlog", constant=0.25, zero=True),
                axis=alt.Axis(values=_HOURS, format=",.1~f", labelOverlap="greedy"),
            ),
            color=alt.Color("line:N", title=None, scale=lines),
            strokeDash=alt.StrokeDash("line:N", title=None, scale=lines),
            tooltip=[_DAY, "line:N", alt.Tooltip("hours:Q", format=".2f")],
        )
    )


def _heatmap() -> alt.Chart:
    days = "((+toDate(last)) - (+toDate(first))) / 864e5 + 1"
    offset = "(datum.n % 7 - utcday(toDate(first)) + 7) % 7"
    return (
        _rows("activities")
        .transform_filter("datum.a == 'message_in'")
        .transform_aggregate(messages="count()", groupby=["n", "h"])
        .transform_calculate(
            weekdays=f"{days} > {offset} ? floor(({days} - 1 - {offset}) / 7) + 1 : 0",
            day=f"{_WEEK}[datum.n - 1]",
        )
        .transform_calculate(average="datum.messages / datum.weekdays")
        .mark_rect()
        .encode(
            x=alt.X(
                "h:O",
                title="hour",
                scale=alt.Scale(domain=list(range(24))),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("day:O", title=None, scale=alt.Scale(domain=_WEEK)),
            color=alt.Color("average:Q", title="messages"),
            tooltip=[
                "day:O",
                alt.Tooltip("h:O", title="hour"),
                alt.Tooltip("average:Q", format=".2f"),
            ],
        )
    )


def _backlog() -> alt.Chart:
    states = ["open", "snoozed"]
    return (
        _rows("backlog")
        .transform_fold(states, as_=["state", "count"])
        .transform_aggregate(conversations="sum(count)", groupby=["when", "until", "state"])
        .mark_bar(binSpacing=0)
        .encode(
            x=_FROM,
            x2="until:T",
            y=alt.Y("conversations:Q", title="conversations", axis=_WHOLE),
            color=alt.Color("state:N", title=None, scale=alt.Scale(domain=states)),
            tooltip=[_DAY, "state:N", "conversations:Q"],
        )
    )


def _promises() -> alt.Chart:
    states, colours = ["achieved", "breached", "pending"], ["#2a9d6f", "#d1495b", "#9a9a9a"]
    return (
        _rows("promises")
        .transform_aggregate(conversations="sum(count)", groupby=["when", "until", "state"])
        .mark_bar()
        .encode(
            x=_FROM,
            x2="until:T",
            y=alt.Y("conversations:Q", title="conversations", axis=_WHOLE),
            color=alt.Color("state:N", title=None, scale=alt.Scale(domain=states, range=colours)),
            tooltip=[_DAY, "state:N", "conversations:Q"],
        )
    )


def _satisfaction() -> alt.Chart:
    return (
        _rows("activities")
        .transform_filter("datum.a == 'rating'")
        .transform_aggregate(score="mean(x)", ratings="count()", groupby=["c"])
        .transform_calculate(percent="datum.score * 100")
        .mark_bar()
        .encode(
            y=alt.Y("c:N", title=None),
            x=alt.X("percent:Q", title="positive, percent", scale=alt.Scale(domain=[0, 100])),
            tooltip=[
                alt.Tooltip("c:N", title="channel"),
                alt.Tooltip("percent:Q", format=".1f"),
                "ratings:Q",
            ],
        )
    )


def _funnel() -> alt.Chart:
    states = ["scheduled", "offered", "unresponded", "rated", "commented", "canceled"]
    return (
        _rows("activities")
        .transform_filter("datum.a == 'survey_sent'")
        .transform_aggregate(surveys="count()", groupby=["m"])
        .mark_bar()
        .encode(
            y=alt.Y("m:N", title=None, sort=states),
            x=alt.X("surveys:Q", title="surveys", axis=_WHOLE),
            tooltip=[alt.Tooltip("m:N", title="state"), "surveys:Q"],
        )
    )


def _top(name: str, what: str, count: str) -> alt.Chart:
    return (
        _rows(name)
        .transform_aggregate(total="sum(count)", groupby=[what])
        .transform_window(rank="row_number()", sort=[alt.SortField("total", order="descending")])
        .transform_filter("datum.rank <= 12")
        .mark_bar()
        .encode(
            y=alt.Y(f"{what}:N", title=None, sort="-x"),
            x=alt.X("total:Q", title=count, axis=_WHOLE),
            tooltip=[f"{what}:N", alt.Tooltip("total:Q", title=count)],
        )
    )


CHARTS: Final = {
    "volume": Chart(
        "Conversations received by channel",
        "Conversations with a message of direction type initial-in, by the channel of that "
        "message. Automatic messages are left out. Chart of Kustomer's Overview report.",
        _volume().to_dict(),
        "whole",
    ),
    "first_response": Chart(
        "First response",
        "Median and 90th percentile of the time to the first response within business hours, by "
        "the time of that response.",
        _times("first_response").to_dict(),
    ),
    "first_resolution": Chart(
        "First resolution",
        "Median and 90th percentile of the time to the first done within business hours, snoozed "
        "time included, by the time of that done.",
        _times("first_done").to_dict(),
    ),
    "heatmap": Chart(
        "Average inbound messages per hour",
        "Messages of customers by weekday and hour, divided by the number of such weekdays in the "
        "range. Chart of Kustomer's Conversation report.",
        _heatmap().to_dict(),
    ),
    "backlog": Chart(
        "Backlog at the end of each day",
        "Conversations not done, rebuilt from their creation, first done, latest opening and "
        "today's state. Approximate: openings and snoozes in between are not known.",
        _backlog().to_dict(),
    ),
    "promises": Chart(
        "Service levels",
        "Conversations under an agreement: on the day of the breach, of the fulfilment, or, where "
        "pending, of the deadline. Chart of Kustomer's SLA report.",
        _promises().to_dict(),
    ),
    "satisfaction": Chart(
        "Satisfaction by channel",
        "Surveys scored positive ÷ surveys rated. Formula of Kustomer's Satisfaction report.",
        _satisfaction().to_dict(),
    ),
    "funnel": Chart(
        "Surveys by state",
        "Surveys sent in the range, by their state now.",
        _funnel().to_dict(),
    ),
    "shortcuts": Chart(
        "Top shortcuts",
        "Messages sent with each shortcut. A message with two shortcuts counts for both.",
        _top("shortcuts", "shortcut", "messages").to_dict(),
    ),
    "tags": Chart(
        "Top tags",
        "Conversations created in the range that have the tag now.",
        _top("tags", "tag", "conversations").to_dict(),
    ),
}
