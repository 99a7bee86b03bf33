"""The option `--test` says which streams can be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kustomer_sandbox import Sandbox
from support.catalogs import catalog_of
from support.command_in_process import run_command
from support.offline_tap import OfflineContext, OfflineTap
from support.virtual_time import VirtualClock
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    InvalidCredentialError,
    MissingError,
    RefusedError,
)
from tap_kustomer.client.limits import BudgetKind, Limiter
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.reading.sources import PagedList, Search, Source
from tap_kustomer.streams.tags import Tags
from tap_kustomer.sync.access import (
    AccessCheck,
    Readable,
    check_access,
    format_checks,
    format_limits,
)
from tap_kustomer.sync.run import check_streams
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.singer_output import Output
    from tap_kustomer.sync.context import RunContext
    from tap_kustomer.sync.extractions import Extraction

TAGS = PagedList("/v1/tags")


@dataclass
class Peeked:
    """Replaces an extraction."""

    result: list[Any] | Exception | None
    source: Source = TAGS
    assumed: bool = False
    other_count: int = 0

    @property
    def lead(self) -> Any:
        declaration = SimpleNamespace(
            roles=("org.permission.tag.read",), assumed=self.assumed, feature=""
        )
        definition = SimpleNamespace(name="tags", source=self.source, declaration=declaration)
        return SimpleNamespace(definition=definition)

    def peek_in_worker(self) -> list[Any] | None:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def checks_of(*peeked: Peeked) -> list[AccessCheck]:
    context = SimpleNamespace(
        workers=Workers(2, lambda: None), session=SimpleNamespace(credential=ApiKey("a-key"))
    )
    return check_access(cast("RunContext", context), cast("list[Extraction]", peeked))


@pytest.mark.parametrize("rows", [[], [{"id": "a"}]], ids=["no row", "a row"])
def test_a_stream_that_answers_can_be_read_even_if_it_has_no_rows(rows: list[Any]) -> None:
    assert checks_of(Peeked(rows, other_count=2)) == [AccessCheck("tags", 2, Readable.YES)]


def test_a_stream_that_lacks_rows_can_be_read() -> None:
    (check,) = checks_of(Peeked(IncompleteError("1 of 2 rows")))

    assert check.readable is Readable.YES


def test_without_a_parent_to_ask_about_nothing_is_known() -> None:
    (check,) = checks_of(Peeked(None))

    assert check.readable is Readable.UNKNOWN
    assert check.reason


def test_without_its_role_a_stream_can_not_be_read_and_the_role_is_named() -> None:
    (check,) = checks_of(Peeked(AccessError("GET /v1/tags: HTTP 403")))

    assert check.readable is Readable.NO
    assert "org.permission.tag.read" in check.reason
    assert "GET /v1/tags: HTTP 403" in check.reason


@pytest.mark.parametrize("source", [TAGS, Search("tag")], ids=["list", "search"])
def test_the_roles_for_searching_are_named_for_a_search_only(source: Source) -> None:
    (check,) = checks_of(Peeked(AccessError("403"), source=source))

    assert ("org.permission.search.create" in check.reason) == isinstance(source, Search)


@pytest.mark.parametrize(
    ("peeked", "readable"),
    [
        (Peeked(MissingError("404")), Readable.ABSENT),
        (Peeked(MissingError("404"), source=Search("tag")), Readable.NO),
        (Peeked(RefusedError("400")), Readable.NO),
        (Peeked(GaveUpError("500")), Readable.NO),
        (Peeked(RefusedError("400"), assumed=True), Readable.ABSENT),
        (Peeked(GaveUpError("500"), assumed=True), Readable.ABSENT),
    ],
    ids=["list 404", "search 404", "400", "500", "assumed 400", "assumed 500"],
)
def test_a_stream_that_a_run_may_leave_out_is_absent_and_others_can_not_be_read(
    peeked: Peeked, readable: Readable
) -> None:
    (check,) = checks_of(peeked)

    assert check.readable is readable
    assert check.reason == str(peeked.result)


def test_with_a_dead_key_no_stream_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = OfflineTap(Tags, kustomer={"key_is_good": False})
    monkeypatch.setattr(OfflineContext, "fix_times", OfflineContext.check_credential)

    with pytest.raises(InvalidCredentialError):
        check_streams(tap.context, [tap.stream("tags")])


def test_checks_keep_the_order_of_the_extractions() -> None:
    peeked = [Peeked([], other_count=number) for number in range(40)]

    assert [check.other_count for check in checks_of(*peeked)] == list(range(40))


def test_the_table_has_a_line_for_each_check() -> None:
    text = format_checks(
        [
            AccessCheck("customers", 17, Readable.YES),
            AccessCheck("tags", 0, Readable.NO, "a role is missing"),
        ]
    )

    head, customers, tags = text.splitlines()
    assert head.endswith("readable")
    assert customers.split() == ["customers", "(+17)", "yes"]
    assert tags.split(maxsplit=2) == ["tags", "no", "a role is missing"]
    assert head.index("readable") == customers.index("yes") == tags.index("no")


def test_the_limits_are_assumed_until_a_response_states_them() -> None:
    limiter = Limiter(VirtualClock(), share=0.9)
    limiter.learn(BudgetKind.PLAIN, {"x-ratelimit-limit": "2000"}, sent=0.0)

    requests, searches = format_limits(limiter).splitlines()

    assert (
        requests == "requests a minute: 2,000 (stated by Kustomer), of which the tap uses up to 90%"
    )
    assert searches.startswith("searches a minute: 100 (assumed: ")


# The command


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(scale=0.1, org_limit=60_000, search_limit=0) as running:
        running.options.deny = frozenset({"org.permission.team.read"})
        yield running


def checked(sandbox: Sandbox, folder: Path, *streams: str, **settings: Any) -> Output:
    """Run `--test` over some streams."""
    config = {"api_url": sandbox.url, "api_key": sandbox.api_key, **settings}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "catalog.json").write_text(json.dumps(catalog_of(*streams)))
    return run_command("--test", "--config", "config.json", "--catalog", "catalog.json", cwd=folder)


def test_the_command_gives_up_after_seconds_where_nothing_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = VirtualClock()
    monkeypatch.setattr(TapKustomer, "clock", clock)
    nowhere = SimpleNamespace(url="http://127.0.0.1:9", api_key="a-test-key")

    run = checked(cast("Sandbox", nowhere), tmp_path, "brands")

    assert run.code == 1
    assert "Connection refused" in run.log.splitlines()[-1]
    assert 5 < clock.elapsed <= 20


def test_the_command_checks_the_selected_streams_and_fails_if_one_can_not_be_read(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    run = checked(sandbox, tmp_path, "brands", "customers", "customer_emails", "teams")

    assert run.code == 1
    assert run.output == b""
    *_, brands, teams, customers, requests, searches = run.log.splitlines()
    assert requests.startswith("requests a minute: 60,000 (stated by Kustomer)")
    assert searches.startswith("searches a minute: ")
    assert brands.split() == ["brands", "yes"]
    assert customers.split() == ["customers", "(+1)", "yes"]
    assert teams.startswith("teams ")
    assert "org.permission.team.read" in teams


def test_the_command_succeeds_if_all_streams_can_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    # A check in the only worker must not wait for a second one.
    run = checked(sandbox, tmp_path, "brands", "conversation_events", max_parallel_requests=1)

    assert run.code == 0, run.log
    assert run.log.count(" yes") == 2
