"""Settings: what the organisation and its apps have set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.nesting import LEVELS
from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, ORG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.resource import Resource


_SECRET: Final = re.compile("secret|token|password|passphrase|credential|auth|key", re.IGNORECASE)


def _without_secrets(setting: Resource) -> Iterable[Resource]:
    """The setting, without a value that gives access to something."""
    attributes = setting.get("attributes")
    if isinstance(attributes, dict):
        kept = {name: value for name, value in attributes.items() if not _SECRET.search(name)}
        names = f"{attributes.get('category')} {attributes.get('name')}"
        value = None if _SECRET.search(names) else _stripped(attributes.get("value"))
        return ({**setting, "attributes": {**kept, "value": value}},)
    return (setting,)


def _stripped(value: Any, levels: int = LEVELS) -> Any:
    """A value without what its keys say is a secret, and without what is nested too deeply."""
    if not levels:
        return None
    if isinstance(value, dict):
        return {
            key: _stripped(item, levels - 1)
            for key, item in value.items()
            if not _SECRET.search(key)
        }
    return [_stripped(item, levels - 1) for item in value] if isinstance(value, list) else value


class Settings(KustomerStream):
    """One row for each setting of the organisation.

    A value whose name says that it is a secret, a token, a key or a password is left out.
    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "settings"
    group = Group.SETTINGS
    resource_type = "setting"
    selected_by_default = False
    feature = "settings"
    source = PagedList("/v1/settings")
    roles = ("org.permission.setting.read", "org.user.setting.read")
    prepare = _without_secrets
    shape = Shape(
        attributes=(
            text("name", "Name of the setting."),
            text("app", "App that the setting belongs to."),
            text("category", "Category of the setting."),
            text("value", "Value of the setting; as JSON if it is not a string."),
            CREATED_AT,
        ),
        relationships=(ORG,),
    )
