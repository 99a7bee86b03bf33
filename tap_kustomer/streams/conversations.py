"""Conversations: exchanges with a customer about one matter, from first message to done."""

from __future__ import annotations

from typing import Final

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import Derived, rows_of, values_in_each, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    custom,
    integer,
    mapping,
    number,
    structure,
    text,
    texts,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    FIRST_COMPANY,
    FIRST_DELIVERED,
    IMPORTED_AT,
    MESSAGE_META,
    ORG,
    REV,
    ROLE_GROUP_VERSIONS,
    SENTIMENT,
    SLA_STATE,
    TIME_SPENT,
    message_reference,
    satisfaction_survey,
)

# What Kustomer records when a conversation is answered or marked as done.
_MOMENT: Final = (
    time("createdAt", "When it happened."),
    text("createdBy", "Id of the user who did it."),
    texts("createdByTeams", "Ids of that user's teams."),
    texts("assignedUsers", "Ids of the users that the conversation was assigned to."),
    texts("assignedTeams", "Ids of the teams that the conversation was assigned to."),
    text("source", "What caused it, such as an automation."),
    *TIME_SPENT,
)
_RESPONSE: Final = (text("id", "Id of the message that responds."), *_MOMENT)
_FIRST_RESPONSE: Final = (
    *_RESPONSE,
    time("sentAt", "When the response was sent."),
    integer("responseTime", "Wait for the response, in milliseconds (assumed)."),
)
_DONE: Final = (
    *_MOMENT,
    integer("noteCount", "Number of notes so far."),
    integer("messageCount", "Number of messages so far."),
    mapping(
        "messageCountByChannel",
        "Number of messages so far, by channel.",
        integer("", "Number of messages on the channel."),
    ),
    integer("outboundMessageCount", "Number of messages to the customer so far."),
    mapping(
        "outboundMessageCountByChannel",
        "Number of messages to the customer so far, by channel.",
        integer("", "Number of messages on the channel."),
    ),
    text("lastMessageDirection", "Direction of the latest message so far: in or out."),
    text(
        "lastMessageDirectionType",
        "Role of the latest message in the exchange, such as response-out or followup-in.",
    ),
)


