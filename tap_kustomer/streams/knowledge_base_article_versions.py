"""Knowledge base article versions: the texts of articles, by language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import (
    Shape,
    array,
    boolean,
    number,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.knowledge_base_articles import KnowledgeBaseArticles, languages_of
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def _languages(article: Mapping[str, Any]) -> Iterable[str]:
    """The languages that an article has versions in."""
    found = (entry.get("lang") for entry in languages_of({**article}))
    return [lang for lang in found if isinstance(lang, str) and lang]


class KnowledgeBaseArticleVersions(KustomerStream):
    """One row for each version of an article, with its text as HTML.

    Costs one request per article and language.
    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_article_versions"
    group = Group.TEXTS
    resource_type = "kb_article_version"
    foreign_keys = ("published_version_id", "unpublished_version_id")
    feature = "the knowledge base"
    selected_by_default = False
    source = PerParent(
        parent=KnowledgeBaseArticles.source,
        path="/v1/kb/articles/{id}/versions/{part}",
        parts=_languages,
    )
    roles = KnowledgeBaseArticles.roles
    shape = Shape(
        parent="article",
        attributes=(
            text("lang", "The language, such as en_us."),
            text("title", "Title of the article."),
            text("slug", "Short name of the article in addresses."),
            text("htmlBody", "Text of the article, as HTML."),
            text("metaDescription", "Description of the article's page."),
            texts("metaKeywords", "Keywords of the article's page."),
            number("version", "Number of the version."),
            number("rev", "Revision of the record."),
            text("status", "State of the version, such as draft or published."),
            text("scope", "Who can read it, such as public or internal."),
            boolean("advanced", "Whether the text was written as HTML."),
            texts("tags", "Tags of the article."),
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
            *CREATION_AND_CHANGE,
            time("publishedAt", "When the version was published."),
        ),
        relationships=(
            ORG,
            to_one("article", "Article that it is a version of."),
            to_many("categories", "Ids of the categories of the article."),
            to_one("publishedBy", "User who published the version."),
            *CREATOR_AND_EDITOR,
        ),
    )
