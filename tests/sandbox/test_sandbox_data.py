"""The organisation: seeded, connected, complete, awkward."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox.times import MINUTE, YEAR, time_text
from support.frozen_sandbox import NOW, frozen_organisation

if TYPE_CHECKING:
    from kustomer_sandbox import Organisation

Resources = Callable[[str], list[dict[str, Any]]]

SKIPPED_TARGETS = {
    "org", "klass", "template", "work_item_revision", "work_session_revision",
}  # fmt: skip

# Every documented attribute (https://developer.kustomer.com/api/core-resources),
# those that only clients have seen included.
ATTRIBUTES = {
    "customer": """name displayName firstName lastName username companyName displayColor
        displayIcon externalId externalIds sharedExternalIds emails sharedEmails phones
        sharedPhones whatsapps sharedWhatsapps facebookIds instagramIds smoochIds socials
        sharedSocials urls locations activeUsers watchers recentLocation locale timeZone
        gender avatarUrl defaultLang presence birthdayAt signedUpAt lastSeenAt createdAt
        updatedAt modifiedAt importedAt lastActivityAt lastCustomerActivityAt
        lastMessageAt deleted deletedAt verified lastMessageIn lastMessageOut
        lastMessageUnrespondedTo lastConversation conversationCounts preview tags
        sentiment progressiveStatus rev recentItems satisfactionLevel sla custom
        roleGroupVersions accessOverride unmaskingWindow""",
    "company": """name externalId createdAt updatedAt modifiedAt importedAt avatarUrl
        defaultLang employeeCount tags emails phones whatsapps socials urls locations
        domains rev roleGroupVersions deleted deletedAt custom""",
    "conversation": """externalId name preview replyChannel defaultLang locale phase
        externalQueue billingStatus status channels direction lastMessageDirection open
        snooze priority messageCount noteCount outboundMessageCount rev
        inboundMessageCount doneCount snoozeCount reopenCount reopenFromDoneCount
        satisfaction satisfactionLevel createdAt updatedAt modifiedAt importedAt
        lastActivityAt lastMessageAt lastReceivedAt spam mergedTarget pinned ended
        locked deleted endedAt lockedAt deletedAt pinnedAt endedReason endedByType tags
        assignedUsers assignedTeams campaign suggestedTags suggestedShortcuts
        predictions sentiment firstMessageIn firstMessageOut lastMessageIn
        lastMessageOut lastMessageUnrespondedTo lastMessageUnrespondedToSinceLastDone
        firstResponse firstResponseSinceLastDone lastResponse firstDone lastDone
        totalOpen totalDone totalSnooze sla attribution firstCompany assistant aiAgent
        lastDeflection modificationHistory matchedTimeBasedRules skills
        linkedConversations roleGroupVersions accessOverride subStatus custom""",
    "conversation_time": """createdAt createdByTeams assignedUsers assignedTeams channels
        handleAt handleTime messageAt messageTime noteAt noteTime messagesSent notesSent
        touched reopened snoozed resolved""",
    "message": """externalId app lang subject preview related source channel direction
        directionType status size responseTime responseBusinessTime rev auto redacted
        spam sentAt createdAt updatedAt modifiedAt importedAt errorAt redactedAt error
        meta assignedTeams assignedUsers createdByTeams reactions firstDelivered
        firstRead intentDetections sentiment location firstCompany custom""",
    "attachment": "name contentType contentLength redacted",
    "note": """body externalId lang createdAt updatedAt modifiedAt importedAt
        createdByTeams deleted deletedAt""",
    "klass": """name displayName icon color klassSchema appVersion s3DataUrl appDisabled
        status mixins createdAt updatedAt""",
    "kobject": """externalId title description icon images custom data tags createdAt
        updatedAt importedAt rev s3DataUrl roleGroupVersions attribution
        klassDisplayName klassMixins status subStatus assignedUser queue firstDone
        lastDone doneCount reopenCount reopenFromDoneCount""",
    "tag": "name color deleted deletedAt createdAt updatedAt modifiedAt",
    "user": """name displayName mobile email userType avatarUrl emailSignature
        emailVerifiedAt firstEmailVerifiedAt firstLoginAt mostRecentLoginAt
        verifiedEmailStatus isEmailValid password roles roleGroups createdAt updatedAt
        modifiedAt deleted deletedAt""",
    "team": """name displayName icon externalId members roleGroups createdAt updatedAt
        modifiedAt importedAt deleted deletedAt""",
    "role_group": "name description display system roles createdAt updatedAt",
    "queue": """name displayName description key priority itemSize system
        restrictTransfersByUsers createdAt updatedAt modifiedAt""",
    "status": "name statusType system",
    "team_routing_settings": "enabled queues externalQueues",
    "work_session": """active routable statusType signedInAt signedOutAt workItemCount
        pausedWorkItemCount capacity capacityRemaining totalCapacity capacityStatus
        handledItemCount handledConversationCount totalAvailable totalUnavailable
        totalAvailableIdleCapacity totalAvailableNotAtCapacity
        totalUnavailableIdleCapacity totalUnavailableNotAtCapacity totalTimeByStatus
        lastAssignedItemAt lastRevision rev createdAt updatedAt modifiedAt""",
    "work_item": """resourceType status paused channel firstEnterQueueAt queuedCount
        priority itemSize ivr handle wrapUp abandoned resourceRev resourceCreatedAt
        resourceDirection resourceFirstQueueTime resourceFirstRouteTime
        resourceFirstAssignTime workItemNumber firstRoutedResponse lastRevision rev
        createdAt updatedAt modifiedAt""",
    "audit_log": """eventName eventVerb org userId userType objectId objectType client ip
        changes createdAt publishedAt expiresAt""",
    "customer_event": """name trackingEvent type app publishedAt createdAt updatedAt
        modifiedAt location meta sessionId realIp changes""",
    "customer_session": "sessionId firstEventAt lastEventAt count",
    "customer_merge": "status createdAt updatedAt",
    "draft": "channel body payload status createdAt updatedAt modifiedAt to from sendAt",
    "forward": "app channel from to body payload status createdAt updatedAt modifiedAt",
    "sla": "currentVersion createdAt",
    "sla_version": "name description version hours createdAt metrics criteria",
    "satisfaction": """name formType enabled channel description from metaTitle
        metaDescription delayTime scale introduction ratingPrompt questions
        positiveQuestions negativeQuestions allQuestions followUpType criteria createdAt
        updatedAt modifiedAt""",
    "brand": "name default iconUrl createdAt updatedAt modifiedAt",
    "schedule": """name hours timezone default createdAt modifiedAt updatedAt deleted
        deletedAt""",
    "holiday": """name startDate endDate description enabled createdAt modifiedAt
        updatedAt""",
    "sender": """sender channel list createdAt modifiedAt updatedAt automated deleted
        deletedAt""",
    "outbound_account": "channel name account",
    "snooze": "name type value enabled",
    "sub_status": "label description parentStatus resourceType",
    "shortcut": """name draft payload conversation isPrivate deleted appDisabled rev
        createdAt updatedAt modifiedAt""",
    "card": "name description url contexts createdAt updatedAt modifiedAt",
    "kview": "name resource context template meta enabled",
    "workflow": "trigger steps enabled rev",
    "search": "name data defaultVisibility teamVisibilities userVisibilities",
    "notification": "name status event",
}
# Null in every source, or of unknown content.
NEVER_FILLED = {
    ("customer", "companyName"),
    ("customer_event", "app"),
    ("customer_event", "modifiedAt"),
}
RELATIONSHIPS = {
    "customer": """org messages createdBy modifiedBy company sla slaVersion orders
        ecomm-returns Loyalty_Accounts""",
    "company": "org createdBy modifiedBy",
    "conversation": """org customer messages createdBy modifiedBy endedBy pinnedBy brand
        queue sla slaVersion subStatus lockedBy""",
    "message": """org customer conversation modifiedBy createdBy shortcuts redactedBy""",
    "note": "org customer conversation createdBy modifiedBy deletedBy userMentions",
    "kobject": "org klass customer company queue",
    "user": "org createdBy modifiedBy deletedBy",
    "team": "org createdBy modifiedBy deletedBy",
    "tag": "org createdBy modifiedBy deletedBy",
    "shortcut": "org createdBy modifiedBy parent accessUsers accessTeams attachments",
    "work_session": """org user team routingSettings status modifiedBy queues workItems
        lastRevision""",
    "work_item": """org modifiedBy resource queue rule team workSession routedTo
        routedToSession assignedTo acceptedBy lastRevision""",
    "conversation_time": "org customer conversation createdBy",
    "sla": "org createdBy versions",
    "sla_version": "org createdBy sla",
}


@pytest.fixture(scope="module")
def resources(organisation: Organisation) -> Resources:
    return functools.cache(organisation.resources)


@pytest.mark.parametrize("type_", sorted(ATTRIBUTES))
def test_every_documented_attribute_has_a_value_somewhere(resources: Resources, type_: str) -> None:
    filled: set[str] = set()
    for resource in resources(type_):
        attributes = resource["attributes"]
        filled |= {name for name, value in attributes.items() if value is not None}
    missing = set(ATTRIBUTES[type_].split()) - filled
    assert {one for one in missing if (type_, one) not in NEVER_FILLED} == set()


@pytest.mark.parametrize("type_", sorted(RELATIONSHIPS))
def test_every_documented_relationship_has_data_somewhere(resources: Resources, type_: str) -> None:
    filled = {
        name
        for resource in resources(type_)
        for name, value in resource["relationships"].items()
        if value is not None
    }
    assert set(RELATIONSHIPS[type_].split()) <= filled


def references(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if set(value) == {"type", "id"}:
            yield value["type"], value["id"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


@pytest.mark.parametrize("advanced", [False, True])
def test_every_id_that_a_relationship_names_exists(advanced: bool) -> None:
    of = frozen_organisation(scale=0.2)
    if advanced:
        of.advance(600)
    for type_ in of.counts():
        for resource in of.resources(type_):
            for target, id_ in references(resource.get("relationships", {})):
                if target not in SKIPPED_TARGETS and id_ is not None:
                    assert of.by_id[id_].type.startswith(target.removesuffix("s"))


def test_ids_are_24_hex_characters_and_unique(organisation: Organisation) -> None:
    rows = [row for rows in organisation.rows.values() for row in rows]
    assert all(re.fullmatch("[0-9a-f]{24}", row.id) for row in rows)
    assert len({row.id for row in rows}) == len(rows)


def test_the_same_seed_gives_the_same_organisation() -> None:
    one, two, other = (
        frozen_organisation(scale=0.1),
        frozen_organisation(scale=0.1),
        frozen_organisation(scale=0.1, seed=8),
    )
    for of in (one, two, other):
        of.advance(120)
    for type_ in one.counts():
        if type_ != "attachment":  # their links are signed
            assert one.resources(type_) == two.resources(type_)
    assert one.resources("customer") != other.resources("customer")


def test_a_document_depends_on_its_own_revision_alone() -> None:
    of = frozen_organisation(scale=0.2)
    before = {
        type_: {row.id: (row.rev, of.document(row)) for row in rows}
        for type_, rows in of.rows.items()
        if type_ != "attachment"
    }
    of.advance(300)
    for type_, documents in before.items():
        for row in of.rows[type_]:
            if row.id in documents and documents[row.id][0] == row.rev:
                assert of.document(row) == documents[row.id][1], type_


def test_times_are_in_order_and_never_in_the_future(organisation: Organisation) -> None:
    for rows in organisation.rows.values():
        for row in rows:
            assert row.created <= row.updated <= NOW - 15 * MINUTE
    for message in organisation.rows["message"]:
        conversation = message.facts["conversation"]
        assert message.facts["customer"].created <= conversation.created
        assert conversation.created <= message.created <= conversation.updated


def test_times_are_written_with_milliseconds_in_utc(resources: Resources) -> None:
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    for resource in resources("customer"):
        for name in ("createdAt", "updatedAt", "modifiedAt"):
            assert form.fullmatch(resource["attributes"][name])


def test_customers_have_odd_texts_and_empty_objects(resources: Resources) -> None:
    customers = resources("customer")
    messages = resources("message")
    texts = "".join(str(one["attributes"]) for one in customers[:100])
    assert not texts.isascii()
    assert any(one["attributes"]["preview"] == {"$init": True} for one in customers)
    assert any(one["attributes"]["sentiment"] == {} for one in customers)
    assert any("locale" not in one["attributes"] for one in customers)
    assert any(one["attributes"].get("locale", 1) is None for one in customers)
    recipients = {type((one["attributes"]["meta"] or {}).get("to")).__name__ for one in messages}
    assert {"list", "dict", "str", "NoneType"} <= recipients
    first = messages[0]["relationships"]["customer"]["data"]
    assert first["type"] == "customers"
    kobject = resources("kobject.ecomm-return")[0]
    klass = kobject["relationships"]["klass"]
    assert klass["link"] == {"self": "/v1/klasses/ecomm-return"}
    assert klass["data"]["id"] == "ecomm-return"
    assert customers[0]["relationships"]["orders"] == {
        "links": {"self": f"/v1/customers/{customers[0]['id']}/klasses/orders"},
        "meta": {"kobject": True},
    }


@pytest.mark.parametrize(
    "type_",
    ["customer", "company", "conversation", "message", "kobject.order",
     "kobject.ecomm-return", "kobject.Loyalty_Account"],
)  # fmt: skip
def test_custom_attributes_of_every_suffix_have_values(resources: Resources, type_: str) -> None:
    names: dict[str, set[str]] = {}
    for resource in resources(type_):
        for name, value in resource["attributes"].get("custom", {}).items():
            suffix = "".join(re.findall("[A-Z][a-z]+$", name))
            names.setdefault(suffix, set()).add(type(value).__name__)
    assert {"Str", "Txt", "Num", "Bool", "At", "Url", "Id", "Tree"} <= set(names)
    assert {"int", "float"} <= names["Num"]


def test_some_values_disagree_with_their_type_and_some_times_have_offsets(
    resources: Resources,
) -> None:
    customs = [one["attributes"]["custom"] for one in resources("customer")]
    numbers = [v for one in customs for k, v in one.items() if k.endswith("Num")]
    assert {"int", "float", "bool", "str", "dict"} <= {type(v).__name__ for v in numbers}
    renewals = [str(one.get("renewalAt")) for one in customs]
    for offset in ("-05:00", "+05:30", "+12:45", "+14:00", "Z"):
        assert any(one.endswith(offset) for one in renewals), offset


def test_the_default_amounts_are_as_documented() -> None:
    counts = frozen_organisation().counts()
    assert counts["customer"] == 300
    assert counts["company"] == 60
    assert counts["conversation"] == 600
    assert counts["message"] == 2400
    assert counts["note"] == 500
    assert counts["kobject"] == 500
    assert counts["user"] == 25
    assert counts["klass"] == 7


def test_an_organisation_of_more_than_two_years_has_an_archive(organisation: Organisation) -> None:
    oldest = min(row.created for row in organisation.rows["message"])
    assert oldest < NOW - int(3.5 * YEAR)
    assert all(row.updated > NOW - 2 * YEAR for row in frozen_organisation(scale=0.1).rows["note"])


def test_an_advance_changes_creates_and_deletes_within_its_time() -> None:
    of = frozen_organisation(scale=0.2)
    before = of.counts()
    revisions = {row.id: row.rev for rows in of.rows.values() for row in rows}
    of.advance(60)
    assert of.clock.now() == NOW + 60 * MINUTE
    rows = [row for rows in of.rows.values() for row in rows]
    moved = [row for row in rows if revisions.get(row.id) != row.rev]
    assert moved
    for row in moved:
        assert NOW < row.updated <= NOW + 45 * MINUTE
    after = of.counts()
    for type_ in ("customer", "conversation", "message", "note", "kobject.order"):
        assert after[type_] >= before[type_]
    assert after["message"] > before["message"]
    assert any(row.deleted and row.deleted > NOW for row in rows)
    assert any(row.id in revisions and row.rev > 1 for row in moved)


def test_an_advance_shorter_than_its_quiet_end_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 30"):
        frozen_organisation(scale=0.1).advance(20)


def test_a_purged_conversation_leaves_no_trace() -> None:
    of = frozen_organisation(scale=0.1)
    row = next(r for r in of.rows["conversation"] if r.facts["messages"])
    gone = [row.id, *(message.id for message in row.facts["messages"])]
    of.purge(row)
    assert not set(gone) & set(of.by_id)
    assert of.counts()["message"] == len(of.rows["message"])


def test_the_messages_of_a_deleted_conversation_are_deleted_too() -> None:
    of = frozen_organisation(scale=0.1)
    row = next(r for r in of.rows["conversation"] if r.facts["messages"])
    of.delete(row, NOW)
    assert of.document(row)["attributes"]["deletedAt"] == time_text(NOW)
    assert all(of.document(m)["attributes"]["deleted"] for m in row.facts["messages"])
