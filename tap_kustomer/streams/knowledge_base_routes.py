"""Knowledge base routes: the addresses of articles and categories."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class KnowledgeBaseRoutes(KustomerStream):
    """One row for each address of an article or a category.

    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_routes"
    group = Group.TEXTS
    resource_type = "kb_route"
    feature = "the knowledge base"
    selected_by_default = False
    source = PagedList("/v1/kb/routes")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("url", "The address within the help centre."),
            text("routableType", "Kind of page that it leads to, such as article."),
            text("routableId", "Id of that page."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("article", "Article that it leads to."),
            *CREATOR_AND_EDITOR,
        ),
    )
    # Of an article or a category, as `routable_type` says.
    joins = (Join("routable_id", None),)
