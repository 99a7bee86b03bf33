"""Shortcut categories: the folders in which shortcuts are kept."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, DELETED, ORG


class ShortcutCategories(KustomerStream):
    """One row for each category of shortcuts.

    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "shortcut_categories"
    group = Group.TEXTS
    resource_type = "shortcut_category"
    source = PagedList("/v1/shortcuts/categories")
    roles = (
        "org.permission.shortcut.read",
        "org.user.content.shortcut.read",
        "org.user.shortcut.read",
        "org.admin.content.shortcut.read",
        "org.admin.shortcut.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the category."),
            *CREATION_AND_CHANGE,
            DELETED,
        ),
        relationships=(
            ORG,
            to_one("parent", "Category that contains this one."),
            *CREATOR_AND_EDITOR,
        ),
    )
    joins = (Join("parent_id", "shortcut_categories.id"),)
