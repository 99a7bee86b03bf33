"""Custom attribute metadata: what the organisation's own attributes are and mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import Concatenation, PerParent, Single
from tap_kustomer.shaping.fields import Shape, boolean, structure, text, texts, time
from tap_kustomer.shaping.keys import resource_id
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.klasses import Klasses, name_of_klass
from tap_kustomer.streams.parts import ORG
from tap_kustomer.streams.roles import METADATA_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.resource import Resource


def _attributes(metadata: Resource) -> Iterator[Resource]:
    """A resource for each custom attribute that the metadata of a resource or klass lists."""
    match metadata:
        case {"attributes": {"properties": dict(properties)}}:
            name = resource_id(metadata)
        case _:
            return
    for attribute, about in sorted(properties.items()):
        details = about if isinstance(about, dict) else {}
        # `type` would be hidden behind the JSON:API type of the resource.
        others = {key: value for key, value in details.items() if key != "type"}
        yield {
            "id": f"{name}/{attribute}",
            "type": metadata.get("type"),
            "attributes": {
                **others,
                "resource": name,
                "name": attribute,
                "dataType": details.get("type"),
            },
            "relationships": metadata.get("relationships"),
        }


class CustomAttributeMetadata(KustomerStream):
    """One row for each custom attribute of each resource and klass, deleted ones included.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "custom_attribute_metadata"
    group = Group.CUSTOM_OBJECTS
    resource_type = "metadata"
    source = Concatenation(
        (
            Single("/v1/metadata/company"),
            Single("/v1/metadata/conversation"),
            Single("/v1/metadata/customer"),
            Single("/v1/metadata/message"),
            PerParent(
                parent=Klasses.source, path="/v1/metadata/kobject.{id}", path_id=name_of_klass
            ),
        )
    )
    roles = METADATA_ROLES
    prepare = _attributes
    shape = Shape(
        attributes=(
            text("resource", "What has the attribute, such as customer or kobject.order."),
            text("name", "Name of the attribute in the API, such as orderTotalNum."),
            text("displayName", "Name of the attribute as people see it."),
            text("description", "What the attribute means."),
            text("dataType", "Type of its values, such as string or number."),
            text("enumeration", "The values that are allowed, or whether only some are, as JSON."),
            boolean("multi", "Whether it takes several values."),
            boolean("array", "Whether its values are lists."),
            text("target", "Klass of the objects that it refers to, such as kobject.order."),
            structure(
                "sensitive",
                "Whether its values are masked.",
                boolean("enabled", "Whether they are."),
                text("maskType", "How they are masked."),
            ),
            boolean("hasSensitiveAttributes", "Whether there are masked values inside it."),
            text("tree", "The values that are allowed, as a tree in JSON."),
            texts("validations", "Rules that values must meet."),
            text("modifiedBy", "Id of the user who last edited the attribute."),
            text("deletedBy", "Id of the user who deleted the attribute."),
            time("modifiedAt", "When the attribute was last edited."),
            time("updatedAt", "When the attribute last changed."),
            time("deletedAt", "When the attribute was deleted."),
        ),
        relationships=(ORG,),
    )
    joins = (
        Join("deleted_by", "users.id"),
        Join("modified_by", "users.id"),
    )
