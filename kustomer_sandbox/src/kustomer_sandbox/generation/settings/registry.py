"""All types of records that an administrator sets up.

Most of their attributes are those of Kustomer's documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.klasses import KLASSES, klass
from kustomer_sandbox.generation.settings import (
    ai,
    apps,
    channels,
    help_centre,
    routing,
    service,
    texts,
)
from kustomer_sandbox.generation.settings.setting import Setting
from kustomer_sandbox.generation.staff import desks
from kustomer_sandbox.times import DAY, HOUR

if TYPE_CHECKING:
    from kustomer_sandbox.store import Store

SETTINGS: dict[str, Setting] = {
    **texts.SETTINGS,
    **channels.SETTINGS,
    **routing.SETTINGS,
    **service.SETTINGS,
    **apps.SETTINGS,
    **help_centre.SETTINGS,
    **ai.SETTINGS,
    "klass": Setting(klass, sum(not one.late for one in KLASSES)),
}


def add_settings(organisation: Store, since: int, until: int) -> None:
    """Add all records, spread over a period."""
    span = until - since
    for type_, setting in SETTINGS.items():
        amount = setting.amount
        for number in range(amount):
            created = since + (number * span) // (3 * amount)
            updated = created + (number * span) // (2 * amount)
            row = organisation.add(type_, created, updated)
            if number >= amount - setting.deleted:
                row.deleted = row.updated
    ai.add_evaluations(organisation)
    texts.add_versions(organisation)
    klass = organisation.rows["klass"][0]
    organisation.add("snooze", klass.created, klass=klass)
    apps.add_calls(organisation)
    for team in desks(organisation):
        organisation.add("team_routing_settings", team.created, until - DAY, team=team)
    for sla, version in service.SLA_VERSIONS:
        row = organisation.rows["sla"][sla]
        organisation.add("sla_version", row.created + version * HOUR, version=version, sla=row)
    # The third schedule has no holiday; the last one, which is deleted, has one.
    for number, place in enumerate((0, 1, 0, 1, 0, 3)):
        schedule = organisation.rows["schedule"][place]
        organisation.add("holiday", schedule.created + number * HOUR, schedule=schedule)
