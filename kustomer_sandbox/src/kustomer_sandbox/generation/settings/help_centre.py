"""The help centre: knowledge bases, categories, tags, addresses and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import ABSENT, Document, at, stamps, to_one
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store


def _knowledge_base(organisation: Store, row: Row) -> Parts:
    attributes = {
        "name": "Help",
        "subdomain": "help",
        "default": row.number == 0,
        "defaultLanguage": "en_us",
        "languages": {"en_us": {"enabled": True, "title": "English"}},
        "baseUrl": "https://help.shop.example.com",
        "noIndex": False,
        **stamps(row),
    }
    return attributes, {"brand": to_one(organisation.rows["brand"][0])}


def _langs(title: str) -> Document:
    return {
        "en_us": {"title": title, "slug": title.lower(), "description": None, "disabled": False},
        "de": {"title": f"{title} ü", "slug": title.lower(), "disabled": True},
    }


def _category(organisation: Store, row: Row) -> Parts:
    attributes = {
        "hash": f"{row.seed:08x}"[:8],
        "langs": _langs(("All", "Orders", "Returns")[row.number % 3]),
        "published": True,
        "root": row.number != 1,
        "positions": [],
        "categoryPositions": [],
        **stamps(row, modified=False),
    }
    # The first two belong to one knowledge base, and the first one contains the second one.
    return attributes, {
        "knowledgeBase": to_one(organisation.rows["knowledge_base"][row.number // 2]),
        "parent": to_one(organisation.rows["kb_category"][0]) if row.number == 1 else ABSENT,
        "modifiedBy": ABSENT,
    }


def _internal_category(_: Store, row: Row) -> Parts:
    attributes = {
        "hash": f"{row.seed:08x}"[:8],
        "langs": _langs("How we work"),
        "published": True,
        "positions": [],
        **stamps(row, modified=False),
    }
    return attributes, {"modifiedBy": ABSENT}


def _tag(_: Store, row: Row) -> Parts:
    return {"name": ("returns", "größe", "gift 🎁")[row.number % 3], **stamps(row)}, {}


def _route(organisation: Store, row: Row) -> Parts:
    article = organisation.rows["kb_article"][row.number]
    attributes = {
        "url": f"/return-{row.number}",
        "routableType": "article",
        "routableId": article.id,
        **stamps(row),
    }
    return attributes, {"article": to_one(article)}


def _form(organisation: Store, row: Row) -> Parts:
    attributes = {
        "name": "Contact us",
        "slug": "contact",
        "channel": "form",
        "published": True,
        "publishedAt": at(row.created),
        "deflection": True,
        "recaptcha": False,
        "layout": [],
        **stamps(row, modified=False),
    }
    base = to_one(organisation.rows["knowledge_base"][0])
    return attributes, {"knowledgeBase": base, "modifiedBy": ABSENT}


SETTINGS = {
    "knowledge_base": Setting(administered(_knowledge_base), 2),
    "kb_category": Setting(administered(_category), 3),
    "kb_internal_category": Setting(administered(_internal_category), 2),
    "kb_tag": Setting(administered(_tag), 3),
    "kb_route": Setting(administered(_route), 4),
    "kb_form": Setting(administered(_form), 1),
}
