"""What several Kustomer objects carry in the same form, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_kustomer.shaping.fields import (
    anything,
    array,
    boolean,
    integer,
    mapping,
    number,
    structure,
    text,
    texts,
    time,
    to_one,
)

if TYPE_CHECKING:
    from tap_kustomer.shaping.fields import Field

# The organisation and its users.

ORG: Final = to_one("org", "Kustomer organisation that owns the record.")
CREATED_BY: Final = to_one("createdBy", "User who created the record.")
MODIFIED_BY: Final = to_one("modifiedBy", "User who last edited the record.")
DELETED_BY: Final = to_one("deletedBy", "User who deleted the record.")

# When, and how often. `updatedAt` and `modifiedAt` differ: only the first moves with everything.

CREATED_AT: Final = time("createdAt", "When the record was created.")
UPDATED_AT: Final = time(
    "updatedAt",
    "When anything about the record last changed, also by the system or through related activity.",
)
MODIFIED_AT: Final = time("modifiedAt", "When the record was last edited.")
IMPORTED_AT: Final = time("importedAt", "When the record was imported from another system.")
DELETED: Final = boolean("deleted", "Whether the record was deleted.")
DELETED_AT: Final = time("deletedAt", "When the record was deleted.")
REV: Final = integer("rev", "Revision of the record: counts its changes.")

# Those that nearly every record has, in the order of their columns.
CREATION_AND_CHANGE: Final = (CREATED_AT, UPDATED_AT, MODIFIED_AT)
CREATOR_AND_EDITOR: Final = (CREATED_BY, MODIFIED_BY)
DELETION: Final = (DELETED, DELETED_AT)

ROLE_GROUP_VERSIONS: Final = array(
    "roleGroupVersions",
    "Versions of the permission sets that restrict access to the record; items are undocumented.",
    anything("", "One version."),
)

# How to reach a person or a company.

_ID_OF_ENTRY: Final = text("id", "Id of the entry; mostly empty.")
_VERIFIED: Final = boolean("verified", "Whether it was verified to belong to its owner.")
_EXTERNALLY_VERIFIED: Final = boolean(
    "externalVerified", "Whether another system vouches that it belongs to its owner."
)

_COORDINATES: Final = (
    number("latitude", "Latitude, in degrees."),
    number("longitude", "Longitude, in degrees."),
)
_REGION: Final = (
    text("countryCode", "Code of the country."),
    text("countryName", "Name of the country."),
    text("regionCode", "Code of the region or state."),
    text("regionName", "Name of the region or state."),
    text("cityName", "Name of the city."),
    text("zipCode", "Postal code."),
    text("areaCode", "Code of the area."),
)

PLACE: Final = (
    text("type", "Kind of place: home, work or other."),
    text("name", "Name given to the place."),
    text("address", "First line of the address."),
    text("address2", "Second line of the address."),
    text("address3", "Third line of the address."),
    *_COORDINATES,
    *_REGION,
    _ID_OF_ENTRY,
)


def external_ids(source: str, description: str) -> Field:
    """Identifiers in other systems."""
    return array(
        source,
        description,
        structure(
            "",
            "One identifier in another system.",
            text("externalId", "The identifier in the other system."),
            _VERIFIED,
            _EXTERNALLY_VERIFIED,
            _ID_OF_ENTRY,
        ),
    )


def emails(source: str, description: str) -> Field:
    """E-mail addresses."""
    return array(
        source,
        description,
        structure(
            "",
            "One e-mail address.",
            text("email", "The e-mail address."),
            text("type", "Kind of address: home, work or other."),
            _VERIFIED,
            _EXTERNALLY_VERIFIED,
            _ID_OF_ENTRY,
        ),
    )


def phones(source: str, description: str) -> Field:
    """Telephone numbers."""
    return array(
        source,
        description,
        structure(
            "",
            "One telephone number.",
            text("phone", "The telephone number."),
            text("type", "Kind of number: mobile, home, work, fax or other."),
            _VERIFIED,
            _ID_OF_ENTRY,
        ),
    )


def whatsapps(source: str, description: str) -> Field:
    """WhatsApp numbers."""
    return array(
        source,
        description,
        structure(
            "",
            "One WhatsApp number.",
            text("phone", "The number, possibly written with the prefix whatsapp:."),
            text("type", "Kind of number: mobile."),
            _VERIFIED,
        ),
    )


def socials(source: str, description: str) -> Field:
    """Profiles in social networks."""
    return array(
        source,
        description,
        structure(
            "",
            "One profile in a social network.",
            text("type", "Network: twitter, facebook, instagram, linkedin or pinterest."),
            text("userid", "Id of the profile within the network."),
            text("username", "Name of the profile within the network."),
            text("url", "Address of the profile's page."),
            _VERIFIED,
            _ID_OF_ENTRY,
        ),
    )


def urls(source: str, description: str) -> Field:
    """Web pages."""
    return array(
        source,
        description,
        structure(
            "",
            "One web page.",
            text("url", "Address of the page."),
            text("type", "Kind of page: website, blog or other."),
            _ID_OF_ENTRY,
        ),
    )


def locations(source: str, description: str) -> Field:
    """Postal addresses."""
    return array(source, description, structure("", "One postal address.", *PLACE))


# Moods and languages.

SENTIMENT: Final = structure(
    "sentiment",
    "Mood that Kustomer detected in what the customer wrote.",
    integer("polarity", "Direction of the mood: -1 negative, 0 neutral, 1 positive."),
    number("confidence", "How sure the detection is, from -1 to 1."),
)

FIRST_COMPANY: Final = structure(
    "firstCompany",
    "First company that the customer belongs to.",
    text("id", "Id of the company."),
    text("name", "Name of the company."),
)

FIRST_DELIVERED: Final = structure(
    "firstDelivered",
    "First delivery of the message to one of the customer's devices.",
    time("timestamp", "When it was delivered."),
    text("clientType", "Kind of client that received it."),
    text("clientVersion", "Version of the client that received it."),
    boolean("supportsReadReceipts", "Whether the client reports that messages were read."),
)

MESSAGE_META: Final = structure(
    "meta",
    (
        "Details of the message that depend on its channel. The recipients to, cc and bcc come as "
        "an array, an object or a string, and are kept as they come."
    ),
    text("subject", "Subject of the e-mail."),
    text("from", "Address or number of the sender."),
    structure(
        "recipient",
        "Mailbox that received the e-mail.",
        text("email", "Address of the mailbox."),
        text("mailboxHash", "Part of the mailbox's address after the plus sign."),
    ),
    text("inReplyTo", "Message-ID of the e-mail that this one replies to."),
    text("proxy", "Number through which the text message was relayed."),
    integer("attachmentNum", "Number of attachments of the text message."),
    time("placedAt", "When the call was placed."),
    time("answeredAt", "When the call was answered."),
    time("endedAt", "When the call ended."),
    text("externalRecordingUrl", "Address of the call's recording."),
    text("status", "How the call ended."),
    text("trackingId", "Id of the chat's tracking session."),
    text("payload", "Machine-readable content of the chat message, such as a quick reply."),
    text("permalink", "Address of the post on Facebook or Instagram."),
    text("messageType", "Kind of message on Facebook or Instagram."),
)


def message_reference(source: str, description: str, *more: Field) -> Field:
    """A message that another record refers to."""
    return structure(
        source,
        description,
        text("id", "Id of the message."),
        time("sentAt", "When the message was sent."),
        time("createdAt", "When the message was created in Kustomer."),
        *more,
    )


# Satisfaction and service levels.

TIME_SPENT: Final = (
    integer("time", "Time that it took, in milliseconds (assumed)."),
    integer("businessTime", "The same within business hours, in milliseconds (assumed)."),
)


def satisfaction_survey(source: str, description: str, *more: Field) -> Field:
    """A satisfaction survey and the customer's answer to it."""
    return structure(
        source,
        description,
        text("form", "Id of the survey's definition."),
        text("formResponse", "Id of the customer's response."),
        text("channel", "Channel through which the survey was sent."),
        text(
            "status",
            "State: scheduled, offered, rated, commented, canceled or unresponded.",
        ),
        time("scheduledFor", "When the survey is due to be sent."),
        time("createdAt", "When the survey was created."),
        time("updatedAt", "When the survey last changed."),
        time("sentAt", "When the survey was sent."),
        text("sentBy", "Id of the user on whose behalf it was sent."),
        texts("sentByTeams", "Ids of the teams of that user."),
        number("rating", "Rating that the customer gave, 0 to 10."),
        number("score", "Score that follows from the rating: 0 or 1."),
        text("firstAnswer", "Customer's answer to the first follow-up question."),
        *more,
    )


