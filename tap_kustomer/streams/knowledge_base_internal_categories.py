"""Knowledge base categories: where internal articles are kept."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries
from tap_kustomer.shaping.fields import Shape, anything, array, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.knowledge_base_categories import LANGS, LANGUAGE_COLUMNS
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG, UPDATED_AT


class KnowledgeBaseInternalCategories(KustomerStream):
    """One row for each category of internal articles.

    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_internal_categories"
    group = Group.TEXTS
    resource_type = "kb_internal_category"
    singular = "knowledge_base_internal_category"
    feature = "the knowledge base"
    source = PagedList("/v1/kb/internal/categories")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("hash", "Short name of the category in addresses."),
            LANGS,
            boolean("published", "Whether the category is published."),
            array("positions", "Order of its articles.", anything("", "One article.")),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(
            ORG,
            CREATED_BY,
        ),
    )
    derived = (
        Derived(
            "knowledge_base_internal_category_languages",
            "One row for each language of an internal category.",
            LANGUAGE_COLUMNS,
            entries("langs", named="lang"),
        ),
    )
