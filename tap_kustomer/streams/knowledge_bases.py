"""Knowledge bases: the help centres of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, boolean, mapping, structure, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.knowledge_base_categories import KnowledgeBaseCategories
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, MODIFIED_BY, ORG

if TYPE_CHECKING:
    from collections.abc import Mapping


def knowledge_base_of(category: Mapping[str, Any]) -> str | None:
    """The knowledge base of a category that no other category contains."""
    match category:
        case {"relationships": {"parent": {"data": {"id": str()}}}}:
            return None
        case {"relationships": {"knowledgeBase": {"data": {"id": str(id_)}}}} if id_:
            return id_
    return None


class KnowledgeBases(KustomerStream):
    """One row for each knowledge base that has categories.

    Kustomer has no list of them. Costs one request per category at the top of a knowledge base.
    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_bases"
    group = Group.TEXTS
    resource_type = "knowledge_base"
    foreign_keys = ("knowledge_base_id",)
    feature = "the knowledge base"
    selected_by_default = False
    source = PerParent(
        parent=KnowledgeBaseCategories.source,
        path="/v1/kb/knowledge-bases/{id}",
        path_id=knowledge_base_of,
    )
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        parent="category",
        attributes=(
            text("name", "Name of the knowledge base."),
            text("subdomain", "Subdomain of its pages."),
            boolean("default", "Whether it is the default one."),
            text("defaultLanguage", "Its first language, such as en_us."),
            text("baseUrl", "Address of its pages."),
            mapping(
                "languages",
                "Its languages.",
                structure(
                    "",
                    "One language.",
                    boolean("enabled", "Whether the language is in use."),
                    text("title", "Name of the language."),
                ),
            ),
            boolean("noIndex", "Whether search engines are asked to stay away."),
            boolean("includeAllData", "Whether its pages hold all data."),
            text("homepageTitle", "Title of its first page."),
            text("logo", "Address of its logo."),
            text("favicon", "Address of its icon."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("brand", "Brand of the knowledge base."),
            to_one("theme", "Design of its pages."),
            MODIFIED_BY,
        ),
    )
    joins = (Join("theme_id", None),)