class Conversations(KustomerStream):
    """One row for each conversation: a customer's matter that is open, snoozed or done.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "conversations"
    group = Group.CONVERSATIONS
    resource_type = "conversation"
    foreign_keys = ("conversation_id",)
    singular = "conversation"
    source = Search("conversation", fallback=PagedList("/v1/conversations"))
    metadata_resource = "conversation"
    roles = ("org.permission.conversation.read", "org.user.conversation.read")
    shape = Shape(
        attributes=(
            # What it is about.
            text("name", "Subject of the conversation."),
            text("preview", "Beginning of the latest message."),
            text("externalId", "Identifier of the conversation in another system."),
            texts(
                "channels",
                (
                    "Channels used, of: email, sms, chat, facebook, twitter-dm, twitter-tweet, "
                    "voice, instagram, instagram-comment, whatsapp, form."
                ),
            ),
            text("direction", "Who began: in for the customer, out for the organisation."),
            text("replyChannel", "Channel on which the next reply goes out."),
            text("defaultLang", "Language in which the customer is addressed."),
            text("locale", "Language and country of the customer."),
            FIRST_COMPANY,
            texts("tags", "Ids of the conversation's tags."),
            text("campaign", "Id of the campaign that the conversation belongs to."),
            custom("Custom attributes that the organisation has defined for conversations."),
            # Its state.
            text("status", "State: open, snoozed or done."),
            text("subStatus", "Id of the organisation's own state within the status."),
            structure(
                "open",
                "Latest opening.",
                time("statusAt", "When the conversation was last opened."),
            ),
            structure(
                "snooze",
                "Latest snooze.",
                text("status", "State of the snooze: scheduled, canceled or elapsed."),
                time("statusAt", "When the snooze reached that state."),
                time("time", "When the snooze ends."),
            ),
            integer("priority", "Priority, 1 to 5."),
            text("phase", "Phase of the conversation, such as initial."),
            text("billingStatus", "How the conversation counts for billing, such as no_messages."),
            boolean("spam", "Whether the conversation is spam."),
            boolean("pinned", "Whether the conversation is pinned to the top of the timeline."),
            time("pinnedAt", "When the conversation was pinned."),
            boolean("locked", "Whether the conversation can no longer be changed."),
            time("lockedAt", "When the conversation was locked."),
            boolean("ended", "Whether the conversation was ended, as chats are."),
            time("endedAt", "When the conversation was ended."),
            text("endedReason", "Why the conversation was ended."),
            text("endedByType", "Who ended the conversation: user or customer."),
            boolean("mergedTarget", "Whether other conversations were merged into this one."),
            array(
                "linkedConversations",
                "Conversations linked with this one, for example by a merge; items undocumented.",
                anything("", "One linked conversation."),
            ),
            # Who works on it.
            texts("assignedUsers", "Ids of the users that the conversation is assigned to."),
            texts("assignedTeams", "Ids of the teams that the conversation is assigned to."),
            array(
                "skills",
                "Skills that routing requires of an agent; items are undocumented.",
                anything("", "One skill."),
            ),
            text("externalQueue", "Queue of another system, such as amazon-connect."),
            array(
                "matchedTimeBasedRules",
                "Time-based rules that the conversation met; items are undocumented.",
                anything("", "One rule."),
            ),
            # How much.
            integer("messageCount", "Number of messages."),
            integer("inboundMessageCount", "Number of messages from the customer."),
            integer("outboundMessageCount", "Number of messages to the customer."),
            integer("noteCount", "Number of internal notes."),
            integer("doneCount", "How often the conversation was marked as done."),
            integer("snoozeCount", "How often the conversation was snoozed."),
            integer("reopenCount", "How often the conversation was opened again."),
            integer(
                "reopenFromDoneCount", "How often the conversation was opened again after done."
            ),
            # Its messages.
            message_reference(
                "firstMessageIn",
                "First message from the customer.",
                text("channel", "Channel of the message."),
                text("directionType", "Role of the message in the exchange, such as initial-in."),
                MESSAGE_META,
                FIRST_DELIVERED,
            ),
            message_reference(
                "firstMessageOut",
                "First message to the customer.",
                text("channel", "Channel of the message."),
                text("directionType", "Role of the message in the exchange, such as initial-out."),
                text("createdBy", "Id of the user who wrote the message."),
                texts("createdByTeams", "Ids of that user's teams."),
            ),
            message_reference(
                "lastMessageIn",
                "Latest message from the customer.",
                text("channel", "Channel of the message."),
                MESSAGE_META,
            ),
            message_reference(
                "lastMessageOut",
                "Latest message to the customer.",
                text("createdBy", "Id of the user who wrote the message."),
            ),
            text("lastMessageDirection", "Direction of the latest message: in or out."),
            message_reference(
                "lastMessageUnrespondedTo",
                "Message of the customer that still waits for a response.",
            ),
            message_reference(
                "lastMessageUnrespondedToSinceLastDone",
                "The same, among the messages since the conversation was last done.",
            ),
            # How fast.
            structure("firstResponse", "First response to the customer.", *_FIRST_RESPONSE),
            structure(
                "firstResponseSinceLastDone",
                "First response since the conversation was last done.",
                *_FIRST_RESPONSE,
            ),
            structure("lastResponse", "Latest response to the customer.", *_RESPONSE),
            structure("firstDone", "First time that it was marked as done.", *_DONE),
            structure("lastDone", "Latest time that it was marked as done.", *_DONE),
            structure(
                "totalOpen",
                "Time that the conversation was open.",
                *TIME_SPENT,
                integer(
                    "businessTimeBySchedule",
                    "The same by the schedule that applies, in milliseconds (assumed).",
                ),
                integer("timeSinceLastDone", "Time since last done, in milliseconds (assumed)."),
                integer(
                    "businessTimeSinceLastDone",
                    "Time since last done within business hours, in milliseconds (assumed).",
                ),
                integer(
                    "businessTimeByScheduleSinceLastDone",
                    "Time since last done by the schedule that applies, in milliseconds (assumed).",
                ),
            ),
            structure("totalSnooze", "Time that the conversation was snoozed.", *TIME_SPENT),
            structure("totalDone", "Time that the conversation was done.", *TIME_SPENT),
            SLA_STATE,
            # How well.
            number("satisfaction", "Customer's satisfaction, from -1 to 1."),
            satisfaction_survey(
                "satisfactionLevel",
                "Satisfaction survey about the conversation, and its answer.",
                array(
                    "answers",
                    "Answers to the survey's questions; items are undocumented.",
                    anything("", "One answer."),
                ),
            ),
            SENTIMENT,
            structure(
                "attribution",
                "Revenue attributed to the conversation.",
                number("totalRevenue", "Sum of the revenue, in the currency of this row."),
                boolean("hasAttributableRevenue", "Whether there is any such revenue."),
                text("currency", "Currency of the revenue."),
            ),
            # Automation.
            array(
                "suggestedTags",
                "Tags that Kustomer suggests.",
                structure(
                    "",
                    "One suggestion.",
                    text("tag", "Suggested tag."),
                    number("confidence", "How sure the suggestion is."),
                ),
            ),
            array(
                "suggestedShortcuts",
                "Shortcuts that Kustomer suggests for the reply.",
                structure(
                    "",
                    "One suggestion.",
                    text("shortcutId", "Id of the suggested shortcut."),
                    number("confidence", "How sure the suggestion is."),
                ),
            ),
            array(
                "predictions",
                "Attributes that Kustomer predicted.",
                structure(
                    "",
                    "One prediction.",
                    text("field", "Attribute that was predicted."),
                    text("classifier", "Id of the classifier that made the prediction."),
                    text("prediction", "Id of the prediction."),
                    time("createdAt", "When the prediction was made."),
                    time("automatedAt", "When the prediction was applied automatically."),
                ),
            ),
            structure(
                "assistant",
                "What an assistant (chat bot) did in the conversation.",
                texts("assistantId", "Ids of the assistants that took part."),
                text("status", "State of the assistant's work."),
                text("type", "Kind of assistant."),
                boolean("emulation", "Whether the conversation was only a test of the assistant."),
                time("transferredAt", "When the assistant handed over to an agent."),
                text("app", "App that the assistant answered through."),
                text("channel", "Channel that the assistant answered on."),
                structure(
                    "fac",
                    "Whether the assistant alone resolved it (fully automated conversation).",
                    boolean("isFac", "Whether it counts as fully automated."),
                    structure(
                        "source",
                        "What automated it.",
                        text("type", "Kind of automation."),
                        text("channel", "Channel of the automation."),
                    ),
                    time("createdAt", "When that was decided."),
                    texts("reasons", "Why it counts as fully automated."),
                    array(
                        "exclusions",
                        "Why it does not count as fully automated; items are undocumented.",
                        anything("", "One reason."),
                    ),
                ),
            ),
            structure(
                "aiAgent",
                "AI agents that took part in the conversation.",
                texts("automationId", "Ids of the automations that took part."),
            ),
            structure(
                "lastDeflection",
                "Latest attempt to answer the customer with articles.",
                time("deflectedAt", "When the articles were offered."),
                text("type", "Kind of attempt."),
                text("status", "How the attempt ended."),
                structure(
                    "query",
                    "What the customer asked.",
                    text("rawText", "The question in the customer's words."),
                ),
                array(
                    "articles",
                    "Articles that were offered.",
                    structure(
                        "",
                        "One article.",
                        text("id", "Id of the article."),
                        text("version", "Version of the article."),
                        text("lang", "Language of the article."),
                        text("title", "Title of the article."),
                        text("url", "Address of the article."),
                        integer("visited", "How often the customer opened it."),
                        boolean("deflected", "Whether it answered the question."),
                    ),
                ),
            ),
            # When.
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            time("lastActivityAt", "When anything last happened in the conversation."),
            time("lastMessageAt", "When the latest message was sent."),
            time("lastReceivedAt", "When the latest message from the customer was received."),
            structure(
                "modificationHistory",
                "When each attribute last changed.",
                time("nameAt", "When the subject last changed."),
                time("priorityAt", "When the priority last changed."),
                time("channelAt", "When the channels last changed."),
                time("assignedTeamsAt", "When the assigned teams last changed."),
                time("assignedUsersAt", "When the assigned users last changed."),
                time("brandAt", "When the brand last changed."),
                time("defaultLangAt", "When the language last changed."),
                time("statusAt", "When the status last changed."),
                time("tagsAt", "When the tags last changed."),
                time("customAt", "When a custom attribute last changed."),
            ),
            *DELETION,
            REV,
            # Who may see it.
            ROLE_GROUP_VERSIONS,
            array(
                "accessOverride",
                "Who may see the conversation whatever their permissions; items undocumented.",
                anything("", "One exception."),
            ),
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer whose matter it is."),
            to_one("brand", "Brand under which the organisation answers."),
            to_one("queue", "Queue that routes the conversation."),
            to_one("subStatus", "The organisation's own state within the status."),
            to_one("sla", "Service-level agreement that applies to the conversation."),
            to_one("slaVersion", "Version of the agreement that applies."),
            *CREATOR_AND_EDITOR,
            to_one("endedBy", "User who ended the conversation."),
            to_one("pinnedBy", "User who pinned the conversation."),
            to_one("lockedBy", "User who locked the conversation."),
            DELETED_BY,
        ),
    )
    derived = (
        values_of(
            "conversation_assigned_users",
            "assignedUsers",
            text("userId", "Id of the user."),
            "One row for each user that a conversation is assigned to.",
        ),
        values_of(
            "conversation_assigned_teams",
            "assignedTeams",
            text("teamId", "Id of the team."),
            "One row for each team that a conversation is assigned to.",
        ),
        values_of(
            "conversation_channels",
            "channels",
            text("channel", "Name of the channel."),
            "One row for each channel that a conversation used.",
        ),
        values_of(
            "conversation_tags",
            "tags",
            text("tagId", "Id of the tag."),
            "One row for each tag of a conversation.",
        ),
        Derived(
            "conversation_created_by_teams",
            "One row for each team of a user who first or last answered or closed a conversation.",
            (
                text("moment", "Attribute of the moment, such as firstResponse or lastDone."),
                text("teamId", "Id of the team."),
            ),
            values_in_each(
                "firstMessageOut",
                "firstResponse",
                "lastResponse",
                "firstDone",
                "lastDone",
                path="createdByTeams",
                found_in="moment",
                named="teamId",
            ),
        ),
        values_of(
            "conversation_skills",
            "skills",
            text("skill", "The skill; as JSON if it is not a string."),
            "One row for each skill that routing requires of a conversation's agent.",
        ),
        values_of(
            "conversation_linked_conversations",
            "linkedConversations",
            text(
                "linkedConversationId",
                "Id of the other conversation (assumed); as JSON if it is not a string.",
            ),
            "One row for each conversation that a conversation is linked with, as after a merge.",
        ),
        rows_of(
            shape,
            "conversation_suggested_tags",
            "suggestedTags",
            "One row for each tag that Kustomer suggests for a conversation.",
        ),
        rows_of(
            shape,
            "conversation_suggested_shortcuts",
            "suggestedShortcuts",
            "One row for each shortcut that Kustomer suggests for the reply.",
        ),
        rows_of(
            shape,
            "conversation_predictions",
            "predictions",
            "One row for each attribute that Kustomer predicted for a conversation.",
        ),
    )
    joins = (Join("conversation_linked_conversations.linked_conversation_id", "conversations.id"),)
