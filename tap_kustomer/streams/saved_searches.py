"""Saved searches: the lists of conversations and customers that people work from."""

from __future__ import annotations

from typing import Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import rows_of, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    array,
    boolean,
    number,
    structure,
    text,
    texts,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, conditions

_VISIBILITY: Final = text("visibility", "Visibility of the search, such as all or search.")


class SavedSearches(KustomerStream):
    """One row for each saved search, as it is defined; not what it finds.

    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "saved_searches"
    group = Group.SETTINGS
    resource_type = "search"
    singular = "saved_search"
    source = PagedList(
        "/v1/customers/searches",
        variants=({"filter": "all"},),
        optional_params=frozenset({"filter"}),
    )
    roles = (
        "org.permission.search.read",
        "org.user.search.read",
        "org.admin.search.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the search."),
            structure(
                "data",
                "What is searched for.",
                text("queryContext", "Kind of object that it finds, such as conversation."),
                conditions("and", "Conditions that must all hold."),
                conditions("or", "Conditions of which one must hold."),
                conditions("not", "Conditions that must not hold."),
                conditions("sort", "Order of what is found: criteria, each asc or desc."),
                array(
                    "fields",
                    "Columns that the app shows.",
                    structure("", "One column.", text("key", "Name of the column.")),
                ),
            ),
            text("dataHash", "Digest of what is searched for."),
            text("icon", "Icon of the search."),
            boolean("showBadge", "Whether the app shows how many rows the search finds."),
            text("badgeColor", "Colour of that number."),
            number("position", "Place of the search among the others."),
            boolean("private", "Whether only some users and teams see it."),
            boolean("cacheable", "Whether Kustomer keeps what the search finds."),
            texts("accessUsers", "Ids of the users who see a private search."),
            texts("accessTeams", "Ids of the teams that see a private search."),
            text("externalId", "Identifier of the search in another system."),
            text("timeZone", "Time zone of its dates."),
            text("folderId", "Id of the folder that holds the search."),
            structure(
                "routing",
                "How its rows are routed.",
                number("concurrencyLimit", "Number of rows that a user gets at once."),
                number("timeout", "Time that a user has for a row; its unit is undocumented."),
            ),
            boolean("deleted", "Whether the search was deleted."),
            text("defaultVisibility", "Visibility for everyone who is not listed."),
            array(
                "teamVisibilities",
                "Visibility for single teams.",
                structure("", "One team.", text("id", "Id of the team."), _VISIBILITY),
            ),
            array(
                "userVisibilities",
                "Visibility for single users.",
                structure("", "One user.", text("id", "Id of the user."), _VISIBILITY),
            ),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    derived = (
        rows_of(
            shape,
            "saved_search_teams",
            "teamVisibilities",
            "One row for each team with its own visibility of a search.",
        ),
        rows_of(
            shape,
            "saved_search_users",
            "userVisibilities",
            "One row for each user with their own visibility of a search.",
        ),
        values_of(
            "saved_search_access_users",
            "accessUsers",
            text("userId", "Id of the user."),
            "One row for each user who sees a private search.",
        ),
        values_of(
            "saved_search_access_teams",
            "accessTeams",
            text("teamId", "Id of the team."),
            "One row for each team that sees a private search.",
        ),
    )
    joins = (
        Join("folder_id", None),
        Join("saved_search_teams.id", "teams.id"),
        Join("saved_search_users.id", "users.id"),
    )
