"""Texts: tags, shortcuts, snippets, articles, saved searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    attached,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered
from kustomer_sandbox.generation.words import COLOURS, SENTENCES

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

TAG_NAMES = ("vip", "refund", "late delivery", "größe", "返品", "Spam", "gift 🎁")
_KNOWLEDGE_BASE, _KB_CATEGORY = "b" * 24, "e" * 24
CATEGORIES = ("Greetings", "Refunds", "Entschuldigungen", "その他")


def _tag(_: Store, row: Row) -> Parts:
    name = TAG_NAMES[row.number % len(TAG_NAMES)]
    attributes = {
        "name": f"{name} {row.number}" if row.number >= len(TAG_NAMES) else name,
        "color": COLOURS[row.number % len(COLOURS)],
        "deleted": row.deleted is not None,
        "deletedAt": at(row.deleted),
        **stamps(row),
    }
    return attributes, {}


def _shortcut(organisation: Store, row: Row) -> Parts:
    text = SENTENCES[row.number % len(SENTENCES)]
    block = {
        "key": f"b{row.number}",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [{"offset": 0, "length": 2, "style": "BOLD"}],
        "entityRanges": [{"offset": 0, "length": 2, "key": 0}],
        "data": {},
    }
    entity = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "https://x.example"}}
    attributes = {
        "name": f"/answer-{row.number}",
        "draft": {"text": text},
        "payload": {"text": {"blocks": [block], "entityMap": {"0": entity}}},
        "conversation": {
            "name": {"operator": "set", "value": "Answered"},
            "tags": {"operator": "add", "value": [organisation.rows["tag"][0].id]},
            "custom": {},
        }
        if row.number % 3
        else {},
        "isPrivate": row.number % 5 == 0,
        "deleted": row.deleted is not None,
        "appDisabled": False,
        "rev": row.rev,
        **stamps(row),
    }
    category = organisation.rows["shortcut_category"][row.number % len(CATEGORIES)]
    return attributes, {
        "parent": to_one(category),
        **_access(organisation, row),
        "attachments": attached(row),
    }


def _access(organisation: Store, row: Row) -> Document:
    """Who may use a shortcut; everybody if nobody is named."""
    if row.number % 5:
        nobody: Any = (ABSENT, {"data": []}, {"data": None}, None)[row.number % 4]
        return {"accessUsers": nobody, "accessTeams": nobody}
    # Later revisions withdraw the access of one user after the other.
    users = organisation.rows["user"][: max(0, 3 - row.number % 2 - row.rev // 2)]
    return {
        "accessUsers": to_many(users),
        "accessTeams": to_many(organisation.rows["team"][: 1 + row.number % 2]),
    }


def _category(_: Store, row: Row) -> Parts:
    return {"name": CATEGORIES[row.number % len(CATEGORIES)], **stamps(row)}, {}


def _snippet(_: Store, row: Row) -> Parts:
    attributes = {
        "key": f"sn.{'kustomer' if row.number == 0 else 'org'}.text-{row.number}",
        "sourceLang": "en_us",
        "values": {"en_us": "Hello", "de": "Hallo"},
        **stamps(row),
    }
    return attributes, {}


def _kb_article(organisation: Store, row: Row) -> Parts:
    attributes = {
        "title": f"How to return an item ({row.number})",
        "slug": f"return-{row.number}",
        "lang": "en_us",
        "status": "published" if row.number % 3 else "draft",
        "tags": ["returns", "größe"][: row.number % 3],
        "categories": [{"id": _KB_CATEGORY, "knowledgeBase": _KNOWLEDGE_BASE}],
        "knowledgeBases": [_KNOWLEDGE_BASE],
        "metaKeywords": ["return", "refund"][: 1 + row.number % 2],
        "langVersions": {
            lang: {"currentVersion": {"id": f"{row.seed:024x}"}}
            for lang in ("en_us", "de")[: 1 + row.number % 2]
        },
        **stamps(row),
    }
    return attributes, {"brand": to_one(organisation.rows["brand"][0])}


def _search(organisation: Store, row: Row) -> Parts:
    data = {
        "queryContext": "conversation",
        "and": [{"conversation_status": {"equals": "open"}}],
        "or": [],
        "not": [],
        "sort": [{"conversation_updated_at": "desc"}],
        "fields": [],
    }
    user, team = organisation.rows["user"][0].id, organisation.rows["team"][0].id
    attributes = {
        "name": f"Search {row.number}",
        "data": data,
        "defaultVisibility": "all",
        "teamVisibilities": [{"id": team, "visibility": "all"}] if row.number % 2 else [],
        "userVisibilities": [{"id": user, "visibility": "search"}],
        **stamps(row),
    }
    return attributes, {}


SETTINGS = {
    "tag": Setting(administered(_tag), 30, deleted=1),
    "shortcut": Setting(administered(_shortcut), 20, deleted=1),
    "shortcut_category": Setting(administered(_category), len(CATEGORIES)),
    "snippet": Setting(administered(_snippet), 8, kept=6),
    "kb_article": Setting(administered(_kb_article), 8),
    "search": Setting(administered(_search), 6, kept=4),
}
