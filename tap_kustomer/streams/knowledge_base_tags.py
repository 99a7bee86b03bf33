"""Knowledge base tags: labels for articles."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class KnowledgeBaseTags(KustomerStream):
    """One row for each tag of articles.

    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_tags"
    group = Group.TEXTS
    resource_type = "kb_tag"
    feature = "the knowledge base"
    source = PagedList("/v3/kb/tags")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("name", "The tag as people see it."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
