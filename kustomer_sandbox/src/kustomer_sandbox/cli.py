"""The command `kustomer-sandbox`."""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlencode, urlsplit

import click

from kustomer_sandbox import child
from kustomer_sandbox.options import RatelimitHeaders
from kustomer_sandbox.saved import SavedError, open_organisation, save
from kustomer_sandbox.server import LOOPBACK, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_UP = 1.0


def _organisation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for the organisation and how it is served."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--seed", default=7, show_default=True, help="The same seed gives the same data."),
    click.option(
        "--scale",
        default=1.0,
        show_default=True,
        type=click.FloatRange(min=0.01),
        help="1 is 300 customers and 2,400 messages.",
    ),
    click.option(
        "--years",
        default=0.0,
        type=click.FloatRange(min=0),
        help="How far back the data reaches; rows older than two years are in the archive.",
    ),
    click.option(
        "--ties",
        multiple=True,
        metavar="TYPE=N",
        help="Let N rows of a type share one updatedAt. Repeatable.",
    ),
    click.option(
        "--organisation",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Small file that keeps the organisation; created if absent.",
    ),
    click.option("--api-key", default="sandbox-key", show_default=True),
    click.option(
        "--deny", multiple=True, metavar="ROLE", help="A role that the key lacks. Repeatable."
    ),
    click.option(
        "--missing-role-status",
        type=click.Choice(["401", "403"]),
        default="403",
        show_default=True,
    ),
    click.option(
        "--object-roles",
        type=click.Choice(["refuse", "hide", "ignore"]),
        default="refuse",
        show_default=True,
        help="What a search does without the role for its object.",
    ),
    click.option(
        "--refuse-criterion",
        multiple=True,
        metavar="NAME",
        help="A criterion to answer with 400. Repeatable.",
    ),
    click.option(
        "--accept-criterion",
        multiple=True,
        metavar="NAME",
        help="A further time to filter and sort by, such as work_item_updated_at. Repeatable.",
    ),
    click.option(
        "--unsorted",
        multiple=True,
        metavar="CONTEXT",
        help="A search context whose sort is ignored. Repeatable.",
    ),
    click.option(
        "--absent",
        multiple=True,
        metavar="PATH",
        help="A path to answer with 404. Repeatable.",
    ),
    click.option("--shuffle-ties", is_flag=True, help="Order ties differently in every call."),
    click.option("--page-limit", default=100, show_default=True),
    click.option("--row-limit", default=0, help="Refuse rows after this one, such as 10000."),
    click.option(
        "--cap-total",
        "total_cap",
        default=0,
        help="Stop counting meta.total here, such as at 10000, unless trackTotalHits is sent.",
    ),
    click.option(
        "--refuse-parameter",
        multiple=True,
        metavar="NAME",
        help="A query parameter of searches to answer with 400. Repeatable.",
    ),
    click.option("--index-lag", default=0.0, help="Seconds by which search lags behind."),
    click.option("--archive-overlap-days", default=2.0, show_default=True),
    click.option(
        "--org-limit", default=1000, show_default=True, help="Requests a minute; 0 for no limit."
    ),
    click.option(
        "--search-limit",
        default=100,
        show_default=True,
        help="Searches a minute; 0 for no limit.",
    ),
    click.option(
        "--ratelimit-headers",
        type=click.Choice(get_args(RatelimitHeaders)),
        default="normal",
        show_default=True,
    ),
    click.option(
        "--ratelimit-scope",
        type=click.Choice(["organisation", "search"]),
        default="organisation",
        show_default=True,
        help="Which limit the headers of a search describe.",
    ),
    click.option("--latency", default=0.0, help="Seconds before every answer."),
)


def _sandbox(port: int = 0, host: str = "127.0.0.1", **given: Any) -> Sandbox:
    sets = {
        "deny": "deny",
        "refuse_criterion": "refused_criteria",
        "accept_criterion": "accepted_criteria",
        "refuse_parameter": "refused_parameters",
        "unsorted": "unsorted_contexts",
        "absent": "absent",
    }
    for option, switch in sets.items():
        given[switch] = frozenset(given.pop(option))
    given["missing_role_status"] = int(given["missing_role_status"])
    ties = _ties(given.pop("ties"))
    try:
        return Sandbox(port=port, host=host, ties=ties, **given)
    except (SavedError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _ties(given: tuple[str, ...]) -> dict[str, int]:
    ties = {}
    for one in given:
        type_, _, amount = one.partition("=")
        if not amount.isdecimal():
            raise click.UsageError(f"--ties takes TYPE=N, not {one}")
        ties[type_] = int(amount)
    return ties


def _start(sandbox: Sandbox, port: int) -> None:
    try:
        sandbox.start()
    except OSError as error:
        raise click.ClickException(f"can't listen on port {port}: {error.strerror}") from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kustomer-sandbox")
def main() -> None:
    """Serve a local stand-in for Kustomer's REST API."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, help="0 for any free port.")
@_organisation_options
def serve(host: str, port: int, **given: Any) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    sandbox = _sandbox(port, host, **given)
    _start(sandbox, port)
    try:
        click.echo(f"Kustomer sandbox at {sandbox.url} with key {sandbox.api_key}")
        # On Windows, no signal interrupts an endless wait.
        while not ended.wait(_LOOK_UP):
            pass
    finally:
        sandbox.stop()


@main.command(context_settings={"ignore_unknown_options": False})
@click.option("--port", default=0, help="Any free port by default.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@_organisation_options
def run(port: int, command: tuple[str, ...], **given: Any) -> None:
    """Serve while COMMAND runs, with the sandbox in its environment.

    COMMAND finds TAP_KUSTOMER_API_URL, TAP_KUSTOMER_API_KEY and
    KUSTOMER_SANDBOX_URL; its exit code becomes this command's.
    """
    sandbox = _sandbox(port, **given)
    _start(sandbox, port)
    environment = {
        "TAP_KUSTOMER_API_URL": sandbox.url,
        "TAP_KUSTOMER_API_KEY": sandbox.api_key,
        "KUSTOMER_SANDBOX_URL": sandbox.url,
    }
    try:
        code = child.run(command, environment)
    except child.CommandError as error:
        click.echo(f"Error: {error}", err=True)
        code = error.code
    finally:
        sandbox.stop()
    raise SystemExit(code)


@main.command()
@click.option("--minutes", default=60.0, show_default=True)
@click.option("--url", help="A running sandbox.")
@click.option(
    "--organisation",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A saved organisation that is not being served.",
)
def advance(minutes: float, url: str | None, file: Path | None) -> None:
    """Let time pass, in a server or in a saved organisation."""
    if (url is None) == (file is None):
        raise click.UsageError("give either --url or --organisation")
    try:
        if file is not None:
            organisation = open_organisation(file)
            organisation.advance(minutes)
            save(organisation, file)
        else:
            _advance_server(str(url), minutes)
    except (SavedError, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _advance_server(url: str, minutes: float) -> None:
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname not in LOOPBACK:
        raise ValueError(f"not a sandbox on this machine: {url}")
    address = f"{url.rstrip('/')}/_sandbox/advance?{urlencode({'minutes': minutes})}"
    request = urllib.request.Request(address, method="POST")  # noqa: S310  # Checked above.
    try:
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        raise ValueError(json.load(error)["error"]) from error
    except urllib.error.URLError as error:
        raise ValueError(f"no sandbox answers at {url}: {error.reason}") from error
