"""Channels: brands, outbound accounts, spam senders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import Document, at, stamps
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

BRANDS = ("Shop", "Shop Outlet", "ショップ")
_ACCOUNTS = (
    ("email", "Help", "help@shop.example.com"),
    ("email", "Returns", "returns@shop.example.com"),
    ("sms", "Texts", "+15550199"),
    # The same number on two channels.
    ("whatsapp", "WhatsApp", "+15550199"),
)


def _brand(_: Store, row: Row) -> Parts:
    attributes = {
        "name": BRANDS[row.number] if row.number < len(BRANDS) else f"Pop-up {row.number}",
        "default": row.number == 0,
        "iconUrl": f"https://images.example.com/brand-{row.number}.png",
        **stamps(row),
    }
    return attributes, {}


def _outbound_account(_: Store, row: Row) -> Document:
    """Build an outbound account: no id, no times, no relationships."""
    if row.number < len(_ACCOUNTS):
        channel, name, account = _ACCOUNTS[row.number]
    else:
        channel, name, account = "email", "Pop-up", f"popup-{row.number}@shop.example.com"
    # It has no times; a change shows in its other attributes.
    attributes = {
        "channel": channel,
        "name": name if row.rev == 1 else f"{name} ({row.rev})",
        "account": account,
    }
    return {"type": "outbound_account", "attributes": attributes}


def _sender(_: Store, row: Row) -> Parts:
    deleted = row.deleted is not None
    attributes = {
        "sender": f"spam{row.number}@bad.example",
        "channel": "email",
        "list": "whitelist" if row.number % 4 == 0 else "blacklist",
        "automated": row.number % 3 == 0,
        "deleted": deleted,
        "deletedAt": at(row.deleted),
        **stamps(row),
    }
    return attributes, {"createdBy": None} if row.number % 3 == 0 else {}


SETTINGS = {
    "brand": Setting(administered(_brand), len(BRANDS) + 1, kept=len(BRANDS)),
    "outbound_account": Setting(_outbound_account, len(_ACCOUNTS) + 1, kept=len(_ACCOUNTS)),
    "sender": Setting(administered(_sender), 12, deleted=1),
}
