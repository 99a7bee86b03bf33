"""Knowledge base articles: texts that customers, or only agents, can look up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries, objects, references, rows_of, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    mapping,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    ORG,
)

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _knowledge_bases(article: Resource) -> Items:
    """The knowledge bases; one that is a text alone is an id."""
    return [
        item if isinstance(item, dict) else {"id": item}
        for item in objects("knowledgeBases")(article)
    ]


# One relationship for each language leads to a version of the article.
_VERSION: Final = re.compile(r"(published|unpublished)_(.+)")


def languages_of(article: Resource) -> Items:
    """The languages of an article, with all that its attributes and relationships say of each."""
    found: dict[Any, dict[str, Any]] = {}
    for attribute in ("langVersions", "latestLangs"):
        for position, entry in enumerate(entries(attribute, named="lang")(article)):
            lang = entry.get("lang")
            # An entry of an array need not have a language.
            key = lang if isinstance(lang, str) else (attribute, position)
            found.setdefault(key, {}).update(entry)
    match article:
        case {"relationships": dict(relationships)}:
            for name in sorted(relationships):
                for reference in references(name, named="id")(article):
                    if of_language := _VERSION.fullmatch(name):
                        state, lang = of_language.groups()
                        entry = found.setdefault(lang, {"lang": lang})
                        entry[f"{state}VersionId"] = reference["id"]
    return [*found.values()]


class KnowledgeBaseArticles(KustomerStream):
    """One row for each article, with its text in every language.

    Kustomer documents the list, but not what an article carries. The columns are those of
    https://docs.aws.amazon.com/glue/latest/dg/kustomer-reading-from-entities.html; the roles are
    those of the files in articles.
    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_articles"
    group = Group.TEXTS
    resource_type = "kb_article"
    foreign_keys = ("article_id",)
    singular = "knowledge_base_article"
    feature = "the knowledge base"
    source = PagedList("/v1/kb/articles")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("title", "Title of the article."),
            text("hash", "Short name of the article in addresses."),
            text("status", "State of the article, such as draft or published."),
            text("scope", "Who can read it, such as public or internal."),
            text("source", "Where the article comes from."),
            array(
                "categories",
                "Categories of the article.",
                structure(
                    "",
                    "One category.",
                    text("id", "Id of the category."),
                    text("knowledgeBase", "Id of the category's knowledge base."),
                ),
            ),
            array(
                "knowledgeBases",
                "Knowledge bases that the article belongs to.",
                structure(
                    "",
                    "One knowledge base.",
                    text("id", "Id of the knowledge base."),
                    boolean("featured", "Whether the article is featured there."),
                ),
            ),
            texts("tags", "Tags of the article."),
            text("metaTitle", "Title of the article's page."),
            text("metaDescription", "Description of the article's page."),
            texts("metaKeywords", "Keywords of the article's page."),
            mapping(
                "langVersions",
                "Versions of the article by language, such as en_us.",
                structure(
                    "",
                    "Versions in one language.",
                    structure(
                        "currentVersion",
                        "The current version.",
                        anything("id", "Its id, or the version itself with its text as HTML."),
                    ),
                ),
            ),
            mapping(
                "latestLangs",
                "State of the article in each language.",
                structure(
                    "",
                    "The article in one language.",
                    text("status", "State of the text, such as draft or published."),
                    boolean("outdated", "Whether the text is older than the original's."),
                ),
            ),
            *CREATION_AND_CHANGE,
            time("publishedAt", "When the article was published."),
            texts("draftLangs", "Languages in which the article has a draft."),
            text("slug", "Short name of the article in addresses, as another page has it."),
            text("externalId", "Identifier of the article in another system."),
            boolean("advanced", "Whether the article was written as HTML."),
            boolean("published", "Whether the article is published."),
            *DELETION,
        ),
        relationships=(
            ORG,
            to_one("category", "Category of an internal article."),
            to_many("categories", "Ids of the categories of the article."),
            to_one("publishedBy", "User who published the article."),
            to_many("accessUsers", "Ids of the users who have access to the article."),
            to_many("accessTeams", "Ids of the teams that have access to the article."),
            to_one("brand", "Brand that the article's knowledge base belongs to."),
            *CREATOR_AND_EDITOR,
            DELETED_BY,
        ),
    )
    derived = (
        values_of(
            "knowledge_base_article_tags",
            "tags",
            text("tag", "The tag; as JSON if it is not a string."),
            "One row for each tag of an article.",
        ),
        rows_of(
            shape,
            "knowledge_base_article_categories",
            "categories",
            "One row for each category of an article.",
        ),
        Derived(
            "knowledge_base_article_knowledge_bases",
            "One row for each knowledge base that an article belongs to.",
            (
                text("id", "Id of the knowledge base."),
                boolean("featured", "Whether the article is featured there."),
            ),
            _knowledge_bases,
        ),
        Derived(
            "knowledge_base_article_languages",
            "One row for each language of an article.",
            (
                text("lang", "The language, such as en_us."),
                text("status", "State of the text, such as draft or published."),
                boolean("outdated", "Whether the text is older than the original's."),
                text("publishedVersionId", "Id of the published version."),
                text("unpublishedVersionId", "Id of the version that is not published yet."),
                structure(
                    "currentVersion",
                    "The current version, as an older API has it.",
                    text("id", "Its id, or the version itself with its text, as JSON."),
                ),
            ),
            languages_of,
        ),
        values_of(
            "knowledge_base_article_meta_keywords",
            "metaKeywords",
            text("keyword", "The keyword."),
            "One row for each keyword of an article's page.",
        ),
    )
