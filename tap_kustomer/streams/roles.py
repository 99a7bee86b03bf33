"""Roles that more than one stream needs."""

from __future__ import annotations

from typing import Final

# Any one of them allows to search.
# Source: https://developer.kustomer.com/api/core-resources/create-customer-search
SEARCH_ROLES: Final = (
    "org.permission.search.create",
    "org.permission.search.update",
    "org.permission.search_global.create",
    "org.permission.search_preview.create",
)

# Any one of them allows to read which custom attributes there are.
METADATA_ROLES: Final = (
    "org.permission.metadata.read",
    "org.user.metadata.read",
    "org.admin.metadata.read",
)
