"""Custom attributes: their declarations, and the values of rows.

https://developer.kustomer.com/api/core-resources (metadata)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kustomer_sandbox.generation.document import Document, org
from kustomer_sandbox.generation.klasses import klass_named
from kustomer_sandbox.generation.words import SENTENCES, SUBJECTS
from kustomer_sandbox.times import DAY, MINUTE, time_text

if TYPE_CHECKING:
    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_SUFFIX_TYPES = {"Num": "number", "Bool": "boolean", "At": "date-time"}
_OFFSETS = ("-05:00", "+05:30", "+00:00", "+12:45", "+14:00")
_DISAGREEING = ("n/a", 42, True, {"legacy": "value"}, ["a", "b"])


@dataclass(frozen=True)
class Custom:
    """One custom attribute: its name, meaning and possible values."""

    name: str
    title: str
    suffix: str
    values: tuple[Any, ...] = ()
    extra: Document = field(default_factory=dict)
    declared: bool = True
    # "late" is created and "early" is deleted when the organisation first advances; a row shows
    # that after its next update.
    life: Literal["always", "early", "late"] = "always"

    def declared_in(self, organisation: Store) -> bool:
        """Whether the metadata lists it by now."""
        return self.declared and (self.life != "late" or bool(organisation.advances))

    def carried_by(self, row: Row) -> bool:
        """Whether a row may have a value."""
        return self.life != ("early" if row.facts.get("late") else "late")

    def deletion(self, organisation: Store) -> Document:
        """Its deletion in the metadata, if any."""
        if self.life != "early" or not organisation.advances:
            return {}
        return {"deletedAt": time_text(organisation.advances[0][0])}


CUSTOM: dict[str, tuple[Custom, ...]] = {
    "customer": (
        Custom("favouriteColourStr", "Favourite colour", "Str", ("red", "blue", "竹")),
        Custom("biographyTxt", "Biography", "Txt", SENTENCES),
        Custom("loyaltyPointsNum", "Loyalty points", "Num", (0, 120, 9_007_199_254)),
        Custom("lifetimeValueNum", "Lifetime value", "Num", (0, 12.5, 1999.99, 300)),
        Custom("vipBool", "VIP", "Bool"),
        Custom("renewalAt", "Renewal", "At"),
        Custom("profileUrl", "Profile", "Url", ("https://shop.example.com/me",)),
        Custom("accountManagerId", "Account manager", "Id", (), {"target": "user"}),
        Custom(
            "interestTree",
            "Interest",
            "Tree",
            ("clothes.shoes", "clothes.coats.winter", "home"),
            {"tree": {"children": [{"id": "clothes"}, {"id": "home"}]}},
        ),
        Custom(
            "hobbiesStr",
            "Hobbies",
            "Str",
            (["chess"], ["chess", "swimming"], []),
            {"multi": True, "array": True, "enumeration": ["chess", "swimming"]},
        ),
        # Both have the same name in snake_case.
        Custom("taxIDStr", "Tax id", "Str", ("DE-1", "US-2")),
        Custom("taxIdStr", "Tax id (old)", "Str", ("1", "2")),
        Custom(
            "nationalIdStr",
            "National id",
            "Str",
            ("***-**-1234",),
            {"sensitive": {"enabled": True, "maskType": "all"}},
        ),
        Custom(
            "oldRatingNum",
            "Old rating",
            "Num",
            (1, 2, 3),
            {"deletedAt": "2024-02-03T04:05:06.007Z"},
        ),
        Custom("importedFromStr", "", "Str", ("legacy-crm",), declared=False),
        Custom(
            "watchedOrdersId",
            "Watched orders",
            "Id",
            (["0" * 24], ["0" * 24, "1" * 24], []),
            {"target": "kobject.order", "multi": True},
        ),
        Custom(
            "dietTree",
            "Diet",
            "Tree",
            (["food.vegan"], ["food.vegan", "food.nuts"], "food.vegan"),
            {"multi": True, "tree": [{"id": "food", "children": [{"id": "vegan"}]}]},
        ),
        # SQL keywords, and names without a known suffix.
        Custom("group", "Group", "", ("A", "B")),
        Custom("order", "Order", "", (1, 2.5), {"type": "number"}),
        Custom("2ndContactStr", "The \"second\"\ncontact; 'quoted'", "Str", ("Ada", "美咲")),
        Custom("newsletterBool", "Newsletter", "Bool", life="early"),
        Custom("referralSourceStr", "Referral", "Str", ("friend", "ad"), life="late"),
    ),
    "company": (
        Custom("industryStr", "Industry", "Str", ("retail", "food & drink")),
        Custom("historyTxt", "History", "Txt", SENTENCES),
        Custom("seatsNum", "Seats", "Num", (1, 25, 400)),
        Custom("annualRevenueNum", "Annual revenue", "Num", (1e6, 2_500_000.75)),
        Custom("partnerBool", "Partner", "Bool"),
        Custom("contractAt", "Contract", "At"),
        Custom("homepageUrl", "Home page", "Url", ("https://acme.example",)),
        Custom("ownerId", "Owner", "Id", (), {"target": "user"}),
        Custom("segmentTree", "Segment", "Tree", ("b2b.large", "b2b.small")),
        Custom("VATNumberStr", "VAT number", "Str", ("DE1", "FR2"), {"enumeration": False}),
        Custom("vatNumberStr", "VAT number (typed)", "Str", ("de 1", "fr 2")),
        Custom("auditedAt", "Audited", "At", life="late"),
    ),
    "conversation": (
        Custom("contactReasonStr", "Contact reason", "Str", SUBJECTS[:6]),
        Custom("resolutionTxt", "Resolution", "Txt", SENTENCES),
        Custom("itemsNum", "Items", "Num", (1, 2, 3)),
        Custom("refundNum", "Refund", "Num", (0, 10, 64.67)),
        Custom("escalatedBool", "Escalated", "Bool"),
        Custom("promisedAt", "Promised", "At"),
        Custom("ticketUrl", "Ticket", "Url", ("https://tickets.example.com/7",)),
        Custom("ordersId", "Orders", "Id", (), {"target": "kobject.order"}),
        Custom("topicTree", "Topic", "Tree", ("delivery.late", "return.damaged")),
        Custom(
            "relatedIssuesStr",
            "Related issues",
            "Str",
            (["A-1"], ["A-1", "B-2", "B-2"], [], "A-1"),
            {"array": True},
        ),
        Custom("select", "Select", "", ("yes", "no")),
        Custom("wrapUpStr", "Wrap-up", "Str", ("solved", "handed over"), life="late"),
    ),
    "message": (
        Custom("intentStr", "Intent", "Str", ("refund", "status")),
        Custom("translationTxt", "Translation", "Txt", SENTENCES),
        Custom("wordsNum", "Words", "Num", (4, 11)),
        Custom("toxicityNum", "Toxicity", "Num", (0, 0.25, 0.5)),
        Custom("automatedBool", "Automated", "Bool"),
        Custom("readAt", "Read", "At"),
        Custom("sourceUrl", "Source", "Url", ("https://shop.example.com/contact",)),
        Custom("templateId", "Template", "Id"),
        Custom("categoryTree", "Category", "Tree", ("question.order", "thanks")),
    ),
    "kobject.order": (
        Custom("orderStatusStr", "Status", "Str", ("fulfilled", "open", "cancelled")),
        Custom("deliveryNoteTxt", "Delivery note", "Txt", SENTENCES),
        Custom("orderNumberNum", "Order number", "Num", (1059, 1060, 1061)),
        Custom("totalPriceNum", "Total", "Num", (64.67, 120, 9.5)),
        Custom("giftBool", "Gift", "Bool"),
        Custom("orderUpdatedAt", "Order updated", "At"),
        Custom("trackingUrl", "Tracking", "Url", ("https://track.example.com/1",)),
        Custom("warehouseId", "Warehouse", "Id"),
        Custom("shippingTree", "Shipping", "Tree", ("express.air", "standard")),
    ),
    "kobject.ecomm-return": (
        Custom("reasonStr", "Reason", "Str", ("too small", "broken")),
        Custom("commentTxt", "Comment", "Txt", SENTENCES),
        Custom("itemsNum", "Items", "Num", (1, 2)),
        Custom("refundNum", "Refund", "Num", (5, 12.5)),
        Custom("approvedBool", "Approved", "Bool"),
        Custom("receivedAt", "Received", "At"),
        Custom("labelUrl", "Label", "Url", ("https://labels.example.com/1.pdf",)),
        Custom("orderId", "Order", "Id", (), {"target": "kobject.order"}),
        Custom("conditionTree", "Condition", "Tree", ("used.lightly", "new")),
    ),
    "kobject.Loyalty_Account": (
        Custom("levelStr", "Level", "Str", ("silver", "gold", "платина")),
        Custom("termsTxt", "Terms", "Txt", SENTENCES),
        Custom("pointsNum", "Points", "Num", (0, 100, 2500)),
        Custom("multiplierNum", "Multiplier", "Num", (1, 1.5)),
        Custom("activeBool", "Active", "Bool"),
        Custom("expiresAt", "Expires", "At"),
        Custom("cardUrl", "Card", "Url", ("https://cards.example.com/1",)),
        Custom("sponsorId", "Sponsor", "Id"),
        Custom("perksTree", "Perks", "Tree", ("lounge.free", "shipping.free")),
    ),
    "kobject.shopify.order": (
        Custom("orderStatusStr", "Status", "Str", ("paid", "refunded")),
        Custom("totalPriceNum", "Total", "Num", (10, 19.99)),
        Custom("placedAt", "Placed", "At"),
        Custom("tagsStr", "Tags", "Str", (["new"], ["new", "gift"], []), {"multi": True}),
        Custom("table", "Table", "", ("1", "2")),
    ),
    "kobject.3PL-Shipment": (
        Custom("carrierStr", "Carrier", "Str", ("DHL", "日本郵便")),
        Custom("weightNum", "Weight", "Num", (1, 0.25)),
        Custom("shippedAt", "Shipped", "At"),
        Custom("insuredBool", "Insured", "Bool"),
    ),
    "kobject.loyalty-account": (Custom("balanceNum", "Balance", "Num", (0, 7.5)),),
    "kobject.old-order": (Custom("numberStr", "Number", "Str", ("1",)),),
    "kobject.warranty.Claim": (
        Custom("damageTxt", "Damage", "Txt", SENTENCES),
        Custom("amountNum", "Amount", "Num", (5, 99.9)),
        Custom("claimedAt", "Claimed", "At"),
    ),
}
# Resources whose custom attributes no metadata declares: 404.
UNDECLARED: dict[str, tuple[Custom, ...]] = {
    "note": (
        Custom("escalationStr", "", "Str", ("none", "manager")),
        Custom("minutesNum", "", "Num", (1, 2.5)),
    ),
    "user": (
        Custom("badgeStr", "", "Str", ("gold", "silver")),
        Custom("startedAt", "", "At"),
        Custom("deskNum", "", "Num", (4, 17)),
    ),
}


def values(resource: str, row: Row, dice: Dice) -> Document:
    """Custom attributes of a row, a few of which do not have their declared type."""
    chosen: Document = {}
    for custom in CUSTOM.get(resource) or UNDECLARED[resource]:
        if not custom.carried_by(row):
            continue
        throw = dice.below(10)
        if throw < 3:
            continue
        if throw == 3:
            chosen[custom.name] = None
        elif dice.one_in(60):
            chosen[custom.name] = dice.pick(_DISAGREEING)
        else:
            chosen[custom.name] = _value(custom, row, dice)
    return chosen


def _value(custom: Custom, row: Row, dice: Dice) -> Any:
    if custom.values:
        return dice.pick(custom.values)
    if custom.suffix == "Bool":
        return dice.one_in(2)
    if custom.suffix == "At":
        instant = row.created + dice.below(90 * 24 * 60) * MINUTE
        if dice.one_in(3):
            return time_text(instant)
        # Times may have any offset (https://developer.kustomer.com/api/core-resources).
        return time_text(instant - instant % DAY)[:19] + dice.pick(_OFFSETS)
    return f"{dice.below(1 << 48):024x}"


def metadata(organisation: Store, resource: str) -> Document | None:
    """Document that declares a resource's custom attributes."""
    type_, _, klass = resource.partition(".")
    if resource not in CUSTOM or (type_ == "kobject" and not klass_named(organisation, klass)):
        return None
    editor = organisation.rows["user"][0].id
    changed = time_text(organisation.rows["user"][0].created)
    properties: Document = {}
    for custom in CUSTOM[resource]:
        if not custom.declared_in(organisation):
            continue
        properties[custom.name] = {
            "displayName": custom.title,
            "type": _SUFFIX_TYPES.get(custom.suffix, "string"),
            "modifiedBy": editor,
            "modifiedAt": changed,
            "updatedAt": changed,
            "hasSensitiveAttributes": "sensitive" in custom.extra,
            **custom.extra,
            **custom.deletion(organisation),
        }
        if "deletedAt" in properties[custom.name]:
            properties[custom.name]["deletedBy"] = editor
    return {
        "type": "metadata",
        "id": resource,
        "attributes": {"properties": properties},
        "relationships": {"org": org(organisation)},
        "links": {"self": f"/v1/metadata/{resource}"},
    }
