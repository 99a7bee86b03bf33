"""What an organisation has defined itself: custom attributes and klasses."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tap_kustomer.client.errors import (
    AccessError,
    NoResponseError,
    StreamError,
    WrongResponseError,
)
from tap_kustomer.client.session import Request
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.shaping.custom import fields_from_metadata
from tap_kustomer.shaping.values import as_text
from tap_kustomer.streams.klasses import Klasses, name_of_klass
from tap_kustomer.streams.roles import METADATA_ROLES
from tap_kustomer.sync.context import RunTimes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_kustomer.client.session import Body
    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.sync.context import RunContext

# A list is read whole, whenever the run has started.
_ANY_TIMES: Final = RunTimes(started=0, earliest=0, until=0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Klass:
    """A class of custom objects that an organisation has defined.

    Attributes:
        name: Its name in the API.
        title: Its name as people see it.
    """

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationMetadata:
    """What an organisation has defined itself.

    Attributes:
        klasses: Its classes of custom objects, the oldest first.
        custom: The custom attributes of each resource whose metadata can be read.
    """

    klasses: tuple[Klass, ...] = ()
    custom: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)


def fetch_metadata(context: RunContext, resources: Iterable[str]) -> OrganizationMetadata:
    """Request the klasses, and the metadata of each resource and klass.

    If the metadata can't be read, the columns `custom` stay untyped. If the klasses can't be read,
    these have no stream of their own. No value is lost by that.

    Args:
        context: Has the session with Kustomer.
        resources: Names of the resources with custom attributes, such as `customer`.

    Raises:
        RequestError: Kustomer can't be reached at all.
        ConfigurationError: The tokens of a sign-in can't be read.
    """
    found = _klasses(context)
    names = [*resources, *(f"kobject.{klass.name}" for klass in found)]
    responses = {
        name: context.workers.submit(partial(_custom_fields, context, name)) for name in names
    }
    custom: dict[str, tuple[Field, ...]] = {}
    refused: AccessError | None = None
    for name, response in responses.items():
        try:
            custom[name] = context.workers.result(response)
        except AccessError as error:
            refused = error
        except NoResponseError:
            raise
        except StreamError as error:
            logger.warning("The custom attributes of %s stay untyped: %s", name, error)
    if refused is not None:
        context.check_credential()
        logger.warning(
            "Custom attributes stay untyped, as %s has none of the roles %s: %s",
            context.session.credential.name,
            ", ".join(METADATA_ROLES),
            refused,
        )
    return OrganizationMetadata(tuple(found), custom)


def _klasses(context: RunContext) -> list[Klass]:
    attributes: list[dict[str, Any]] = []
    try:
        for page in context.reader(_ANY_TIMES).read(
            Klasses.source, Window(0, 0), "klasses", is_consumed=lambda: True
        ):
            attributes += (
                resource["attributes"] for resource in page.resources if name_of_klass(resource)
            )
    except NoResponseError:
        raise
    except (StreamError, IncompleteError) as error:
        if isinstance(error, AccessError):
            context.check_credential()
        if attributes:
            logger.warning("Some klasses may have no stream of their own: %s", error)
        else:
            logger.warning("No klass has a stream of its own, as they can't be listed: %s", error)
    # A new klass does not change this order.
    attributes.sort(key=lambda klass: (as_text(klass.get("createdAt")), as_text(klass.get("name"))))
    return [
        Klass(name=klass["name"], title=as_text(klass.get("displayName") or ""))
        for klass in attributes
    ]


def _custom_fields(context: RunContext, resource: str) -> tuple[Field, ...]:
    return context.session.send(Request("GET", f"/v1/metadata/{quote(resource, safe='')}"), _fields)


def _fields(body: Body) -> tuple[Field, ...]:
    data = body.document().get("data")
    attributes: Any = data.get("attributes") if isinstance(data, dict) else None
    properties = attributes.get("properties") if isinstance(attributes, dict) else None
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise WrongResponseError("the metadata has no properties")
    return fields_from_metadata(properties)
