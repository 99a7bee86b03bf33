"""Knowledge base forms: contact forms of the help centre."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, anything, array, boolean, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG, UPDATED_AT


class KnowledgeBaseForms(KustomerStream):
    """One row for each contact form.

    Source: https://developer.kustomer.com/api/knowledge-base
    """

    name = "knowledge_base_forms"
    group = Group.TEXTS
    resource_type = "kb_form"
    feature = "the knowledge base"
    selected_by_default = False
    source = PagedList("/v1/kb/forms")
    roles = ("org.permission.kb.read", "org.user.kb.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the form."),
            text("slug", "Short name of the form in addresses."),
            text("hash", "Short name of the form, as another page has it."),
            text("channel", "Channel of the conversations that it begins."),
            text("klass", "Klass of the objects that it makes."),
            boolean("published", "Whether the form is published."),
            time("publishedAt", "When the form was published."),
            boolean("deflection", "Whether articles are offered before the form is sent."),
            boolean("recaptcha", "Whether people have to show that they are none of the bots."),
            boolean("advanced", "Whether the form was written as HTML."),
            boolean("formHookEnabled", "Whether the form sends its entries to a hook."),
            text("replyFrom", "Address that answers come from."),
            array("layout", "Fields of the form; items are undocumented.", anything("", "One.")),
            array("layoutV2", "The same, in a newer format.", anything("", "One field.")),
            array("snippets", "Texts of the form; items are undocumented.", anything("", "One.")),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(
            ORG,
            to_one("knowledgeBase", "Knowledge base that the form belongs to."),
            to_one("publishedBy", "User who published the form."),
            CREATED_BY,
        ),
    )
