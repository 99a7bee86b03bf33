"""Texts: tags, shortcuts, snippets, articles, saved searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    attached,
    reference,
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


def _category(organisation: Store, row: Row) -> Parts:
    name = CATEGORIES[row.number % len(CATEGORIES)]
    # The last one is within the first one.
    inside = row.number == len(CATEGORIES) - 1
    parent = to_one(organisation.rows["shortcut_category"][0]) if inside else ABSENT
    return {"name": name, **stamps(row)}, {"parent": parent}


def _snippet(_: Store, row: Row) -> Parts:
    attributes = {
        "key": f"sn.{'kustomer' if row.number == 0 else 'org'}.text-{row.number}",
        "name": f"Text {row.number}",
        "app": None,
        "description": None,
        "category": "chat",
        "source": "en_us",
        "langs": {
            "en_us": {"value": "Hello", "outdated": False},
            "de": {"value": "Hallo 👋", "outdated": row.number % 2 == 1},
        },
        **stamps(row),
    }
    return attributes, {}


def _kb_article(organisation: Store, row: Row) -> Parts:
    base = organisation.rows["knowledge_base"][0].id
    category = organisation.rows["kb_category"][1].id
    attributes = {
        "title": f"How to return an item ({row.number})",
        "slug": f"return-{row.number}",
        "lang": "en_us",
        "status": "published" if row.number % 3 else "draft",
        "tags": ["returns", "größe"][: row.number % 3],
        "categories": [{"id": category, "knowledgeBase": base}],
        "knowledgeBases": [{"id": base, "featured": row.number == 1}],
        "metaKeywords": ["return", "refund"][: 1 + row.number % 2],
        **stamps(row),
    }
    readers = to_many(organisation.rows["user"][row.number % 3 : 3])
    teams = to_many(organisation.rows["team"][: 1 + row.number % 2])
    relationships: Document = {
        "brand": to_one(organisation.rows["brand"][0]),
        "accessUsers": readers,
        "accessTeams": teams,
    }
    langs = _langs(row)
    if row.number < 2:
        # As other clients have seen it, before June 2026.
        versions = {
            lang: {"currentVersion": {"id": _version_in(organisation, row, lang).id}}
            for lang in langs
        }
        return {**attributes, "langVersions": versions}, relationships
    # Since June 2026 an array alone; whether of references or ids, Kustomer does not say.
    relationships["accessUsers"] = readers["data"]
    relationships["accessTeams"] = [team["id"] for team in teams["data"]]
    state = "published" if row.number % 3 else "unpublished"
    attributes["latestLangs"] = {lang: {"status": state, "outdated": False} for lang in langs}
    for lang in langs:
        version = _version_in(organisation, row, lang)
        relationships[f"{state}_{lang}"] = {"data": reference(version)}
    return attributes, relationships


def _langs(article: Row) -> tuple[str, ...]:
    return ("en_us", "de")[: 1 + article.number % 2]


def add_versions(organisation: Store) -> None:
    """Add a version of each article in each of its languages."""
    for article in organisation.rows["kb_article"]:
        for lang in _langs(article):
            organisation.add("kb_article_version", article.created, article=article, lang=lang)


def _version_in(organisation: Store, article: Row, lang: str) -> Row:
    versions = organisation.children(article, "kb_article_version")
    return next(one for one in versions if one.facts["lang"] == lang)


def _kb_article_version(organisation: Store, row: Row) -> Parts:
    article = row.facts["article"]
    base = organisation.rows["knowledge_base"][0].id
    category = organisation.rows["kb_category"][1].id
    attributes = {
        "lang": row.facts["lang"],
        "title": f"How to return an item ({article.number})",
        "slug": f"return-{article.number}",
        "htmlBody": "<p>Send it back. 📦</p>",
        "metaDescription": "Returns",
        "metaKeywords": ["return", "refund"][: 1 + article.number % 2],
        "version": 1,
        "rev": row.rev,
        "status": "published" if article.number % 3 else "draft",
        "scope": "public",
        "advanced": False,
        "tags": ["returns", "größe"][: article.number % 3],
        "categories": [{"id": category, "knowledgeBase": base}],
        **stamps(row),
    }
    publisher = to_one(organisation.rows["user"][0])
    return attributes, {"article": to_one(article), "publishedBy": publisher}


def _search(organisation: Store, row: Row) -> Parts:
    data = {
        "queryContext": "conversation",
        "and": [{"conversation_status": {"equals": "open"}}],
        "or": [],
        "not": [],
        "sort": [{"conversation_updated_at": "desc"}],
        "fields": [{"key": "conversation_name"}],
    }
    user, team = organisation.rows["user"][0].id, organisation.rows["team"][0].id
    attributes = {
        "name": f"Search {row.number}",
        "dataHash": f"{row.number:08x}",
        "icon": "star",
        "showBadge": row.number == 0,
        "badgeColor": None,
        "position": row.number,
        "private": row.number == 1,
        "cacheable": True,
        "accessUsers": [user] if row.number == 1 else [],
        "accessTeams": [team] if row.number == 1 else [],
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
    "kb_article_version": Setting(administered(_kb_article_version)),
    "search": Setting(administered(_search), 6, kept=4),
}
