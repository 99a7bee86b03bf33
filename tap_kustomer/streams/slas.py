"""SLAs: service-level agreements, the promises about how soon customers are answered."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, integer, to_many
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG


class Slas(KustomerStream):
    """One row for each agreement; its name and promises are in its versions.

    Unconfirmed: Kustomer documents the single agreement, not this list, which one public client
    reads. Agreements have no time of last change.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "slas"
    source = PagedList("/v1/slas", variants=({"versions": "all"},))
    roles = ("org.permission.sla.read", "org.user.sla.read")
    shape = Shape(
        attributes=(
            integer("currentVersion", "Number of the version in force."),
            CREATED_AT,
        ),
        relationships=(
            ORG,
            CREATED_BY,
            to_many("versions", "Ids of all versions of the agreement."),
        ),
    )
