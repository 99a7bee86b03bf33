"""Keys, roles, limits and headers."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from kustomer_sandbox import Clock, Options, Sandbox
from kustomer_sandbox.access import covers
from kustomer_sandbox.limits import Limits
from support.frozen_sandbox import NOW, START, Ask, Asker, Maker

SEARCH = "/v1/customers/search"
MESSAGES = {"queryContext": "message"}


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic sandbox-key"])
def test_a_wrong_key_is_answered_with_a_401_in_the_json_api_shape(
    shared_sandbox: Sandbox, header: str
) -> None:
    url = f"{shared_sandbox.url}/v1/users"
    answer = requests.get(url, headers={"Authorization": header}, timeout=5)
    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert (error["status"], error["code"]) == (401, "unauthorized")


def test_any_key_reads_its_own_token_and_user(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(keys={"poor": frozenset()}))
    token = ask("/v1/auth/tokens/current", key="poor").json()["data"]
    assert token["attributes"]["roles"] == []
    user = ask("/v1/users/current", key="poor").json()["data"]
    assert user["attributes"]["userType"] == "machine"
    assert ask("/v1/users", key="poor").status_code == 403


def test_any_one_of_the_roles_is_enough(sandbox_of: Maker, asker: Asker) -> None:
    keys = {"legacy": frozenset({"org.user.message.read"})}
    ask = asker(sandbox_of(keys=keys))
    assert ask("/v1/messages", key="legacy").status_code == 200
    assert ask("/v1/notes", key="legacy").status_code == 403


@pytest.mark.parametrize(
    ("role", "needed", "covered"),
    [
        ("org.permission.read", "org.permission.customer.read", True),
        ("org.user", "org.user.customer.read", True),
        ("org.user.read", "org.user.read", True),
        ("org.permission.read", "org.permission.search.create", False),
        ("org.permission.customer.read", "org.permission.company.read", False),
    ],
)
def test_parent_roles_cover_their_children(role: str, needed: str, covered: bool) -> None:
    assert covers(role, needed) is covered


@pytest.mark.parametrize("status", [403, 401])
def test_a_role_can_be_denied(sandbox_of: Maker, asker: Asker, status: Any) -> None:
    deny = frozenset({"org.permission.message.read"})
    ask = asker(sandbox_of(deny=deny, missing_role_status=status))
    assert ask("/v1/messages").status_code == status
    assert ask(SEARCH, MESSAGES).status_code == status
    assert ask("/v1/notes").status_code == 200
    assert "message.read" in ask("/v1/messages").json()["errors"][0]["message"]


def test_without_the_objects_role_search_can_hide_rows_or_ignore_it(
    sandbox_of: Maker, asker: Asker
) -> None:
    deny = frozenset({"org.permission.message.read"})
    hide = asker(sandbox_of(deny=deny, object_roles="hide"))(SEARCH, MESSAGES)
    assert (hide.status_code, hide.json()["data"]) == (200, [])
    ignore = asker(sandbox_of(deny=deny, object_roles="ignore"))(SEARCH, MESSAGES)
    assert ignore.json()["data"]


def test_a_path_can_be_absent(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(absent=frozenset({"/v1/assistants"})))
    assert ask("/v1/assistants").status_code == 404


def test_every_response_has_headers_for_its_pod_and_the_time(ask: Ask) -> None:
    headers = ask("/v1/tags").headers
    assert headers["X-Kustomer-Pod"] == "prod1"
    assert parsedate_to_datetime(headers["Date"]) == START


class Ticker:
    """Real time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limits(**options: Any) -> tuple[Ticker, Limits]:
    ticker = Ticker()
    return ticker, Limits(Options(**options), Clock(frozen=NOW), ticker)


def test_the_limit_of_the_organisation_is_for_a_window_of_a_minute() -> None:
    ticker, one = limits(org_limit=2)
    headers, over = one.count_request(search=False)
    assert headers == {"x-ratelimit-limit": "2", "x-ratelimit-remaining": "1"}
    assert not over
    assert not one.count_request(search=False)[1]
    ticker.now = 45.0
    headers, over = one.count_request(search=False)
    assert over
    assert headers["x-ratelimit-remaining"] == "0"
    assert headers["x-ratelimit-reset"] == str(NOW // 1000 + 15)
    ticker.now = 60.0
    assert not one.count_request(search=False)[1]


def test_searches_have_a_limit_of_their_own() -> None:
    _, one = limits(org_limit=1000, search_limit=1)
    assert not one.count_request(search=True)[1]
    headers, over = one.count_request(search=True)
    assert over
    assert headers["x-ratelimit-limit"] == "1"
    assert not one.count_request(search=False)[1]


@pytest.mark.parametrize(
    ("style", "reset"),
    [("normal", None), ("always-reset", NOW // 1000 + 60), ("ms", NOW + 60_000)],
)
def test_the_reset_header_has_several_forms(style: str, reset: int | None) -> None:
    _, one = limits(ratelimit_headers=style)
    headers, _ = one.count_request(search=False)
    assert headers.get("x-ratelimit-reset") == (str(reset) if reset else None)


def test_headers_can_be_left_out_or_describe_the_search_limit() -> None:
    assert limits(ratelimit_headers="none")[1].count_request(search=False)[0] == {}
    _, one = limits(ratelimit_scope="search")
    assert one.count_request(search=True)[0]["x-ratelimit-limit"] == "100"


def test_a_request_over_the_limit_is_answered_with_a_429(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(search_limit=2))
    statuses = [ask(SEARCH, MESSAGES).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert ask("/v1/tags").status_code == 200


def test_other_clients_can_use_up_the_limit(sandbox_of: Maker, asker: Asker) -> None:
    sandbox = sandbox_of(search_limit=10)
    requests.post(f"{sandbox.url}/_sandbox/spend?search=10", timeout=5)
    assert asker(sandbox)(SEARCH, MESSAGES).status_code == 429
