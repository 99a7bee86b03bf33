"""The API and the control endpoints as a web application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from kustomer_sandbox.api import Api
from kustomer_sandbox.control import control_routes
from kustomer_sandbox.handlers.registry import ENDPOINTS
from kustomer_sandbox.options import Options

if TYPE_CHECKING:
    from kustomer_sandbox.organisation import Organisation

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(organisation: Organisation, options: Options | None = None) -> Starlette:
    """Make the web application that serves an organisation."""
    return create_api_app(Api(organisation, options or Options()))


def create_api_app(api: Api) -> Starlette:
    """Make the web application of an API."""
    routes = [Route(one.path, partial(api.serve, one), methods=[one.method]) for one in ENDPOINTS]
    sign_in = [
        Route("/oauth/authorize", api.authorize),
        Route("/oauth/token", api.grant, methods=["POST"]),
    ]
    other = Route("/{rest:path}", partial(api.serve, None), methods=_METHODS)
    app = Starlette(routes=[*control_routes(api), *sign_in, *routes, other])
    app.router.redirect_slashes = False
    return app
