"""Brands: the names under which the organisation answers its customers."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class Brands(KustomerStream):
    """One row for each brand of the organisation, the default brand included.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "brands"
    group = Group.SETTINGS
    resource_type = "brand"
    foreign_keys = ("brand_id",)
    source = PagedList("/v1/brands")
    roles = ("org.permission.brand.read", "org.user.brand.read", "org.admin.brand.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the brand."),
            boolean("default", "Whether conversations without a brand of their own get this one."),
            text("iconUrl", "Address of the brand's icon."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
