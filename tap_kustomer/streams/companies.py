"""Companies: the firms that customers belong to."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import rows_of, values_of
from tap_kustomer.shaping.fields import Shape, array, custom, number, structure, text, texts
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
    emails,
    locations,
    phones,
    socials,
    urls,
    whatsapps,
)


class Companies(KustomerStream):
    """One row for each company that customers can belong to.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "companies"
    group = Group.CUSTOMERS
    resource_type = "company"
    foreign_keys = ("company_id",)
    singular = "company"
    source = Search("company", fallback=PagedList("/v1/companies"))
    metadata_resource = "company"
    roles = ("org.permission.company.read", "org.user.company.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the company."),
            text("externalId", "Identifier of the company in another system."),
            text("extenalId", "The same as external_id, as one of Kustomer's pages spells it."),
            text("avatarUrl", "Address of the company's picture."),
            text("defaultLang", "Language in which the company is addressed."),
            number("employeeCount", "Number of people who work for the company."),
            emails("emails", "E-mail addresses of the company."),
            phones("phones", "Telephone numbers of the company."),
            whatsapps("whatsapps", "WhatsApp numbers of the company."),
            socials("socials", "Profiles of the company in social networks."),
            urls("urls", "Web pages of the company."),
            locations("locations", "Postal addresses of the company."),
            array(
                "domains",
                "Internet domains of the company.",
                structure("", "One domain.", text("domain", "Name of the domain.")),
            ),
            texts("tags", "Ids of the company's tags."),
            custom("Custom attributes that the organisation has defined for companies."),
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            *DELETION,
            REV,
            ROLE_GROUP_VERSIONS,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    derived = (
        rows_of(shape, "company_emails", "emails", "One row for each e-mail address of a company."),
        rows_of(
            shape, "company_phones", "phones", "One row for each telephone number of a company."
        ),
        rows_of(
            shape,
            "company_whatsapps",
            "whatsapps",
            "One row for each WhatsApp number of a company.",
        ),
        rows_of(
            shape, "company_locations", "locations", "One row for each postal address of a company."
        ),
        rows_of(
            shape,
            "company_socials",
            "socials",
            "One row for each profile of a company in a social network.",
        ),
        rows_of(shape, "company_urls", "urls", "One row for each web page of a company."),
        rows_of(
            shape, "company_domains", "domains", "One row for each internet domain of a company."
        ),
        values_of(
            "company_external_ids",
            "externalId",
            text("externalId", "The identifier in the other system."),
            "One row for each identifier of a company in another system.",
        ),
        values_of(
            "company_tags",
            "tags",
            text("tagId", "Id of the tag."),
            "One row for each tag of a company.",
        ),
    )
    joins = (
        Join("extenal_id", None),  # As one page spells external_id.
    )