def _sla_metric(source: str, description: str, *more: Field) -> Field:
    return structure(
        source,
        description,
        time("breachAt", "When the target is or was breached."),
        time("satisfiedAt", "When the target was met."),
        *more,
    )


SLA_STATE: Final = structure(
    "sla",
    "Service-level agreement that applies, and its state.",
    text("name", "Name of the agreement."),
    integer("version", "Version of the agreement that applies."),
    time("matchedAt", "When the agreement began to apply."),
    text("status", "State of the agreement: pending, paused or done."),
    boolean("breached", "Whether any target was breached."),
    structure(
        "breach",
        "The target that is breached first.",
        text("metric", "Name of its metric."),
        time("at", "When it is or was breached."),
    ),
    structure(
        "summary",
        "The agreement as a whole.",
        time("satisfiedAt", "When all targets were met."),
        time("firstBreachAt", "When the first target is or was breached."),
    ),
    structure(
        "metrics",
        "Each target of the agreement.",
        _sla_metric("firstResponse", "First response to the customer."),
        _sla_metric("longestUnrespondedMessage", "Longest wait of a message for its response."),
        _sla_metric("totalCustomerWaitTime", "Total time that the customer waited."),
        _sla_metric("totalConversationOpenTime", "Total time that the conversation was open."),
        _sla_metric(
            "nextReply",
            "Each reply after the first response.",
            integer("onTimeCount", "Number of replies in time."),
            integer("lateCount", "Number of late replies."),
        ),
    ),
)

