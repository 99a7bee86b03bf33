"""Outbound accounts: the addresses and numbers that messages are sent from."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group


class OutboundAccounts(KustomerStream):
    """One row for each address and each number. They have no id and no times.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "outbound_accounts"
    group = Group.SETTINGS
    resource_type = "outbound_account"
    source = PagedList("/v1/outboundAccounts")
    roles = ("org.permission.apps.read", "org.user.apps.read")
    key = ("channel", "account")
    shape = Shape(
        attributes=(
            text(
                "channel",
                "Channel of the account, such as email or sms; where there is none, the substitute "
                "that account describes.",
            ),
            text(
                "account",
                "The address or the number; where there is none, missing: and a digest of the row, "
                "as no part of a key is empty. An account that is listed twice is one row.",
            ),
            text("name", "Name of the account as people see it."),
        ),
    )
