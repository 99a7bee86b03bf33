"""All samples, each with some of the columns that it fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.samples.agreements import sla_cases
from support.samples.lists import list_cases
from support.samples.per_parent import per_parent_cases
from support.samples.routing import routing_cases
from tap_kustomer.shaping.records import compile_shaper

if TYPE_CHECKING:
    from support.samples.documents import Case
    from tap_kustomer.streams.base import KustomerStream

CASES: list[Case] = [*list_cases(), *routing_cases(), *sla_cases(), *per_parent_cases()]


def shaped(stream: type[KustomerStream], sample: dict[str, Any]) -> dict[str, Any]:
    """The record of a sample."""
    return compile_shaper(stream.shape, secrets=stream.secrets)(sample)