# What changed, and where.

_CHANGE: Final = structure(
    "",
    "One change.",
    text("op", "Kind of change, such as add or replace."),
    anything("before", "Value before the change."),
    anything("after", "Value after the change."),
)

CHANGES: Final = structure(
    "changes",
    "What the event changed.",
    mapping("attributes", "Changed attributes, by their name in the API.", _CHANGE),
    mapping("relationships", "Changed relationships, by their name in the API.", _CHANGE),
)

# An event of a customer or of a conversation. The times of the object that it is about stand
# beside the time of the event itself.
CUSTOMER_EVENT: Final = (
    text("name", "What happened, such as kustomer.conversation.update."),
    text("type", "Kind of object that it happened to: customer, conversation or message."),
    text("trackingEvent", "Name of the tracked event, where the customer's client reported it."),
    text("app", "App that the event comes from."),
    text("sessionId", "Id of the tracking session that the event belongs to."),
    text("realIp", "Internet address of the customer's client."),
    time("publishedAt", "When the event happened."),
    time("createdAt", "When the object that the event is about was created."),
    time("updatedAt", "When that object last changed, as of the event."),
    time("modifiedAt", "When that object was last edited, as of the event."),
    CHANGES,
    structure(
        "location",
        "Where the customer was.",
        *_REGION,
        *_COORDINATES,
    ),
    mapping("meta", "Details that were sent with the event.", anything("", "One detail.")),
)
CUSTOMER_EVENT_OF: Final = (
    ORG,
    to_one("customer", "Customer that the event belongs to."),
    to_one("conversation", "Conversation that the event belongs to."),
    to_one("message", "Message that the event belongs to."),
    to_one("createdBy", "User who created the object that the event is about."),
    to_one("modifiedBy", "User who last edited that object."),
)

