"""Additions to a page of a list, besides its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row


def sla_versions(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    """Add the versions of SLAs: `versions=all`, or `active` for the latest ones."""
    if given.get("versions") in ("all", "active"):
        versions = [
            version for row in rows for version in organisation.children(row, "sla_version")
        ]
        if given["versions"] == "active":
            newest = {version.facts["sla"].id: version for version in versions}
            versions = list(newest.values())
        document["included"] = [organisation.encoded(one) for one in versions]


def holidays(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    """Add the holidays of schedules: `include=holidays`."""
    if given.get("include") == "holidays":
        found = [one for row in rows for one in organisation.children(row, "holiday")]
        document["included"] = [organisation.encoded(one) for one in found]


def attachments(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    """Add the attachments of messages, and their ids to the messages."""
    if given.get("include") != "attachments":
        return
    included = []
    data = []
    for row in rows:
        found = organisation.children(row, "attachment")
        message = organisation.document(row)
        message["relationships"]["attachments"] = {
            "data": [{"type": "attachment", "id": one.id} for one in found]
        }
        data.append(message)
        included += [organisation.document(one) for one in found]
    document["data"] = data
    document["included"] = included


def unread(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    """Add the number of unread notifications."""
    del organisation, given
    document["meta"]["unread"] = sum(row.number % 2 for row in rows)
