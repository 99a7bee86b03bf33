"""Companies: the firms that customers belong to."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.fields import Shape, array, custom, number, structure, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    DELETED,
    DELETED_AT,
    IMPORTED_AT,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    REV,
    ROLE_GROUP_VERSIONS,
    UPDATED_AT,
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
    source = Search("company", fallback=PagedList("/v1/companies"))
    metadata_resource = "company"
    roles = ("org.permission.company.read", "org.user.company.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the company."),
            text("externalId", "Identifier of the company in another system."),
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
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
            IMPORTED_AT,
            DELETED,
            DELETED_AT,
            REV,
            ROLE_GROUP_VERSIONS,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY),
    )
