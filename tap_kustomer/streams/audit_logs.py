"""Audit logs: who changed what in the organisation."""

from __future__ import annotations

from tap_kustomer.reading.sources import CursorList
from tap_kustomer.shaping.fields import Shape, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CHANGES


class AuditLogs(KustomerStream):
    """One row for each entry of the audit log. Rows never change.

    Only some plans have it. Kustomer keeps frequent events for 90 days and the rest for up to 12
    months (https://help.kustomer.com/en_us/audit-log-storage-limits-ByGmsAcWd).
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "audit_logs"
    group = Group.PEOPLE
    resource_type = "audit_log"
    source = CursorList("/v1/audit-logs")
    roles = (
        "org.permission.audit_logs.read",
        "org.user.audit_logs.read",
        "org.admin.audit_logs.read",
    )
    shape = Shape(
        attributes=(
            text("eventName", "What happened, such as kustomer.conversation.update."),
            text("eventVerb", "What was done, such as update."),
            text("objectType", "Kind of object that it was done to, such as conversation."),
            text("objectId", "Id of that object."),
            CHANGES,
            text("userId", "Id of the user who did it; null for the system."),
            text("userType", "Kind of user who did it, or system."),
            text("client", "Program through which it was done, such as routing-api."),
            text("ip", "Internet address from which it was done."),
            text("org", "Id of the organisation."),
            time("createdAt", "When it was done."),
            time("publishedAt", "When the entry was published."),
            time("expiresAt", "When Kustomer removes the entry."),
        ),
        relationships=(
            to_one("user", "User who did it."),
            to_one("customer", "Customer that it was done to."),
        ),
    )
    joins = (
        Join("object_id", None),  # Of a row in the table that `object_type` says.
        Join("user_data_id", "users.id"),
    )
