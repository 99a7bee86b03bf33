"""Customer drafts: messages that have been written, but not sent."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    structure,
    text,
    texts,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    EDITOR_PAYLOAD,
    ORG,
    email_address,
)
from tap_kustomer.streams.timed import timed_by_parent


class CustomerDrafts(KustomerStream):
    """One row for each draft of a message. Costs one request per changed customer.

    A draft vanishes when it is sent, and its row stays behind.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "customer_drafts"
    group = Group.CUSTOMERS
    resource_type = "draft"
    singular = "customer_draft"
    selected_by_default = False
    source = PerParent(parent=Customers.source, path="/v1/customers/{id}/drafts")
    roles = ("org.permission.draft.read", "org.user.draft.read")
    shape = Shape(
        parent="customer",
        attributes=(
            # What is written.
            text("channel", "Channel that it is for, such as email; or note."),
            text("subject", "Subject of the e-mail."),
            text("body", "Text of the draft."),
            text("htmlBody", "Text of the draft, as HTML."),
            EDITOR_PAYLOAD,
            text("lang", "Language of the draft."),
            # From whom to whom, in a form that depends on the channel.
            text("from", "Sender: a string, or an object as JSON."),
            text("to", "Recipients: a string, or for e-mail an array or an object as JSON."),
            array("cc", "Recipients of a copy.", email_address("", "One recipient.")),
            array("bcc", "Recipients of a hidden copy.", email_address("", "One recipient.")),
            text("replyTo", "Address that answers go to."),
            array(
                "headers",
                "Headers of the e-mail.",
                structure(
                    "",
                    "One header.",
                    text("name", "Name of the header."),
                    text("value", "Value of the header."),
                ),
            ),
            structure(
                "reference",
                "Message that the draft answers or forwards.",
                text("message", "Id of the message."),
                text("type", "How the draft relates to it: reply, replyAll or forward."),
            ),
            # What goes with it.
            texts("attachments", "Ids of the files that go with it."),
            texts("shortcuts", "Ids of the shortcuts that were used."),
            texts("kbArticles", "Ids of the knowledge base articles that were used."),
            array(
                "userMentions",
                "Users and teams that a note mentions.",
                structure(
                    "",
                    "One mention.",
                    text("user", "Id of the user."),
                    text("team", "Id of the team."),
                ),
            ),
            array(
                "responseButtons",
                "Answers that the customer can choose from.",
                structure(
                    "",
                    "One answer.",
                    text("label", "What the button says."),
                    text("value", "What is sent when it is chosen."),
                ),
            ),
            structure(
                "messageTemplate",
                "Message template of the chat.",
                text("id", "Id of the template."),
                text("templateType", "Kind of form: text, quick_replies, deflection or mll."),
                text("body", "Text of the message."),
                anything("actions", "Answers that the customer can choose from."),
                array("articles", "Articles that it proposes.", anything("", "One article.")),
                text("followupText", "Text that follows."),
            ),
            structure("meta", "Details that depend on the channel."),
            # How it is to be sent.
            text("status", "State of the draft."),
            text("app", "App that is to send it, such as postmark."),
            text("template", "Id of the template that it uses."),
            text(
                "templateType",
                "Kind of template: email-reply, email-autoresponse or email-satisfaction.",
            ),
            time("sendAt", "When it is due to be sent."),
            boolean("scheduled", "Whether it is due to be sent."),
            boolean("auto", "Whether it is sent automatically."),
            text("source", "What created it: bulk, satisfaction or biz-rules."),
            # When.
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer that the draft is for."),
            to_one("conversation", "Conversation that the draft belongs to."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = timed_by_parent(
        "customer",
        values_of(
            "customer_draft_attachments",
            "attachments",
            text("attachmentId", "Id of the file."),
            "One row for each file that goes with a draft.",
        ),
        values_of(
            "customer_draft_shortcuts",
            "shortcuts",
            text("shortcutId", "Id of the shortcut."),
            "One row for each shortcut that was used to write a draft.",
        ),
        values_of(
            "customer_draft_articles",
            "kbArticles",
            text("articleId", "Id of the article."),
            "One row for each knowledge base article that was used to write a draft.",
        ),
    )
    joins = (
        Join("customer_draft_attachments.attachment_id", None),  # Of a file of its own.
    )
