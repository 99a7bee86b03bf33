"""The metrics of a group of activities, computed in plain Python.

As in `metrics_oracle.py`, nothing is taken from the dbt package.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from support.metrics_oracle import Activity


def _named(activities: Sequence[Activity], name: str) -> list[Activity]:
    return [one for one in activities if one.name == name]


def _count(name: str) -> Callable[[Sequence[Activity]], float | None]:
    return lambda all_: len(_named(all_, name))


def _distinct(
    name: str, what: str, among: Callable[[Activity], bool] = lambda _: True
) -> Callable[[Sequence[Activity]], float | None]:
    return lambda all_: len(
        {getattr(one, what) for one in _named(all_, name) if among(one)} - {None}
    )


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _percentile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _over(
    name: str, what: str, statistic: Callable[[Sequence[float]], float | None]
) -> Callable[[Sequence[Activity]], float | None]:
    return lambda all_: statistic(
        [value for one in _named(all_, name) if (value := getattr(one, what)) is not None]
    )


def _share(
    name: str,
    hit: Callable[[Activity], bool] = lambda one: one.hit,
    among: Callable[[Activity], bool] = lambda _: True,
) -> Callable[[Sequence[Activity]], float | None]:
    return lambda all_: _mean([100.0 * hit(one) for one in _named(all_, name) if among(one)])


def _per(
    name: str, per: str, value: Callable[[Activity], float] = lambda _: 1
) -> Callable[[Sequence[Activity]], float | None]:
    def quotient(all_: Sequence[Activity]) -> float | None:
        found = _named(all_, name)
        whole = len({getattr(one, per) for one in found} - {None})
        return math.fsum(value(one) for one in found) / whole if whole else None

    return quotient


def _median(values: Sequence[float]) -> float | None:
    return _percentile(values, 0.5)


def _slowest_tenth(values: Sequence[float]) -> float | None:
    return _percentile(values, 0.9)


FIGURES: Final[Mapping[str, Callable[[Sequence[Activity]], float | None]]] = {
    "inbound_customers": _distinct("message_in", "customer"),
    "inbound_conversations": _distinct(
        "message_in", "conversation", lambda one: one.kind == "initial-in"
    ),
    "inbound_messages": _count("message_in"),
    "messages_sent": _count("message_out"),
    "conversations_messaged": _distinct("message_out", "conversation"),
    "customers_messaged": _distinct("message_out", "customer"),
    "messages_sent_per_conversation": _per("message_out", "conversation"),
    "messages_sent_per_customer": _per("message_out", "customer"),
    "average_response": _over("message_out", "seconds", _mean),
    "average_first_response": _over("first_response", "seconds", _mean),
    "median_first_response": _over("first_response", "seconds", _median),
    "first_response_percentile_90": _over("first_response", "seconds", _slowest_tenth),
    "average_first_resolution": _over("first_done", "seconds", _mean),
    "median_first_resolution": _over("first_done", "seconds", _median),
    "first_resolution_percentile_90": _over("first_done", "seconds", _slowest_tenth),
    "first_contact_resolution_rate": _share("first_done", among=lambda one: one.kind == "fcr"),
    "conversations_first_done": _count("first_done"),
    "conversations_marked_done": _count("last_done"),
    "average_handle_time": _per("handled", "conversation", lambda one: one.seconds or 0),
    "share_with_shortcuts": _share("message_out"),
    "surveys_sent": _count("survey_sent"),
    "ratings": _count("rating"),
    "satisfaction_score": _share("rating"),
    "average_rating": _over("rating", "score", _mean),
    "response_rate": _share("survey_sent"),
    "conversations_in_policy": _distinct("sla_matched", "conversation"),
    "sla_achieved_rate": _share("sla_matched", among=lambda one: one.kind != "pending"),
    "sla_breached_conversations": _distinct(
        "sla_matched", "conversation", lambda one: one.kind == "breached"
    ),
    "items_queued": _count("queued"),
    "average_queue_wait": _over("queued", "seconds", _mean),
    "abandoned_rate": _share("queued"),
    "fully_automated_rate": _share("automation"),
    "transfer_rate": _share("automation", lambda one: one.kind == "transferred"),
}


def figures(
    activities: Iterable[Activity], key: Callable[[Activity], Iterable[Hashable]]
) -> dict[Hashable, dict[str, float | None]]:
    """Every metric of each group that has a row.

    Args:
        activities: What counts.
        key: The groups that an activity is in.
    """
    groups: dict[Hashable, list[Activity]] = defaultdict(list)
    for one in activities:
        for group in key(one):
            groups[group].append(one)
    return {
        group: {name: figure(members) for name, figure in FIGURES.items()}
        for group, members in groups.items()
    }
