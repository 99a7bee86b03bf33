"""Finds out which custom attributes an organisation has."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_kustomer.client.errors import (
    AccessError,
    DeadKeyError,
    MissingError,
    RefusedError,
    WrongAnswerError,
)
from tap_kustomer.client.session import Request
from tap_kustomer.shaping.custom import fields_from_metadata

if TYPE_CHECKING:
    from tap_kustomer.client.session import Reply
    from tap_kustomer.run import Run
    from tap_kustomer.shaping.fields import Field

logger = logging.getLogger(__name__)


def custom_fields(run: Run, resource: str) -> tuple[Field, ...]:
    """The custom attributes of one resource, from `GET /v1/metadata/{resource}`.

    Without them, because the key has no role for metadata, the column `custom` stays open and
    untyped; nothing is lost.

    Args:
        run: Asks Kustomer.
        resource: `customer`, `company`, `conversation` or `message`.

    Raises:
        RequestError: Kustomer can't be asked at all.
    """
    try:
        return run.ask(Request("GET", f"/v1/metadata/{resource}"), _read)
    except DeadKeyError:
        raise
    except AccessError as error:
        run.check_key()
        logger.warning(
            "The custom attributes of %s stay untyped, as the API key has none of the roles "
            "org.permission.metadata.read, org.user.metadata.read: %s",
            resource,
            error,
        )
    except (MissingError, RefusedError) as error:
        logger.warning("The custom attributes of %s stay untyped: %s", resource, error)
    return ()


def _read(reply: Reply) -> tuple[Field, ...]:
    data = reply.document().get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    properties = attributes.get("properties") if isinstance(attributes, dict) else None
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise WrongAnswerError("the metadata has no properties")
    return fields_from_metadata(properties)
