"""The metrics of the dbt package, from `dbt/metrics.yml`: their macro and their page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import yaml

from generator.joins import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Metric = Mapping[str, str]

_AGGREGATES: Final[Mapping[str, frozenset[str]]] = {
    "count": frozenset(),
    "count_distinct": frozenset({"of"}),
    "mean": frozenset({"of"}),
    "median": frozenset({"of"}),
    "percentile_90": frozenset({"of"}),
    "share": frozenset({"hit"}),
    "count_per": frozenset({"per"}),
    "sum_per": frozenset({"of", "per"}),
}
_COMPUTED: Final = ("activity", "where", "aggregate", "of", "per", "hit")
_EXPLAINED: Final = ("label", "unit", "formula", "whose", "exact", "clock", "leaves_out")


def declared_metrics(path: Path) -> list[Metric]:
    """The metrics that a file declares.

    Raises:
        UnknownError: A metric lacks a key, or has one that its aggregate does not use.
    """
    metrics: list[Metric] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for metric in metrics:
        needed = {"name", "activity", "aggregate", *_EXPLAINED, *_AGGREGATES[metric["aggregate"]]}
        if wrong := needed ^ (metric.keys() - {"where"}):
            raise UnknownError(
                f"{path.name}: expected {metric['name']} to have {', '.join(sorted(needed))} and "
                f"perhaps where, but {', '.join(sorted(wrong))} is missing or too many"
            )
    return metrics


def metrics_macro(metrics: Sequence[Metric]) -> str:
    """The macro that gives all metrics by their names."""
    lines = [
        "{#- Written by `python docs/generate.py` from metrics.yml. -#}",
        "{% macro declared_metrics() %}",
        "    {{- return({",
    ]
    for metric in metrics:
        said = {key: metric[key] for key in _COMPUTED if key in metric}
        lines.append(f"        {json.dumps(metric['name'])}: {json.dumps(said)},")
    return "\n".join((*lines, "    }) -}}", "{% endmacro %}", ""))


def metrics_table(metrics: Sequence[Metric]) -> str:
    """What each metric means, as Markdown."""
    return "\n".join(line for metric in metrics for line in _section(metric))


def _section(metric: Metric) -> Iterator[str]:
    yield f"### {metric['label']}"
    yield ""
    yield f"`{metric['name']}`, in {metric['unit']}. {metric['formula']}"
    yield ""
    yield f"* Whose: {metric['whose']}."
    yield f"* Exactness: {metric['exact']}."
    yield f"* Counts at: {metric['clock']}."
    yield f"* Leaves out: {metric['leaves_out']}."
    yield ""
