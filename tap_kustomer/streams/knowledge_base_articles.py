"""Knowledge base articles: texts that customers, or only agents, can look up."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries, rows_of, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    mapping,
    structure,
    text,
    texts,
    time,
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
    singular = "knowledge_base_article"
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
                anything("", "One knowledge base."),
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
                "Latest version in each language.",
                anything("", "The version in one language."),
            ),
            *CREATION_AND_CHANGE,
            time("publishedAt", "When the article was published."),
            *DELETION,
        ),
        relationships=(
            ORG,
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
        values_of(
            "knowledge_base_article_knowledge_bases",
            "knowledgeBases",
            text("knowledgeBase", "The knowledge base; as JSON if it is not a string."),
            "One row for each knowledge base that an article belongs to.",
        ),
        Derived(
            "knowledge_base_article_languages",
            "One row for each language of an article.",
            (
                text("lang", "The language, such as en_us."),
                structure(
                    "currentVersion",
                    "The current version.",
                    text("id", "Its id, or the version itself with its text, as JSON."),
                ),
            ),
            entries("langVersions", named="lang"),
        ),
        values_of(
            "knowledge_base_article_meta_keywords",
            "metaKeywords",
            text("keyword", "The keyword."),
            "One row for each keyword of an article's page.",
        ),
    )
