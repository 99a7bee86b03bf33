"""Customers: the people who write to the organisation."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import rows_of, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    custom,
    integer,
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
    DELETION,
    IMPORTED_AT,
    ORG,
    REV,
    ROLE_GROUP_VERSIONS,
    SENTIMENT,
    SLA_STATE,
    emails,
    external_ids,
    locations,
    phones,
    satisfaction_survey,
    socials,
    urls,
    whatsapps,
)


class Customers(KustomerStream):
    """One row for each person who is known to the organisation, with all ways to reach them.

    Source: https://developer.kustomer.com/api/core-resources/get-customers
    """

    name = "customers"
    group = Group.CUSTOMERS
    resource_type = "customer"
    foreign_keys = ("customer_id",)
    singular = "customer"
    source = Search("customer", fallback=PagedList("/v1/customers"))
    metadata_resource = "customer"
    roles = ("org.permission.customer.read", "org.user.customer.read")
    shape = Shape(
        attributes=(
            # Who it is.
            text("name", "Full name of the customer."),
            text("displayName", "Name under which the app shows the customer."),
            text("firstName", "First name, derived from the full name."),
            text("lastName", "Last name, derived from the full name."),
            text("username", "User name of the customer."),
            text("companyName", "Name of the customer's company."),
            text("gender", "Gender: m or f."),
            time("birthdayAt", "Date of birth."),
            text("locale", "Language and country of the customer."),
            text("defaultLang", "Language in which the customer is addressed."),
            text("timeZone", "Time zone of the customer."),
            text("avatarUrl", "Address of the customer's picture."),
            text("displayColor", "Colour of the placeholder for the customer's picture."),
            text("displayIcon", "Icon of the placeholder for the customer's picture."),
            text("externalId", "Main identifier of the customer in another system."),
            external_ids("externalIds", "All identifiers of the customer in other systems."),
            external_ids(
                "sharedExternalIds", "Identifiers that the customer shares with other customers."
            ),
            boolean("verified", "Whether the customer's identity was verified."),
            # How to reach them.
            emails("emails", "E-mail addresses of the customer."),
            emails("sharedEmails", "E-mail addresses shared with other customers."),
            phones("phones", "Telephone numbers of the customer."),
            phones("sharedPhones", "Telephone numbers shared with other customers."),
            whatsapps("whatsapps", "WhatsApp numbers of the customer."),
            whatsapps("sharedWhatsapps", "WhatsApp numbers shared with other customers."),
            array(
                "facebookIds",
                "Facebook accounts through which the customer wrote.",
                structure(
                    "",
                    "One Facebook account.",
                    text("pageId", "Id of the organisation's page that received the message."),
                    text("userId", "Id of the customer on that page."),
                    text("name", "Name of the account."),
                ),
            ),
            array(
                "instagramIds",
                "Instagram accounts through which the customer wrote.",
                structure(
                    "",
                    "One Instagram account.",
                    text("pageId", "Id of the organisation's page that received the message."),
                    text("threadId", "Id of the thread on Instagram."),
                    text("username", "Name of the account."),
                    text("instagramId", "Id of the customer on Instagram."),
                ),
            ),
            array(
                "smoochIds",
                "Accounts at the messaging service Smooch; old, items are undocumented.",
                anything("", "One account."),
            ),
            socials("socials", "Profiles of the customer in social networks."),
            socials("sharedSocials", "Profiles in social networks shared with other customers."),
            urls("urls", "Web pages of the customer."),
            locations("locations", "Postal addresses of the customer."),
            structure(
                "recentLocation",
                "Where the customer was last seen.",
                time("updatedAt", "When the place was last recorded."),
                structure(
                    "location",
                    "The place itself.",
                    text("countryName", "Name of the country."),
                    text("cityName", "Name of the city."),
                    text("regionName", "Name of the region or state."),
                    text("zipCode", "Postal code."),
                ),
            ),
            # What is happening.
            text("presence", "Whether the customer is online, offline or idle."),
            text("progressiveStatus", "State of the customer's requests: open, snoozed or done."),
            SENTIMENT,
            structure(
                "conversationCounts",
                "Numbers of the customer's conversations by status.",
                integer("all", "Number of all conversations."),
                integer("open", "Number of open conversations."),
                integer("snoozed", "Number of snoozed conversations."),
                integer("done", "Number of finished conversations."),
            ),
            structure(
                "lastConversation",
                "The customer's latest conversation.",
                text("id", "Id of the conversation."),
                texts("channels", "Channels of the conversation."),
                texts("tags", "Ids of the conversation's tags."),
                SENTIMENT,
            ),
            structure(
                "lastMessageIn",
                "Latest message from the customer.",
                time("sentAt", "When the message was sent."),
                text("channel", "Channel of the message."),
                SENTIMENT,
            ),
            structure(
                "lastMessageOut",
                "Latest message to the customer.",
                time("sentAt", "When the message was sent."),
            ),
            structure(
                "lastMessageUnrespondedTo",
                "Message of the customer that still waits for a response.",
                time("sentAt", "When the message was sent."),
                text("channel", "Channel of the message."),
            ),
            structure(
                "preview",
                "Beginning of the latest message, as lists in the app show it.",
                text("channel", "Channel of the message."),
                text("subject", "Subject of the message."),
                text("text", "Beginning of the message's text."),
                text("type", "Direction of the message: message_in or message_out."),
                time("previewAt", "When the message was sent."),
            ),
            array(
                "recentItems",
                "Latest custom objects on the customer's timeline.",
                structure(
                    "",
                    "One object on the timeline.",
                    text("type", "Kind of object: kobject."),
                    text("id", "Id of the object."),
                    time("updatedAt", "When the object last changed."),
                    structure(
                        "meta",
                        "Details of the object.",
                        text("klassName", "Name of the object's klass."),
                    ),
                ),
            ),
            structure(
                "satisfactionLevel",
                "The customer's answers to satisfaction surveys.",
                satisfaction_survey(
                    "firstSatisfaction",
                    "First survey that the customer got.",
                    text("conversation", "Id of the conversation that the survey is about."),
                ),
                satisfaction_survey(
                    "lastSatisfaction",
                    "Latest survey that the customer got.",
                    text("conversation", "Id of the conversation that the survey is about."),
                ),
                integer("count", "Number of surveys."),
                integer("acknowledgeCount", "Number of surveys that the customer reacted to."),
                number("avgRating", "Average of the customer's ratings."),
                number("avgScore", "Average of the scores of the customer's ratings."),
            ),
            SLA_STATE,
            texts("tags", "Ids of the customer's tags."),
            texts("activeUsers", "Ids of the users who have the customer open at the moment."),
            texts("watchers", "Ids of the users who follow the customer."),
            custom("Custom attributes that the organisation has defined for customers."),
            # When.
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            time("signedUpAt", "When the customer signed up with the organisation."),
            time("lastSeenAt", "When the customer was last seen online."),
            time("lastActivityAt", "When anything last happened around the customer."),
            time("lastCustomerActivityAt", "When the customer last did anything."),
            time("lastMessageAt", "When the latest message from or to the customer was sent."),
            *DELETION,
            REV,
            # Who may see what.
            ROLE_GROUP_VERSIONS,
            array(
                "accessOverride",
                "Users who may see the customer whatever their permissions.",
                structure("", "One exception.", text("user", "Id of the user.")),
            ),
            structure(
                "unmaskingWindow",
                "Period in which sensitive attributes of the customer are shown.",
                time("createdAt", "When the period was opened."),
                time("updatedAt", "When the period last changed."),
            ),
        ),
        relationships=(
            ORG,
            to_one("company", "Company that the customer belongs to."),
            to_one("sla", "Service-level agreement that applies to the customer."),
            to_one("slaVersion", "Version of the agreement that applies."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = (
        rows_of(
            shape, "customer_emails", "emails", "One row for each e-mail address of a customer."
        ),
        rows_of(
            shape, "customer_phones", "phones", "One row for each telephone number of a customer."
        ),
        rows_of(
            shape,
            "customer_whatsapps",
            "whatsapps",
            "One row for each WhatsApp number of a customer.",
        ),
        rows_of(
            shape,
            "customer_external_ids",
            "externalIds",
            "One row for each identifier of a customer in another system.",
        ),
        rows_of(
            shape,
            "customer_locations",
            "locations",
            "One row for each postal address of a customer.",
        ),
        rows_of(
            shape,
            "customer_socials",
            "socials",
            "One row for each profile of a customer in a social network.",
        ),
        rows_of(shape, "customer_urls", "urls", "One row for each web page of a customer."),
        rows_of(
            shape,
            "customer_facebook_ids",
            "facebookIds",
            "One row for each Facebook account of a customer.",
        ),
        rows_of(
            shape,
            "customer_instagram_ids",
            "instagramIds",
            "One row for each Instagram account of a customer.",
        ),
        rows_of(
            shape,
            "customer_shared_emails",
            "sharedEmails",
            "One row for each e-mail address that a customer shares with others.",
        ),
        rows_of(
            shape,
            "customer_shared_phones",
            "sharedPhones",
            "One row for each telephone number that a customer shares with others.",
        ),
        rows_of(
            shape,
            "customer_shared_whatsapps",
            "sharedWhatsapps",
            "One row for each WhatsApp number that a customer shares with others.",
        ),
        rows_of(
            shape,
            "customer_shared_external_ids",
            "sharedExternalIds",
            "One row for each identifier that a customer shares with others.",
        ),
        rows_of(
            shape,
            "customer_shared_socials",
            "sharedSocials",
            "One row for each profile that a customer shares with others.",
        ),
        values_of(
            "customer_tags",
            "tags",
            text("tagId", "Id of the tag."),
            "One row for each tag of a customer.",
        ),
        values_of(
            "customer_active_users",
            "activeUsers",
            text("userId", "Id of the user."),
            "One row for each user who has a customer open.",
        ),
        values_of(
            "customer_watchers",
            "watchers",
            text("userId", "Id of the user."),
            "One row for each user who follows a customer.",
        ),
        rows_of(
            shape,
            "customer_recent_items",
            "recentItems",
            "One row for each recent custom object on a customer's timeline.",
        ),
        rows_of(
            shape,
            "customer_access_overrides",
            "accessOverride",
            "One row for each user who may see a customer whatever the user's permissions.",
        ),
        values_of(
            "customer_smooch_ids",
            "smoochIds",
            text("smoochId", "The account's id (assumed); as JSON if it is not a string."),
            "One row for each account of a customer at the messaging service Smooch.",
        ),
    )
    joins = (
        Join("customer_access_overrides.user", "users.id"),
        Join("customer_facebook_ids.page_id", None),
        Join("customer_facebook_ids.user_id", None),
        Join("customer_instagram_ids.instagram_id", None),
        Join("customer_instagram_ids.page_id", None),
        Join("customer_instagram_ids.thread_id", None),
        Join("customer_recent_items.id", "kobjects.id"),
        Join("customer_smooch_ids.smooch_id", None),
    )
