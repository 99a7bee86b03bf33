"""Knowledge base categories: where articles are kept."""

from __future__ import annotations

from typing import Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    mapping,
    structure,
    text,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG, UPDATED_AT

_IN_ONE_LANGUAGE: Final = (
    text("title", "Title of the category."),
    text("slug", "Short name of the category in addresses."),
    text("description", "What the category is about."),
    boolean("disabled", "Whether the category is hidden in this language."),
)
# Internal categories have the same languages.
LANGS: Final = mapping(
    "langs",
    "What the category is called in each language, such as en_us.",
    structure("", "The category in one language.", *_IN_ONE_LANGUAGE),
)
LANGUAGE_COLUMNS: Final = (text("lang", "The language, such as en_us."), *_IN_ONE_LANGUAGE)


class KnowledgeBaseCategories(KustomerStream):
    """One row for each category of the help centre's articles.

    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_categories"
    group = Group.TEXTS
    resource_type = "kb_category"
    foreign_keys = ("category_id",)
    singular = "knowledge_base_category"
    feature = "the knowledge base"
    source = PagedList("/v1/kb/categories")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("hash", "Short name of the category in addresses."),
            LANGS,
            boolean("published", "Whether the category is published."),
            boolean("root", "Whether it is the root of its knowledge base."),
            array("positions", "Order of its articles.", anything("", "One article.")),
            array(
                "categoryPositions", "Order of the categories in it.", anything("", "One category.")
            ),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(
            ORG,
            to_one("knowledgeBase", "Knowledge base that the category belongs to."),
            to_one("parent", "Category that contains this one."),
            CREATED_BY,
        ),
    )
    derived = (
        Derived(
            "knowledge_base_category_languages",
            "One row for each language of a category.",
            LANGUAGE_COLUMNS,
            entries("langs", named="lang"),
        ),
    )
    joins = (Join("parent_id", "knowledge_base_categories.id"),)
