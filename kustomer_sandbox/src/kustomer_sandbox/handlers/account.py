"""The key, its user, the organisation, and the settings of its chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox import roles
from kustomer_sandbox.generation.document import at
from kustomer_sandbox.generation.staff import machine
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.secret import SECRET

if TYPE_CHECKING:
    from kustomer_sandbox.generation.document import Document


def _token(call: Call) -> Document:
    organisation = call.organisation
    user = machine(organisation)
    started = at(organisation.started_at)
    attributes = {
        "lastTokenChars": call.options.api_key[-4:],
        "name": "sandbox",
        "ipAddress": "127.0.0.1",
        "userAgent": None,
        "roles": sorted(call.roles),
        "createdAt": started,
        "updatedAt": started,
        "lastAccessedAt": at(organisation.clock.now()),
    }
    relationships = {
        "org": {"data": {"type": "org", "id": organisation.id}},
        "user": {"data": {"type": "user", "id": user.id}},
    }
    token = {"type": "token", "id": user.id[::-1]}
    return {"data": {**token, "attributes": attributes, "relationships": relationships}}


def _own_user(call: Call) -> Document:
    return {"data": call.organisation.encoded(machine(call.organisation))}


def _org(call: Call) -> Document:
    started = at(call.organisation.started_at)
    attributes: Document = {
        "name": "sandbox",
        "displayName": "Sandbox shop",
        "meta": {},
        "createdAt": started,
        "updatedAt": started,
    }
    id_ = call.organisation.id
    return {"data": {"type": "org", "id": id_, "attributes": attributes}}


def _chat_settings(call: Call) -> Document:
    attributes: Document = {
        "settingsVersion": 1,
        "widgetType": "chat",
        "version": 2,
        "teamName": "Shop",
        "greeting": "Hello 👋",
        "autoreply": None,
        "secret": SECRET,
        "singleSessionChat": True,
        "showTypingIndicatorCustomerWeb": True,
        "showBrandingIdentifier": False,
        "volumeControl": {"enabled": True, "mode": "upfront", "followUpChannels": ["email"]},
        "enabled": True,
    }
    id_ = call.organisation.id
    return {"data": {"type": "chat_settings", "id": id_, "attributes": attributes}}


ENDPOINTS = (
    Endpoint("/v1/auth/tokens/current", (), _token),
    Endpoint("/v1/users/current", (), _own_user),
    Endpoint("/v1/orgs/current", (), _org),
    Endpoint("/v1/chat/settings", roles.CHAT_SETTINGS, _chat_settings),
)