# How long it took.

MILLISECONDS_SPENT: Final = (
    integer("time", "Time that it took, in milliseconds."),
    integer("businessTime", "The same within business hours, in milliseconds."),
)


def conversation_time(unit: str) -> tuple[Field, ...]:
    """One stretch of a user's work on a conversation.

    Args:
        unit: Of its durations, as a phrase, such as `in seconds`.
    """
    return (
        time("handleAt", "When the user began to handle the conversation."),
        integer("handleTime", f"How long the user handled it, {unit}."),
        time("messageAt", "When the user began to write a message."),
        integer("messageTime", f"How long the user wrote messages, {unit}."),
        time("noteAt", "When the user began to write a note."),
        integer("noteTime", f"How long the user wrote notes, {unit}."),
        integer("messagesSent", "Number of messages that the user sent meanwhile."),
        integer("notesSent", "Number of notes that the user wrote meanwhile."),
        boolean("touched", "Whether the user did anything to the conversation meanwhile."),
        boolean("reopened", "Whether the conversation was opened again meanwhile."),
        boolean("snoozed", "Whether the conversation was snoozed meanwhile."),
        boolean("resolved", "Whether the conversation was marked as done meanwhile."),
        texts("channels", "Channels of the conversation."),
        texts("createdByTeams", "Ids of the user's teams."),
        texts("assignedUsers", "Ids of the users that the conversation was assigned to."),
        texts("assignedTeams", "Ids of the teams that the conversation was assigned to."),
        # Version 2 has these.
        text("timerVersion", "Version of the timer, v2; none for version 1."),
        text("handleBy", "Id of the user who handled the conversation."),
        time("handlePauseAt", "When the user last paused."),
        text("handlePauseBy", "Id of the user who paused."),
        boolean("isFocused", "Whether the user had the conversation in view."),
        boolean("isInitialFocusSession", "Whether it is the first stretch in view."),
        text(
            "agentActionTrigger",
            "What ended it: conversation_done, conversation_reopened, conversation_snoozed, "
            "kobject_status_change, note_sent or reply_sent.",
        ),
        text("conversationStatus", "Status of the conversation at the end."),
        CREATED_AT,
    )


CONVERSATION_TIME_OF: Final = (
    ORG,
    to_one("customer", "Customer of the conversation."),
    to_one("conversation", "Conversation that the user worked on."),
    to_one("createdBy", "User who worked on the conversation."),
    to_one("handleBy", "User who handled the conversation, in version 2."),
)

# What is written, but not (yet) sent as a message.

EDITOR_PAYLOAD: Final = structure(
    "payload",
    "The text as the editor keeps it.",
    structure("draftJs", "The text in the form of the Draft.js editor."),
)


def email_address(source: str, description: str) -> Field:
    """The name and the address of a sender or a recipient."""
    return structure(
        source,
        description,
        text("name", "Name of the person or the mailbox."),
        text("email", "E-mail address."),
    )


# A file.
ATTACHMENT: Final = (
    text("name", "Name of the file."),
    text("contentType", "MIME type of the file, such as image/jpeg."),
    integer("contentLength", "Size of the file, in bytes."),
    boolean("redacted", "Whether the file was removed for good."),
    boolean("uploaded", "Whether the file has been uploaded."),
)


def conditions(source: str, description: str) -> Field:
    """Conditions in the form of the search, each `{criterion: operator and value}`."""
    return array(
        source,
        description,
        mapping("", "One condition.", anything("", "Operator and value, by the criterion.")),
    )
